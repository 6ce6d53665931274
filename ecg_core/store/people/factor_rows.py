"""The second factor of an account's row: whether a code is good, and what is written when it is.

Every code is good once: the last time step is kept, and a recovery code is struck off.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from ecg_core.store.audit.canonical import canonical_json, sha256_text
from ecg_core.store.audit.configuration import FACTOR, RECOVERY
from ecg_core.store.cases.room_schema import AccountRow
from ecg_core.store.cases.schema import HeadRow
from ecg_core.store.people import second_factor
from ecg_core.store.people.account_rows import account_of, note_change

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Fit:
    """What a good code was: a time step, the recovery codes that are left, or nothing needed."""

    step: int | None = None
    left: tuple[str, ...] | None = None


def fitting(row: AccountRow, code: str, key: Callable[[], bytes], moment: datetime) -> Fit | None:
    """How a code fits the account's second factor; None when it does not.

    An account without one needs no code, nor the key.
    """
    if row.factor is None:
        return Fit()
    secret = second_factor.unseal(key(), row.id, row.factor)
    if secret is None:
        _log.error("The second factor of account %s cannot be read with this key.", row.id)
    else:
        step = second_factor.step_of(secret, code, moment, row.factor_step)
        if step is not None:
            return Fit(step=step)
    kept, mine = recovery_of(row), second_factor.recovery_hash(row.id, code)
    return Fit(left=tuple(one for one in kept if one != mine)) if mine in kept else None


def spend(session: Session, head: HeadRow, row: AccountRow, fit: Fit) -> None:
    """Write down that a code was used, so that it is good no more."""
    if fit.step is not None:
        row.factor_step = fit.step
    if fit.left is not None:
        old = {"recovery_codes": len(recovery_of(row))}
        row.recovery = canonical_json(list(fit.left))
        new = {"recovery_codes": len(fit.left)}
        who = account_of(row).actor
        note_change(session, head, who, row, old, new, "recovery code used", factor_fixed(row))


def recovery_of(row: AccountRow) -> tuple[str, ...]:
    """Hashes of the recovery codes that are still good."""
    return tuple(json.loads(row.recovery)) if row.recovery else ()


def factor_fixed(row: AccountRow) -> dict[str, str | None]:
    """What an event says of a second factor: hashes, by which one put in by SQL is told."""
    return {
        FACTOR: None if row.factor is None else sha256_text(row.factor),
        RECOVERY: None if row.recovery is None else sha256_text(row.recovery),
    }
