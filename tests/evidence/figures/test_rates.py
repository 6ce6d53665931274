"""Rates and areas against scikit-learn, by hand, and their intervals by simulation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as reference

from ecg_core.evidence.figures import rates
from ecg_core.evidence.values import Choice
from tests.evidence.case_sets import case_set, question, separable


def test_rates_by_hand() -> None:
    truth = np.array([1, 1, 1, 0, 0, 0, 0, 0], bool)
    score = np.array([0.9, 0.6, 0.2, 0.7, 0.5, 0.3, 0.1, 0.1])
    found = rates.at(question(truth, score), np.arange(8))
    assert (found.true_positive, found.false_negative) == (2, 1)
    assert (found.false_positive, found.true_negative) == (2, 3)
    assert found.accuracy.value == pytest.approx(5 / 8)
    assert found.sensitivity.value == pytest.approx(2 / 3)
    assert found.specificity.value == pytest.approx(3 / 5)
    assert found.ppv.value == pytest.approx(1 / 2)
    assert found.npv.value == pytest.approx(3 / 4)
    assert found.f1.value == pytest.approx(4 / 7)
    assert found.few


def test_cases_without_a_label_do_not_count() -> None:
    truth, score = separable(200, 1.5)
    whole = question(truth, score)
    known = np.arange(200) < 120
    some = rates.at(replace(whole, known=known), np.arange(200))
    only = rates.at(question(truth[:120], score[:120]), np.arange(120))
    assert some == only


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(10, 120), st.booleans())
def test_average_precision_is_scikit_learns(seed: int, n: int, ties: bool) -> None:
    rng = np.random.default_rng(seed)
    truth = np.r_[True, False, rng.random(n) < 0.3]
    score = rng.random(n + 2)
    score = np.round(score, 1) if ties else score
    weights = rng.integers(0, 4, (3, n + 2)).astype(float)
    weights[:, :2] += 1
    for row, value in zip(weights, rates.average_precisions(truth, score, weights), strict=True):
        theirs = reference.average_precision_score(truth, score, sample_weight=row)
        assert value == pytest.approx(theirs, abs=1e-12)


def test_averages_are_scikit_learns() -> None:
    rng = np.random.default_rng(3)
    truth = rng.random((150, 3)) < (0.2, 0.4, 0.6)
    score = np.clip(truth * 0.3 + rng.random((150, 3)) * 0.7, 0, 1)
    asked = [question(truth[:, k], score[:, k], str(k)) for k in range(3)]
    macro, micro = rates.averages(case_set(*asked))
    for average, kind in ((macro, "macro"), (micro, "micro")):
        assert average.auc.value == pytest.approx(
            reference.roc_auc_score(truth, score, average=kind)
        )
        assert average.auprc.value == pytest.approx(
            reference.average_precision_score(truth, score, average=kind)
        )


def test_intervals_cover_the_truth_as_often_as_they_say() -> None:
    # One deviation apart, cut at the midpoint: sensitivity = specificity = Φ(1/2) = 0.6915.
    rng = np.random.default_rng(1)
    inside = 0
    for _ in range(60):
        truth = rng.random(300) < 0.4
        score = rng.normal(size=300) + truth
        found = rates.at(question(truth, score, threshold=0.5), np.arange(300))
        inside += found.sensitivity.low <= 0.6915 <= found.sensitivity.high
    assert 52 <= inside <= 60


def test_intervals_hold_where_patients_come_with_many_ecgs() -> None:
    # Half of the spread belongs to the patient, whose four ECGs share it; Φ(1/2) as above.
    rng = np.random.default_rng(4)
    by_patient = by_ecg = 0
    patients = np.arange(300) // 4
    for _ in range(60):
        truth = (rng.random(75) < 0.4)[patients]
        score = (rng.normal(size=75)[patients] + rng.normal(size=300)) / np.sqrt(2) + truth
        asked = question(truth, score, threshold=0.5)
        for counted, people in ((True, patients), (False, np.arange(300))):
            found = rates.at(asked, people).sensitivity
            inside = found.low <= 0.6915 <= found.high
            by_patient += inside and counted
            by_ecg += inside and not counted
    assert 52 <= by_patient <= 60
    assert by_ecg < by_patient


def test_a_patient_with_many_ecgs_widens_the_interval() -> None:
    truth, score = separable(400, 1.0)
    alone = rates.at(question(truth, score), np.arange(400)).sensitivity
    # Ten copies of forty patients look like four hundred cases and are not.
    forty = np.arange(400) % 40
    again = rates.at(question(truth[forty], score[forty]), forty).sensitivity
    assert again.high - again.low > 2 * (alone.high - alone.low)


def test_shuffled_labels_give_chance() -> None:
    truth, score = separable(3000, 2.0)
    inside = 0
    for seed in range(10):
        shuffled = np.random.default_rng(seed).permutation(truth)
        found = rates.areas(question(shuffled, score), np.arange(3000))
        assert 0.46 < found.auc.value < 0.54
        inside += found.auc.low < 0.5 < found.auc.high
    assert inside >= 7


def test_classes_of_a_choice() -> None:
    truth = np.array([0, 0, 1, 1, 2, -1])
    said = np.array([0, 1, 1, 1, 0, 2])
    choice = Choice(("a", "b", "c"), truth, np.eye(3)[said])
    first, second, third = rates.class_rates(choice, np.arange(6))
    assert first.sensitivity.value == pytest.approx(1 / 2)
    assert second.ppv.value == pytest.approx(2 / 3)
    assert third.sensitivity.value == 0.0
    known = truth >= 0
    assert rates.macro_f1(choice, np.arange(6)).value == pytest.approx(
        reference.f1_score(truth[known], said[known], average="macro")
    )
    assert rates.share_right(choice, np.arange(6)).value == pytest.approx(3 / 5)


def test_nothing_to_say_is_not_a_number() -> None:
    found = rates.at(question(np.zeros(5, bool), np.zeros(5)), np.arange(5))
    assert np.isnan(found.sensitivity.value)
    assert np.isnan(found.sensitivity.low)
    assert found.specificity.value == 1.0


def test_none_or_all_of_a_few_patients_is_not_certain() -> None:
    truth = np.arange(40) < 10
    score = np.where(np.arange(40) < 10, 0.1, 0.2)
    found = rates.at(question(truth, score), np.arange(40))
    # None of ten: the exact upper limit is 1 - 0.025 ** (1 / 10).
    assert found.sensitivity.value == 0
    assert (found.sensitivity.low, found.sensitivity.high) == pytest.approx((0, 1 - 0.025**0.1))
    assert (found.specificity.low, found.specificity.high) == pytest.approx((0.025 ** (1 / 30), 1))
    # The same ten ECGs of two patients tell less.
    two = np.where(truth, np.arange(40) % 2, np.arange(40))
    assert rates.at(question(truth, score), two).sensitivity.high == pytest.approx(1 - 0.025**0.5)


def test_every_cell_of_a_confusion_matrix_with_its_share_of_the_label() -> None:
    said = np.eye(3)[[0, 0, 1, 1, 2, 0]]
    choice = Choice(("a", "b", "c"), np.array([0, 0, 0, 1, 1, -1]), said)
    cells = {(one.label, one.said): one for one in rates.confusion(choice, np.arange(6))}
    assert {key: one.cases for key, one in cells.items() if one.cases} == {
        ("a", "a"): 2,
        ("a", "b"): 1,
        ("b", "b"): 1,
        ("b", "c"): 1,
    }
    assert cells["a", "a"].share.value == pytest.approx(2 / 3)
    assert cells["a", "a"].share.low < 2 / 3 < cells["a", "a"].share.high
    assert cells["b", "a"].share.value == 0
    # Nothing is labelled c: there is no share of it.
    assert np.isnan(cells["c", "c"].share.value)
