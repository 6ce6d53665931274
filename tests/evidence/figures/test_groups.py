"""Groups of any case set: the same figures as the card's, and none where there are too few."""

from __future__ import annotations

import numpy as np
import pytest

from ecg_core.evidence import forms
from ecg_core.evidence.figures import carried, groups
from ecg_core.evidence.values import Dimension
from ecg_core.network.card import ModelCard
from ecg_core.network.registry import default_model, models_folder
from ecg_core.network.statements import SUPERCLASSES
from ecg_core.network.subgroup_figure import MACRO
from tests.evidence.case_sets import case_set, question, separable


def test_the_same_figures_as_the_card() -> None:
    card = ModelCard.read(models_folder() / default_model() / "card.json")
    cases = next(c for c in forms.shipped(card) if carried.same_source(card.subgroups[0], c))
    sexes = next(d for d in cases.dimensions if d.name == "sex")
    for codes, target in ((SUPERCLASSES, MACRO), (("MI",), "MI")):
        for row in groups.rows(cases, sexes, codes):
            (quoted,) = [
                f
                for f in card.subgroups
                if (f.dimension, f.group, f.target) == ("sex", row.group, target)
                and carried.same_source(f, cases)
            ]
            assert row.n == quoted.n
            assert row.auc is not None and quoted.auc is not None
            assert row.auc.value == pytest.approx(quoted.auc.value, abs=1e-12)
            assert row.auc.low == pytest.approx(quoted.auc.low, abs=1e-12)
            assert row.auc_gap is not None
            assert row.auc_gap.value == pytest.approx(quoted.auc.gap, abs=1e-12)


def test_small_groups_are_marked_not_hidden() -> None:
    truth, score = separable(200, 1.5)
    where = np.where(np.arange(200) < 20, "small", "large")
    found = groups.rows(case_set(question(truth, score)), Dimension("site", where), ("MI",))
    assert [(row.group, row.n, row.too_few) for row in found] == [
        ("large", 180, False),
        ("small", 20, True),
    ]


def test_a_gap_that_is_there_is_seen() -> None:
    truth, score = separable(2000, 2.0, seed=3)
    worse = np.arange(2000) < 1000
    noise = np.random.default_rng(0).random(2000)
    score = np.where(worse, 0.3 * score + 0.7 * noise, score)
    where = np.where(worse, "worse", "better")
    found = {
        row.group: row
        for row in groups.rows(case_set(question(truth, score)), Dimension("x", where), ("MI",))
    }
    gap = found["worse"].auc_gap
    assert gap is not None and gap.high < 0
    other = found["better"].auc_gap
    assert other is not None and other.value == pytest.approx(-gap.value)
