"""What the store says in German: refusals, roles, events, states of a case."""

from __future__ import annotations

import pytest

from ecg_core.network.statements import TRIAGE_NAMES
from ecg_core.store.cases.events import change_in_words
from ecg_core.store.cases.readings import VERDICT_NAMES, Confidence, Covers
from ecg_core.store.cases.schema import Action
from ecg_core.store.cases.workflow import STATUS_NAMES, CaseStatus
from ecg_core.store.people.roles import (
    PERMISSION_NAMES,
    ROLE_NAMES,
    Actor,
    NotAllowedError,
    Permission,
    Role,
)
from ecg_core.triage.priority import Priority
from tests.words.english import left_in_english, say
from tests.words.written import finished

SAID = dict(finished("ecg_core.store")) | dict(finished("ecg_core.network.registry"))
IN_PARTS = {
    "V5 events are in orderV5.": (
        "All 12 events are in order.",
        "All 12 events are in order, and all stored bytes match their hashes.",
        "The last 3 of 12 events are in order.",
        "The last 3 of 12 events are in order, and all stored bytes match their hashes.",
        "All 12 events were in order at 2026-11-30 06:30 UTC.",
        "All 12 events were in order at 2026-11-30 06:30 UTC, as that walk was signed; the 2 since "
        "then follow from them.",
    ),
    "V5 Several unrelated words are good.": (
        "A word by itself is easy to guess. Several unrelated words are good.",
    ),
}
"""Sentences that are put together from parts, as they are finished."""


@pytest.mark.parametrize(
    "english",
    [*sorted(SAID.keys() - IN_PARTS), *(one for said in IN_PARTS.values() for one in said)],
)
def test_every_sentence_has_its_german(english: str) -> None:
    assert say(english) != english and not left_in_english(english), (
        SAID.get(english),
        say(english),
    )


NAMES = [
    *VERDICT_NAMES.values(),
    *STATUS_NAMES.values(),
    *ROLE_NAMES.values(),
    *PERMISSION_NAMES.values(),
    *Confidence,
    *(action.replace("_", " ").capitalize() for action in Action),
]


@pytest.mark.parametrize("name", dict.fromkeys(NAMES))
def test_every_name_has_its_german(name: str) -> None:
    assert not left_in_english(name), say(name)


@pytest.mark.parametrize("roles", [(), (Role.READER,), (Role.READER, Role.AUDITOR)])
@pytest.mark.parametrize("permission", Permission)
def test_who_may_not_is_told_in_german(roles: tuple[Role, ...], permission: Permission) -> None:
    actor = Actor("somebody", roles=frozenset(roles))
    if actor.may(permission):
        return
    with pytest.raises(NotAllowedError) as refused:
        actor.require(permission)
    english = str(refused.value)
    assert not left_in_english(english), say(english)


def test_a_refusal_reads_as_one_sentence() -> None:
    english = "Not allowed for the role auditor and reader: withdraw cases."
    assert say(english) == "Nicht erlaubt für die Rolle Prüfer und Befunder: Fälle zurückziehen."
    late = "The chain ends at event 1204; 1210 events were stored."
    assert say(late) == "Die Kette endet bei Ereignis 1204; gespeichert wurden 1210 Ereignisse."


def test_dates_in_a_sentence_are_written_as_the_language_does() -> None:
    assert say("Event 12 of 2026-11-30 is no longer there.") == (
        "Ereignis 12 vom 30.11.2026 ist nicht mehr vorhanden."
    )
    walked = "All 12 events were in order at 2026-11-30 06:30 UTC."
    assert say(walked) == "Alle 12 Ereignisse waren am 30.11.2026, 06:30 UTC in Ordnung."
    assert "2026-13-45" in say("Event 12 of 2026-13-45 is no longer there.")


def test_what_an_event_changed_is_told_in_german() -> None:
    for before in TRIAGE_NAMES:
        for after in Priority:
            payload = {
                "old": {"triage": before, "priority": "routine", "status": CaseStatus.NEW},
                "new": {"triage": "normal", "priority": after, "status": CaseStatus.WITHDRAWN},
            }
            assert not left_in_english(change_in_words(payload)), say(change_in_words(payload))
    changed = change_in_words({"old": {"priority": "soon"}, "new": {"priority": "urgent"}})
    assert say(changed) == "Priorität: zeitnah → dringlich"


def test_what_of_a_record_was_read_is_told_in_german() -> None:
    part, whole = Covers(40.0, 65.0).words, Covers(0.0, 65.0, whole=True).words
    assert say(part) == "0:40 bis 0:50 einer Aufzeichnung von 1:05"
    assert say(whole) == "die ganze Aufzeichnung von 1:05"
    decided = f"Agree, acute or recent infarction, priority immediate, on {whole}"
    assert say(decided) == (
        "Zustimmung, Akuter oder frischer Infarkt, Priorität sofort, zur ganzen Aufzeichnung von "
        "1:05"
    )
