"""Signing in: passwords and second factors with lock-out, and which browsers are signed in now.

What a browser holds is a random token; the database holds its hash, so that a stolen copy of the
database signs nobody in.
"""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ecg_core.store.audit import chain
from ecg_core.store.audit.canonical import sha256_text, utc_text
from ecg_core.store.cases.room_schema import AccountRow, SignInRow
from ecg_core.store.cases.schema import Action
from ecg_core.store.cases.store import Store
from ecg_core.store.people.account_rows import (
    LONGEST_LOCK_S,
    Account,
    account_of,
    by_name,
    lock_left_s,
    this_moment,
)
from ecg_core.store.people.factor_rows import Fit, fitting, spend
from ecg_core.store.people.keys import factor_key
from ecg_core.store.people.passwords import matches
from ecg_core.store.upkeep import settings
from ecg_core.store.upkeep.errors import StoreError

FREE_FAILURES = 5
"""Wrong passwords or codes before an account is locked for a while."""
FIRST_LOCK_S = 30
"""The first lock; each further failure doubles it, up to `LONGEST_LOCK_S`."""
TOUCH_S = 20
"""A sign of life is written down at most this often."""
LONGEST_H = 12
"""Hours after which everybody signs in again, however busy (NIST SP 800-63B, AAL2)."""
REFUSED = (
    "The name, the password or the code is wrong, or it was tried too often.",
    "Wait a minute and try again; an administrator can unlock an account.",
)
"""The same words whatever is wrong, so that nobody learns which names there are."""


class SignInError(StoreError):
    """Somebody was not signed in."""


