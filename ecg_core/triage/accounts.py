"""People: who may sign in, in which roles, and which browsers are signed in now.

What a browser holds is a random token; the database holds its hash, so that a stolen copy of the
database signs nobody in.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from ecg_core.triage import chain, settings
from ecg_core.triage.canonical import sha256_text
from ecg_core.triage.errors import StoreError
from ecg_core.triage.passwords import checked_password, hashed, matches
from ecg_core.triage.readings import checked_name
from ecg_core.triage.roles import Actor, Permission, Role
from ecg_core.triage.room_schema import AccountRow, LinkRow, SignInRow
from ecg_core.triage.schema import Action, HeadRow
from ecg_core.triage.store import Store

FREE_FAILURES = 5
"""Wrong passwords before an account is locked for a while."""
FIRST_LOCK_S, LONGEST_LOCK_S = 30, 3600
"""The first lock and the longest; each further failure doubles it."""
LINK_HOURS = 72
TOUCH_S = 20
"""A sign of life is written down at most this often."""
FIRST_ROLES = frozenset({Role.LEAD, Role.ADMINISTRATOR})
"""Of the person who sets the program up, who can then both administer and read."""


class SignInError(StoreError):
    """Somebody was not signed in."""


@dataclass(frozen=True)
class Account:
    """A person as the app knows them. blind: "always", "never" or "list"."""

    id: str
    name: str
    full_name: str
    roles: frozenset[Role]
    active: bool
    blind: str
    provider: str
    locked: bool
    has_password: bool

    @property
    def actor(self) -> Actor:
        """The person as somebody who acts."""
        return Actor(self.full_name, self.id, self.roles)

    def may(self, permission: Permission) -> bool:
        """Whether any of the roles allows this."""
        return self.actor.may(permission)


@dataclass(frozen=True)
class Link:
    """What a one-time link is for: an account's password, or the very first account (None)."""

    account: Account | None


