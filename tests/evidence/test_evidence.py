"""Figures of evidence sets: what degraded pages lose, case by case; files that keep every case."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ecg_core.evidence import published
from ecg_core.evidence.published import EvidenceSet
from tests.evidence.evidence_sets import evidence_set

TRUTH = np.tile(np.array([[1], [1], [0], [0]], bool), (10, 5))
RIGHT = np.where(TRUTH, 0.9, 0.1)
# One of the two ill cases scores below both well ones: half of the pairs are ordered wrongly.
HALF = np.tile(np.array([[0.9], [0.05], [0.1], [0.2]]), (10, 5))


def pair() -> tuple[EvidenceSet, EvidenceSet]:
    clean = evidence_set(40, superclass_labels=TRUTH, superclass_scores=RIGHT)
    photo = evidence_set(
        40, condition="phone_photo", superclass_labels=TRUTH, superclass_scores=HALF
    )
    return clean, photo


def test_lost_by_hand() -> None:
    clean, photo = pair()
    figure = published.lost(photo, clean)
    assert (figure.name, figure.condition, figure.n) == (published.LOST, "phone_photo", 40)
    assert figure.value == pytest.approx(0.5)
    assert figure.low <= 0.5 <= figure.high


def test_cases_are_matched_by_their_number() -> None:
    clean, photo = pair()
    order = np.random.default_rng(0).permutation(40)
    shuffled = evidence_set(
        40,
        case_ids=clean.case_ids[order],
        superclass_labels=TRUTH[order],
        superclass_scores=RIGHT[order],
    )
    few = evidence_set(
        6, case_ids=np.arange(6), superclass_labels=TRUTH[:6], superclass_scores=RIGHT[:6]
    )
    assert published.lost(photo, shuffled).value == pytest.approx(0.5)
    assert published.lost(few, shuffled).value == pytest.approx(0.0)


def test_other_cases_or_weights_cannot_be_compared() -> None:
    clean, photo = pair()
    stranger = evidence_set(1, case_ids=np.array([77]), weights_sha256="0" * 64)
    with pytest.raises(ValueError, match="cannot be compared"):
        published.lost(stranger, clean)
    other = evidence_set(40, weights_sha256="1" * 64)
    with pytest.raises(ValueError, match="cannot be compared"):
        published.lost(photo, other)


def test_sensitivity_to_acute_infarction_needs_enough_of_them() -> None:
    labels = np.array([1] * (published.MIN_POSITIVES - 1) + [0] * 41)
    named = "acute infarction sensitivity at 95 % specificity"
    acute = published.TRIAGE_CLASSES.index(published.Triage.ACUTE_MI)
    labels[labels == 1] = acute
    labels[labels != acute] = (acute + 1) % 4
    few = evidence_set(60, triage_labels=labels)
    enough = evidence_set(60, triage_labels=np.r_[labels[:-1], acute])
    assert named not in {figure.name for figure in published.figures(few)}
    assert named in {figure.name for figure in published.figures(enough)}


def test_a_file_keeps_every_case(tmp_path: Path) -> None:
    _, photo = pair()
    read = EvidenceSet.read(photo.write(tmp_path))
    assert (read.condition, read.refused, read.n) == ("phone_photo", 0, 40)
    np.testing.assert_array_equal(read.superclass_labels, photo.superclass_labels)
    np.testing.assert_allclose(read.superclass_scores, photo.superclass_scores, atol=1e-7)
