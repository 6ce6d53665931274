"""The evidence kept on the published four-class set agrees with itself and names nobody."""

from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd
import pytest

from benchmarks.pages.four_class import OURS
from ecg_core import network
from ecg_core.evidence.field import literature
from ecg_core.evidence.four_classes import curated, figures, folders
from ecg_core.evidence.four_classes.compared import METHODS, PROTOCOLS
from ecg_core.studies.crossval import zero_shot
from ecg_core.studies.crossval.pages import manifest_digest

MANIFEST = curated.EVIDENCE / "manifest.csv"


@pytest.fixture(scope="module")
def manifest() -> pd.DataFrame:
    return pd.read_csv(MANIFEST, keep_default_na=False)


def test_summary_counts_the_manifest(manifest: pd.DataFrame) -> None:
    found = curated.load()
    assert found is not None
    assert found.files == len(manifest) == 928
    kept = manifest[manifest["kept"]]
    assert found.kept == len(kept)
    assert found.groups == kept["group"].nunique()
    assert {c.label: (c.files, c.kept) for c in found.classes} == {
        label: (len(rows), int(rows["kept"].sum())) for label, rows in manifest.groupby("label")
    }
    assert {c.label for c in found.classes} == set(folders.FOLDERS)
    mixed = kept.groupby("group")["label"].nunique() > 1
    assert found.groups_in_several_classes == mixed.sum()


def test_every_copy_is_in_the_group_of_the_page_that_stands_for_it(manifest: pd.DataFrame) -> None:
    group = manifest.set_index("file")["group"]
    copies = manifest[manifest["copy_of"] != ""]
    assert (group[copies["copy_of"]].to_numpy() == copies["group"].to_numpy()).all()
    assert manifest["sha256"][manifest["kept"]].is_unique


def test_identities_and_days_are_hashes(manifest: pd.DataFrame) -> None:
    for column in ("identifier", "day"):
        assert all(re.fullmatch(r"([0-9a-f]{16})?", value) for value in manifest[column])


def test_answers_follow_the_manifest_and_their_protocol(manifest: pd.DataFrame) -> None:
    answers = figures.load()
    assert {PROTOCOLS[0].name, PROTOCOLS[-1].name} <= {a.protocol for a in answers}
    digest = manifest_digest(manifest)
    rows = manifest.set_index("file")
    for one in answers:
        assert one.manifest_sha256 == digest
        shown = rows.loc[one.files]
        names = [folders.NAMES[label] for label in shown["label"]]
        assert [one.classes[k] for k in one.labels] == names
        assert (shown["group"].to_numpy() == one.groups).all()
        assert one.scores.sum(axis=1) == pytest.approx(np.ones(len(one.files)), abs=1e-4)
        if one.protocol == "as published":
            assert len(one.files) == len(manifest)
            continue
        assert shown["kept"].all() and len(shown) == manifest["kept"].sum()
        if one.protocol == "honest":
            folds = pd.DataFrame({"group": one.groups, "fold": one.folds})
            assert (folds.groupby("group")["fold"].nunique() == 1).all()


def test_ours_stands_beside_every_trivial_method_that_a_protocol_admits() -> None:
    there = {(a.protocol, a.method) for a in figures.load()}
    assert OURS in {m.name for m in METHODS if not m.trivial}
    for protocol in PROTOCOLS[0], PROTOCOLS[-1]:
        wanted = {m.name for m in METHODS if m.trivial and protocol.admits(m)} | {OURS}
        assert wanted <= {method for name, method in there if name == protocol.name}


def test_zero_shot_rows_are_of_the_pages_that_are_kept(manifest: pd.DataFrame) -> None:
    cards = [network.card_of(name) for name in network.list_models()]
    measured = [(card, zero_shot.load(card.name, card.weights_sha256)) for card in cards]
    found = [(card, rows) for card, rows in measured if rows is not None]
    assert network.default_model() in {card.name for card, _ in found}
    for card, rows in found:
        assert set(rows["file"]) <= set(manifest.loc[manifest["kept"], "file"])
        assert rows["file"].is_unique
        assert zero_shot.load(card.name, "0" * 64) is None
        first = [figure for figure in zero_shot.figures(rows) if figure.first]
        assert [figure.question for figure in first] == [
            zero_shot.NORMAL.name,
            zero_shot.INFARCTION.name,
        ]
        assert all(figure.auc.low < figure.auc.value < figure.auc.high for figure in first)


def test_figures_quoted_second_hand_say_so() -> None:
    for system in literature.SYSTEMS:
        assert system.source or system.second_hand, system.name
        assert system.protocol and system.claim
    text = json.dumps([s.name for s in literature.SYSTEMS])
    for name in ("Ananthi", "Begum", "Srinivasulu", "Tabassum", "VizECGNet", "Ding", "Alsayat"):
        assert name in text
