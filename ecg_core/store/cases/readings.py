"""What a clinician says of a case, and the rules that a reading must keep to be stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from ecg_core.network.statements import STATEMENTS, SUPERCLASSES, TRIAGE_NAMES, Triage
from ecg_core.page.layouts import PAGE_SECONDS
from ecg_core.page.ten_seconds import clock
from ecg_core.store.upkeep.errors import StoreError
from ecg_core.triage.priority import Priority, rank

LONGEST_READER = 80
LONGEST_REASON = 1000
LONGEST_NOTE = 4000
LONGEST_TOKEN = 64


class Phase(StrEnum):
    """When a reading is given: before the machine's answer, after it, or between two readers."""

    FIRST = "first"
    FINAL = "final"
    ADJUDICATION = "adjudication"


class Decision(StrEnum):
    """What a reader decides."""

    AGREE = "agree"
    OVERRIDE = "override"
    CANNOT_DECIDE = "cannot_decide"
    REPEAT = "repeat"


VERDICT_NAMES: dict[Decision, str] = {
    Decision.AGREE: "Agree",
    Decision.OVERRIDE: "Override",
    Decision.CANNOT_DECIDE: "Cannot decide",
    Decision.REPEAT: "Repeat ECG",
}


class Confidence(StrEnum):
    """How sure a reader is of a first reading."""

    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"


@dataclass(frozen=True)
class AnswerShown:
    """The machine's answer to other ten seconds of a record than those its case was stored with.

    filter_name, page_sha256: of the page that was shown. triage: the class that the verdict stands
    for. level: of the verdict. probabilities: by triage class. acute_threshold: operating point.
    """

    filter_name: str
    page_sha256: str
    triage: Triage
    abstained: bool
    priority: Priority
    level: str
    probabilities: Mapping[str, float]
    acute_threshold: float


@dataclass(frozen=True)
class Covers:
    """What of a record that is longer than a page a reading is about.

    start_s: where the ten seconds on the screen begin, in seconds of the record. duration_s: length
    of the record. whole: the reading is about all of it. answer: what the machine said of the ten
    seconds on the screen, None where they are those that the case was stored with.
    """

    start_s: float
    duration_s: float
    whole: bool = False
    answer: AnswerShown | None = None

    @property
    def words(self) -> str:
        """In a line.

        >>> Covers(40.0, 65.0).words, Covers(0.0, 65.0, whole=True).words
        ('0:40 to 0:50 of a record of 1:05', 'the whole record of 1:05')
        """
        length = clock(self.duration_s)
        if self.whole:
            return f"the whole record of {length}"
        end = clock(min(self.start_s + PAGE_SECONDS, self.duration_s))
        return f"{clock(self.start_s)} to {end} of a record of {length}"

    def plain(self) -> dict[str, Any]:
        """As it stands in the event of the reading."""
        plain = asdict(self)
        if self.answer is None:
            del plain["answer"]
        return plain

    @staticmethod
    def from_plain(plain: Mapping[str, Any]) -> Covers:
        """From an event."""
        said = plain.get("answer")
        answer = said and AnswerShown(
            **said | {"triage": Triage(said["triage"]), "priority": Priority(said["priority"])}
        )
        return Covers(plain["start_s"], plain["duration_s"], plain["whole"], answer or None)


@dataclass(frozen=True)
class Reading:
    """One clinician's decision on a case.

    agrees: with the machine's class; None where no class is decided on, and in a first reading.
    triage: the class decided on, None for "cannot decide" and "repeat". reason: why the machine
    was overridden; note: anything else. verdict: when left out, by `agrees`.
    findings: codes of statements and superclasses that the reader sees; None names none.
    second_wanted: a second reader is asked. confidence: of a first reading. covers: of a record
    longer than a page, what of it the reading is about.
    """

    reader: str
    agrees: bool | None
    triage: Triage | None
    priority: Priority | None
    reason: str = ""
    note: str = ""
    verdict: Decision | None = None
    findings: tuple[str, ...] | None = None
    second_wanted: bool = False
    confidence: Confidence | None = None
    covers: Covers | None = None

    def __post_init__(self) -> None:
        if self.verdict is None and self.agrees is not None:
            verdict = Decision.AGREE if self.agrees else Decision.OVERRIDE
            object.__setattr__(self, "verdict", verdict)


