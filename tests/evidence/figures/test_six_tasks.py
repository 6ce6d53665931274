"""The benchmark's six tasks: who takes part, how classes of several statements are scored."""

from dataclasses import replace

import numpy as np
import pytest

from ecg_core import network
from ecg_core.evidence.figures import six_tasks
from ecg_core.evidence.values import Kind
from ecg_core.network.registry import card_of
from tests.evidence.case_sets import case_set, question

IMI = np.array([1, 0, 0, 0, 0, 1], bool)
ILMI = np.array([0, 1, 0, 0, 0, 0], bool)
LMI = np.array([0, 0, 1, 0, 0, 0], bool)
NOBODY = np.zeros(6, bool)
PARTS = {"IMI": ("IMI", "ILMI"), "LMI": ("LMI",), "PMI": ("PMI",)}
CASES = case_set(
    question(IMI, np.array([0.9, 0.1, 0.2, 0.99, 0.99, 0.4]), "IMI"),
    question(ILMI, np.array([0.1, 0.8, 0.1, 0.99, 0.99, 0.2]), "ILMI"),
    question(LMI, np.array([0.5, 0.6, 0.55, 0.0, 0.0, 0.1]), "LMI"),
)


def test_who_has_no_label_of_the_task_takes_no_part() -> None:
    truth = np.stack([IMI | ILMI, LMI, NOBODY], axis=1)
    found = six_tasks.figure(CASES, "subdiagnostic", PARTS, truth)
    assert found.n == 4
    # IMI: 0.91, 0.82, 0.52 above 0.28; LMI: 0.55 above two of three. PMI has nobody at all.
    assert (found.told, found.classes) == (2, 2)
    assert found.value == pytest.approx((1 + 2 / 3) / 2)
    assert found.with_untold == found.value


def test_a_class_without_an_output_counts_as_even_odds() -> None:
    truth = np.stack([IMI | ILMI, LMI, ~IMI & ~ILMI & ~LMI], axis=1)
    found = six_tasks.figure(CASES, "diagnostic", PARTS, truth)
    assert (found.told, found.classes, found.n) == (2, 3, 6)
    assert found.with_untold == pytest.approx((2 * found.value + 0.5) / 3)


def test_a_superclass_is_scored_by_its_own_output() -> None:
    own = [
        replace(question(label, label.astype(float), code), kind=Kind.SUPERCLASS)
        for label, code in ((IMI, "MI"), (LMI, "STTC"))
    ]
    cases = replace(CASES, questions=(*own, *CASES.questions))
    truth = np.stack([IMI, LMI], axis=1)
    parts = {"MI": ("IMI", "ILMI", "LMI"), "STTC": ("LMI",)}
    assert six_tasks.figure(cases, "superdiagnostic", parts, truth).value == 1.0
    # By the statements: 0.96 and 0.57 against 0.68, and 0.55 against 0.5 and 0.1.
    assert six_tasks.figure(cases, "diagnostic", parts, truth).value == pytest.approx(0.75)


def test_the_shipped_model_has_its_tasks_measured() -> None:
    card = card_of(network.default_model())
    found = six_tasks.load(card.name, card.weights_sha256)
    assert [one.task for one in found] == [
        "all",
        "diagnostic",
        "subdiagnostic",
        "superdiagnostic",
        "form",
        "rhythm",
    ]
    assert all(one.low < one.value < one.high for one in found)
