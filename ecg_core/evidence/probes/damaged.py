"""One ECG, damaged on purpose, sent the way of an upload: what the machine says then."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ecg_core.answer import answer
from ecg_core.intake.values import EcgRecord, EcgScan
from ecg_core.network.values import Prediction
from ecg_core.network.who_answers import Models
from ecg_core.page.drawn.printed import print_record
from ecg_core.page.ten_seconds import ten_seconds
from ecg_core.page.values import EcgPage
from ecg_core.prepared import Refusal

PRINT_PX_PER_MM = 8.0
PAPER = (246, 246, 246)


@dataclass(frozen=True)
class Damage:
    """What happens to the print-out.

    rotation_deg: laid askew. blur_mm: sigma of the defocus on the sheet. noise: standard deviation
    of the sensor's noise, grey levels of 255. px_per_mm: resolution of the picture.
    """

    rotation_deg: float = 0.0
    blur_mm: float = 0.0
    noise: float = 0.0
    px_per_mm: float = PRINT_PX_PER_MM


@dataclass(frozen=True, eq=False)
class Trial:
    """The damaged picture and what came of it: a page and an answer, or why there is none."""

    pixels: np.ndarray
    page: EcgPage | None
    prediction: Prediction | None
    refusal: str


def damaged(record: EcgRecord, damage: Damage) -> np.ndarray:
    """The damaged print-out: uint8, h × w × 3, RGB, the same every time."""
    pixels = print_record(ten_seconds(record), px_per_mm=PRINT_PX_PER_MM).pixels
    if damage.rotation_deg:
        pixels = _rotated(pixels, damage.rotation_deg)
    if damage.blur_mm:
        pixels = cv2.GaussianBlur(pixels, (0, 0), damage.blur_mm * PRINT_PX_PER_MM)
    factor = damage.px_per_mm / PRINT_PX_PER_MM
    if factor < 1:
        pixels = cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    if damage.noise:
        rng = np.random.default_rng(0)
        grain = rng.standard_normal(pixels.shape[:2], dtype=np.float32)[..., None] * damage.noise
        pixels = np.clip(pixels + grain, 0, 255).astype(np.uint8)
    return pixels


def _rotated(pixels: np.ndarray, degrees: float) -> np.ndarray:
    """Turned about its centre on a canvas that keeps its corners."""
    height, width = pixels.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    cosine, sine = abs(turn[0, 0]), abs(turn[0, 1])
    size = (round(height * sine + width * cosine), round(height * cosine + width * sine))
    turn[:, 2] += (size[0] / 2 - width / 2, size[1] / 2 - height / 2)
    return cv2.warpAffine(pixels, turn, size, borderValue=PAPER)


def trial(record: EcgRecord, damage: Damage, models: Models) -> Trial:
    """Print, damage, read and answer. Nothing is raised for a picture that cannot be read."""
    pixels = damaged(record, damage)
    said = answer(EcgScan(record.name, record.sha256, pixels), models)
    if isinstance(said, Refusal):
        return Trial(pixels, None, None, said.reason)
    return Trial(pixels, said.page, said.prediction, "")
