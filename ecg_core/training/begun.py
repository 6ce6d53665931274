"""Begin a page network from the weights of a released one, whose statements may be fewer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor

from ecg_core.network.architecture import PageNetwork
from ecg_core.network.card import ModelCard
from ecg_core.network.classifier import CENTRE, WHITENING

STATEMENT_HEAD = "heads.statements."
UNHEARD_OF = -4.0
"""Logit of a statement that the released network has no output for, until it is taught: rare."""


@torch.no_grad()
def carry_over(network: PageNetwork, codes: Sequence[str], folder: Path) -> None:
    """Take over every weight; a statement's output is the one of its code.

    codes: of the new network's statements, in order. folder: of the released model. Raises
    RuntimeError where the trunks differ in shape, FileNotFoundError without the model.
    """
    card = ModelCard.read(folder / "card.json")
    released = load_file(folder / "weights.safetensors")
    old = {one.code: k for k, one in enumerate(card.statements)}
    carried = {n: v for n, v in released.items() if n not in (CENTRE, WHITENING)}
    for part, unheard in (("weight", 0.0), ("bias", UNHEARD_OF)):
        known = carried[STATEMENT_HEAD + part]
        fresh = torch.full((len(codes), *known.shape[1:]), unheard)
        for k, code in enumerate(codes):
            if code in old:
                fresh[k] = known[old[code]]
        carried[STATEMENT_HEAD + part] = fresh
    network.load_state_dict(carried)


def mixed(
    begun: Mapping[str, Tensor],
    trained: Mapping[str, Tensor],
    share: float,
    fresh: Sequence[int],
) -> dict[str, Tensor]:
    """Means of the weights that training began from and those it came to.

    share: of the former. fresh: statements that the former had no output for; they stay trained.

    >>> one, two = {"a": torch.zeros(1)}, {"a": torch.ones(1)}
    >>> mixed(one, two, 0.25, ())
    {'a': tensor([0.7500])}
    """
    found = {}
    for name, value in trained.items():
        mean = value
        if value.is_floating_point():
            mean = share * begun[name] + (1 - share) * value
            if name.startswith(STATEMENT_HEAD):
                mean[list(fresh)] = value[list(fresh)]
        found[name] = mean
    return found
