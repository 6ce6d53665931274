"""HiResCAM of every stage in one pass: what all of them see says which lead, the first two where in
it (4 mm)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ecg_core.network.attention.hirescam import every_map
from ecg_core.network.attention.method import AttentionMethod, shared_out
from ecg_core.network.values import METHOD_NAMES
from ecg_core.page.values import LeadBox

AGREED = 0.75
"""Power of the product of all maps: towards 1, a network with random weights gives maps less alike
(0.18 on 40 ECGs of PTB-XL's fold 9; 0.21 with 0.75, 0.27 with 0.5, 0.33 by two maps), but what is
blanked first counts less (0.403, 0.395, 0.392 and 0.389 of the probability left)."""


def within_leads(maps: np.ndarray, boxes: Sequence[LeadBox]) -> np.ndarray:
    """The geometric mean of the first two maps, each lead's box scaled to what all maps find in it.

    maps: L×H×W, 0 to 1, the finest first. All find the power `AGREED` of their product.
    """
    return shared_out(maps.prod(axis=0) ** AGREED, np.sqrt(maps[:2].prod(axis=0)), boxes)


method = AttentionMethod(
    key="hirescam-stages",
    name=METHOD_NAMES["hirescam-stages"],
    about="Leads count where all stages agree; within a lead, by the two finest maps (4 mm).",
    source="after Draelos and Carin, arXiv:2011.08891, 2020; ours",
    cam=every_map,
    stages=(),
    joined=within_leads,
)
