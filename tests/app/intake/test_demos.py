"""Demonstrations: the first is read well, and those that the model fails are named so."""

from __future__ import annotations

import pytest

from ecg_core import network
from ecg_core.answer import Answer, answer
from ecg_core.network.statements import Triage
from ecg_core.triage.verdict import Level
from widgets.intake import demos

SHOULD = {
    "normal": Triage.NORMAL,
    "anterior_stemi": Triage.ACUTE_MI,
    "stemi_export": Triage.ACUTE_MI,
    "hypertrophy": Triage.OTHER,
    "old_inferior": Triage.PRIOR_MI,
    "old_inferior_scan": Triage.PRIOR_MI,
    "fibrillation": Triage.OTHER,
    "left_bundle": Triage.OTHER,
    "left_bundle_photo": Triage.OTHER,
}


@pytest.mark.parametrize(
    "demo", [demo for demo in demos.demos() if demo.id in SHOULD], ids=lambda demo: demo.id
)
def test_what_is_said_of_a_demonstration_is_so(demo: demos.Demo) -> None:
    if network.default_model() not in network.list_models():
        pytest.skip("no model is shipped in models/")
    said = answer(demo.bundle(), network.Answering())
    assert isinstance(said, Answer)
    acute = SHOULD[demo.id] is Triage.ACUTE_MI
    right = said.prediction.triage_class is SHOULD[demo.id]
    right = right and (said.verdict.level is Level.ACT_NOW) is acute
    assert right is not bool(demo.failed)
