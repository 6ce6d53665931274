"""Print beside the traces (names, numbers, dates) painted over in the original, on demand.

RapidOCR (Apache License 2.0; its models come in its wheel and need no network) finds the text.
Whatever lies outside the leads' boxes is painted over; inside them, what reads as no lead name and
has no trace under it. Handwriting may be missed: a person looks at the result before it is shared.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np

from ecg_core.leads import canonical_lead
from ecg_core.page.arrange import baselines_mm
from ecg_core.page.scan.scan_reading import ScanReading
from ecg_core.page.values import PX_PER_MM, EcgPage

MARGIN = 0.25
"""Text is painted over with this share of its height around it."""
TILE_PX, OVERLAP_PX = 1600, 240
"""Larger pictures are searched in overlapping parts, so that small print stays readable."""
SHORTEST, LONG = 3, 6
"""Inside the boxes, fewer letters and digits are a lead's name misread, or a wave; so many are
words."""
BESIDE_MM = 20.0
"""So far beside the boxes a calibration pulse may stand, which can be taken for a letter."""
MAX_CROSSED, MAX_CROSSED_LONG = 0.2, 0.6
"""Text inside the boxes, and words, stay where traces run under more of their length: the text is
a wave misread, or cannot be painted over without it."""


class RedactionUnavailableError(Exception):
    """Text cannot be found, because the package that finds it is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "Print cannot be found: the packages rapidocr and onnxruntime are not installed. "
            "Install them with: pip install -r requirements-dev.txt"
        )


@dataclass(frozen=True, eq=False)
class Redacted:
    """A picture without print beside the traces.

    pixels: uint8, height × width × 3, RGB. regions: how many pieces of print were painted over.
    kept: how many stayed among the traces, lead names and what lies on a trace.
    """

    pixels: np.ndarray
    regions: int
    kept: int


def is_available() -> bool:
    """Whether print can be found on this machine."""
    return all(importlib.util.find_spec(name) for name in ("rapidocr", "onnxruntime"))


def redact(pixels: np.ndarray, reading: ScanReading | None) -> Redacted:
    """A scan (uint8, height × width × 3, RGB) with the print beside its leads painted over.

    reading: what was read off this scan; without it all print goes, lead names, too.
    Raises RedactionUnavailableError.
    """
    if not is_available():
        raise RedactionUnavailableError
    found = np.ascontiguousarray(pixels).copy()
    regions = kept = 0
    for box, text in _texts(pixels):
        if reading is not None and _belongs(box, text, reading):
            kept += 1
            continue
        grown = _grown(box)
        around = pixels[_patch(grown, pixels.shape)].reshape(-1, 3)
        # Paper is what most of the patch is; print is darker.
        paper = np.percentile(around, 70, axis=0)
        cv2.fillPoly(found, [grown.astype(np.int32)], tuple(int(v) for v in paper))
        regions += 1
    return Redacted(found, regions, kept)


def _belongs(box: np.ndarray, text: str, reading: ScanReading) -> bool:
    """Whether a piece of print is part of the trace area and stays."""
    page = reading.page
    corners = reading.on_page(box)
    x, y = corners.mean(axis=0)
    top, bottom = _rows_mm(page)
    letters = sum(character.isalnum() for character in text)
    aside = BESIDE_MM if letters < SHORTEST else 0.0
    if not (-aside <= x <= page.width_mm + aside and top <= y <= bottom):
        return False
    if letters < SHORTEST or canonical_lead(text) is not None:
        return True
    return _crossed(page, corners) > (MAX_CROSSED_LONG if letters >= LONG else MAX_CROSSED)


def _rows_mm(page: EcgPage) -> tuple[float, float]:
    """Top and bottom of the rows: half a pitch beyond the outer zero lines.

    The boxes themselves reach as far as tall waves do, into header and footer.
    """
    zeros = np.unique(np.round(baselines_mm(page.boxes), 3))
    half = float(np.median(np.diff(zeros))) / 2 if len(zeros) > 1 else page.height_mm / 2
    return float(zeros[0]) - half, float(zeros[-1]) + half


def _crossed(page: EcgPage, corners_mm: np.ndarray) -> float:
    """Share of the columns of an area (its corners in mm of the page) with ink of a trace."""
    left, top = np.maximum(np.floor(corners_mm.min(axis=0) * PX_PER_MM).astype(int), 0)
    right, bottom = np.ceil(corners_mm.max(axis=0) * PX_PER_MM).astype(int)
    area = page.ink[top:bottom, left:right]
    return float((area > 96).any(axis=0).mean()) if area.size else 0.0


def _grown(box: np.ndarray) -> np.ndarray:
    """A text's corners, moved outward by the margin."""
    height = min(np.linalg.norm(box[3] - box[0]), np.linalg.norm(box[1] - box[0]))
    outward = box - box.mean(axis=0)
    length = np.maximum(np.linalg.norm(outward, axis=1, keepdims=True), 1.0)
    return np.asarray(box + outward / length * MARGIN * height * np.sqrt(2))


def _patch(box: np.ndarray, shape: tuple[int, ...]) -> tuple[slice, slice]:
    low = np.maximum(np.floor(box.min(axis=0)).astype(int), 0)
    high = np.minimum(np.ceil(box.max(axis=0)).astype(int) + 1, (shape[1], shape[0]))
    return slice(low[1], max(high[1], low[1] + 1)), slice(low[0], max(high[0], low[0] + 1))


def _texts(pixels: np.ndarray) -> Iterator[tuple[np.ndarray, str]]:
    """Corners (4 × 2, px) of every piece of text, and what it reads as."""
    for top in _starts(pixels.shape[0]):
        for left in _starts(pixels.shape[1]):
            part = pixels[top : top + TILE_PX, left : left + TILE_PX, ::-1]
            found = _reader()(np.ascontiguousarray(part), use_cls=False)
            if found.boxes is None:
                continue
            for box, text in zip(found.boxes, found.txts, strict=True):
                yield np.asarray(box, float) + np.array([left, top]), str(text)


def _starts(size: int) -> list[int]:
    """Where the parts of a side begin, evenly spread."""
    count = 1 if size <= TILE_PX else -(-(size - OVERLAP_PX) // (TILE_PX - OVERLAP_PX))
    return [round(start) for start in np.linspace(0, max(size - TILE_PX, 0), count)]


@cache
def _reader() -> Any:
    # Loading takes half a second, and only those who redact need it.
    from rapidocr import RapidOCR

    return RapidOCR(
        params={
            "Global.log_level": "error",
            "Global.text_score": 0.0,
            "Det.box_thresh": 0.4,
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
        }
    )
