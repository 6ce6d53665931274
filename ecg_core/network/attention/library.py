"""Class activation maps by pytorch-grad-cam, on a network in PyTorch: any method of the family."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from ecg_core.network.architecture import PageNetwork
from ecg_core.network.attention import DEFAULT_METHOD, METHODS
from ecg_core.page.values import LeadBox


class _OneHead(nn.Module):
    """The network seen through the head that holds the target."""

    def __init__(self, network: PageNetwork, head: str) -> None:
        super().__init__()
        self.network = network
        self.head = head

    def forward(self, ink: Tensor) -> Tensor:
        logits: Tensor = getattr(self.network(ink), self.head)
        return logits


def heat_map(
    network: PageNetwork,
    ink: np.ndarray,
    head: str,
    index: int,
    method: str = DEFAULT_METHOD,
    boxes: Sequence[LeadBox] = (),
) -> np.ndarray:
    """Class activation map of one output on what the network reads: float32, H×W, 0 to 1.

    ink: uint8, H×W. boxes: where the leads lie on it. The page is read once, as it is: averaging
    over augmented copies, as the library offers, would mirror time.
    """
    chosen = METHODS[method]
    layers = [network.trunk[stage] for stage in chosen.stages]
    page = torch.from_numpy(ink).to(torch.float32).div_(255)[None, None]
    read = page.contiguous(memory_format=torch.channels_last).requires_grad_(True)
    with chosen.cam()(model=_OneHead(network, head), target_layers=layers) as cam:
        found = cam(input_tensor=read, targets=[lambda logits: logits[index]])[0]
    heat = chosen.joined(np.asarray(found, np.float32), boxes)
    return np.asarray(np.clip(heat, 0, 1))
