"""Reading lead names off small pieces of ink."""

from __future__ import annotations

import cv2
import numpy as np

from ecg_core.page.scan.print import lettering
from ecg_core.page.scan.print.known_crops import KnownCrops
from ecg_core.page.scan.print.likely_print import may_be_print
from ecg_core.page.scan.sheets.text import lead_of


def _printed(text: str) -> np.ndarray:
    """A crop of print: ink from 0 to 1."""
    canvas = np.zeros((96, 40 + 44 * len(text)), np.uint8)
    cv2.putText(canvas, text, (16, 72), 255, cv2.FontFace("sans"), 64, 500)
    small = cv2.resize(canvas, None, fx=0.28, fy=0.28, interpolation=cv2.INTER_AREA)
    return small.astype(np.float32) / 255


def test_names_are_read_and_remembered() -> None:
    names = ["aVR", "V4", "V2"]
    crops = [_printed(name) for name in names]
    assert [lead_of(text) for text in lettering.read(crops)] == names

    recogniser = lettering._recogniser()
    asked: list[int] = []
    texts = recogniser.texts

    def counted(batch: np.ndarray) -> list[tuple[str, float]]:
        asked.append(len(batch))
        return texts(batch)

    recogniser.texts = counted  # type: ignore[method-assign]
    try:
        # The same print, a shade lighter than before: it is not looked at again.
        again = lettering.read([np.minimum(crop * 0.999, 1.0) for crop in crops[::-1]])
        other = lettering.read([_printed("aVF"), crops[0], _printed("aVF")])
    finally:
        recogniser.texts = texts  # type: ignore[method-assign]
    assert [lead_of(text) for text in again] == names[::-1]
    assert [lead_of(text) for text in other] == ["aVF", "aVR", "aVF"]
    assert asked == [1]


def test_what_was_read_for_sure_is_lent_to_crops_a_shade_apart() -> None:
    known = KnownCrops()
    crop = np.array([[0, 4, 0], [1, 4, 3]], np.uint8)
    shade = np.array([[1, 3, 0], [0, 4, 4]], np.uint8)
    other = np.array([[0, 4, 0], [3, 4, 3]], np.uint8)
    known.add(crop, "V1", 0.97)

    assert [known.text_of(one) for one in (crop, shade)] == ["V1", "V1"]
    # Two steps of grey in one place, or another shape, are another crop.
    assert known.text_of(other) is None
    assert known.text_of(crop[:, :2]) is None


def test_what_was_hardly_read_is_lent_to_no_other() -> None:
    known = KnownCrops()
    crop = np.array([[0, 4, 0], [1, 4, 3]], np.uint8)
    known.add(crop, "V1", 0.7)
    known.add(crop[:, :2], "", 0.99)

    assert known.text_of(crop) == "V1"
    assert known.text_of(crop[:, :2]) == ""
    assert known.text_of(np.maximum(crop, 1)) is None
    assert known.text_of(np.maximum(crop[:, :2], 1)) is None


def test_lines_of_print_are_told_from_what_a_grid_leaves() -> None:
    # Words may stand apart by more than they are high.
    apart = np.hstack([_printed("25 mm/s"), np.zeros((27, 20), np.float32), _printed("10 mm/mV")])
    assert may_be_print(_printed("25 mm/s"))
    assert may_be_print(apart)
    dashes = np.zeros((14, 400), np.float32)
    dashes[6:8, np.arange(400) % 30 < 24] = 1.0
    dashes[2:12, ::100] = 1.0
    assert not may_be_print(dashes)
    crosses = np.zeros((40, 600), np.float32)
    crosses[19:21] = crosses[:, ::60] = 1.0
    assert not may_be_print(crosses)
    assert not may_be_print(np.zeros((20, 90), np.float32))
