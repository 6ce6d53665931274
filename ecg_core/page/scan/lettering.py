"""Reading what is printed beside the traces: lead names, paper speed and gain.

Small pieces of ink that are no traces are cut out and read by a text recogniser, the one that
rapidocr ships in its wheel. It is called directly: a page needs a dozen narrow crops read in a
few hundredths of a second, without detection and without padding to whole text lines.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import onnxruntime

CROP_PX = 48
MIN_SCORE = 0.5
GREYS = 4
"""Crops are read in so many steps from paper to ink: finer ones tell no letters apart."""
REMEMBERED = 4096
_Key = tuple[tuple[int, ...], bytes]


def read(crops: list[np.ndarray]) -> list[str]:
    """Texts of small pictures of ink (0 to 1, height × width); "" where nothing is certain.

    A text depends on nothing but its own crop, so that what was read once is remembered: programs
    that print ECGs print their lead names alike, pixel by pixel.
    """
    coarse = [np.rint(crop * GREYS).astype(np.uint8) for crop in crops]
    keys = [(crop.shape, crop.tobytes()) for crop in coarse]
    recogniser = _recogniser()
    known = {key: text for key in keys if (text := recogniser.remembered(key)) is not None}
    new = {key: crop for key, crop in zip(keys, coarse, strict=True) if key not in known}
    by_width: dict[int, list[_Key]] = {}
    for key in new:
        height, width = key[0]
        wide = width / max(height, 1) * CROP_PX
        by_width.setdefault(int(np.ceil(max(wide, 24.0) / 32.0)) * 32, []).append(key)
    for width, alike in by_width.items():
        batch = np.ones((len(alike), 3, CROP_PX, width), np.float32)
        for place, key in enumerate(alike):
            crop = new[key].astype(np.float32) / GREYS
            own = min(round(crop.shape[1] / crop.shape[0] * CROP_PX), width)
            scaled = cv2.resize(crop, (max(own, 1), CROP_PX), interpolation=cv2.INTER_LINEAR)
            left = (width - scaled.shape[1]) // 2
            batch[place, :, :, left : left + scaled.shape[1]] = 1.0 - 2.0 * scaled
        for key, text in zip(alike, recogniser.texts(batch), strict=True):
            known[key] = text
            recogniser.remember(key, text)
    return [known[key] for key in keys]


class _Recogniser:
    """The text recogniser of rapidocr's wheel, on one thread."""

    def __init__(self, path: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
        self.input = self.session.get_inputs()[0].name
        letters = self.session.get_modelmeta().custom_metadata_map["character"].splitlines()
        self.letters = ["", *letters, " "]
        self.lock = threading.Lock()
        self._memory: OrderedDict[_Key, str] = OrderedDict()

    def remembered(self, key: _Key) -> str | None:
        """The text of a crop that was read before."""
        with self.lock:
            if key in self._memory:
                self._memory.move_to_end(key)
            return self._memory.get(key)

    def remember(self, key: _Key, text: str) -> None:
        """Keep a text, and forget the one that was not asked for the longest time."""
        with self.lock:
            self._memory[key] = text
            if len(self._memory) > REMEMBERED:
                self._memory.popitem(last=False)

    def texts(self, batch: np.ndarray) -> list[str]:
        """Greedy reading of n × 3 × 48 × width pictures between -1 (ink) and 1 (paper)."""
        with self.lock:
            (chances,) = self.session.run(None, {self.input: batch})
        best, sure = chances.argmax(axis=2), chances.max(axis=2)
        texts = []
        for row, chance in zip(best, sure, strict=True):
            new = (row != 0) & (row != np.roll(row, 1))
            new[0] = row[0] != 0
            certain = new.any() and float(chance[new].mean()) >= MIN_SCORE
            texts.append("".join(self.letters[i] for i in row[new]) if certain else "")
        return texts


@lru_cache(maxsize=1)
def _recogniser() -> _Recogniser:
    spec = find_spec("rapidocr")
    assert spec is not None and spec.origin is not None
    models = sorted((Path(spec.origin).parent / "models").glob("*_rec_small.onnx"))
    return _Recogniser(models[-1])
