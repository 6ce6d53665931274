"""HiResCAM read twice: the last map says which lead, the first stage where in it (4 mm)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ecg_core.network.attention.hirescam import every_map
from ecg_core.network.attention.method import AttentionMethod, shared_out
from ecg_core.network.values import METHOD_NAMES
from ecg_core.page.values import LeadBox


def within_leads(maps: np.ndarray, boxes: Sequence[LeadBox]) -> np.ndarray:
    """The fine map (the first), each lead's box scaled to what both maps find in it.

    maps: 2×H×W, 0 to 1. Outside the boxes both maps multiply.
    """
    return shared_out(maps[0] * maps[-1], maps[0], boxes)


method = AttentionMethod(
    key="hirescam-fine",
    name=METHOD_NAMES["hirescam-fine"],
    about="Leads count where coarse and fine map agree; within a lead, by its fine map (4 mm).",
    source="after Draelos and Carin, arXiv:2011.08891, 2020; ours",
    cam=every_map,
    stages=(0, -1),
    joined=within_leads,
)
