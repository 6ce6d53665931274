"""What a method of attention is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ecg_core.page.values import LeadBox

if TYPE_CHECKING:
    from pytorch_grad_cam.base_cam import BaseCAM


def as_it_is(heat: np.ndarray, boxes: Sequence[LeadBox]) -> np.ndarray:
    """The one map of a method that reads one layer."""
    return heat


def shared_out(heat: np.ndarray, fine: np.ndarray, boxes: Sequence[LeadBox]) -> np.ndarray:
    """A map of which each lead's box keeps its sum, laid out as a finer map is; the highest is 1.

    heat, fine: H×W, not negative. Outside the boxes the map stays.
    """
    heat = heat.copy()
    for box in boxes:
        found = float(fine[box.pixels].sum())
        if found > 0:
            heat[box.pixels] = fine[box.pixels] * (float(heat[box.pixels].sum()) / found)
    highest = float(heat.max())
    return np.asarray(heat / highest if highest > 0 else heat)


@dataclass(frozen=True)
class AttentionMethod:
    """A class activation map, computed in one pass over the page as it is.

    key: as on the command line and in stored cases. name: as a reader knows it. about: what it
    weighs, in one sentence. cam: gives its class. Its smoothing by augmentation mirrors the
    input, which would run time backwards: it is never used. stages: blocks of the trunk whose maps
    are read, none for all; `joined` makes one map (H×W) of them, knowing where the leads lie.
    """

    key: str
    name: str
    about: str
    source: str
    cam: Callable[[], type[BaseCAM]]
    stages: tuple[int, ...] = (-1,)
    joined: Callable[[np.ndarray, Sequence[LeadBox]], np.ndarray] = as_it_is
