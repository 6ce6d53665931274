"""Groups of patients: who belongs where, figures worked out by hand, gaps and their intervals."""

from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from ecg_core.evidence.figures import carried
from ecg_core.network.statements import SUPERCLASSES
from ecg_core.network.subgroup_figure import MACRO, SubgroupFigure
from tests.evidence.evidence_sets import evidence_set


def pick(
    figures: tuple[SubgroupFigure, ...], dimension: str, group: str, target: str
) -> SubgroupFigure:
    (only,) = [f for f in figures if (f.dimension, f.group, f.target) == (dimension, group, target)]
    return only


def five(column: np.ndarray) -> np.ndarray:
    """The same column for all five superclasses."""
    return np.tile(column[:, None], (1, 5))


def test_every_case_is_in_one_group_of_each_dimension() -> None:
    found = evidence_set(
        8,
        facts={
            "age": np.array([39.9, 40.0, 59.0, 60.0, 74.9, 75.0, 300.0, np.nan]),
            "sex": np.array([0, 1, 0, 1, 0, 1, 0, -1]),
            "device": np.array(["AT-6     6", "AT-6 6 ", "", "a", "a", "a", "a", "a"], object),
            "site": np.array([2, 2, 2, 2, 1, 1, -1, 0]),
        },
    )
    members = {
        (dimension.name, str(name)): np.flatnonzero(dimension.values == name).tolist()
        for dimension in found.dimensions
        for name in np.unique(dimension.values)
    }
    assert members == {
        ("age", "under 40"): [0],
        ("age", "40–59"): [1, 2],
        ("age", "60–74"): [3, 4],
        ("age", "75 and over"): [5, 6],
        ("age", "not recorded"): [7],
        ("sex", "men"): [0, 2, 4, 6],
        ("sex", "women"): [1, 3, 5],
        ("sex", "not recorded"): [7],
        ("device", "a"): [3, 4, 5, 6, 7],
        ("device", "AT-6 6"): [0, 1],
        ("device", "not recorded"): [2],
        ("site", "2"): [0, 1, 2, 3],
        ("site", "1"): [4, 5],
        ("site", "0"): [7],
        ("site", "not recorded"): [6],
    }


def test_rates_and_gaps_by_hand() -> None:
    # Men: 15 of 20 ill found, 40 of 40 well let be. Women: 12 of 24 found, 27 of 36 let be.
    ill = np.r_[np.ones(20), np.zeros(40), np.ones(24), np.zeros(36)].astype(bool)
    flagged = np.zeros(120, bool)
    flagged[:15] = flagged[60:72] = flagged[84:93] = True
    found = evidence_set(
        120,
        facts={"sex": np.repeat([0, 1], 60)},
        superclasses=(five(ill), five(np.where(flagged, 0.9, 0.1))),
    )
    men = pick(carried.subgroups(found), "sex", "men", "MI")
    assert (men.n, men.positives, men.too_few) == (60, 20, False)
    assert men.sensitivity is not None and men.specificity is not None and men.auc is not None
    assert men.sensitivity.value == pytest.approx(0.75)
    assert men.sensitivity.gap == pytest.approx(0.25)
    assert men.specificity.value == pytest.approx(1.0)
    assert men.specificity.gap == pytest.approx(0.25)
    # A score with two values: area = (1 + sensitivity + specificity − 1) / 2.
    assert men.auc.value == pytest.approx(0.875)
    assert men.auc.gap == pytest.approx(0.875 - 0.625)
    assert men.auc.gap_low is not None and men.auc.gap_low > 0


def test_macro_is_the_mean_of_the_superclasses() -> None:
    rng = np.random.default_rng(0)
    labels, scores = rng.random((400, 5)) < 0.4, rng.random((400, 5))
    cut = (0.2, 0.4, 0.5, 0.6, 0.8)
    found = evidence_set(
        400,
        thresholds=cut,
        facts={"site": np.repeat([0, 1], 200)},
        superclasses=(labels, scores),
    )
    listed = carried.subgroups(found)
    macro = pick(listed, "site", "0", MACRO)
    assert macro.auc is not None and macro.sensitivity is not None
    areas = [roc_auc_score(labels[:200, k], scores[:200, k]) for k in range(5)]
    assert macro.auc.value == pytest.approx(np.mean(areas))
    found_ill = [(scores[:200, k] >= cut[k])[labels[:200, k]].mean() for k in range(5)]
    assert macro.sensitivity.value == pytest.approx(np.mean(found_ill))
    assert macro.positives == labels[:200].sum(axis=0).min()
    # Nothing but chance tells the two sites apart.
    assert macro.auc.gap_low is not None and macro.auc.gap_high is not None
    assert macro.auc.gap_low < 0 < macro.auc.gap_high


def test_small_groups_are_listed_without_figures() -> None:
    rng = np.random.default_rng(1)
    labels = rng.random((300, 5)) < 0.5
    labels[:100, 1] = False
    labels[:9, 1] = True
    found = evidence_set(
        300,
        facts={"site": np.r_[np.zeros(100), np.ones(151), np.full(49, 2)].astype(int)},
        superclasses=(labels, rng.random((300, 5))),
    )
    listed = carried.subgroups(found)
    # Nine infarctions at site 0: too few for that class and for the mean, enough for the others.
    assert pick(listed, "site", "0", "MI").too_few
    assert pick(listed, "site", "0", MACRO).positives == 9
    assert pick(listed, "site", "0", MACRO).too_few
    assert not pick(listed, "site", "0", "CD").too_few
    small = [f for f in listed if (f.dimension, f.group) == ("site", "2")]
    assert [(f.target, f.n, f.too_few) for f in small] == [(MACRO, 49, True)]
    assert {f.target for f in listed if f.group == "1"} == {MACRO, *SUPERCLASSES}


def test_a_patient_on_both_sides_is_drawn_for_both() -> None:
    # Everyone has one recording at either site, with the same answer: the gap can only be zero.
    rng = np.random.default_rng(2)
    labels, scores = rng.random((100, 5)) < 0.5, rng.random((100, 5))
    found = evidence_set(
        200,
        patients=np.tile(np.arange(100), 2),
        facts={"site": np.repeat([0, 1], 100)},
        superclasses=(np.tile(labels, (2, 1)), np.tile(scores, (2, 1))),
    )
    auc = pick(carried.subgroups(found), "site", "1", "CD").auc
    assert auc is not None and auc.low < auc.value < auc.high
    assert (auc.gap, auc.gap_low, auc.gap_high) == pytest.approx((0.0, 0.0, 0.0))


def test_without_a_rest_there_is_no_gap_and_json_keeps_everything() -> None:
    rng = np.random.default_rng(3)
    found = evidence_set(
        60,
        superclasses=(rng.random((60, 5)) < 0.5, rng.random((60, 5))),
    )
    listed = carried.subgroups(found)
    everyone = pick(listed, "sex", "men", "NORM")
    assert everyone.auc is not None and everyone.auc.gap is None
    plain = json.loads(json.dumps([asdict(f) for f in listed], allow_nan=False))
    assert tuple(SubgroupFigure.from_plain(p) for p in plain) == listed