@dataclass(frozen=True)
class StoredReading:
    """A reading as stored: its event's number, when, and the event of the reading before it.

    account: who read, "" before there were accounts. blind: of a first reading, whether the
    reader had seen neither the machine's answer nor another's. undone: taken back by its reader.
    """

    event: int
    created_utc: datetime
    reading: Reading
    earlier_event: int | None
    phase: Phase = Phase.FINAL
    account: str = ""
    blind: bool | None = None
    undone: bool = False


def checked(
    reading: Reading,
    machine: Triage,
    abstained: bool,
    phase: Phase = Phase.FINAL,
    suggested: Priority | None = None,
) -> Reading:
    """The reading with its texts trimmed. Raises StoreError when it must not be stored.

    machine, abstained: the machine's class, and whether it declined to answer. suggested: the
    priority that the rule gave. A reader who decides on an acute infarction against the machine
    raises the priority to immediate; one who lets an ECG wait longer than the rule says why.
    """
    clean = replace(
        reading,
        reader=checked_name(reading.reader),
        reason=_text("reason", reading.reason, LONGEST_REASON),
        note=_text("note", reading.note, LONGEST_NOTE),
        findings=_codes(reading.findings),
    )
    _check_covers(clean.covers)
    if phase is Phase.FIRST:
        return _checked_first(clean)
    if clean.priority is None:
        raise StoreError("The priority is missing.", "Choose one.")
    if not clean.agrees and clean.triage is Triage.ACUTE_MI and machine is not Triage.ACUTE_MI:
        clean = replace(clean, priority=Priority.IMMEDIATE)
    verdict = clean.verdict
    if verdict is None:
        raise StoreError("The decision is missing.", "Agree, override, or say that you cannot.")
    if verdict in (Decision.CANNOT_DECIDE, Decision.REPEAT):
        _check_lowered(clean, suggested)
        return replace(clean, agrees=None, triage=None)
    if clean.triage is None:
        raise StoreError("The class is missing.", "Choose the class that you decide on.")
    if phase is Phase.ADJUDICATION:
        agrees = clean.triage == machine and not abstained
        _check_lowered(clean, suggested)
        return replace(
            clean, agrees=agrees, verdict=Decision.AGREE if agrees else Decision.OVERRIDE
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
    same = clean.triage == machine and clean.findings is None
    if not clean.agrees and same and not abstained:
        raise StoreError(
            "An override needs another class than the machine's, or other findings.",
            "Choose another class, or agree; the priority can be changed either way.",
        )
    if not clean.agrees and not clean.reason:
        raise StoreError("The machine was overridden without a reason.", "Give the reason.")
    _check_lowered(clean, suggested)
    return clean


def _check_lowered(clean: Reading, suggested: Priority | None) -> None:
    if suggested is None or clean.priority is None or clean.reason:
        return
    if rank(clean.priority) > rank(suggested):
        raise StoreError(f"The priority is lower than the rule's, {suggested}.", "Give the reason.")


def _check_covers(covers: Covers | None) -> None:
    if covers is not None and not 0 <= covers.start_s < covers.duration_s:
        raise StoreError("These seconds are not in the record.", "Reload the page.")


def _checked_first(clean: Reading) -> Reading:
    if clean.triage is None:
        raise StoreError("The class is missing.", "Choose the class that you see.")
    if clean.confidence is None:
        raise StoreError("How sure you are is missing.", "Choose low, moderate or high.")
    return replace(clean, agrees=None, verdict=None, priority=None, second_wanted=False)


def _codes(findings: tuple[str, ...] | None) -> tuple[str, ...] | None:
    if findings is None:
        return None
    unknown = [code for code in findings if code not in STATEMENTS and code not in SUPERCLASSES]
    if unknown:
        raise StoreError(f"There is no finding {unknown[0]!r}.", "Choose from the list.")
    return tuple(sorted(set(findings)))


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
