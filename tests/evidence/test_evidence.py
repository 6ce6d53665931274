"""Figures of evidence sets: what degraded pages lose, case by case; files that keep every case."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ecg_core import network
from ecg_core.evidence import evidence_file, forms
from ecg_core.evidence.figures import carried
from ecg_core.evidence.triage_questions import ACUTE_CLASS
from ecg_core.evidence.values import MIN_POSITIVES, CaseSet, Kind
from ecg_core.network.registry import models_folder
from tests.evidence.evidence_sets import card_with, evidence_set

TRUTH = np.tile(np.array([[1], [1], [0], [0]], bool), (10, 5))
RIGHT = np.where(TRUTH, 0.9, 0.1)
# One of the two ill cases scores below both well ones: half of the pairs are ordered wrongly.
HALF = np.tile(np.array([[0.9], [0.05], [0.1], [0.2]]), (10, 5))


def pair() -> tuple[CaseSet, CaseSet]:
    clean = evidence_set(40, superclasses=(TRUTH, RIGHT))
    photo = evidence_set(40, {"condition": "phone_photo"}, superclasses=(TRUTH, HALF))
    return clean, photo


def test_lost_by_hand() -> None:
    clean, photo = pair()
    figure = carried.lost(photo, clean)
    assert (figure.name, figure.condition, figure.n) == (carried.LOST, "phone_photo", 40)
    assert figure.value == pytest.approx(0.5)
    assert figure.low <= 0.5 <= figure.high


def test_cases_are_matched_by_their_number() -> None:
    clean, photo = pair()
    order = np.random.default_rng(0).permutation(40)
    shuffled = evidence_set(
        40, case_ids=clean.case_ids[order], superclasses=(TRUTH[order], RIGHT[order])
    )
    few = evidence_set(6, case_ids=np.arange(6), superclasses=(TRUTH[:6], RIGHT[:6]))
    assert carried.lost(photo, shuffled).value == pytest.approx(0.5)
    assert carried.lost(few, shuffled).value == pytest.approx(0.0)


def test_other_cases_or_weights_cannot_be_compared() -> None:
    clean, photo = pair()
    stranger = evidence_set(1, case_ids=np.array([77]))
    with pytest.raises(ValueError, match="cannot be compared"):
        carried.lost(stranger, clean)
    other = evidence_set(40, {"weights_sha256": "1" * 64})
    with pytest.raises(ValueError, match="cannot be compared"):
        carried.lost(photo, other)


def test_sensitivity_to_acute_infarction_needs_enough_of_them() -> None:
    labels = np.full(60, (ACUTE_CLASS + 1) % 4)
    labels[: MIN_POSITIVES - 1] = ACUTE_CLASS
    named = "acute infarction sensitivity at 95 % specificity"
    scores = np.full((60, 4), 0.25)
    both = (TRUTH[:1].repeat(60, axis=0) & (np.arange(60) % 2 == 0)[:, None], np.zeros((60, 5)))
    few = evidence_set(60, triage=(labels, scores), superclasses=both)
    enough = evidence_set(60, triage=(np.r_[labels[:-1], ACUTE_CLASS], scores), superclasses=both)
    assert named not in {figure.name for figure in carried.of_pages(few)}
    assert named in {figure.name for figure in carried.of_pages(enough)}


def test_a_file_keeps_every_case(tmp_path: Path) -> None:
    _, photo = pair()
    card = card_with()
    path = forms.write(photo, card, tmp_path)
    assert path.name == "made-up_test_phone_photo_3x4+1r.parquet"
    again = forms.read(path, card)
    assert (again.condition, again.refused, again.n) == ("phone_photo", 0, 40)
    for question, kept in zip(photo.questions, again.questions, strict=True):
        np.testing.assert_array_equal(kept.truth, question.truth)
        np.testing.assert_allclose(kept.score, question.score, atol=1e-7)


@pytest.mark.parametrize("name", network.list_models())
def test_committed_files_come_back_as_they_are(name: str, tmp_path: Path) -> None:
    """Read as case sets and written again, every shipped evidence file is the same table."""
    card = network.card_of(name)
    home = forms.folder_of(models_folder() / name, card)
    paths = sorted(home.glob("*.parquet"))
    assert paths
    for path in paths:
        again = forms.write(forms.read(path, card), card, tmp_path)
        assert again.name == path.name
        (frame, shared), (as_written, told) = evidence_file.read(path), evidence_file.read(again)
        assert {key: shared[key] for key in told} == told
        pd.testing.assert_frame_equal(as_written, frame)


def test_a_reader_is_asked_each_code_once_and_no_rare_one() -> None:
    n = 60
    labels = np.zeros((n, 3), bool)
    labels[:MIN_POSITIVES, 0] = labels[: MIN_POSITIVES - 1, 1] = labels[:30, 2] = True
    found = evidence_set(n, codes=("AFIB", "LVH", "NORM"), statements=(labels, np.zeros((n, 3))))
    assert [q.code for q in found.of_kind(Kind.STATEMENT)] == ["AFIB", "LVH", "NORM"]
    assert [q.code for q in found.telling().of_kind(Kind.STATEMENT)] == ["AFIB"]
    assert found.telling().question("NORM").kind is Kind.SUPERCLASS
