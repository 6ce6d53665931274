"""Every metric against scikit-learn or a hand-worked example; intervals by simulation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as reference

from ecg_core.evidence.figures import metrics


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(20, 200), st.booleans())
def test_auc_is_scikit_learns(seed: int, n: int, ties: bool) -> None:
    rng = np.random.default_rng(seed)
    truth = np.r_[True, False, rng.random(n) < 0.3]
    score = rng.random(n + 2)
    score = np.round(score, 1) if ties else score
    weights = rng.integers(0, 4, (3, n + 2)).astype(float)
    weights[:, :2] += 1
    ours = metrics.weighted_aucs(truth, score, weights)
    for row, value in zip(weights, ours, strict=True):
        theirs = reference.roc_auc_score(truth, score, sample_weight=row)
        assert value == pytest.approx(theirs, abs=1e-12)


def test_operating_figures_by_hand() -> None:
    truth = np.array([1, 1, 1, 0, 0, 0, 0, 0], bool)
    score = np.array([0.9, 0.6, 0.2, 0.7, 0.5, 0.3, 0.1, 0.1])
    found = metrics.at_threshold(truth, score, 0.5)
    assert (found.true_positive, found.false_negative) == (2, 1)
    assert (found.false_positive, found.true_negative) == (2, 3)
    assert found.sensitivity == pytest.approx(2 / 3)
    assert found.specificity == pytest.approx(3 / 5)
    assert found.ppv == pytest.approx(1 / 2)
    assert found.npv == pytest.approx(3 / 4)
    assert found.f1 == pytest.approx(4 / 7)


def test_rates_without_cases_are_undefined() -> None:
    found = metrics.at_threshold(np.zeros(3, bool), np.zeros(3), 0.5)
    assert np.isnan(found.sensitivity)
    assert np.isnan(found.ppv)
    assert found.specificity == 1.0


def test_shuffled_labels_give_chance() -> None:
    rng = np.random.default_rng(0)
    interval = metrics.auc(rng.random(4000) < 0.4, rng.random(4000), np.arange(4000))
    assert interval.low < 0.5 < interval.high


def test_interval_covers_the_truth_as_often_as_it_says() -> None:
    # Two normal populations one deviation apart: AUC = Φ(1/√2) = 0.7602.
    rng = np.random.default_rng(1)
    inside = 0
    for _ in range(60):
        truth = rng.random(300) < 0.4
        score = rng.normal(size=300) + truth
        interval = metrics.auc(truth, score, np.arange(300))
        inside += interval.low <= 0.7602 <= interval.high
    assert 52 <= inside <= 60


def test_patients_are_drawn_whole() -> None:
    patients = np.array([7, 7, 7, 3, 9, 9])
    weights = metrics.patient_weights(patients, resamples=50)
    assert (weights[:, 0] == weights[:, 1]).all()
    assert (weights[:, 4] == weights[:, 5]).all()
    assert weights[:, [0, 3, 4]].sum(axis=1).tolist() == [3.0] * 50


def test_calibration_error_by_hand() -> None:
    # Bin of 0.1: one of four ill, gap 0.15; bin of 0.9: all four ill, gap 0.1. Mean 0.125.
    truth = np.array([1, 0, 0, 0, 1, 1, 1, 1], bool)[:, None]
    score = np.array([0.1] * 4 + [0.9] * 4)[:, None]
    assert metrics.calibration_error(truth, score) == pytest.approx(0.125)


def test_confusion() -> None:
    truth, predicted = np.array([0, 0, 1, 1, 2]), np.array([0, 1, 1, 1, 0])
    counts = metrics.confusion(truth, predicted, 4)
    assert counts.tolist() == [[1, 1, 0, 0], [0, 2, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]]


@given(st.integers(0, 1000), st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_threshold_keeps_its_specificity(seed: int, wanted: float) -> None:
    rng = np.random.default_rng(seed)
    truth, score = rng.random(200) < 0.3, rng.random(200)
    truth[0] = False
    cut = metrics.threshold_at_specificity(truth, score, wanted)
    assert metrics.at_threshold(truth, score, cut).specificity >= wanted
    loose = metrics.at_threshold(truth, score, cut - 0.03).specificity
    assert loose < 1.0


@given(st.integers(0, 1000))
def test_best_f1_threshold_is_best(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth, score = rng.random(60) < 0.3, rng.random(60).round(2)
    truth[0] = True
    best = metrics.at_threshold(truth, score, metrics.best_f1_threshold(truth, score)).f1
    for cut in np.unique(score):
        assert metrics.at_threshold(truth, score, cut).f1 <= best + 1e-12
