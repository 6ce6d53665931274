"""Tags on mistakes, the ECG behind a row, and a print-out damaged on purpose."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ecg_core import network
from ecg_core.evidence import originals, tags
from ecg_core.evidence.own_sets import scoring
from ecg_core.evidence.own_sets.as_cases import as_cases
from ecg_core.evidence.probes import damaged
from ecg_core.evidence.probes.damaged import Damage
from ecg_core.evidence.values import Origin
from ecg_core.intake import read_here
from ecg_core.intake.values import EcgRecord
from tests.evidence.case_sets import case_set, question, separable
from tests.evidence.own_sets.made_sets import bundles, labelled_set, serial


def test_the_last_tag_of_a_case_counts(tmp_path: Path) -> None:
    for case, cause in (("1", "label"), ("2", "artefact"), ("1", "borderline"), ("3", "label")):
        tags.add(tmp_path, "Ward", case, "MI", cause, "Dr. A")
    tags.add(tmp_path, "Ward", "3", "MI", "", "Dr. A")
    tags.add(tmp_path, "Ward", "1", "CD", "missed", "Dr. A")
    found = tags.load(tmp_path, "Ward", "MI")
    assert {case: tag.cause for case, tag in found.items()} == {"1": "borderline", "2": "artefact"}
    assert dict(tags.counts(found)) == {"Borderline finding": 1, "Artefact or noise": 1}
    with pytest.raises(ValueError, match="unknown cause"):
        tags.add(tmp_path, "Ward", "1", "MI", "because", "Dr. A")


def test_the_files_of_an_own_case_come_back(tmp_path: Path) -> None:
    labelled = labelled_set(tmp_path)
    scoring.score(labelled, serial)
    cases = as_cases(labelled, network.card_of(network.default_model()))
    found = originals.bundle_of(cases, str(cases.case_ids[0]), tmp_path)
    assert found is not None
    assert found.sha256 == bundles()[0].sha256
    assert originals.bundle_of(cases, "nobody", tmp_path) is None


def test_ptbxl_is_found_only_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ECG_DATA", str(tmp_path))
    cases = replace(case_set(question(*separable(5, 1.0))), origin=Origin.SHIPPED, dataset="PTB-XL")
    assert originals.bundle_of(cases, "1234", tmp_path) is None
    folder = tmp_path / "ptb-xl" / "records100" / "01000"
    folder.mkdir(parents=True)
    for suffix in (".hea", ".dat"):
        (folder / f"01234_lr{suffix}").write_bytes(b"x")
    found = originals.bundle_of(cases, "1234", tmp_path)
    assert found is not None
    assert [file.name for file in found.files] == ["01234_lr.hea", "01234_lr.dat"]


@pytest.fixture(scope="module")
def normal() -> EcgRecord:
    ecg = read_here(bundles(("normal",))[0])
    assert isinstance(ecg, EcgRecord)
    return ecg


def test_damage_does_what_it_says(normal: EcgRecord) -> None:
    whole = damaged.damaged(normal, Damage())
    coarse = damaged.damaged(normal, Damage(px_per_mm=4.0))
    assert coarse.shape[1] == pytest.approx(whole.shape[1] / 2, abs=1)
    grain = damaged.damaged(normal, Damage(noise=10)).astype(float) - whole
    paper = (whole > 40).all(axis=2) & (whole < 215).all(axis=2)
    assert grain[paper].std() == pytest.approx(10, rel=0.05)
    soft = damaged.damaged(normal, Damage(blur_mm=0.5))
    assert (
        np.abs(np.diff(soft[..., 0].astype(int))).mean()
        < np.abs(np.diff(whole[..., 0].astype(int))).mean()
    )
    # A quarter turn would swap the sides; thirty degrees make the canvas wider and taller.
    turned = damaged.damaged(normal, Damage(rotation_deg=30))
    expected = whole.shape[1] * np.cos(np.pi / 6) + whole.shape[0] * np.sin(np.pi / 6)
    assert turned.shape[1] == pytest.approx(expected, abs=1)


def test_a_small_damage_is_answered_and_a_ruin_refused(normal: EcgRecord) -> None:
    models = network.Answering()
    clean = damaged.trial(normal, Damage(), models)
    turned = damaged.trial(normal, Damage(rotation_deg=3, noise=6), models)
    assert clean.prediction is not None and turned.prediction is not None
    assert turned.prediction.triage_class == clean.prediction.triage_class
    ruined = damaged.trial(normal, Damage(px_per_mm=1.5, blur_mm=1.0, noise=80), models)
    assert ruined.prediction is None
    assert ruined.refusal
