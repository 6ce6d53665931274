"""Links by which people choose a password: the very first one, and one for each new account."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from ecg_core.store.audit import chain
from ecg_core.store.audit.canonical import sha256_text, utc_text
from ecg_core.store.cases.room_schema import AccountRow, LinkRow
from ecg_core.store.people.account_rows import (
    FIRST_ROLES,
    Account,
    account_of,
    new_row,
    note_change,
    password_fixed,
    plain,
    row_of,
    this_moment,
)
from ecg_core.store.people.factors import Factors
from ecg_core.store.people.passwords import checked_password, hashed
from ecg_core.store.people.roles import Actor, Permission
from ecg_core.store.people.signing_in import SignInError, end_all
from ecg_core.store.upkeep.errors import StoreError

LINK_HOURS = 72


@dataclass(frozen=True)
class Link:
    """What a one-time link is for: an account's password, or the very first account (None)."""

    account: Account | None


class Links(Factors):
    """One-time links and passwords. Every method raises StoreError."""

    def first_link(self) -> str | None:
        """The token of a new set-up link when there are no accounts yet, else None."""
        with self._store.changing() as session:
            if session.scalar(select(func.count(AccountRow.id))):
                return None
            session.execute(update(LinkRow).values(used_utc=utc_text(this_moment())))
            return add_link(session, None)

    def link(self, token: str) -> Link:
        """What a link is for. Raises StoreError when it is used, old or unknown."""
        with self._store.snapshot() as session:
            row = _usable_link(session, token)
            account = session.get(AccountRow, row.account_id) if row.account_id else None
            return Link(None if account is None else account_of(account))

    def use_link(
        self, token: str, password: str, name: str = "", full_name: str = "", code: str = ""
    ) -> str:
        """Set a password by a link, making the very first account by name; signs in.

        code: as in `sign_in`: a link stands for the password alone. Gives the token of the
        signed-in browser. Raises StoreError.
        """
        with self._store.snapshot() as session:
            row = session.get(AccountRow, _usable_link(session, token).account_id or "")
            known = None if row is None else account_of(row)
        checked_password(password, name if known is None else known.name)
        if known is not None and known.second_factor:
            self._prove_code(known.id, code)
        kept = hashed(password)
        fixed = password_fixed(kept)
        with self._store.appending() as session:
            head = chain.lock_head(session)
            link = _usable_link(session, token)
            link.used_utc = utc_text(this_moment())
            if link.account_id is None:
                if session.scalar(select(func.count(AccountRow.id))):
                    raise StoreError("The program has been set up already.", "Sign in.")
                row = new_row(session, name, full_name or name, FIRST_ROLES, "local", None)
                note_change(
                    session, head, account_of(row).actor, row, {}, plain(row), "set up", fixed
                )
            else:
                row = session.get_one(AccountRow, link.account_id)
                end_all(session, row.id)
                change = {"password": "changed"}
                who = account_of(row).actor
                note_change(session, head, who, row, {}, change, "by link", fixed)
            row.password, row.failures, row.locked_until = kept, 0, None
            account_id = row.id
        return self.begin(account_id)

    def change_password(self, account: Account, old: str, new: str) -> None:
        """Change one's own password; other browsers of the account are signed out."""
        try:
            self._prove(account.id, old, None)
        except SignInError as error:
            raise StoreError(
                "The present password is wrong, or it was tried too often.", "Try again."
            ) from error
        fresh = hashed(checked_password(new, account.name))
        with self._store.appending() as session:
            head = chain.lock_head(session)
            row = session.get_one(AccountRow, account.id)
            row.password = fresh
            end_all(session, row.id)
            change, fixed = {"password": "changed"}, password_fixed(fresh)
            note_change(session, head, account.actor, row, {}, change, "by its owner", fixed)

    def new_link(self, by: Actor, account_id: str) -> str:
        """A link by which an account sets a new password; the old one goes on until then."""
        by.require(Permission.MANAGE_ACCOUNTS)
        with self._store.appending() as session:
            head = chain.lock_head(session)
            row = row_of(session, account_id)
            token = add_link(session, row.id)
            why = "link for a password"
            note_change(session, head, by, row, {}, {"link": "new"}, why, link=token)
            return token


def add_link(session: Session, account_id: str | None) -> str:
    """Add a link; gives its token, which is not kept."""
    token = secrets.token_urlsafe(24)
    now = this_moment()
    # A newer link ends the older ones: a link that was lost must not stay open.
    session.execute(
        update(LinkRow)
        .where(LinkRow.account_id == account_id, LinkRow.used_utc.is_(None))
        .values(used_utc=utc_text(now))
    )
    session.add(
        LinkRow(
            token_sha256=sha256_text(token),
            account_id=account_id,
            created_utc=utc_text(now),
            expires_utc=utc_text(now + timedelta(hours=LINK_HOURS)),
        )
    )
    return token


def _usable_link(session: Session, token: str) -> LinkRow:
    row = session.get(LinkRow, sha256_text(token))
    if row is None or row.used_utc is not None or row.expires_utc < utc_text(this_moment()):
        raise StoreError(
            "This link is no longer valid.", "Sign in, or ask an administrator for a new link."
        )
    return row
