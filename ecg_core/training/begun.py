"""Begin a page network from the weights of a released one, whose statements may be fewer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file

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
