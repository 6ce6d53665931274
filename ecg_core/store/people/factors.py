"""Setting a second factor up, making new recovery codes, taking it away."""

from __future__ import annotations

from dataclasses import dataclass

from ecg_core.store.audit import chain
from ecg_core.store.audit.canonical import canonical_json
from ecg_core.store.cases.room_schema import AccountRow
from ecg_core.store.people import second_factor
from ecg_core.store.people.account_rows import (
    Account,
    account_of,
    note_change,
    row_of,
    this_moment,
)
from ecg_core.store.people.factor_rows import factor_fixed, recovery_of
from ecg_core.store.people.roles import Actor, Permission
from ecg_core.store.people.signing_in import SignIns, end_all
from ecg_core.store.upkeep.errors import StoreError


@dataclass(frozen=True)
class NewFactor:
    """A secret that waits for its first code. sealed: the same for the way through a form."""

    secret: str
    address: str
    sealed: str


class Factors(SignIns):
    """Second factors of local accounts. Every method raises StoreError."""

    def offer_factor(self, account: Account) -> NewFactor:
        """A new secret for an account; nothing is kept until a code of it comes back."""
        secret = second_factor.fresh_secret()
        sealed = second_factor.seal(self._factor_key(), account.id, secret)
        return NewFactor(secret, second_factor.address(secret, account.name), sealed)

    def offered(self, account: Account, sealed: str) -> NewFactor:
        """An offer that comes back from a form. Raises StoreError when it is too old."""
        within_s = second_factor.OFFER_S
        secret = second_factor.unseal(self._factor_key(), account.id, sealed, within_s)
        if secret is None:
            raise StoreError("This took too long.", "Scan the new code.")
        return NewFactor(secret, second_factor.address(secret, account.name), sealed)

    def enrol(
        self, account: Account, offer: NewFactor, password: str, code: str
    ) -> tuple[str, ...]:
        """Set a second factor up; gives its recovery codes, which are not kept.

        Every browser of the account is signed out.
        """
        if account.provider != "local":
            raise StoreError("Your organisation signs you in.", "A second factor is set up there.")
        self._prove(account.id, password, None)
        step = second_factor.step_of(offer.secret, code, this_moment())
        if step is None:
            raise StoreError(
                "This is not the code that the authenticator shows now.",
                "Type the newest; the clock of the telephone must be right.",
            )
        with self._store.appending() as session:
            head = chain.lock_head(session)
            row = row_of(session, account.id)
            if row.factor is not None:
                raise StoreError("There is a second factor already.", "Remove it first.")
            row.factor, row.factor_step = offer.sealed, step
            codes = _renew(row)
            old, new = {"second_factor": False}, {"second_factor": True}
            by, why = account.actor, "second factor set up"
            note_change(session, head, by, row, old, new, why, factor_fixed(row))
            end_all(session, row.id)
        return codes

    def recovery_codes_left(self, account: Account) -> int:
        """How many recovery codes are still good."""
        with self._store.snapshot() as session:
            return len(recovery_of(row_of(session, account.id)))

    def renew_recovery(self, account: Account, password: str, code: str) -> tuple[str, ...]:
        """New recovery codes; the old ones are void."""
        self._prove(account.id, password, code)
        with self._store.appending() as session:
            head = chain.lock_head(session)
            row = row_of(session, account.id)
            if row.factor is None:
                raise StoreError("There is no second factor.", "Set one up.")
            old, codes = {"recovery_codes": len(recovery_of(row))}, _renew(row)
            new = {"recovery_codes": len(codes)}
            by, why = account.actor, "new recovery codes"
            note_change(session, head, by, row, old, new, why, factor_fixed(row))
        return codes

    def remove_factor(self, account: Account, password: str, code: str) -> None:
        """Take one's own second factor away."""
        self._prove(account.id, password, code)
        self._take_away(account.actor, account.id, "second factor removed by its owner")

    def reset_factor(self, by: Actor, account_id: str) -> None:
        """Take away the second factor of somebody who lost it; signs their browsers out."""
        by.require(Permission.MANAGE_ACCOUNTS)
        self._take_away(by, account_id, "second factor reset")

    def _take_away(self, by: Actor, account_id: str, why: str) -> None:
        with self._store.appending() as session:
            head = chain.lock_head(session)
            row = row_of(session, account_id)
            if row.factor is None:
                raise StoreError(f"{row.full_name} has no second factor.", "Nothing is to be done.")
            row.factor = row.factor_step = row.recovery = None
            old, new = {"second_factor": True}, {"second_factor": False}
            note_change(session, head, by, row, old, new, why, factor_fixed(row))
            if by.account != account_of(row).id:
                end_all(session, row.id)


def _renew(row: AccountRow) -> tuple[str, ...]:
    """Put new recovery codes in the place of the old ones."""
    codes = second_factor.fresh_recovery_codes()
    row.recovery = canonical_json([second_factor.recovery_hash(row.id, one) for one in codes])
    return codes
