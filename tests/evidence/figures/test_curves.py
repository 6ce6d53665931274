"""Curves against scikit-learn and by hand; bands hold the curve."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as reference

from ecg_core.evidence.figures import curves
from tests.evidence.case_sets import question, separable


def test_roc_is_scikit_learns() -> None:
    truth, score = separable(500, 1.2)
    found = curves.roc(question(truth, score), np.arange(500))
    fall_out, recall, _ = reference.roc_curve(truth, score, drop_intermediate=False)
    np.testing.assert_allclose(found.x, fall_out)
    np.testing.assert_allclose(found.y, recall)
    assert found.area.value == pytest.approx(reference.roc_auc_score(truth, score))
    own = np.interp(curves.GRID, found.x, found.y)
    assert (found.low <= own + 0.02).all() and (own <= found.high + 0.02).all()


def test_precision_recall_is_scikit_learns() -> None:
    truth, score = separable(500, 1.2, seed=4)
    found = curves.precision_recall(question(truth, score), np.arange(500))
    precision, recall, _ = reference.precision_recall_curve(truth, score)
    # Theirs runs from low to high thresholds and closes with (recall 0, precision 1).
    np.testing.assert_allclose(found.x, recall[-2::-1])
    np.testing.assert_allclose(found.y, precision[-2::-1])
    assert found.area.value == pytest.approx(reference.average_precision_score(truth, score))


def test_reliability_of_a_calibrated_score() -> None:
    truth, score = separable(20_000, 1.0, seed=2)
    found = curves.reliability(question(truth, score), np.arange(20_000))
    assert found.brier.value == pytest.approx(reference.brier_score_loss(truth, score))
    assert found.ece.value < 0.02
    inside = [one.observed.low <= one.said <= one.observed.high for one in found.bins]
    assert np.mean(inside) >= 0.7
    assert sum(one.n for one in found.bins) == 20_000


def test_reliability_by_hand() -> None:
    truth = np.array([1, 0, 0, 0, 1, 1, 1, 1], bool)
    score = np.array([0.15] * 4 + [0.95] * 4)
    found = curves.reliability(question(truth, score), np.arange(8))
    low, high = found.bins
    assert (low.said, low.observed.value, low.n) == (pytest.approx(0.15), 0.25, 4)
    assert (high.said, high.observed.value, high.n) == (pytest.approx(0.95), 1.0, 4)
    assert found.ece.value == pytest.approx((0.10 + 0.05) / 2)


def test_chance_alone_by_hand() -> None:
    # Two cases at one half: none, one or both are ill, and only one of them leaves no gap.
    two = question(np.array([True, False]), np.full(2, 0.5))
    found = curves.reliability(two, np.arange(2)).by_chance
    assert found.value == pytest.approx(0.25, abs=0.05)
    assert (found.low, found.high) == (0.0, 0.5)
    # Of 10,000 cases at one half the gap is that of a binomial, sqrt(2 / pi) of its spread.
    many = question(np.tile([True, False], 5_000), np.full(10_000, 0.5))
    expected = np.sqrt(2 / np.pi) * 0.5 / np.sqrt(10_000)
    assert curves.calibration_error_by_chance((many,)).value == pytest.approx(expected, rel=0.15)


def test_net_benefit_by_hand() -> None:
    # Ten patients, four ill; at 0.2 the model flags three ill and one well.
    truth = np.array([1, 1, 1, 1, 0, 0, 0, 0, 0, 0], bool)
    score = np.array([0.9, 0.8, 0.3, 0.1, 0.4, 0.1, 0.1, 0.1, 0.1, 0.1])
    found = curves.decision_curve(question(truth, score), np.arange(10))
    at = int(np.argmin(np.abs(found.thresholds - 0.2)))
    assert found.model[at] == pytest.approx(0.3 - 0.1 * 0.25)
    assert found.everyone[at] == pytest.approx(0.4 - 0.6 * 0.25)


def test_one_kind_of_case_has_no_curve() -> None:
    with pytest.raises(ValueError, match="both kinds"):
        curves.roc(question(np.ones(5, bool), np.linspace(0, 1, 5)), np.arange(5))