class Accounts:
    """Accounts of a store. Every method raises StoreError."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # -- signing in ------------------------------------------------------------------------

    def sign_in(self, name: str, password: str) -> str:
        """The token of a new signed-in browser. Raises SignInError."""
        with self._store.changing() as session:
            row = _by_name(session, name)
            account_id = None if row is None else row.id
            locked_s = 0 if row is None else _locked_s(row)
            kept = None if row is None or not row.active else row.password
        if locked_s:
            self._failed(name, account_id, "locked")
            raise SignInError(
                f"This account is locked for another {_in_words(locked_s)}.",
                "It was locked after several wrong passwords; an administrator can unlock it.",
            )
        # Hashing takes its time on purpose, outside any transaction.
        if not matches(password, kept):
            self._failed(name, account_id, "wrong name or password")
            raise SignInError("The name or the password is wrong.", "Try again.")
        return self.begin(account_id or "")

    def begin(self, account_id: str, token: str | None = None) -> str:
        """Sign a browser in as this account; gives its token."""
        token = token or secrets.token_urlsafe(32)
        with self._store.appending() as session:
            head = chain.lock_head(session)
            row = session.get(AccountRow, account_id)
            if row is None or not row.active:
                raise SignInError("This account is not active.", "Ask an administrator.")
            row.failures, row.locked_until = 0, None
            now = _now()
            session.add(
                SignInRow(
                    token_sha256=sha256_text(token),
                    account_id=row.id,
                    created_utc=_text(now),
                    seen_utc=_text(now),
                )
            )
            chain.append(
                session, head, Action.SIGN_IN, _account(row).actor, None, {"account": row.id}
            )
        return token

    def signed_in(self, token: str, touch: bool = True) -> Account | None:
        """Who is signed in by this token, None when nobody (any more).

        touch: whether this is a sign of life, which puts off the idle time-out.
        """
        now = _now()
        with self._store.snapshot() as session:
            found = session.get(SignInRow, sha256_text(token))
            if found is None or found.ended_utc is not None:
                return None
            row = session.get(AccountRow, found.account_id)
            if row is None or not row.active:
                return None
            idle_s = (now - datetime.fromisoformat(found.seen_utc)).total_seconds()
            limit_s = settings.read(session).idle_minutes * 60
            account = _account(row)
        if idle_s > limit_s:
            self._end(token, account, "idle")
            return None
        if touch and abs(idle_s) > TOUCH_S:
            # A sign of life that could not be written down must not cost the reader the page.
            with suppress(StoreError), self._store.changing() as session:
                session.execute(
                    update(SignInRow)
                    .where(SignInRow.token_sha256 == sha256_text(token))
                    .values(seen_utc=_text(now))
                )
        return account

    def known(self, token: str) -> bool:
        """Whether somebody was ever signed in by this token, though perhaps no longer."""
        with self._store.snapshot() as session:
            return session.get(SignInRow, sha256_text(token)) is not None

    def sign_out(self, token: str) -> None:
        """Sign a browser out, if it is signed in."""
        account = self.signed_in(token, touch=False)
        if account is not None:
            self._end(token, account, "asked")

    def by_subject(self, subject: str, name: str, full_name: str) -> Account:
        """The account of a person whom an identity provider vouches for; new ones have no role.

        subject: the provider's id of the person. Raises SignInError for a deactivated account.
        """
        with self._store.appending() as session:
            head = chain.lock_head(session)
            row = session.scalars(
                select(AccountRow).where(AccountRow.subject == subject)
            ).one_or_none()
            if row is not None:
                if not row.active:
                    raise SignInError("This account is not active.", "Ask an administrator.")
                return _account(row)
            first = not session.scalar(select(func.count(AccountRow.id)))
            roles = FIRST_ROLES if first else frozenset()
            row = _new_row(session, name, full_name, roles, "oidc", subject)
            account = _account(row)
            _changed(session, head, account.actor, row, {}, _plain(row), "first signed in")
            return account

    # -- links and passwords ---------------------------------------------------------------

    def first_link(self) -> str | None:
        """The token of a new set-up link when there are no accounts yet, else None."""
        with self._store.changing() as session:
            if session.scalar(select(func.count(AccountRow.id))):
                return None
            session.execute(update(LinkRow).values(used_utc=_text(_now())))
            return _new_link(session, None)

    def link(self, token: str) -> Link:
        """What a link is for. Raises StoreError when it is used, old or unknown."""
        with self._store.snapshot() as session:
            row = _usable_link(session, token)
            account = session.get(AccountRow, row.account_id) if row.account_id else None
            return Link(None if account is None else _account(account))

    def use_link(self, token: str, password: str, name: str = "", full_name: str = "") -> str:
        """Set a password by a link, making the very first account by name; signs in.

        Gives the token of the signed-in browser. Raises StoreError.
        """
        with self._store.snapshot() as session:
            known = session.get(AccountRow, _usable_link(session, token).account_id or "")
            checked_password(password, name if known is None else known.name)
        kept = hashed(password)
        with self._store.appending() as session:
            head = chain.lock_head(session)
            link = _usable_link(session, token)
            link.used_utc = _text(_now())
            if link.account_id is None:
                if session.scalar(select(func.count(AccountRow.id))):
                    raise StoreError("The program has been set up already.", "Sign in.")
                row = _new_row(session, name, full_name or name, FIRST_ROLES, "local", None)
                _changed(session, head, _account(row).actor, row, {}, _plain(row), "set up")
            else:
                row = session.get_one(AccountRow, link.account_id)
                _end_all(session, row.id)
                change = {"password": "changed"}
                _changed(session, head, _account(row).actor, row, {}, change, "by link")
            row.password, row.failures, row.locked_until = kept, 0, None
            account_id = row.id
        return self.begin(account_id)

    def change_password(self, account: Account, old: str, new: str) -> None:
        """Change one's own password; other browsers of the account are signed out."""
        with self._store.snapshot() as session:
            kept = session.get_one(AccountRow, account.id).password
        if not matches(old, kept):
            raise StoreError("The present password is wrong.", "Try again.")
        fresh = hashed(checked_password(new, account.name))
        with self._store.appending() as session:
            head = chain.lock_head(session)
            row = session.get_one(AccountRow, account.id)
            row.password = fresh
            _end_all(session, row.id)
            _changed(session, head, account.actor, row, {}, {"password": "changed"}, "by its owner")

    # -- administration --------------------------------------------------------------------

    def all(self, by: Actor) -> list[Account]:
        """All accounts by name."""
        by.require(Permission.MANAGE_ACCOUNTS)
        with self._store.snapshot() as session:
            rows = session.scalars(select(AccountRow).order_by(AccountRow.name_key)).all()
            return [_account(row) for row in rows]

    def readers(self) -> dict[str, str]:
        """Account id → name of everybody who may read now."""
        with self._store.snapshot() as session:
            rows = session.scalars(select(AccountRow).order_by(AccountRow.name_key)).all()
            accounts = [_account(row) for row in rows if row.active]
        return {one.id: one.full_name for one in accounts if one.may(Permission.READ)}

    def names(self) -> dict[str, str]:
        """Account id → name of everybody."""
        with self._store.snapshot() as session:
            found = session.execute(select(AccountRow.id, AccountRow.full_name)).all()
            return {row.id: row.full_name for row in found}

    def add(self, by: Actor, name: str, full_name: str, roles: frozenset[Role]) -> str:
        """A new local account; gives the token of the link by which it gets its password."""
        by.require(Permission.MANAGE_ACCOUNTS)
        if not roles:
            raise StoreError("The account has no role.", "Choose at least one.")
        with self._store.appending() as session:
            head = chain.lock_head(session)
            row = _new_row(session, name, full_name or name, roles, "local", None)
            _changed(session, head, by, row, {}, _plain(row), "added")
            return _new_link(session, row.id)

    def change(
        self,
        by: Actor,
        account_id: str,
        roles: frozenset[Role] | None = None,
        active: bool | None = None,
        blind: str | None = None,
    ) -> None:
        """Change roles, activity or blind reading of an account; also unlocks it.

        Raises StoreError when no active administrator would be left.
        """
        by.require(Permission.MANAGE_ACCOUNTS)
        with self._store.appending() as session:
            head = chain.lock_head(session)
            row = _row(session, account_id)
            before = _plain(row)
            if roles is not None:
                row.roles = _joined(roles)
            if active is not None:
                row.active = active
            if blind is not None:
                row.blind = _checked_blind(blind)
            row.failures, row.locked_until = 0, None
            session.flush()
            rows = session.scalars(select(AccountRow).where(AccountRow.active.is_(True))).all()
            if not any(Role.ADMINISTRATOR in _account(one).roles for one in rows):
                raise StoreError("No administrator would be left.", "Make another one first.")
            if not row.active:
                _end_all(session, row.id)
            after = _plain(row)
            old = {name: before[name] for name in after if after[name] != before[name]}
            new = {name: after[name] for name in old}
            _changed(session, head, by, row, old, new, "changed")

    def new_link(self, by: Actor, account_id: str) -> str:
        """A link by which an account sets a new password; the old one goes on until then."""
        by.require(Permission.MANAGE_ACCOUNTS)
        with self._store.appending() as session:
            head = chain.lock_head(session)
            row = _row(session, account_id)
            _changed(session, head, by, row, {}, {"link": "new"}, "link for a password")
            return _new_link(session, row.id)

    # -- inside ----------------------------------------------------------------------------

    def _failed(self, name: str, account_id: str | None, why: str) -> None:
        with self._store.appending() as session:
            head = chain.lock_head(session)
            payload: dict[str, object] = {"why": why}
            # What was typed is kept only where it names an account: it may be a password.
            row = None if account_id is None else session.get(AccountRow, account_id)
            who = "unknown name"
            if row is not None:
                who, payload["account"] = row.full_name, row.id
                if why != "locked":
                    row.failures += 1
                    extra = row.failures - FREE_FAILURES
                    if extra >= 0:
                        lock_s = min(FIRST_LOCK_S * 2 ** min(extra, 20), LONGEST_LOCK_S)
                        row.locked_until = _text(_now() + timedelta(seconds=lock_s))
                        payload["locked_s"] = lock_s
            chain.append(session, head, Action.SIGN_IN_FAILED, who, None, payload)

    def _end(self, token: str, account: Account, why: str) -> None:
        with self._store.appending() as session:
            head = chain.lock_head(session)
            found = session.get(SignInRow, sha256_text(token))
            if found is None or found.ended_utc is not None:
                return
            found.ended_utc = _text(_now())
            chain.append(session, head, Action.SIGN_OUT, account.actor, None, {"why": why})


