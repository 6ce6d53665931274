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
