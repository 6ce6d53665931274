"""Settings of the reading room, with their defaults; every change is an event with old and new."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ecg_core.store.audit.canonical import canonical_json
from ecg_core.store.cases.room_schema import SettingRow
from ecg_core.store.people.roles import Role
from ecg_core.store.upkeep.errors import StoreError
from ecg_core.triage.priority import Priority
from ecg_core.triage.table import RULES, SURELY_NORMAL, PriorityTable


class BlindFor(StrEnum):
    """Whose first reading comes before the machine's answer."""

    NOBODY = "nobody"
    LISTS = "lists"
    EVERYBODY = "everybody"


class FactorFor(StrEnum):
    """Of whom a second factor is asked, among those who sign in by a password kept here."""

    NOBODY = "nobody"
    ADMINISTRATORS = "administrators"
    EVERYBODY = "everybody"


@dataclass(frozen=True)
class Settings:
    """What can be set.

    idle_minutes: without a sign of life before a person is signed out. taken_minutes: how long
    a case stays taken by a reader who no longer gives a sign of life. blind_for, blind_lists:
    who reads blind unless the account says otherwise. note_templates: texts offered for notes.
    rule_priorities: rule id → priority, or "off", where it differs from the table.
    surely_normal: calibrated probability from which a normal ECG is routine. factor_for: who
    gets nowhere without a second factor.
    """

    idle_minutes: int = 30
    taken_minutes: int = 5
    blind_for: BlindFor = BlindFor.NOBODY
    blind_lists: tuple[str, ...] = ()
    note_templates: tuple[str, ...] = (
        "Compare with an earlier ECG.",
        "Repeat with correct electrode placement.",
        "Discussed with the treating physician.",
    )
    rule_priorities: Mapping[str, str] = field(default_factory=dict)
    surely_normal: float = SURELY_NORMAL
    factor_for: FactorFor = FactorFor.NOBODY

    def wants_factor(self, roles: frozenset[Role]) -> bool:
        """Whether a second factor is asked of somebody with these roles."""
        if self.factor_for is FactorFor.ADMINISTRATORS:
            return Role.ADMINISTRATOR in roles
        return self.factor_for is FactorFor.EVERYBODY

    @property
    def priority_table(self) -> PriorityTable:
        """The rule of priority as it is set."""
        return PriorityTable(dict(self.rule_priorities), self.surely_normal)

    def check(self) -> None:
        """Raises StoreError when a value cannot be used."""
        if not 1 <= self.idle_minutes <= 24 * 60 or not 1 <= self.taken_minutes <= 240:
            raise StoreError(
                "Signing out after idle time takes 1 to 1440 minutes, and a taken case is held "
                "for 1 to 240.",
                "Choose another number.",
            )
        if not 0.25 <= self.surely_normal <= 1.0:
            raise StoreError(
                "Surely normal needs a probability from 25 to 100 %.", "Choose another one."
            )
        known = {rule.id for rule in RULES}
        for rule, priority in self.rule_priorities.items():
            if rule not in known or priority not in {*Priority, "off"}:
                raise StoreError(f"There is no rule {rule!r} with {priority!r}.", "Choose again.")
        if self.rule_priorities.get(RULES[-1].id) == "off":
            raise StoreError(
                "The last rule takes whatever is left and cannot be off.", "Choose a priority."
            )


DEFAULTS = Settings()


def read(session: Session) -> Settings:
    """The settings in force."""
    rows = session.execute(select(SettingRow.key, SettingRow.value))
    stored = {key: json.loads(value) for key, value in rows}
    names = {one.name for one in fields(Settings)}
    return _from_plain({name: value for name, value in stored.items() if name in names})


def write(session: Session, wanted: Settings) -> dict[str, dict[str, Any]]:
    """Store settings; gives {"old": …, "new": …} of those that changed."""
    wanted.check()
    before, after = plain(read(session)), plain(wanted)
    changed = [
        name for name in after if canonical_json(after[name]) != canonical_json(before[name])
    ]
    for name in changed:
        row = session.get(SettingRow, name) or SettingRow(key=name)
        row.value = canonical_json(after[name])
        session.add(row)
    return {
        "old": {name: before[name] for name in changed},
        "new": {name: after[name] for name in changed},
    }


def plain(settings: Settings) -> dict[str, Any]:
    """Settings as plain JSON values."""
    values: dict[str, Any] = json.loads(canonical_json(asdict(settings)))
    return values


def _from_plain(values: Mapping[str, Any]) -> Settings:
    typed = dict(values)
    if "blind_for" in typed:
        typed["blind_for"] = BlindFor(typed["blind_for"])
    if "factor_for" in typed:
        typed["factor_for"] = FactorFor(typed["factor_for"])
    for name in ("blind_lists", "note_templates"):
        if name in typed:
            typed[name] = tuple(typed[name])
    if "rule_priorities" in typed:
        # Lines that the table no longer has were changed under an earlier one.
        known = {rule.id for rule in RULES}
        given = typed["rule_priorities"].items()
        typed["rule_priorities"] = {rule: word for rule, word in given if rule in known}
    return Settings(**typed)