class SignIns:
    """Signed-in browsers of a store. Every method raises StoreError."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def sign_in(self, name: str, password: str, code: str = "") -> str:
        """The token of a new signed-in browser. Raises SignInError.

        code: of the second factor, or a recovery code, where the account has them.
        """
        with self._store.snapshot() as session:
            row = by_name(session, name)
            account_id = None if row is None else row.id
        self._prove(account_id, password, code)
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
            now = this_moment()
            session.add(
                SignInRow(
                    token_sha256=sha256_text(token),
                    account_id=row.id,
                    created_utc=utc_text(now),
                    seen_utc=utc_text(now),
                )
            )
            who, told = account_of(row).actor, {"account": row.id}
            # By the hash: a row that was put in by SQL has no such event.
            chain.append(session, head, Action.SIGN_IN, who, None, told, token=sha256_text(token))
        return token

    def signed_in(self, token: str, touch: bool = True) -> Account | None:
        """Who is signed in by this token, None when nobody (any more).

        touch: whether this is a sign of life, which puts off the idle time-out.
        """
        now = this_moment()
        with self._store.snapshot() as session:
            known = session.execute(
                select(SignInRow, AccountRow)
                .join(AccountRow, AccountRow.id == SignInRow.account_id)
                .where(SignInRow.token_sha256 == sha256_text(token))
            ).one_or_none()
            if known is None:
                return None
            found, row = known
            if found.ended_utc is not None or not row.active:
                return None
            idle_s = (now - datetime.fromisoformat(found.seen_utc)).total_seconds()
            whole_s = (now - datetime.fromisoformat(found.created_utc)).total_seconds()
            wanted = settings.read(session)
            limit_s = wanted.idle_minutes * 60
            account = account_of(row)
            if account.provider == "local" and not account.second_factor:
                account = replace(account, must_enrol=wanted.wants_factor(account.roles))
        if idle_s > limit_s:
            self._end(token, account, "idle")
            return None
        if whole_s > LONGEST_H * 3600:
            self._end(token, account, "time limit")
            return None
        if touch and abs(idle_s) > TOUCH_S:
            # A sign of life that could not be written down must not cost the reader the page.
            with suppress(StoreError), self._store.changing() as session:
                session.execute(
                    update(SignInRow)
                    .where(SignInRow.token_sha256 == sha256_text(token))
                    .values(seen_utc=utc_text(now))
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

    def _prove(self, account_id: str | None, password: str, code: str | None) -> None:
        """Raises SignInError unless this is the person, and counts what is wrong.

        account_id: None where there is no such name. code: of the second factor, which is then
        used; None where the password alone is asked for, of somebody who is signed in.
        """
        now = this_moment()
        with self._store.snapshot() as session:
            row = None if account_id is None else session.get(AccountRow, account_id)
            locked = row is not None and lock_left_s(row) > 0
            kept = None if row is None or locked or not row.active else row.password
            fit = None if row is None or code is None else fitting(row, code, self._factor_key, now)
        # Hashing takes its time on purpose, outside any transaction, and for a locked or unknown
        # account too: an answer that came sooner would tell that there is such a name. For the
        # same reason the code was looked at already, whatever the password is.
        right = matches(password, kept)
        if not right or (code is not None and fit is None):
            if not locked:
                self._failed(account_id, "wrong code" if right else "wrong password")
            raise SignInError(*REFUSED)
        if code is not None and fit != Fit():
            self._spend(account_id or "", code)

    def _prove_code(self, account_id: str, code: str) -> None:
        """As `_prove` of somebody whose link stands for the password."""
        now = this_moment()
        with self._store.snapshot() as session:
            row = session.get_one(AccountRow, account_id)
            locked, fit = lock_left_s(row) > 0, fitting(row, code, self._factor_key, now)
        if locked or fit is None:
            if not locked:
                self._failed(account_id, "wrong code")
            raise SignInError(*REFUSED)
        self._spend(account_id, code)

    def _spend(self, account_id: str, code: str) -> None:
        """Use a code up; of two browsers with the same one only the first is let in."""
        with self._store.appending() as session:
            head = chain.lock_head(session)
            row = session.get_one(AccountRow, account_id)
            fit = fitting(row, code, self._factor_key, this_moment())
            if fit is None:
                raise SignInError(*REFUSED)
            spend(session, head, row, fit)

    def _factor_key(self) -> bytes:
        """What second factors are sealed with."""
        try:
            return factor_key(self._store.data_dir)
        except (OSError, ValueError) as error:
            raise StoreError(
                f"Second factors cannot be checked: {error}.",
                "Set ECG_FACTOR_KEY, or put the file back.",
            ) from error

    def _failed(self, account_id: str | None, why: str) -> None:
        """Count a wrong try. The first, and each that locks, is an event; others are not.

        A flood must not fill the chain: the lock doubles, so that its events grow rare. Nothing
        is written of names that are no account: what was typed may be a password.
        """
        if account_id is None:
            return
        with self._store.appending() as session:
            head = chain.lock_head(session)
            row = session.get_one(AccountRow, account_id)
            row.failures += 1
            payload: dict[str, object] = {
                "why": why,
                "account": row.id,
                "failures": row.failures,
            }
            extra = row.failures - FREE_FAILURES
            if extra >= 0:
                lock_s = min(FIRST_LOCK_S * 2 ** min(extra, 20), LONGEST_LOCK_S)
                row.locked_until = utc_text(this_moment() + timedelta(seconds=lock_s))
                payload["locked_s"] = lock_s
            if row.failures == 1 or extra >= 0:
                chain.append(session, head, Action.SIGN_IN_FAILED, row.full_name, None, payload)

    def _end(self, token: str, account: Account, why: str) -> None:
        with self._store.appending() as session:
            head = chain.lock_head(session)
            found = session.get(SignInRow, sha256_text(token))
            if found is None or found.ended_utc is not None:
                return
            found.ended_utc = utc_text(this_moment())
            chain.append(session, head, Action.SIGN_OUT, account.actor, None, {"why": why})


def end_all(session: Session, account_id: str) -> None:
    """Sign every browser of an account out."""
    session.execute(
        update(SignInRow)
        .where(SignInRow.account_id == account_id, SignInRow.ended_utc.is_(None))
        .values(ended_utc=utc_text(this_moment()))
    )
