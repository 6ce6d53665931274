"""A network begun from a released one says what that one says, and little of the rest."""

import torch

from ecg_core.models_folder import models_folder
from ecg_core.network.architecture import PageNetwork
from ecg_core.network.classifier import Classifier
from ecg_core.network.statements import STATEMENTS
from ecg_core.training import begun, config

RELEASED = "resatt-arranged-ptbxl"


def test_answers_of_known_statements_are_carried_over() -> None:
    folder = models_folder() / RELEASED
    released = Classifier(folder)
    chosen = config.read(folder / "train.toml")
    codes = tuple(STATEMENTS)
    network = PageNetwork(chosen.architecture(len(codes)))
    begun.carry_over(network, codes, folder)
    ink = torch.rand(1, 1, 120, 500)
    with torch.inference_mode():
        before, after = released.network(ink), network.eval()(ink)
    old = {one.code: k for k, one in enumerate(released.card.statements)}
    assert torch.allclose(before.superclasses, after.superclasses, atol=1e-4)
    assert torch.allclose(before.triage, after.triage, atol=1e-4)
    for k, code in enumerate(codes):
        if code in old:
            assert torch.allclose(
                before.statements[0, old[code]], after.statements[0, k], atol=1e-4
            )
        else:
            assert float(after.statements[0, k]) == begun.UNHEARD_OF
