"""Accuracies and their intervals by group."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, balanced_accuracy_score, recall_score

from ecg_core.evidence.figures import multiclass

RNG = np.random.default_rng(3)
TRUTH = RNG.choice(4, 400, p=(0.5, 0.3, 0.15, 0.05))
GOOD = np.where(RNG.random(400) < 0.8, TRUTH, RNG.integers(0, 4, 400))
POOR = np.where(RNG.random(400) < 0.4, TRUTH, RNG.integers(0, 4, 400))
ALONE = np.arange(400)


def test_values_are_those_of_scikit_learn() -> None:
    assert multiclass.accuracy(TRUTH, GOOD, ALONE).value == pytest.approx(
        accuracy_score(TRUTH, GOOD)
    )
    assert multiclass.balanced_accuracy(TRUTH, GOOD, ALONE).value == pytest.approx(
        balanced_accuracy_score(TRUTH, GOOD)
    )
    found = multiclass.recalls(TRUTH, GOOD, ALONE)
    assert [found[k].value for k in range(4)] == pytest.approx(
        recall_score(TRUTH, GOOD, average=None)
    )


def test_interval_of_single_cases_is_the_binomial_one() -> None:
    found = multiclass.accuracy(TRUTH, GOOD, ALONE)
    error = np.sqrt(found.value * (1 - found.value) / 400)
    assert found.high - found.low == pytest.approx(2 * 1.96 * error, rel=0.15)


def test_cases_that_stand_and_fall_together_widen_the_interval() -> None:
    groups = np.arange(400) // 20
    right = np.repeat(RNG.random(20) < 0.7, 20)
    predicted = np.where(right, TRUTH, (TRUTH + 1) % 4)
    alone = multiclass.accuracy(TRUTH, predicted, ALONE)
    together = multiclass.accuracy(TRUTH, predicted, groups)
    # Twenty cases that are one: the error grows by the root of twenty.
    ratio = (together.high - together.low) / (alone.high - alone.low)
    assert ratio == pytest.approx(np.sqrt(20), rel=0.25)


def test_gain_is_the_difference_and_pairs_are_kept_together() -> None:
    gain = multiclass.accuracy_gain(TRUTH, GOOD, POOR, ALONE)
    assert gain.value == pytest.approx((GOOD == TRUTH).mean() - (POOR == TRUTH).mean())
    assert gain.low > 0
    none = multiclass.balanced_gain(TRUTH, GOOD, GOOD, ALONE)
    assert (none.value, none.low, none.high) == (0.0, 0.0, 0.0)


def test_a_class_that_a_resample_misses_does_not_count_against_it() -> None:
    truth = np.array([0] * 30 + [1])
    found = multiclass.balanced_accuracy(truth, truth, np.arange(31))
    assert (found.low, found.high) == (1.0, 1.0)
