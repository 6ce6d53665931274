"""Which cases are of one patient: by pseudonyms, made anew from the original files at any time.

They are what is so now, like the state of cases: the chain does not tell of them, so that they
can be forgotten with their key.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from ecg_core import intake
from ecg_core.intake.values import IntakeError
from ecg_core.store.audit import chain
from ecg_core.store.cases.linking import link, of_case
from ecg_core.store.cases.schema import Action, CaseRow
from ecg_core.store.cases.store import Store, StoreError


@dataclass(frozen=True)
class Linked:
    """What came of linking all cases: how many there are, carry a pseudonym, and changed."""

    cases: int
    linked: int
    changed: int


def link_all(store: Store) -> Linked:
    """Make the pseudonym of every case anew with the key in force, from its original files.

    For cases from before there were pseudonyms, and after another key. A case whose files cannot
    be read now keeps the link that it has. Raises StoreError.
    """
    key = store.pseudonym_key()
    with store.snapshot() as session:
        ids = list(session.scalars(select(CaseRow.id).order_by(CaseRow.added_seq)))
    linked = changed = 0
    for case_id in ids:
        with store.snapshot() as session:
            before = of_case(session, case_id)
        now = _patient(store, case_id, key)
        if now is not None and now != before:
            with store.changing() as session:
                link(session, case_id, now)
            changed += 1
        linked += bool(before if now is None else now)
    if changed:
        with store.appending() as session:
            payload = {"reason": f"Patients' pseudonyms were made anew; {changed} changed."}
            head = chain.lock_head(session)
            chain.append(session, head, Action.CONFIGURATION, chain.MACHINE, None, payload)
    return Linked(len(ids), linked, changed)


def _patient(store: Store, case_id: str, key: bytes) -> str | None:
    try:
        return intake.read(store.bundle(case_id), key=key).patient
    except (IntakeError, StoreError):
        return None
