"""People: who may sign in, in which roles, and who reads blind."""

from __future__ import annotations

from sqlalchemy import select

from ecg_core.store.audit import chain
from ecg_core.store.cases.room_schema import AccountRow
from ecg_core.store.cases.schema import Action
from ecg_core.store.people.account_rows import (
    Account,
    account_of,
    by_name,
    joined,
    new_row,
    note_change,
    plain,
    row_of,
    subject_fixed,
)
from ecg_core.store.people.links import Link, Links, add_link
from ecg_core.store.people.roles import Actor, Permission, Role
from ecg_core.store.people.signing_in import SignInError, end_all
from ecg_core.store.upkeep.errors import StoreError

__all__ = ["Account", "Accounts", "Link", "SignInError"]


class Accounts(Links):
    """Accounts of a store, their links and signed-in browsers. Every method raises StoreError."""

    def by_subject(
        self, subject: str, name: str, full_name: str, roles: frozenset[Role] | None = None
    ) -> Account:
        """The account of a person whom an identity provider vouches for, made when it is new.

        subject: the provider's id of the person. roles: those that the provider's groups give,
        put in force now; None where administrators give them, and a new person has none yet.
        Raises SignInError for a deactivated account, or a person whose groups give no role.
        """
        refused = False
        with self._store.appending() as session:
            head = chain.lock_head(session)
            row = session.scalars(
                select(AccountRow).where(AccountRow.subject == subject)
            ).one_or_none()
            if row is not None and not row.active:
                raise SignInError("This account is not active.", "Ask an administrator.")
            if row is not None and roles is not None and row.roles != joined(roles):
                old, row.roles = {"roles": row.roles}, joined(roles)
                by, new = account_of(row).actor, {"roles": row.roles}
                note_change(session, head, by, row, old, new, "groups at the identity provider")
            if roles is not None and not roles:
                # No account is made for strangers.
                refused = True
                who = "unknown person" if row is None else row.full_name
                payload = {"why": "no group with a role here"}
                payload |= {} if row is None else {"account": row.id}
                chain.append(session, head, Action.SIGN_IN_FAILED, who, None, payload)
            elif row is None:
                row = new_row(session, name, full_name, roles or frozenset(), "oidc", subject)
                by = account_of(row).actor
                fixed = subject_fixed(subject)
                note_change(session, head, by, row, {}, plain(row), "first signed in", fixed)
            account = None if row is None else account_of(row)
        if refused or account is None:
            raise SignInError(
                "You are not known here: none of your groups has a role in this program.",
                "Ask an administrator.",
            )
        return account

    def all(self, by: Actor) -> list[Account]:
        """All accounts by name."""
        by.require(Permission.MANAGE_ACCOUNTS)
        with self._store.snapshot() as session:
            rows = session.scalars(select(AccountRow).order_by(AccountRow.name_key)).all()
            return [account_of(row) for row in rows]

    def named(self, name: str) -> Account:
        """The account that signs in by this name. Raises StoreError when there is none."""
        with self._store.snapshot() as session:
            row = by_name(session, name)
            if row is None:
                raise StoreError(f"There is no account {name!r}.", "Look at the list of them.")
            return account_of(row)

    def unlock(self, by: Actor, account_id: str) -> None:
        """Let an account sign in again that was locked after wrong passwords."""
        by.require(Permission.MANAGE_ACCOUNTS)
        with self._store.appending() as session:
            head = chain.lock_head(session)
            row = row_of(session, account_id)
            old = {"failures": row.failures}
            row.failures, row.locked_until = 0, None
            note_change(session, head, by, row, old, {"failures": 0}, "unlocked")

    def readers(self) -> dict[str, str]:
        """Account id → name of everybody who may read now."""
        with self._store.snapshot() as session:
            rows = session.scalars(select(AccountRow).order_by(AccountRow.name_key)).all()
            accounts = [account_of(row) for row in rows if row.active]
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
            row = new_row(session, name, full_name or name, roles, "local", None)
            token = add_link(session, row.id)
            note_change(session, head, by, row, {}, plain(row), "added", link=token)
            return token

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
            row = row_of(session, account_id)
            before = plain(row)
            if roles is not None:
                row.roles = joined(roles)
            if active is not None:
                row.active = active
            if blind is not None:
                row.blind = _checked_blind(blind)
            row.failures, row.locked_until = 0, None
            session.flush()
            rows = session.scalars(select(AccountRow).where(AccountRow.active.is_(True))).all()
            if not any(Role.ADMINISTRATOR in account_of(one).roles for one in rows):
                raise StoreError("No administrator would be left.", "Make another one first.")
            if not row.active:
                end_all(session, row.id)
            after = plain(row)
            old = {name: before[name] for name in after if after[name] != before[name]}
            new = {name: after[name] for name in old}
            note_change(session, head, by, row, old, new, "changed")


def _checked_blind(blind: str) -> str:
    if blind not in ("always", "never", "list"):
        raise StoreError(f"Reading blind cannot be {blind!r}.", "Choose always, never or list.")
    return blind
