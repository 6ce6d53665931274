"""Triage by two rules, and infarctions by their stage."""

import numpy as np
import pytest

from ecg_core.evidence.figures import definitions
from ecg_core.evidence.triage_questions import triage_class
from tests.evidence.case_sets import case_set


def test_each_rule_has_its_macro_f1_and_each_stage_its_share() -> None:
    # Forty normal ECGs, the acute score rising; two of three early infarctions above 95 % of them.
    acute = np.r_[np.linspace(0.0, 0.39, 40), 0.9, 0.8, 0.1, 0.05]
    scores = np.stack([1 - acute, acute, 0 * acute, 0 * acute], axis=1)
    early = np.r_[np.zeros(40, bool), True, True, True, False]
    recent = np.r_[np.zeros(43, bool), True]
    truth = (early | recent).astype(int)
    cases = case_set(choice=triage_class(truth, scores))
    found = list(
        definitions.figures(
            cases,
            {"first": truth, "by stage": np.where(recent, -1, truth)},
            {"early": early, "recent": recent},
        )
    )
    by_what = {one.what: one for one in found}
    # Of four ill two are called ill, nobody else: F1 2/3; of forty well 40 of 42: 80/82.
    assert by_what["triage macro-F1, rule: first"].value == pytest.approx((2 / 3 + 80 / 82) / 2)
    assert by_what["triage macro-F1, rule: by stage"].n == 43
    caught = by_what["early flagged acute at 95 % specificity"]
    assert (caught.n, caught.value) == (3, pytest.approx(2 / 3))
    assert 0.2 < caught.low < caught.value < caught.high < 1
    assert by_what["recent flagged acute at 95 % specificity"].value == 0
