"""Reading what is printed beside the traces: lead names, paper speed and gain.

Small pieces of ink that are no traces are cut out and read by a text recogniser, the one that
rapidocr ships in its wheel. It is called directly: a page needs a dozen narrow crops read in a
few hundredths of a second, without detection and without padding to whole text lines.
"""

from __future__ import annotations

import threading
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import onnxruntime

from ecg_core.page.scan.print.known_crops import Key, KnownCrops, key_of

CROP_PX = 48
MIN_SCORE = 0.5
GREYS = 4
"""Crops are read in so many steps from paper to ink: finer ones tell no letters apart."""


def read(crops: list[np.ndarray]) -> list[str]:
    """Texts of small pictures of ink (0 to 1, height × width); "" where nothing is certain.

    A text depends on its own crop and on none that is read beside it; of a crop like one that was
    read for sure before, it is that one's (`known_crops`).
    """
    coarse = [np.rint(crop * GREYS).astype(np.uint8) for crop in crops]
    recogniser = _recogniser()
    known: dict[Key, str] = {}
    new: dict[Key, np.ndarray] = {}
    for crop in coarse:
        key = key_of(crop)
        if key in known or key in new:
            continue
        text = recogniser.remembered(crop)
        if text is None:
            new[key] = crop
        else:
            known[key] = text
    by_width: dict[int, list[np.ndarray]] = {}
    for crop in new.values():
        height, width = crop.shape
        wide = width / max(height, 1) * CROP_PX
        by_width.setdefault(int(np.ceil(max(wide, 24.0) / 32.0)) * 32, []).append(crop)
    for width, alike in by_width.items():
        batch = np.ones((len(alike), 3, CROP_PX, width), np.float32)
        for place, coarse_crop in enumerate(alike):
            crop = coarse_crop.astype(np.float32) / GREYS
            own = min(round(crop.shape[1] / crop.shape[0] * CROP_PX), width)
            scaled = cv2.resize(crop, (max(own, 1), CROP_PX), interpolation=cv2.INTER_LINEAR)
            left = (width - scaled.shape[1]) // 2
            batch[place, :, :, left : left + scaled.shape[1]] = 1.0 - 2.0 * scaled
        for crop, (text, sure) in zip(alike, recogniser.texts(batch), strict=True):
            known[key_of(crop)] = text
            recogniser.remember(crop, text, sure)
    return [known[key_of(crop)] for crop in coarse]


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
        self._known = KnownCrops()

    def remembered(self, crop: np.ndarray) -> str | None:
        """The text of a crop that was read before, or of one like it."""
        with self.lock:
            return self._known.text_of(crop)

    def remember(self, crop: np.ndarray, text: str, sure: float) -> None:
        """Keep a text."""
        with self.lock:
            self._known.add(crop, text, sure)

    def texts(self, batch: np.ndarray) -> list[tuple[str, float]]:
        """Greedy reading of n × 3 × 48 × width pictures between -1 (ink) and 1 (paper), and how
        certain each text is."""
        with self.lock:
            (chances,) = self.session.run(None, {self.input: batch})
        best, sure = chances.argmax(axis=2), chances.max(axis=2)
        texts = []
        for row, chance in zip(best, sure, strict=True):
            new = (row != 0) & (row != np.roll(row, 1))
            new[0] = row[0] != 0
            mean = float(chance[new].mean()) if new.any() else 0.0
            text = "".join(self.letters[i] for i in row[new]) if mean >= MIN_SCORE else ""
            texts.append((text, mean))
        return texts


@lru_cache(maxsize=1)
def _recogniser() -> _Recogniser:
    spec = find_spec("rapidocr")
    assert spec is not None and spec.origin is not None
    models = sorted((Path(spec.origin).parent / "models").glob("*_rec_small.onnx"))
    return _Recogniser(models[-1])
