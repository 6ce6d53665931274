"""What a clinician says of a case, and the rules that a reading must keep to be stored."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from ecg_core.network.statements import TRIAGE_NAMES, Triage
from ecg_core.triage.errors import StoreError
from ecg_core.triage.priority import Priority

LONGEST_READER = 80
LONGEST_REASON = 1000
LONGEST_NOTE = 4000
LONGEST_TOKEN = 64


@dataclass(frozen=True)
class Reading:
    """One clinician's decision on a case.

    agrees: with the machine's class. triage, priority: what the reader decided.
    reason: why the machine was overridden; note: anything else.
    """

    reader: str
    agrees: bool
    triage: Triage
    priority: Priority
    reason: str = ""
    note: str = ""


@dataclass(frozen=True)
class StoredReading:
    """A reading as stored: its event's number, when, and the event of the reading before it."""

    event: int
    created_utc: datetime
    reading: Reading
    earlier_event: int | None


def checked(reading: Reading, machine: Triage, abstained: bool) -> Reading:
    """The reading with its texts trimmed. Raises StoreError when it must not be stored.

    machine, abstained: the machine's class, and whether it declined to answer.
    """
    clean = replace(
        reading,
        reader=checked_name(reading.reader),
        reason=_text("reason", reading.reason, LONGEST_REASON),
        note=_text("note", reading.note, LONGEST_NOTE),
    )
    if clean.agrees and abstained:
        raise StoreError(
            "The machine gave no answer to agree with.", "Decide on a class and give a reason."
        )
    if clean.agrees and clean.triage != machine:
        raise StoreError(
            f"Agreeing means the machine's class, {TRIAGE_NAMES[machine]}.",
            "Override the machine to decide on another class.",
        )
    if not clean.agrees and clean.triage == machine and not abstained:
        raise StoreError(
            "An override needs another class than the machine's.",
            "Choose another class, or agree; the priority can be changed either way.",
        )
    if not clean.agrees and not clean.reason:
        raise StoreError("The machine was overridden without a reason.", "Give the reason.")
    return clean


def checked_name(name: str) -> str:
    """A person's name, trimmed. Raises StoreError when it is none.

    It begins with a letter or digit, which also keeps spreadsheets from reading an exported
    name as a formula.
    """
    clean = _text("name", name, LONGEST_READER)
    if not clean:
        raise StoreError("The reader's name is missing.", "Enter your name.")
    if not clean[0].isalnum() or not clean.isprintable():
        raise StoreError(
            "The reader's name must be one line that begins with a letter or digit.",
            "Enter your name.",
        )
    return clean


def checked_token(token: str) -> str:
    """The token that makes a reading idempotent. Raises StoreError when it is unusable."""
    if not token or _text("token", token, LONGEST_TOKEN) != token:
        raise StoreError("The reading came without a usable token.", "Reload the page.")
    return token


def _text(what: str, value: str, longest: int) -> str:
    clean = value.strip()
    if len(clean) > longest:
        raise StoreError(
            f"The {what} is {len(clean)} characters long.", f"Shorten it to {longest} characters."
        )
    if "\0" in clean or any("\ud800" <= letter <= "\udfff" for letter in clean):
        raise StoreError(
            f"The {what} holds characters that cannot be stored.", "Type it in plain text."
        )
    return clean
