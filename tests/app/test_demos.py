"""Demonstrations: the first is read well, and those that the model fails are named so."""

from __future__ import annotations

import pytest

from ecg_core import network
from ecg_core.answer import Answer, answer
from ecg_core.network.statements import Triage
from ecg_core.triage.verdict import Level
from widgets.session import demos

SHOULD = {
    "normal": Triage.NORMAL,
    "anterior_stemi": Triage.ACUTE_MI,
    "stemi_export": Triage.ACUTE_MI,
}


@pytest.mark.parametrize("demo", demos.demos()[:1] + demos.demos()[-3:], ids=lambda demo: demo.id)
def test_what_is_said_of_a_demonstration_is_so(demo: demos.Demo) -> None:
    if network.default_model() not in network.list_models():
        pytest.skip("no model is shipped in models/")
    said = answer(demo.bundle(), network.Answering())
    assert isinstance(said, Answer)
    if demo.id == "hypertrophy":
        # No infarction, and yet the highest alarm.
        assert demo.failed and said.verdict.level is Level.ACT_NOW
        return
    right = said.prediction.triage_class is SHOULD[demo.id]
    assert right is not bool(demo.failed)
