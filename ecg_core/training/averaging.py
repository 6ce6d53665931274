"""Exponential moving average of the weights: the network that is measured and shipped."""

from __future__ import annotations

import copy

import torch
from torch import nn


class WeightAverage:
    """Follows a network during training; `network` is the averaged copy.

    decay: share of the old average kept per step, warmed up over the first steps so that the
    random start is forgotten.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.network = copy.deepcopy(network).eval().requires_grad_(False)
        self.decay = decay
        self.steps = 0

    @torch.no_grad()
    def update(self, network: nn.Module) -> None:
        """Take one step towards `network`; counters are copied."""
        self.steps += 1
        keep = min(self.decay, (1 + self.steps) / (10 + self.steps))
        followed = self.network.state_dict()
        for name, value in network.state_dict().items():
            if value.dtype.is_floating_point:
                followed[name].lerp_(value, 1 - keep)
            else:
                followed[name].copy_(value)
