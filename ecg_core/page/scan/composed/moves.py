"""How pieces of a flat picture come onto the page: where from, and how much wider and taller."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ecg_core.page.scan.ink import RASTER
from ecg_core.page.values import EcgPage


@dataclass(frozen=True)
class Move:
    """How one piece comes from the picture to the page.

    box: index into the page's boxes. x0_mm, width_mm, scale_x: place of the page, length there,
    and mm of the picture per mm of the page; from_x_mm: where it begins on the picture. zero_mm,
    from_zero_mm, scale_y: the zero line on both, and mm of the picture per mm of the page.
    top_mm, bottom_mm: of the page.
    """

    box: int
    x0_mm: float
    width_mm: float
    from_x_mm: float
    scale_x: float
    zero_mm: float
    from_zero_mm: float
    scale_y: float
    top_mm: float
    bottom_mm: float

    @property
    def affine(self) -> np.ndarray:
        """2 × 3, from mm of the page to mm of the picture."""
        return np.array(
            [
                [self.scale_x, 0.0, self.from_x_mm - self.x0_mm * self.scale_x],
                [0.0, self.scale_y, self.from_zero_mm - self.zero_mm * self.scale_y],
            ]
        )

    def covers(self, place_mm: np.ndarray, slack_mm: float = 0.0) -> np.ndarray:
        """Which places of the picture (n × 2, mm) it moves: bool, n."""
        x, y = self.on_page(place_mm).T
        inside = (x >= self.x0_mm - slack_mm) & (x < self.x0_mm + self.width_mm + slack_mm)
        return np.asarray(inside & (y >= self.top_mm) & (y < self.bottom_mm))

    def on_page(self, place_mm: np.ndarray) -> np.ndarray:
        """Places of the picture (n × 2, mm) on the page."""
        return np.stack(
            [
                (place_mm[:, 0] - self.from_x_mm) / self.scale_x + self.x0_mm,
                (place_mm[:, 1] - self.from_zero_mm) / self.scale_y + self.zero_mm,
            ],
            axis=1,
        )


@dataclass(frozen=True, eq=False)
class Composed:
    """The page, and how its pieces came there."""

    page: EcgPage
    moves: tuple[Move, ...]

    def on_page(self, places_mm: np.ndarray) -> np.ndarray:
        """Places of the flat picture (n × 2, mm) on the page, each with the piece it lies in or is
        nearest to."""
        every = np.array([move.on_page(places_mm) for move in self.moves])
        away = np.array(
            [
                np.maximum(m.x0_mm - p[:, 0], p[:, 0] - m.x0_mm - m.width_mm).clip(0)
                + 100.0 * np.maximum(m.top_mm - p[:, 1], p[:, 1] - m.bottom_mm).clip(0)
                for m, p in zip(self.moves, every, strict=True)
            ]
        )
        nearest = away.argmin(axis=0)
        return np.asarray(every[nearest, np.arange(len(places_mm))])


def target(move: Move, size: tuple[int, int]) -> tuple[slice, slice]:
    """Columns and rows of the page's canvas (width and height, px) that a piece covers."""
    edges = (move.x0_mm, move.x0_mm + move.width_mm), (move.top_mm, move.bottom_mm)
    x, y = (
        slice(*(min(max(round(mm * RASTER), 0), most) for mm in some))
        for some, most in zip(edges, size, strict=True)
    )
    return x, y


def warped(
    picture: np.ndarray, move: Move, x: slice, y: slice, px_per_mm: float, border: float
) -> np.ndarray:
    """Columns and rows of the page's canvas (`RASTER` px per mm), as one piece lies there."""
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])
    to_mm = np.diag([1 / RASTER, 1 / RASTER, 1.0]) @ half
    to_px = np.linalg.inv(half) @ np.diag([px_per_mm, px_per_mm, 1.0])
    corner = np.array([[1, 0, x.start], [0, 1, y.start], [0, 0, 1.0]])
    inverse = (to_px @ np.vstack([move.affine, [0, 0, 1]]) @ to_mm @ corner)[:2]
    fine = inverse[0, 0] > 1.2 or inverse[1, 1] > 1.2
    if fine:
        picture = cv2.blur(picture, (max(round(inverse[0, 0]), 1), max(round(inverse[1, 1]), 1)))
    return cv2.warpAffine(
        picture,
        inverse,
        (x.stop - x.start, y.stop - y.start),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderValue=(border, border, border),
    )


def distinct(moves: tuple[Move, ...]) -> list[Move]:
    """Moves that bring other parts of the picture, or bring them elsewhere: leads that stand below
    one another come together."""
    found: dict[tuple[float, ...], Move] = {}
    for move in moves:
        bounds = (move.x0_mm, move.width_mm, move.top_mm, move.bottom_mm)
        found[(*np.round(move.affine, 9).ravel().tolist(), *bounds)] = move
    return list(found.values())
