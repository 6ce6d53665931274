"""An account as a value and as a row: who somebody is, and what is written when that changes."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ecg_core.store.audit import chain
from ecg_core.store.audit.canonical import sha256_text, utc_text
from ecg_core.store.audit.configuration import PASSWORD, SUBJECT
from ecg_core.store.cases.readings import checked_name
from ecg_core.store.cases.room_schema import AccountRow
from ecg_core.store.cases.schema import Action, HeadRow
from ecg_core.store.people.roles import Actor, Permission, Role
from ecg_core.store.upkeep.errors import StoreError

LONGEST_LOCK_S = 3600
FIRST_ROLES = frozenset({Role.LEAD, Role.ADMINISTRATOR})
"""Of the person who sets the program up, who can then both administer and read."""


@dataclass(frozen=True)
class Account:
    """A person as the app knows them. blind: "always", "never" or "list".

    second_factor: whether one is set up. must_enrol: one is asked for and not set up yet, so that
    nothing else is open to this person.
    """

    id: str
    name: str
    full_name: str
    roles: frozenset[Role]
    active: bool
    blind: str
    provider: str
    locked: bool
    has_password: bool
    second_factor: bool = False
    must_enrol: bool = False

    @property
    def actor(self) -> Actor:
        """The person as somebody who acts."""
        return Actor(self.full_name, self.id, self.roles)

    def may(self, permission: Permission) -> bool:
        """Whether any of the roles allows this."""
        return self.actor.may(permission)


def account_of(row: AccountRow) -> Account:
    """The account of a row."""
    return Account(
        row.id,
        row.name,
        row.full_name,
        frozenset(Role(role) for role in row.roles.split("+") if role),
        row.active,
        row.blind,
        row.provider,
        lock_left_s(row) > 0,
        row.password is not None,
        row.factor is not None,
    )


def note_change(
    session: Session,
    head: HeadRow,
    by: Actor,
    row: AccountRow,
    old: Mapping[str, object],
    new: Mapping[str, object],
    reason: str,
    fixed: Mapping[str, str | None] | None = None,
    link: str | None = None,
) -> None:
    """Append the event of a change: which account, old and new values, why.

    fixed: `password_fixed` or its like, where the change set one. link: token of the link
    that comes with it; the event names its hash.
    """
    payload = {"account": row.id, "name": row.name, "old": old, "new": new, "reason": reason}
    token = None if link is None else sha256_text(link)
    told = payload | dict(fixed or {})
    chain.append(session, head, Action.CONFIGURATION, by, None, told, token=token)


def password_fixed(kept: str) -> dict[str, str | None]:
    """What an event says of a password: the hash of its argon2 hash, which tells nobody anything.

    A password that was put in its place by SQL is told from it.
    """
    return {PASSWORD: sha256_text(kept)}


def subject_fixed(subject: str) -> dict[str, str | None]:
    """What an event says of who a person is at the identity provider."""
    return {SUBJECT: sha256_text(subject)}


def new_row(
    session: Session,
    name: str,
    full_name: str,
    roles: frozenset[Role],
    provider: str,
    subject: str | None,
) -> AccountRow:
    """Add an account. Raises StoreError for a name that is taken or cannot be one."""
    clean, full = checked_name(name), checked_name(full_name)
    if by_name(session, clean) is not None:
        raise StoreError(f"There is an account {clean!r} already.", "Choose another name.")
    row = AccountRow(
        id=secrets.token_hex(8),
        name=clean,
        name_key=clean.casefold(),
        full_name=full,
        roles=joined(roles),
        provider=provider,
        subject=subject,
        active=True,
        blind="list",
        failures=0,
        created_utc=utc_text(this_moment()),
    )
    session.add(row)
    session.flush()
    return row


def by_name(session: Session, name: str) -> AccountRow | None:
    """The account that signs in by this name, however it is written."""
    key = name.strip().casefold()
    return session.scalars(select(AccountRow).where(AccountRow.name_key == key)).one_or_none()


def row_of(session: Session, account_id: str) -> AccountRow:
    """The account with this id. Raises StoreError when there is none."""
    row = session.get(AccountRow, account_id)
    if row is None:
        raise StoreError("There is no such account.", "Reload the page.")
    return row


def plain(row: AccountRow) -> dict[str, object]:
    """What an event tells of an account."""
    return {
        "full_name": row.full_name,
        "roles": row.roles,
        "active": row.active,
        "blind": row.blind,
        "provider": row.provider,
    }


def joined(roles: frozenset[Role]) -> str:
    """Roles as they are kept, in the order of the table."""
    return "+".join(role for role in Role if role in roles)


def lock_left_s(row: AccountRow) -> float:
    """For how long an account is locked still, in seconds."""
    if row.locked_until is None:
        return 0.0
    left = (datetime.fromisoformat(row.locked_until) - this_moment()).total_seconds()
    # A clock that was set back must not lock anybody out for longer than the longest lock.
    return min(max(left, 0.0), LONGEST_LOCK_S)


def this_moment() -> datetime:
    """This moment."""
    return datetime.now(UTC)
