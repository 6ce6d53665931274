"""Accounts, settings, sign-ins and patients' links, compared with the events that tell of them.

These rows say what is so now and may change, so that no guard of the database keeps anybody from
changing them by SQL. Every change by the program is an event: they are replayed, and what the rows
say otherwise was changed by somebody else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from ecg_core.store.audit.canonical import canonical_json, sha256_text
from ecg_core.store.cases.linking import patient_told
from ecg_core.store.cases.reopening import payload_of
from ecg_core.store.cases.room_schema import (
    AccountRow,
    CasePatientRow,
    LinkRow,
    SettingRow,
    SignInRow,
)
from ecg_core.store.cases.schema import Action, EventRow

PASSWORD, SUBJECT, FACTOR, RECOVERY, LINKS, FORGOTTEN = (
    "password_sha256",
    "subject_sha256",
    "factor_sha256",
    "recovery_sha256",
    "patients_linked",
    "patients_forgotten",
)
"""Members of events that fix what is not to be read there: hashes of an account's password hash,
of its id at the provider, of its sealed second factor and recovery codes; case → hash of its
patient's link; that all links were deleted."""
_COLUMNS = ("name", "full_name", "roles", "active", "blind", "provider")
_FIXED = (PASSWORD, SUBJECT, FACTOR, RECOVERY)
_EVENT = EventRow.__table__.columns
_UNKNOWN = "?"
"""What is kept of an account was set before events fixed it."""

PatientTold = tuple[int, str | None]
"""Number of the event that fixed a case's patient, and by which hash (`linking.patient_told`)."""


@dataclass
class _Told:
    """What events say so far. accounts: id → column → value. patients: case → event, hash."""

    accounts: dict[str, dict[str, Any]] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    patients: dict[str, PatientTold] = field(default_factory=dict)

    def hear(self, seq: int, payload: Mapping[str, Any]) -> None:
        """Take one configuration event in."""
        new = payload.get("new")
        new = new if isinstance(new, dict) else {}
        if "account" in payload:
            known = self.accounts.setdefault(str(payload["account"]), {})
            known["name"] = payload.get("name")
            known |= {name: new[name] for name in _COLUMNS if name in new}
            if payload.get("old") == {} and "roles" in new:
                # The set-up gave a password before events fixed it; other accounts begin without.
                known[PASSWORD] = _UNKNOWN if payload.get("reason") == "set up" else None
                known[SUBJECT] = None if new.get("provider") == "local" else _UNKNOWN
                known[FACTOR] = known[RECOVERY] = None
            if "password" in new:
                known[PASSWORD] = _UNKNOWN
            known |= {name: payload[name] for name in _FIXED if name in payload}
        elif LINKS in payload:
            self.patients |= {case_id: (seq, told) for case_id, told in payload[LINKS].items()}
        elif FORGOTTEN in payload:
            for case_id, (told_seq, _) in self.patients.items():
                if told_seq < seq:
                    self.patients[case_id] = (seq, None)
        elif "new" in payload:
            self.settings |= new


def differences(session: Session, patients: Mapping[str, PatientTold]) -> Iterator[str]:
    """What was changed without an event, in words.

    patients: what events of added cases say of their patients; others are told by later events.
    """
    told = _Told(patients=dict(patients))
    wanted = EventRow.action == Action.CONFIGURATION
    query = select(*_EVENT).where(wanted).order_by(EventRow.seq)
    for event in session.execute(query):
        told.hear(event.seq, payload_of(event))
    yield from _accounts(session, told.accounts)
    yield from _settings(session, told.settings)
    yield from _tokens(session, SignInRow, Action.SIGN_IN, "A browser was signed in")
    yield from _tokens(session, LinkRow, Action.CONFIGURATION, "A link for a password was made")
    yield from _patients(session, told.patients)


def _accounts(session: Session, told: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    rows = session.execute(select(*AccountRow.__table__.columns).order_by(AccountRow.id)).all()
    for row in rows:
        said = told.get(row.id)
        if said is None:
            yield f"Account {row.name!r} was added without an event."
            continue
        for column in _COLUMNS:
            now = getattr(row, column)
            if column in said and said[column] != now:
                yield f"Account {row.name!r}: {column} is {now!r}, its events say {said[column]!r}."
        if row.name_key != row.name.casefold():
            yield f"Account {row.name!r} signs in as {row.name_key!r}."
        for name, kept, words in (
            (PASSWORD, row.password, "the password"),
            (SUBJECT, row.subject, "the person at the identity provider"),
            (FACTOR, row.factor, "the second factor"),
            (RECOVERY, row.recovery, "the list of recovery codes"),
        ):
            fixed = said.get(name, _UNKNOWN)
            if fixed not in (_UNKNOWN, None if kept is None else sha256_text(kept)):
                yield f"Account {row.name!r}: {words} was changed without an event."
    for gone in told.keys() - {row.id for row in rows}:
        yield f"Account {told[gone].get('name')!r} was deleted."


def _settings(session: Session, told: Mapping[str, Any]) -> Iterator[str]:
    rows = {row.key: row.value for row in session.execute(select(*SettingRow.__table__.columns))}
    for name in sorted(rows.keys() | told.keys()):
        now, said = rows.get(name), canonical_json(told[name]) if name in told else None
        if now != said:
            yield f"Setting {name} is {_word(now)}, its events say {_word(said)}."


def _word(value: str | None) -> str:
    return "unset" if value is None else value


def _tokens(
    session: Session, table: type[SignInRow] | type[LinkRow], action: Action, words: str
) -> Iterator[str]:
    """Tokens that are good still and in no event, since events name them by their hash."""
    ended = table.ended_utc if table is SignInRow else table.used_utc  # type: ignore[union-attr]
    columns = (table.token_sha256, table.account_id, table.created_utc)
    good = select(*columns).where(ended.is_(None), table.account_id.is_not(None))
    rows = session.execute(good).all()
    if not rows:
        return
    named = (EventRow.action == action, EventRow.token.is_not(None))
    first = session.scalar(select(func.min(EventRow.created_utc)).where(*named))
    events = _by_token(session, (row.token_sha256 for row in rows))
    for row in rows:
        event = events.get(row.token_sha256)
        if event is None and (first is None or row.created_utc < first):
            continue
        if event is None or payload_of(event).get("account") != row.account_id:
            name = session.scalar(select(AccountRow.name).where(AccountRow.id == row.account_id))
            yield f"{words} for account {name!r} without an event."


def _by_token(session: Session, tokens: Iterable[str]) -> dict[str, Row[Any]]:
    query = select(*_EVENT).where(EventRow.token.in_(list(tokens)))
    return {row.token: row for row in session.execute(query)}


def _patients(session: Session, told: Mapping[str, PatientTold]) -> Iterator[str]:
    rows = session.execute(select(CasePatientRow.case_id, CasePatientRow.patient))
    now = {row.case_id: patient_told(row.case_id, row.patient) for row in rows}
    for case_id, (_, fixed) in told.items():
        if now.get(case_id) != fixed:
            yield f"Case {case_id}: whose ECG it is was changed without an event."