def _changed(
    session: Session,
    head: HeadRow,
    by: Actor,
    row: AccountRow,
    old: Mapping[str, object],
    new: Mapping[str, object],
    reason: str,
) -> None:
    payload = {"account": row.id, "name": row.name, "old": old, "new": new, "reason": reason}
    chain.append(session, head, Action.CONFIGURATION, by, None, payload)


def _new_row(
    session: Session,
    name: str,
    full_name: str,
    roles: frozenset[Role],
    provider: str,
    subject: str | None,
) -> AccountRow:
    clean, full = checked_name(name), checked_name(full_name)
    if _by_name(session, clean) is not None:
        raise StoreError(f"There is an account {clean!r} already.", "Choose another name.")
    row = AccountRow(
        id=secrets.token_hex(8),
        name=clean,
        name_key=clean.casefold(),
        full_name=full,
        roles=_joined(roles),
        provider=provider,
        subject=subject,
        active=True,
        blind="list",
        failures=0,
        created_utc=_text(_now()),
    )
    session.add(row)
    session.flush()
    return row


def _new_link(session: Session, account_id: str | None) -> str:
    token = secrets.token_urlsafe(24)
    now = _now()
    session.add(
        LinkRow(
            token_sha256=sha256_text(token),
            account_id=account_id,
            created_utc=_text(now),
            expires_utc=_text(now + timedelta(hours=LINK_HOURS)),
        )
    )
    return token


