"""What a method of attention is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ecg_core.page.values import LeadBox


def as_it_is(maps: np.ndarray, boxes: Sequence[LeadBox]) -> np.ndarray:
    """The one map of a method that reads one layer, from 0 to 1 as fine as the page is."""
    found = maps[0] - maps[0].min()
    return np.asarray(found / (1e-7 + found.max()))


@dataclass(frozen=True)
class AttentionMethod:
    """A class activation map, computed in one pass over the page as it is.

    key: as on the command line and in stored cases. name: as a reader knows it. about: what it
    weighs, in one sentence. weigh: of the features of a layer and the gradients of the answer by
    them (both C×h×w) the map (h×w). stages: blocks of the trunk whose maps are read; `joined`
    makes one map (H×W) of them (L×H×W, 0 to 1), knowing where the leads lie.
    """

    key: str
    name: str
    about: str
    source: str
    weigh: Callable[[np.ndarray, np.ndarray], np.ndarray]
    stages: tuple[int, ...] = (-1,)
    joined: Callable[[np.ndarray, Sequence[LeadBox]], np.ndarray] = as_it_is
