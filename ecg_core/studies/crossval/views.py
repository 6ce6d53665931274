"""Pages as the released network's frozen part sees them: each as it is, and in worn copies.

The first blocks of the network do not learn from a few hundred pages. What they make of a page is
worked out once and kept, so that every fold and every protocol trains on the same copies.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from copy import deepcopy
from functools import cache

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from ecg_core import network
from ecg_core.network.architecture import PageNetwork
from ecg_core.training.data.batches import as_input
from ecg_core.training.data.pages import PageRecipe, worn

FROZEN_BLOCKS = 2
WORN_COPIES = 5
SHIFT_PX = (4, 8)
"""Worn copies are moved by so much at most, down and right."""
WEAR = PageRecipe(warped=0.5, degraded=0.3)

_kept: dict[bytes, Tensor] = {}


def views(ink: Iterable[np.ndarray]) -> Tensor:
    """Feature maps of pages (uint8, h × w): float16, n × (1 + `WORN_COPIES`) × C × h' × w'.

    The first view of each page is the page itself. The same page always gives the same views.
    """
    return torch.stack([_views(page) for page in ink])


def _views(ink: np.ndarray) -> Tensor:
    digest = hashlib.sha256(ink.tobytes()).digest()
    if digest not in _kept:
        rng = np.random.default_rng(int.from_bytes(digest[:8], "big"))
        shown = np.stack([ink, *(varied(ink, rng) for _ in range(WORN_COPIES))])
        _kept[digest] = still(released(), as_input(torch.from_numpy(shown))).half()
    return _kept[digest]


@cache
def released() -> PageNetwork:
    """The released network, as it is."""
    return network.load().network


def moving() -> PageNetwork:
    """The rest of the released network, a copy of its own: it reads `views` in place of ink."""
    rest = deepcopy(released())
    rest.stem, rest.trunk = nn.Sequential(), rest.trunk[FROZEN_BLOCKS:]
    return rest


@torch.inference_mode()
def still(body: PageNetwork, ink: Tensor) -> Tensor:
    """What the frozen part makes of pages (B×1×H×W)."""
    return body.trunk[:FROZEN_BLOCKS](body.stem(ink))


def varied(ink: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A page of ink (uint8) a little moved, and as worn as scanning might leave it."""
    cv2.setNumThreads(1)
    down, right = (rng.integers(-reach, reach + 1) for reach in SHIFT_PX)
    move = np.array([[1.0, 0.0, right], [0.0, 1.0, down]])
    moved = cv2.warpAffine(ink, move, ink.shape[::-1], flags=cv2.INTER_NEAREST)
    page = worn(moved.astype(np.float32) / 255, WEAR, rng)
    return np.rint(np.clip(page, 0, 1) * 255).astype(np.uint8)
