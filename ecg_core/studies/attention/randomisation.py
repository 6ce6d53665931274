"""Weight randomisation: attention of a network that has forgotten must look different.

After Adebayo et al., NeurIPS 2018: parts of the network are re-initialised from the heads down,
and the map is compared with that of the intact network by rank correlation. A map that stays the
same shows the page, not the model.
"""

from __future__ import annotations

import copy

import cv2
import numpy as np
import torch
from scipy.stats import spearmanr
from torch import nn

from ecg_core.network.architecture import PageNetwork
from ecg_core.studies.attention.perturbation import CELL_PX

PARTS = ("heads", "heads and last stage", "everything")


def randomised(network: PageNetwork, part: str, seed: int) -> PageNetwork:
    """A copy of a network with one of `PARTS` re-initialised."""
    forgetful = copy.deepcopy(network)
    again: list[nn.Module] = [forgetful.heads]
    if forgetful.cells is not None:
        again.append(forgetful.cells)
    if part == "heads and last stage":
        again.extend(list(forgetful.trunk)[-forgetful.shape.depths[-1] :])
    if part == "everything":
        again = [forgetful]
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for module in again:
            for layer in module.modules():
                # Every layer with weights of its own has this method.
                if reset := getattr(layer, "reset_parameters", None):
                    reset()
    return forgetful.eval().requires_grad_(False)


def likeness(first: np.ndarray, second: np.ndarray) -> float:
    """Rank correlation of two maps cell by cell; 0 where one of them is even."""
    height, width = first.shape
    size = (-(-width // CELL_PX), -(-height // CELL_PX))
    cells = [
        cv2.resize(heat, size, interpolation=cv2.INTER_AREA).ravel() for heat in (first, second)
    ]
    if any(np.ptp(cell) < 1e-6 for cell in cells):
        return 0.0
    return float(spearmanr(*cells).statistic)
