"""Risk–coverage curves against areas worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from ecg_core.evidence.figures import risk
from ecg_core.evidence.values import Choice
from tests.evidence.case_sets import case_set, question


def test_curve_by_hand() -> None:
    # Surest first: right, right, wrong, right, wrong. Risks 0, 0, 1/3, 1/4, 2/5.
    wrong = np.array([True, False, True, False, False])
    uncertainty = np.array([0.9, 0.1, 0.5, 0.2, 0.7])
    found = risk.curve("x", wrong, uncertainty, np.arange(5))
    assert found.n == 5
    assert found.aurc.value == pytest.approx((0 + 0 + 1 / 3 + 1 / 4 + 2 / 5) / 5)
    assert found.at(0.4).value == 0.0
    assert found.at(0.6).value == pytest.approx(1 / 3)
    assert found.at(0.8).value == pytest.approx(1 / 4)
    assert found.at(1.0).value == found.random == pytest.approx(2 / 5)


def test_equally_uncertain_cases_share_their_errors() -> None:
    wrong = np.array([True, True, False, False])
    for order in ([0, 1, 2, 3], [2, 0, 3, 1]):
        found = risk.curve("x", wrong[order], np.zeros(4), np.arange(4))
        assert found.risk == pytest.approx(0.5)
        assert found.aurc.value == pytest.approx(0.5)


def test_the_best_order_has_the_least_area() -> None:
    rng = np.random.default_rng(0)
    wrong = rng.random(500) < 0.2
    patients = np.arange(500)
    best = risk.curve("x", wrong, wrong.astype(float), patients)
    worst = risk.curve("x", wrong, -wrong.astype(float), patients)
    chance = risk.curve("x", wrong, rng.random(500), patients)
    assert best.aurc.high < chance.aurc.low < chance.aurc.high < worst.aurc.low
    assert chance.aurc.low < chance.random < chance.aurc.high


def test_triage_curve_leaves_out_cases_without_a_class() -> None:
    scores = np.array(
        [[0.7, 0.1, 0.1, 0.1], [0.4, 0.3, 0.2, 0.1], [0.1, 0.1, 0.2, 0.6], [0.25] * 4]
    )
    found = risk.choice_curve(
        case_set(choice=Choice(tuple("abcd"), np.array([0, 1, 3, -1]), scores))
    )
    # Sure in this order: 0.7 right, 0.6 right, 0.4 wrong.
    assert found.n == 3
    assert found.risk[-1] == pytest.approx(1 / 3)
    assert found.aurc.value == pytest.approx(1 / 9)


def test_one_class_wrong_makes_the_answer_wrong() -> None:
    labels = np.zeros((3, 5), bool)
    labels[0, 1] = True
    scores = np.full((3, 5), 0.01)
    scores[0, 1] = 0.95
    scores[1, 2] = 0.45
    cuts = (0.5, 0.5, 0.4, 0.5, 0.5)
    asked = [question(labels[:, k], scores[:, k], str(k), cuts[k]) for k in range(5)]
    found = risk.questions_curve(case_set(*asked))
    # The second case flags what is not there, close to its operating point: it is the least sure.
    assert found.random == pytest.approx(1 / 3)
    assert found.at(0.66).value == 0.0


def test_recordings_of_one_patient_widen_the_interval() -> None:
    rng = np.random.default_rng(1)
    wrong = np.repeat(rng.random(60) < 0.3, 5)
    order = rng.random(300)
    apart = risk.curve("x", wrong, order, np.arange(300)).at(1.0)
    together = risk.curve("x", wrong, order, np.repeat(np.arange(60), 5)).at(1.0)
    assert together.high - together.low > 1.5 * (apart.high - apart.low)
