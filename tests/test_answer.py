"""The one way through an ECG: what it says, what it refuses, and who is named for what is kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ecg_core.answer import (
    Answer,
    OneModel,
    ReadAs,
    Refusal,
    answer,
    answer_page,
    keep,
    measured,
    page_of,
)
from ecg_core.intake import read_here
from ecg_core.intake.values import Bundle, EcgRecord, Upload
from ecg_core.network.classifier import Classifier
from ecg_core.store.cases.room import Room
from ecg_core.store.cases.store import Store
from ecg_core.store.people.accounts import Account
from ecg_core.store.people.roles import NotAllowedError, Role
from ecg_core.triage.priority import Priority
from ecg_core.triage.table import PriorityTable
from tests.network.models import write_model

DEMO = Path(__file__).parents[1] / "assets" / "demo"
NORMAL = ("normal.hea", "normal.dat")
STRIP = ("one_minute_strip.hea", "one_minute_strip.dat")


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> OneModel:
    folder = tmp_path_factory.mktemp("models") / "small"
    write_model(folder, seed=1, arranged=True)
    return OneModel(Classifier(folder))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path)


def files(*names: str) -> Bundle:
    return Bundle(names[0], tuple(Upload(n, (DEMO / n).read_bytes()) for n in names))


def answered(bundle: Bundle, models: OneModel, **how: object) -> Answer:
    said = answer(bundle, models, read=read_here, **how)  # type: ignore[arg-type]
    assert isinstance(said, Answer)
    return said


def person(role: Role) -> Account:
    return Account("a1", "ada", "Dr Ada", frozenset({role}), True, "list", "local", False, True)


def test_a_record_gets_the_whole_answer(models: OneModel) -> None:
    said = answered(files(*NORMAL), models)
    assert said.prediction.page_sha256 == said.page.sha256
    # The demonstration beats at 68/min.
    assert said.measurements.value("rate") == pytest.approx(68, abs=1)
    assert "68/min" in said.draft.text or "69/min" in said.draft.text
    assert said.priority == said.priority_by(PriorityTable())
    assert said.attention().target == said.prediction.triage_class
    assert said.attention("MI", "hirescam").method == "hirescam"


def test_what_is_no_ecg_is_refused_with_a_reason_and_never_raised(models: OneModel) -> None:
    junk = answer(Bundle("a.png", (Upload("a.png", b"nothing"),)), models, read=read_here)
    assert isinstance(junk, Refusal) and junk.reason and not junk.code
    record = read_here(files(*NORMAL))
    assert isinstance(record, EcgRecord)
    short = answer(record.window(0.0, 2.0), models)
    assert isinstance(short, Refusal)
    assert (short.code, short.reason) == ("too_short", "The record lasts 2.0 s.")


def test_the_same_ten_seconds_are_drawn_and_measured(models: OneModel) -> None:
    whole = read_here(files(*STRIP))
    assert isinstance(whole, EcgRecord) and whole.duration_s == pytest.approx(60)
    said = answered(files(*STRIP), models, read_as=ReadAs(start_s=20.0))
    assert said.page.start_s == 20.0
    np.testing.assert_array_equal(said.page.ink, page_of(whole.window(20.0)).ink)
    assert said.measurements.duration_s == pytest.approx(10)
    again = measured(whole, ReadAs(start_s=20.0))
    assert again.value("rate") == said.measurements.value("rate")


def test_statements_that_the_card_hides_are_only_for_evaluation(models: OneModel) -> None:
    record = read_here(files(*NORMAL))
    page = page_of(record)
    shown = answer_page(record, page, models).prediction
    every = answer_page(record, page, models, every_statement=True).prediction
    outputs = models.to(page.layout).card.statements
    assert [one.code for one in every.findings] == [output.code for output in outputs]
    assert set(shown.findings) < set(every.findings)
    assert replace(every, findings=shown.findings, elapsed_ms=0) == replace(shown, elapsed_ms=0)


def test_who_opened_an_ecg_is_named_as_the_one_who_added_it(models: OneModel, store: Store) -> None:
    case = keep(Room(store, person(Role.READER)), answered(files(*NORMAL), models))
    assert [(event.action, event.actor) for event in case.events] == [
        ("case_added", "Dr Ada"),
        ("machine_answer", "ECG Triage"),
    ]
    assert case.events[0].role == "reader"


def test_who_may_not_add_ecgs_adds_none(models: OneModel, store: Store) -> None:
    with pytest.raises(NotAllowedError, match="add ECGs"):
        keep(Room(store, person(Role.AUDITOR)), answered(files(*NORMAL), models))
    assert store.count() == 0


def test_a_case_keeps_its_priority_when_the_rule_has_changed(
    models: OneModel, store: Store
) -> None:
    before = answered(files(*NORMAL), models)
    first = keep(store, before, "Dr Ada")
    other = Priority.SOON if before.priority.priority is not Priority.SOON else Priority.URGENT
    changed = PriorityTable({before.priority.rule_id: other.value})
    after = answered(files(*NORMAL), models, rule=changed)
    again = keep(store, after, "Dr Ben")
    assert after.priority.priority is other
    assert (again.id, again.priority) == (first.id, before.priority)
    assert len(again.events) == 2


def test_an_answer_without_its_files_is_not_kept(models: OneModel, store: Store) -> None:
    said = answer(read_here(files(*NORMAL)), models)
    assert isinstance(said, Answer)
    with pytest.raises(ValueError, match="with the files"):
        keep(store, said)


@pytest.mark.parametrize("names", [STRIP, ("old_inferior_scan.jpg",)])
def test_an_answer_that_is_held_for_long_lets_go_of_what_it_was_read_from(
    models: OneModel, store: Store, names: tuple[str, ...]
) -> None:
    bundle = files(*names)
    said = answered(bundle, models)
    light = said.without_source()
    source = light.ecg.signals_mv if isinstance(light.ecg, EcgRecord) else light.ecg.pixels
    assert source.base is None and source.nbytes < 300_000
    assert light.measurements is said.measurements and light.verdict == said.verdict
    assert light.draft == said.draft
    assert keep(store, light.with_files(bundle)).name == bundle.name
