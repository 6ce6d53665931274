"""Reading lead names off small pieces of ink."""

from __future__ import annotations

import cv2
import numpy as np

from ecg_core.page.scan import lettering
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

    def counted(batch: np.ndarray) -> list[str]:
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
