"""Which pixels of a picture are trace, grid and print: four maps by a small network.

The network learned on pages drawn by `ecg_core.training.marks` alone; `models/marks-1/card.json`
says how well it does. It works at 2.6 to 11 px/mm.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

from ecg_core.models_folder import models_folder

if TYPE_CHECKING:
    from ecg_core.page.scan.mark_maps.network import MarksNet

MODEL = "marks-1"
LONG_SIDE = 2200
"""Larger pictures are worked on at this many px: 8 px/mm of a sheet of 280 mm."""
SMALL = 700
"""Pictures whose long side is shorter are doubled."""
BLOCK = 32
"""The network takes whole blocks of so many px."""


@dataclass(frozen=True, eq=False)
class MarkMaps:
    """Maps of one picture at `scale` times its own resolution, float32, height × width, 0 to 1.

    trace: traces and calibration pulses, half-way at the edge of the pen. grid: every ruled line
    or dot. text: names, print, separators, frames, arrows, handwriting. bold: lines of 5 mm where
    they look different from those of 1 mm. Grid is faint (ask for 0.2, not 0.5) and bold is not
    learned yet: see the evidence. Table, hands, borders and creases are none of them.
    The middle of pixel x of the maps is `(x + 0.5) / scale - 0.5` of the picture.
    """

    trace: np.ndarray
    grid: np.ndarray
    text: np.ndarray
    bold: np.ndarray
    scale: float


def scale_for(height: int, width: int) -> float:
    """At which share of its resolution a picture is worked on.

    >>> scale_for(3000, 4400)
    0.5
    """
    long = max(height, width)
    if long > LONG_SIDE:
        return LONG_SIDE / long
    return 2.0 if long < SMALL else 1.0


def marks_of(pixels: np.ndarray, scale: float | None = None) -> MarkMaps:
    """The maps of a picture (uint8, height × width × 3, RGB).

    scale: share of its resolution to work at, else one that suits its size. Raises OSError where
    the weights are missing and ValueError where they are not those of the card.
    """
    import torch

    height, width = pixels.shape[:2]
    share = scale_for(height, width) if scale is None else scale
    if share != 1.0:
        size = (max(1, round(width * share)), max(1, round(height * share)))
        how = cv2.INTER_AREA if share < 1 else cv2.INTER_CUBIC
        pixels = cv2.resize(pixels, size, interpolation=how)
    height, width = pixels.shape[:2]
    padded = np.pad(pixels, ((0, -height % BLOCK), (0, -width % BLOCK), (0, 0)), mode="edge")
    x = torch.from_numpy(padded).permute(2, 0, 1)[None].float().div_(255)
    with torch.inference_mode():
        maps = _network()(x)[0, :, :height, :width].sigmoid().numpy()
    trace, grid, text, bold = (np.ascontiguousarray(one) for one in maps)
    return MarkMaps(trace, grid, text, bold, share)


@lru_cache(maxsize=1)
def _network() -> MarksNet:
    import hashlib

    from safetensors.torch import load

    from ecg_core.page.scan.mark_maps.network import MarksNet

    folder = models_folder() / MODEL
    weights = (folder / "weights.safetensors").read_bytes()
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    if hashlib.sha256(weights).hexdigest() != card["weights_sha256"]:
        raise ValueError(f"the weights in {folder} are not those of their card")
    network = MarksNet()
    network.load_state_dict(load(weights))
    return network.eval().folded()
