"""Lines of the worklist as plain values: what a reader may see of each case, in words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ecg_core.network.statements import TRIAGE_NAMES
from ecg_core.store.cases.readings import Decision
from ecg_core.store.cases.room import Room
from ecg_core.store.cases.workflow import OPEN, STATUS_NAMES, CaseStatus
from ecg_core.store.cases.worklist import WorklistRow
from ecg_core.store.upkeep.settings import Settings
from ecg_core.triage.verdict import level_in
from widgets.desk.badges import DECIDED, LEVEL_LOOK, PRIORITY_LOOK
from widgets.session import engine
from widgets.session.words import _, noted

AGES = ((noted("{n} d"), 86_400), (noted("{n} h"), 3600), (noted("{n} min"), 60))
"""Lengths of time, with their seconds."""
HIDDEN = noted("After reading")


NUMBERS = (
    ("rate", noted("{value:.0f}/min")),
    ("qrs", noted("QRS {value:.0f}")),
    ("qtcf", noted("QTc {value:.0f}")),
)


@dataclass(frozen=True)
class ListLine:
    """One case. tone, says_tone: colours, never alone. numbers: rate, QRS, QTc."""

    id: str
    name: str
    priority: str
    tone: str
    says: str
    says_tone: str
    why: str
    numbers: str
    status: str
    decided: str
    waiting: str
    assigned: str
    list_name: str
    page_blob: str

    def plain(self, thumb: str) -> dict[str, str]:
        """As the browser takes it. thumb: address of the small picture."""
        return {
            "id": self.id,
            "name": self.name,
            "priority": self.priority,
            "tone": self.tone,
            "says": self.says,
            "saysTone": self.says_tone,
            "why": self.why,
            "numbers": self.numbers,
            "status": self.status,
            "decided": self.decided,
            "waiting": self.waiting,
            "assigned": self.assigned,
            "list": self.list_name,
            "thumb": thumb,
        }


def lines(found: Sequence[WorklistRow], room: Room) -> list[ListLine]:
    """What this person may see of these cases; of those read blind, nothing that was said."""
    names = engine.names()
    measured = room.measured([row.id for row in found])
    settings = engine.settings()
    return [
        _line(row, hides(row, room, settings), room, names, measured.get(row.id, {}))
        for row in found
    ]


def hides(row: WorklistRow, room: Room, settings: Settings) -> bool:
    """Whether the machine's answer is kept from this person still."""
    return room.account.id not in row.readers and room.reads_blind(row.list_name, settings)


def _line(
    row: WorklistRow,
    hidden: bool,
    room: Room,
    names: Mapping[str, str],
    measured: Mapping[str, float],
) -> ListLine:
    word, tone, _icon = PRIORITY_LOOK[row.priority]
    says, says_tone, why = ("", "", "") if hidden else _says(row)
    mine = room.account.id in row.readers
    others = row.status is CaseStatus.SECOND_WANTED and not mine
    return ListLine(
        row.id,
        row.name,
        _(HIDDEN if hidden else word),
        "" if hidden else tone,
        says,
        says_tone,
        why,
        "" if hidden else numbers(measured),
        _status(row, room, names),
        "" if hidden or others else _decided(row),
        waited(row, datetime.now(UTC)),
        names.get(row.assignee or "", ""),
        row.list_name,
        row.page_blob,
    )


def _says(row: WorklistRow) -> tuple[str, str, str]:
    """The verdict, its colour and its reason; the class of a case stored before verdicts."""
    level = level_in(row.rule)
    if level is not None:
        word, tone, _icon = LEVEL_LOOK[level]
        return _(word), tone, _(_reason(row.rule))
    if row.abstained:
        return _("Abstains"), "orange", ""
    name = _(TRIAGE_NAMES[row.triage])
    return _("{name} (doubtful page)", name=name) if row.doubtful else name, "", ""


def _reason(rule: str) -> str:
    """The first reason of a verdict in a line.

    >>> _reason("Act now: ST elevation in V2 to V4.")
    'ST elevation in V2 to V4.'
    """
    return re.sub(r"^[^:]{1,40}:\s*", "", rule)


def numbers(measured: Mapping[str, float]) -> str:
    """Rate, QRS and QTc in one short line.

    >>> numbers({"rate": 82.4, "qrs": 98.0})
    '82/min · QRS 98'
    """
    parts = [_(form, value=measured[key]) for key, form in NUMBERS if key in measured]
    return " · ".join(parts)


def _status(row: WorklistRow, room: Room, names: Mapping[str, str]) -> str:
    if row.taken_by not in (None, room.account.id):
        who = names.get(row.taken_by or "") or _("another reader")
        return _("Taken by {who}", who=who)
    return _(STATUS_NAMES[row.status])


def _decided(row: WorklistRow) -> str:
    if row.decided is None:
        return ""
    said = DECIDED[row.decided.verdict]
    if row.decided.verdict is Decision.OVERRIDE and row.decided.triage is not None:
        said = TRIAGE_NAMES[row.decided.triage]
    return f"{_(said)} · {row.decided.reader}"


def waited(row: WorklistRow, now: datetime) -> str:
    """How long it waits, or waited until it was read."""
    until = now
    if row.status not in OPEN and row.decided is not None:
        until = row.decided.when_utc
    return age((until - row.arrived_utc).total_seconds())


def age(seconds: float) -> str:
    """A length of time as one number.

    >>> age(7300), age(40)
    ('2 h', 'now')
    """
    for form, length in AGES:
        if seconds >= length:
            return _(form, n=int(seconds // length))
    return _("now")