def _usable_link(session: Session, token: str) -> LinkRow:
    row = session.get(LinkRow, sha256_text(token))
    if row is None or row.used_utc is not None or row.expires_utc < _text(_now()):
        raise StoreError(
            "This link is no longer valid.", "Sign in, or ask an administrator for a new link."
        )
    return row


def _by_name(session: Session, name: str) -> AccountRow | None:
    key = name.strip().casefold()
    return session.scalars(select(AccountRow).where(AccountRow.name_key == key)).one_or_none()


def _row(session: Session, account_id: str) -> AccountRow:
    row = session.get(AccountRow, account_id)
    if row is None:
        raise StoreError("There is no such account.", "Reload the page.")
    return row


def _end_all(session: Session, account_id: str) -> None:
    session.execute(
        update(SignInRow)
        .where(SignInRow.account_id == account_id, SignInRow.ended_utc.is_(None))
        .values(ended_utc=_text(_now()))
    )


def _account(row: AccountRow) -> Account:
    return Account(
        row.id,
        row.name,
        row.full_name,
        frozenset(Role(role) for role in row.roles.split("+") if role),
        row.active,
        row.blind,
        row.provider,
        _locked_s(row) > 0,
        row.password is not None,
    )


def _plain(row: AccountRow) -> dict[str, object]:
    return {
        "full_name": row.full_name,
        "roles": row.roles,
        "active": row.active,
        "blind": row.blind,
        "provider": row.provider,
    }


def _joined(roles: frozenset[Role]) -> str:
    return "+".join(role for role in Role if role in roles)


def _checked_blind(blind: str) -> str:
    if blind not in ("always", "never", "list"):
        raise StoreError(f"Reading blind cannot be {blind!r}.", "Choose always, never or list.")
    return blind


def _locked_s(row: AccountRow) -> float:
    if row.locked_until is None:
        return 0.0
    left = (datetime.fromisoformat(row.locked_until) - _now()).total_seconds()
    # A clock that was set back must not lock anybody out for longer than the longest lock.
    return min(max(left, 0.0), LONGEST_LOCK_S)


def _in_words(seconds: float) -> str:
    if seconds < 90:
        return f"{max(round(seconds), 1)} s"
    return f"{round(seconds / 60)} minutes"


def _now() -> datetime:
    return datetime.now(UTC)


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
