"""Daily use is read from the store: what stands, what was taken back, who adjudicated what."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ecg_core import network
from ecg_core.evidence import practice
from ecg_core.network.statements import Triage
from ecg_core.store.cases.readings import Phase
from ecg_core.store.cases.store import Store
from tests.store.stored_cases import MODEL, add, agrees, case, overrides


def test_the_store_as_evidence(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    first, second = add(store, case(1)), add(store, case(2, Triage.NORMAL))
    store.record_view(first, "Dr Ada")
    store.record_reading(first, replace(overrides(), reader="Dr Ada"), "one")
    store.record_reading(second, replace(agrees(), triage=Triage.NORMAL, reader="Dr Bo"), "two")
    with store.snapshot() as session:
        found = practice.load(session)
    assert [one.case_id for one in found] == [first, second]
    assert found[0].machine is Triage.OTHER
    assert found[0].scores["SR"] == pytest.approx(1 / 3)
    ada = found[0].finals["Dr Ada"]
    assert ada.phase is Phase.FINAL
    assert ada.triage is not None and ada.triage is not Triage.OTHER
    assert ada.seconds is not None and ada.seconds >= 0
    assert found[1].finals["Dr Bo"].seconds is None
    assert found[0].truth is None


def test_without_adjudication_there_is_no_labelled_set(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    add(store, case(1))
    card = replace(network.card_of(network.default_model()), weights_sha256=MODEL.weights_sha256)
    with store.snapshot() as session:
        found = practice.load(session)
    assert practice.adjudicated(found, card) is None
    judged = replace(
        found[0],
        said=(
            practice.StandingReading(
                "lead", Phase.ADJUDICATION, Triage.ACUTE_MI, False, found[0].at, None
            ),
        ),
    )
    cases = practice.adjudicated((judged,), card)
    assert cases is not None
    assert cases.choice is not None
    assert cases.choice.truth.tolist() == [1]
    assert cases.questions[0].truth.tolist() == [True]
