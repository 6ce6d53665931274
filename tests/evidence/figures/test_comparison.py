"""Paired tests against worked examples and simulation; agreement, drift, ward, words, mistakes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from ecg_core.evidence.figures import agreement, comparison, drift, mistakes, rates, words
from ecg_core.evidence.figures.metrics import Interval
from ecg_core.evidence.figures.ward import ward
from tests.evidence.case_sets import case_set, question, separable


def test_mcnemar_by_hand() -> None:
    # 1 against 5 of six discordant pairs: 2 · (1 + 6) / 2⁶.
    assert comparison.mcnemar(1, 5) == pytest.approx(2 * 7 / 64)
    assert comparison.mcnemar(0, 0) == 1.0


def test_delong_holds_its_level() -> None:
    rng = np.random.default_rng(5)
    below = 0
    for _ in range(300):
        truth = rng.random(120) < 0.5
        shared = rng.normal(size=120) + truth
        first, second = shared + rng.normal(size=120), shared + rng.normal(size=120)
        below += comparison.delong(truth, first, second) < 0.05
    assert 5 <= below <= 27


def test_delong_by_hand() -> None:
    # Components worked out pair by pair, without ranks.
    rng = np.random.default_rng(6)
    truth = np.arange(30) < 12
    first, second = rng.normal(size=30) + truth, rng.normal(size=30)
    parts = []
    for score in (first, second):
        ill, well = score[truth][:, None], score[~truth][None]
        wins = (ill > well) + 0.5 * (ill == well)
        parts.append((wins.mean(), wins.mean(axis=1), wins.mean(axis=0)))
    spread = np.cov([p[1] for p in parts]) / 12 + np.cov([p[2] for p in parts]) / 18
    z = (parts[0][0] - parts[1][0]) / np.sqrt(spread[0, 0] + spread[1, 1] - 2 * spread[0, 1])
    from scipy.stats import norm

    assert comparison.delong(truth, first, second) == pytest.approx(2 * norm.sf(abs(z)))


def test_pairs_are_matched_by_case() -> None:
    truth, score = separable(300, 1.5)
    one = case_set(question(truth, score))
    order = np.random.default_rng(0).permutation(300)
    two = one.take(order)
    (found,) = comparison.paired(one, two)
    assert found.n == 300
    assert found.difference == Interval(0.0, 0.0, 0.0)
    assert (found.only_first, found.only_second, found.delong_p) == (0, 0, 1.0)


def test_contradicting_labels_are_not_compared() -> None:
    truth, score = separable(50, 1.0)
    with pytest.raises(ValueError, match="label the same cases differently"):
        comparison.paired(case_set(question(truth, score)), case_set(question(~truth, score)))


def test_kappa_is_scikit_learns() -> None:
    rng = np.random.default_rng(1)
    first = rng.choice(["normal", "acute", "other"], 200)
    second = np.where(rng.random(200) < 0.7, first, rng.choice(["normal", "acute", "other"], 200))
    found = agreement.kappa(first.tolist(), second.tolist(), [str(i) for i in range(200)])
    assert found.value == pytest.approx(cohen_kappa_score(first, second))
    assert found.low < found.value < found.high


def test_psi() -> None:
    rng = np.random.default_rng(2)
    before, same = rng.random(5000), rng.random(5000)
    assert drift.psi(before, before) == pytest.approx(0.0, abs=1e-12)
    assert drift.drift("ink", "2026-10", before, same).shift is drift.Shift.NONE
    assert drift.drift("ink", "2026-11", before, same**2).shift is drift.Shift.LARGE
    assert drift.drift("ink", "2026-12", before, same[:20]).shift is drift.Shift.TOO_FEW
    # Half of the cases move from the lower to the upper half: (1 − ½)·ln 2 twice over.
    coarse = np.array([0.0] * 50 + [1.0] * 50)
    assert drift.psi(coarse, np.ones(100)) == pytest.approx(
        (1 - 0.5) * np.log(2) + (drift.FLOOR - 0.5) * np.log(drift.FLOOR / 0.5), rel=1e-6
    )


def test_chance_alone_is_no_shift() -> None:
    # Sixty ECGs a month move ten bins by more than 0.1 nearly always, and mean nothing.
    rng = np.random.default_rng(7)
    before = rng.random(2000)
    found = [drift.drift("p", "x", before, rng.random(60)) for _ in range(300)]
    assert np.mean([one.psi >= 0.1 for one in found]) > 0.5
    alarms = [one.shift in (drift.Shift.SOME, drift.Shift.LARGE) for one in found]
    assert np.mean(alarms) <= 0.04
    assert drift.drift("p", "x", before, rng.random(60) ** 3).shift is drift.Shift.LARGE


def test_ward_of_a_hundred() -> None:
    truth = np.r_[np.ones(50, bool), np.zeros(100, bool)]
    flagged = np.r_[np.ones(40), np.zeros(10), np.ones(5), np.zeros(95)]
    found = ward(rates.at(question(truth, flagged), np.arange(150)), 0.1)
    assert found.found == pytest.approx(8.0)
    assert found.missed == pytest.approx(2.0)
    assert found.alarms == pytest.approx(4.5)
    assert found.ppv == pytest.approx(8 / 12.5)
    said = words.sentence(rates.at(question(truth, flagged), np.arange(150)))
    assert "Of 100 ECGs with an infarction it flags 80 (" in said
    assert "of 100 without one it wrongly flags 5 (" in said


def test_surest_mistakes_come_first() -> None:
    truth = np.array([1, 0, 1, 0, 1], bool)
    score = np.array([0.01, 0.6, 0.9, 0.45, 0.3])
    cases = case_set(question(truth, score))
    wrong = mistakes.surest_mistakes(cases, cases.questions[0], 10)
    assert [one.row for one in wrong] == [0, 4, 1]
    assert all(one.wrong for one in wrong)
    doubtful = mistakes.most_doubtful(cases, cases.questions[0], 2)
    assert [one.row for one in doubtful] == [3, 1]


def test_a_digest_changes_with_every_number() -> None:
    truth, score = separable(20, 1.0)
    cases = case_set(question(truth, score))
    same = case_set(question(truth.copy(), score.copy()))
    other = score.copy()
    other[7] += 1e-9
    assert cases.digest == same.digest
    assert cases.digest != case_set(question(truth, other)).digest
    moved = replace(cases.questions[0], threshold=0.51)
    assert cases.digest != replace(cases, questions=(moved,)).digest
