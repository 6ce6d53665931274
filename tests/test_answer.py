"""The one way through an ECG: what it says, what it refuses, and who is named for what is kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ecg_core.answer import Answer, answer, answer_page, keep, opened_at
from ecg_core.intake import read_here
from ecg_core.intake.values import Bundle, EcgRecord, Upload
from ecg_core.network.classifier import Classifier
from ecg_core.network.strips import WindowAnswer
from ecg_core.network.who_answers import OneModel
from ecg_core.page.ten_seconds import starts_s
from ecg_core.prepared import Refusal
from ecg_core.preparing import measured, page_of
from ecg_core.read_as import ReadAs
from ecg_core.store.cases.room import Room
from ecg_core.store.cases.store import Store
from ecg_core.store.people.accounts import Account
from ecg_core.store.people.roles import NotAllowedError, Role
from ecg_core.triage.priority import Priority, rank
from ecg_core.triage.table import PriorityTable
from ecg_core.triage.verdict import Level
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


def parts(*faster: float) -> EcgRecord:
    """The demonstration again and again, ten seconds each time as many times faster; 0 is flat."""
    record = read_here(files(*NORMAL))
    assert isinstance(record, EcgRecord)
    samples = round(10 * record.fs_hz)
    tens = record.signals_mv[:, :samples]
    steps = np.arange(samples)
    again = [
        tens[:, np.round(steps * times).astype(int) % samples] * bool(times) for times in faster
    ]
    return replace(record, signals_mv=np.concatenate(again, axis=1))


def test_a_long_record_opens_at_its_most_urgent_ten_seconds(models: OneModel) -> None:
    # 68/min, and 2.5 times as fast: 170/min, which no person's heart does at rest.
    record = parts(1.0, 1.0, 2.5, 2.5, 1.0)
    assert opened_at(record, models) == 20.0
    said = answer(record, models)
    assert isinstance(said, Answer) and said.page.start_s == 20.0
    first = answer(record, models, read_as=ReadAs(start_s=0.0))
    assert isinstance(first, Answer) and first.page.start_s == 0.0
    assert rank(said.priority.priority) < rank(first.priority.priority)


def test_of_equals_the_first_ten_seconds_are_opened(models: OneModel) -> None:
    assert opened_at(parts(1.0, 1.0, 1.0), models) == 0.0
    assert opened_at(parts(1.0, 1.0), models, ReadAs(start_s=7.0)) == 7.0


def test_what_cannot_be_judged_is_opened_last_but_for_a_still_line(
    models: OneModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = answered(files(*NORMAL), models).verdict
    unjudged = replace(said, level=Level.NOT_JUDGED, priority=Priority.URGENT)
    routine = replace(said, level=Level.NORMAL, priority=Priority.ROUTINE)
    turns = {0.0: unjudged, 10.0: routine, 20.0: routine}
    monkeypatch.setattr(Answer, "verdict", property(lambda one: turns[one.page.start_s]))
    assert opened_at(parts(1.0, 1.0, 1.0), models) == 10.0
    turns |= {10.0: unjudged, 20.0: unjudged}
    assert opened_at(parts(1.0, 1.0, 1.0), models) == 0.0
    # Of two that are to be read soon, fibrillation before a short PR.
    soon = replace(routine, level=Level.ABNORMAL, priority=Priority.SOON)
    short_pr, af = (replace(soon, rule_id=one) for one in ("pr-short", "atrial-fibrillation"))
    turns |= {0.0: short_pr, 10.0: routine, 20.0: af}
    assert opened_at(parts(1.0, 1.0, 1.0), models) == 20.0
    # Asystole looks like a still line: that is pressing.
    monkeypatch.undo()
    assert opened_at(parts(1.0, 0.0), models) == 10.0


def test_along_a_longer_record_the_least_normal_seconds_are_judged(models: OneModel) -> None:
    record = parts(*[1.0] * 14, 2.5, 1.0, 2.5)

    def along() -> tuple[WindowAnswer, ...]:
        # Of the fast ones the strip model points at the second alone.
        return tuple(
            WindowAnswer(start_s, 10.0, 0.9 if start_s == 160.0 else 0.5 - start_s / 1e3, (), ())
            for start_s in starts_s(record.duration_s)
        )

    assert opened_at(record, models, along=along) == 160.0


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
