"""What a reader may set by hand on a scan: corners, orientation, paper speed and gain."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ecg_core.leads import STANDARD_LEADS

SPEEDS_MM_PER_S = (25.0, 50.0)
GAINS_MM_PER_MV = (5.0, 10.0, 20.0)
"""What can be set; the canonical page is always 25 mm/s and 10 mm/mV."""
SINGLE_LEADS = (*STANDARD_LEADS, "V3R", "V4R", "V7", "V8", "V9")
"""What a row of one lead may be said to show."""
MIN_SIDE_PX = 20.0
"""Corners closer together than this enclose no page."""


@dataclass(frozen=True)
class Correction:
    """Set by hand; None leaves it to the program.

    corners_px: x, y of the four corners of the sheet, or of the part of it to be read, in pixels
    of the scan as it came, in any order. They crop and undo strong perspective; the scale still
    comes from the grid. quarter_turns: clockwise quarter turns (0 to 3) that bring the scan
    upright. speed_mm_per_s, gain_mm_per_mv: of the print, from `SPEEDS_MM_PER_S` and
    `GAINS_MM_PER_MV`. leads: what rows of one lead show, top to bottom: a strip's, or the rhythm
    strips' below twelve leads; from `SINGLE_LEADS`. Raises ValueError for anything else.
    """

    corners_px: tuple[tuple[float, float], ...] | None = None
    quarter_turns: int | None = None
    speed_mm_per_s: float | None = None
    gain_mm_per_mv: float | None = None
    leads: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if self.corners_px is not None:
            _around(self.corners_px)
        if self.quarter_turns not in (None, 0, 1, 2, 3):
            raise ValueError(f"quarter turns are 0 to 3, not {self.quarter_turns}")
        if self.speed_mm_per_s not in (None, *SPEEDS_MM_PER_S):
            raise ValueError(f"paper speeds are {SPEEDS_MM_PER_S}, not {self.speed_mm_per_s}")
        if self.gain_mm_per_mv not in (None, *GAINS_MM_PER_MV):
            raise ValueError(f"gains are {GAINS_MM_PER_MV}, not {self.gain_mm_per_mv}")
        if unknown := [lead for lead in self.leads or () if lead not in SINGLE_LEADS]:
            raise ValueError(f"leads are {', '.join(SINGLE_LEADS)}, not {', '.join(unknown)}")

    @property
    def is_empty(self) -> bool:
        """Whether nothing is set."""
        return self == Correction()


@dataclass(frozen=True, eq=False)
class ScanView:
    """A scan as it is looked at: uint8 RGB pixels, and the homography that led to them.

    from_scan: 3 × 3, from pixel positions of the scan to those of `pixels`.
    """

    pixels: np.ndarray
    from_scan: np.ndarray

    def turned(self, quarter_turns: int) -> ScanView:
        """The same, turned clockwise."""
        height, width = self.pixels.shape[:2]
        pixels = np.ascontiguousarray(np.rot90(self.pixels, -quarter_turns))
        return ScanView(pixels, turn(quarter_turns, width, height) @ self.from_scan)


def view_of(pixels: np.ndarray, corners_px: tuple[tuple[float, float], ...] | None) -> ScanView:
    """The part of a scan between four corners as a rectangle; all of it without corners."""
    if corners_px is None:
        return ScanView(pixels, np.eye(3))
    corners = _around(corners_px)
    sides = np.linalg.norm(corners - np.roll(corners, -1, axis=0), axis=1)
    width, height = round((sides[0] + sides[2]) / 2), round((sides[1] + sides[3]) / 2)
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) - 0.5
    move = cv2.getPerspectiveTransform(corners.astype(np.float32), target)
    cut = cv2.warpPerspective(
        pixels, move, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return ScanView(cut, np.asarray(move))


def turn(quarter_turns: int, width: int, height: int) -> np.ndarray:
    """Homography that turns pixel positions of a width × height picture clockwise."""
    return {
        0: np.eye(3),
        1: np.array([[0, -1, height - 1], [1, 0, 0], [0, 0, 1.0]]),
        2: np.array([[-1, 0, width - 1], [0, -1, height - 1], [0, 0, 1.0]]),
        3: np.array([[0, 1, 0], [-1, 0, width - 1], [0, 0, 1.0]]),
    }[quarter_turns % 4]


def _around(corners_px: tuple[tuple[float, float], ...]) -> np.ndarray:
    """Corners clockwise from the one nearest to the top left: 4 × 2."""
    corners = np.array(corners_px, float)
    if corners.shape != (4, 2) or not np.isfinite(corners).all():
        raise ValueError(f"four corners with x and y are needed, not {corners_px}")
    middle = corners.mean(axis=0)
    corners = corners[np.argsort(np.arctan2(*(corners - middle).T[::-1]))]
    edges = np.roll(corners, -1, axis=0) - corners
    following = np.roll(edges, -1, axis=0)
    turns = edges[:, 0] * following[:, 1] - edges[:, 1] * following[:, 0]
    if (turns <= 0).any() or np.linalg.norm(edges, axis=1).min() < MIN_SIDE_PX:
        raise ValueError("the four corners enclose no page")
    return np.roll(corners, -int(np.argmin(corners.sum(axis=1))), axis=0)
