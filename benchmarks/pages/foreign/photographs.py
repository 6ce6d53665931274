"""Photographs of anything else: what scikit-learn and Matplotlib ship, cut, turned and mirrored."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import matplotlib
import numpy as np
from matplotlib import cbook
from sklearn.datasets import load_sample_images

from benchmarks.pages.foreign.values import Maker, jpeg
from ecg_core.intake.values import Upload

Inputs = Iterator[tuple[str, tuple[Upload, ...]]]


def photograph(rng: np.random.Generator) -> Inputs:
    """Fourteen views of each picture."""
    for name, whole in _sources():
        for view in range(14):
            height, width = whole.shape[:2]
            share = rng.uniform(0.5, 1.0)
            top = int(rng.uniform(0, (1 - share) * height))
            left = int(rng.uniform(0, (1 - share) * width))
            part = whole[top : top + round(share * height), left : left + round(share * width)]
            if view % 2:
                part = part[:, ::-1]
            part = np.rot90(part, view // 2 % 4)
            scale = rng.uniform(700, 1800) / max(part.shape[:2])
            size = (round(part.shape[1] * scale), round(part.shape[0] * scale))
            part = cv2.resize(np.ascontiguousarray(part), size, interpolation=cv2.INTER_CUBIC)
            if view % 5 == 4:
                part = np.repeat(part.mean(axis=2, keepdims=True), 3, axis=2)
            yield name, jpeg(part, int(rng.integers(60, 95)))


def _sources() -> Iterator[tuple[str, np.ndarray]]:
    """Names and pixels (height × width × 3, RGB)."""
    samples = load_sample_images()
    for name, pixels in zip(samples.filenames, samples.images, strict=True):
        yield Path(name).stem, np.asarray(pixels)
    portrait = cv2.imread(str(Path(matplotlib.get_data_path(), "sample_data/grace_hopper.jpg")))
    yield "portrait", np.ascontiguousarray(portrait[:, :, ::-1])
    with cbook.get_sample_data("s1045.ima.gz") as file:
        slice_of_head = np.frombuffer(file.read(), np.uint16).reshape(256, 256).astype(float)
    grey = np.clip(255 * slice_of_head / np.percentile(slice_of_head, 99.5), 0, 255)
    yield "MRI of a head", np.repeat(grey[:, :, None], 3, axis=2).astype(np.uint8)


MAKERS: tuple[Maker, ...] = (Maker("photograph", photograph),)
