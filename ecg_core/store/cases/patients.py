"""Which cases are of one patient: by pseudonyms, made anew from the original files at any time.

They are what is so now, like the state of cases. The chain fixes each by a hash of its own, from
which nobody learns which cases belong together: they can be forgotten with their key.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ecg_core import intake
from ecg_core.intake.values import IntakeError
from ecg_core.store.audit import chain
from ecg_core.store.audit.configuration import FORGOTTEN, LINKS
from ecg_core.store.cases.linking import link, of_case, patient_told
from ecg_core.store.cases.room_schema import CasePatientRow
from ecg_core.store.cases.schema import Action, CaseRow
from ecg_core.store.cases.store import Store, StoreError

_BATCH = 500
"""Cases that one event tells of."""


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
    linked, new = 0, dict[str, str]()
    for case_id in ids:
        with store.snapshot() as session:
            before = of_case(session, case_id)
        now = _patient(store, case_id, key)
        if now is not None and now != before:
            new[case_id] = now
        linked += bool(before if now is None else now)
    found = list(new.items())
    for start in range(0, len(found), _BATCH):
        batch = found[start : start + _BATCH]
        with store.appending() as session:
            for case_id, patient in batch:
                link(session, case_id, patient)
            told = {case_id: patient_told(case_id, patient) for case_id, patient in batch}
            _tell(session, "Patients' pseudonyms were made anew.", {LINKS: told})
    return Linked(len(ids), linked, len(new))


def forget_all(store: Store) -> int:
    """Delete every link of a case to its patient; gives how many. Raises StoreError.

    With the key gone as well, nobody learns from this store any more which cases belong together.
    """
    with store.appending() as session:
        gone = len(session.scalars(select(CasePatientRow.case_id)).all())
        session.execute(delete(CasePatientRow))
        _tell(session, "Patients' links were deleted.", {FORGOTTEN: gone})
    return gone


def _tell(session: Session, reason: str, told: dict[str, object]) -> None:
    head, payload = chain.lock_head(session), {"reason": reason} | told
    chain.append(session, head, Action.CONFIGURATION, chain.MACHINE, None, payload)


def _patient(store: Store, case_id: str, key: bytes) -> str | None:
    try:
        return intake.read(store.bundle(case_id), key=key).patient
    except (IntakeError, StoreError):
        return None
