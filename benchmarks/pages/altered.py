"""Pages of other people, cut, pasted and turned as people do: the answer stays, or is doubted.

`python -m benchmarks.pages.altered --real DIR --kit DIR --out FILE`: pages that are read as they
came are altered in every way of `ALTERED` and read again. Each lead of the second reading is held
against the lead that the first one had at that place, and so are scale and time: "same",
"doubted" (right, with a doubt or a question that the first reading had not), "told" (wrong, and a
doubt says so), "refused", or "silent". Of a page on which two ECGs stand nothing may be answered
without a doubt. It goes on where it was interrupted.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from benchmarks.pages.held_against import BEARS, OFF_GAIN, OFF_MM, doubts_of, row_of
from benchmarks.pages.rephotographed import PLACES, run
from ecg_core.intake.values import EcgScan
from ecg_core.page.scan.geometry.homography import projected
from ecg_core.page.scan.rectify import read_scan
from ecg_core.page.scan.scan_reading import ScanReading
from ecg_core.page.values import PageError

LEAST, MOST_OF = 12, 0.6
"""Places that tell which lead a box held before, and how many of them must say so."""
EDGE_MM = 2.0
"""Places so near to the edge of a lead tell nothing."""
WHITE = (255, 255, 255)


@dataclass(frozen=True, eq=False)
class Altered:
    """pixels: uint8, height × width × 3, RGB. move: from pixels of the page as it came, 3 × 3."""

    pixels: np.ndarray
    move: np.ndarray


Way = Callable[[np.ndarray, np.random.Generator], Altered]


def _moved(x: float = 0.0, y: float = 0.0, sx: float = 1.0, sy: float = 1.0) -> np.ndarray:
    return np.array([[sx, 0.0, x], [0.0, sy, y], [0.0, 0.0, 1.0]])


def cut(side: str, low: float, high: float) -> Way:
    """A share of the picture is missing at one side."""

    def way(pixels: np.ndarray, rng: np.random.Generator) -> Altered:
        height, width = pixels.shape[:2]
        share = rng.uniform(low, high)
        if side == "right":
            return Altered(pixels[:, : round(width * (1 - share))], _moved())
        if side == "left":
            gone = round(width * share)
            return Altered(pixels[:, gone:], _moved(x=-gone))
        if side == "top":
            gone = round(height * share)
            return Altered(pixels[gone:], _moved(y=-gone))
        return Altered(pixels[: round(height * (1 - share))], _moved())

    return way


def quarter(pixels: np.ndarray, rng: np.random.Generator) -> Altered:
    """Turned by 90°, either way."""
    height, width = pixels.shape[:2]
    if rng.random() < 0.5:
        move = np.array([[0.0, -1.0, height - 1.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
        return Altered(np.rot90(pixels, -1), move)
    move = np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, width - 1.0], [0.0, 0.0, 1.0]])
    return Altered(np.rot90(pixels, 1), move)


def stretched(pixels: np.ndarray, rng: np.random.Generator) -> Altered:
    """Wider or narrower than it is high."""
    height, width = pixels.shape[:2]
    factor = float(rng.choice([rng.uniform(0.75, 0.92), rng.uniform(1.09, 1.3)]))
    new = round(width * factor)
    return Altered(
        cv2.resize(pixels, (new, height), interpolation=cv2.INTER_AREA), _moved(sx=new / width)
    )


def negative(pixels: np.ndarray, rng: np.random.Generator) -> Altered:
    """Light on dark."""
    return Altered(255 - pixels, _moved())


def grey(pixels: np.ndarray, rng: np.random.Generator) -> Altered:
    """A grey copy of little contrast, with the noise of a copier."""
    one = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(float)
    one = 255 - (255 - one) * rng.uniform(0.45, 0.8) + rng.normal(0, 6, one.shape)
    return Altered(np.stack([np.clip(one, 0, 255).astype(np.uint8)] * 3, axis=2), _moved())


def facsimile(pixels: np.ndarray, rng: np.random.Generator) -> Altered:
    """Black and white by one limit."""
    one = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    limit = float(np.quantile(one, 0.5)) * rng.uniform(0.55, 0.85)
    return Altered(
        np.repeat(np.where(one > limit, 255, 0).astype(np.uint8)[..., None], 3, 2), _moved()
    )


def in_document(pixels: np.ndarray, rng: np.random.Generator) -> Altered:
    """A figure of a page of text: a heading and a legend, other text, white margins."""
    height, width = pixels.shape[:2]
    left, top = round(width * rng.uniform(0.05, 0.2)), round(height * rng.uniform(0.15, 0.5))
    sheet = np.full((top + round(height * 1.6), left + round(width * 1.15), 3), 255, np.uint8)
    sheet[top : top + height, left : left + width] = pixels
    size = max(width / 1500.0, 0.4)
    lines = [top - round(40 * size * k) for k in (1, 2, 3)]
    lines += [top + height + round(40 * size * k) for k in range(1, 9)]
    for y in lines:
        words = " ".join(
            rng.choice(["lead", "V1", "II", "the", "ECG", "of", "aVR", "shows", "25 mm"], 9)
        )
        cv2.putText(
            sheet, f"Fig. {words}", (left, y), cv2.FONT_HERSHEY_SIMPLEX, size, (20, 20, 20), 2
        )
    return Altered(sheet, _moved(left, top))


def written_on(pixels: np.ndarray, rng: np.random.Generator) -> Altered:
    """Arrows, circles and words of a teacher."""
    sheet = pixels.copy()
    height, width = sheet.shape[:2]
    colour = tuple(int(v) for v in rng.choice([[220, 30, 30], [20, 20, 200], [0, 0, 0]]))
    thick = max(round(width / 500), 1)
    for _ in range(4):
        a = (rng.uniform(0.1, 0.9, 2) * (width, height)).astype(int)
        b = a + (rng.uniform(-0.08, 0.08, 2) * (width, height)).astype(int)
        cv2.arrowedLine(sheet, tuple(map(int, a)), tuple(map(int, b)), colour, thick, tipLength=0.3)
        c = (rng.uniform(0.1, 0.9, 2) * (width, height)).astype(int)
        cv2.ellipse(
            sheet, tuple(map(int, c)), (width // 25, height // 18), 0, 0, 360, colour, thick
        )
        d = (rng.uniform(0.1, 0.8, 2) * (width, height)).astype(int)
        word = str(rng.choice(["ST up", "V2?", "delta", "II", "Q", "aVF", "LBBB"]))
        cv2.putText(sheet, word, tuple(map(int, d)), 0, width / 1200.0, colour, thick)
    return Altered(sheet, _moved())


def labelled_over(pixels: np.ndarray, rng: np.random.Generator) -> Altered:
    """White stickers over parts of it."""
    sheet = pixels.copy()
    height, width = sheet.shape[:2]
    for _ in range(2):
        x, y = (rng.uniform(0.0, 0.8, 2) * (width, height)).astype(int)
        cv2.rectangle(
            sheet, (int(x), int(y)), (int(x + width * 0.15), int(y + height * 0.1)), WHITE, -1
        )
    return Altered(sheet, _moved())


def with_another(below: bool) -> Way:
    """The same page stands on the picture twice."""

    def way(pixels: np.ndarray, rng: np.random.Generator) -> Altered:
        size = float(rng.uniform(0.6, 1.0))
        other = cv2.resize(pixels, None, fx=size, fy=size, interpolation=cv2.INTER_AREA)
        height, width = pixels.shape[:2]
        if below:
            sheet = np.full((height + other.shape[0] + 12, width, 3), 255, np.uint8)
            sheet[height + 12 :, : other.shape[1]] = other
        else:
            sheet = np.full((height, width + other.shape[1] + 12, 3), 255, np.uint8)
            sheet[: other.shape[0], width + 12 :] = other
        sheet[:height, :width] = pixels
        return Altered(sheet, _moved())

    return way


ALTERED: dict[str, Way] = {
    "right part missing": cut("right", 0.15, 0.45),
    "left part missing": cut("left", 0.15, 0.45),
    "lower part missing": cut("bottom", 0.15, 0.5),
    "upper part missing": cut("top", 0.15, 0.5),
    "turned by 90°": quarter,
    "stretched": stretched,
    "negative": negative,
    "copied in grey": grey,
    "black and white": facsimile,
    "figure of a text": in_document,
    "written on": written_on,
    "stickers on it": labelled_over,
    "another ECG below": with_another(True),
    "another ECG beside": with_another(False),
}
"""Ways in which a page is altered."""
TWO = ("another ECG below", "another ECG beside")
ANOTHER = {"other_ecg", "pulse_within"}
"""Doubts that tell of a second ECG."""


def changed(
    first: ScanReading, again: ScanReading, shape: tuple[int, int], move: np.ndarray
) -> set[str]:
    """Which of "leads", "gain" and "time" the second reading has otherwise.

    shape: height and width of the first picture. move: from its pixels to those of the second.
    """
    y, x = np.meshgrid(*(np.linspace(0, size - 1, 3 * PLACES) for size in shape), indexing="ij")
    places = np.stack([x.ravel(), y.ravel()], axis=1)
    before, after = first.on_page(places), again.on_page(projected(move, places))
    held, holds = _box_at(first, before), _box_at(again, after)
    found: set[str] = set()
    offsets = []
    for k, box in enumerate(again.page.boxes):
        here = (holds == k) & (held >= 0)
        if here.sum() < LEAST:
            found |= {"leads"} if (holds == k).sum() >= LEAST else set()
            continue
        numbers, counts = np.unique(held[here], return_counts=True)
        was = first.page.boxes[int(numbers[counts.argmax()])]
        if was.lead != box.lead or counts.max() < MOST_OF * here.sum():
            found.add("leads")
            continue
        own = here & (held == numbers[counts.argmax()])
        across = np.polyfit(before[own, 0], after[own, 0], 1)
        down = np.polyfit(before[own, 1], after[own, 1], 1)
        offsets.append(float(np.median(after[own, 0] - before[own, 0])))
        found |= {"time"} if abs(across[0] - 1.0) > 0.04 else set()
        found |= {"gain"} if abs(down[0] - 1.0) > OFF_GAIN else set()
    whole = len(again.page.boxes) == len(first.page.boxes)
    if whole and offsets and max(abs(offset - offsets[0]) for offset in offsets) > OFF_MM:
        found.add("time")
    return found


def _box_at(reading: ScanReading, places_mm: np.ndarray) -> np.ndarray:
    """Number of the box each place lies in, -1 for none."""
    at = np.full(len(places_mm), -1)
    for k, box in enumerate(reading.page.boxes):
        inside = (places_mm[:, 0] > box.x0_mm + EDGE_MM) & (places_mm[:, 0] < box.x1_mm - EDGE_MM)
        inside &= (places_mm[:, 1] > box.y0_mm + EDGE_MM) & (places_mm[:, 1] < box.y1_mm - EDGE_MM)
        at[inside] = k
    return at


def read_altered(name: str, scan: EcgScan, first: ScanReading, seed: int) -> dict[str, object]:
    """Alter a page, read it again, and compare."""
    rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
    altered = ALTERED[name](scan.pixels, rng)
    try:
        reading = read_scan(EcgScan("scan", "0" * 64, np.ascontiguousarray(altered.pixels)))
    except PageError as error:
        return {"outcome": "refused", "reason": error.remark.code}
    doubts = doubts_of(reading)
    wrong = changed(first, reading, scan.pixels.shape[:2], altered.move)
    more = (doubts - doubts_of(first)) & set().union(*BEARS.values())
    if name in TWO:
        outcome = "told" if doubts & ANOTHER else "silent"
    elif not wrong:
        outcome = "doubted" if more else "same"
    else:
        outcome = "told" if all(doubts & BEARS[kind] for kind in wrong) else "silent"
    return row_of(reading, outcome, wrong, doubts)


def main() -> None:
    """Run from the command line."""
    run(__doc__, ALTERED, read_altered)


if __name__ == "__main__":
    main()
