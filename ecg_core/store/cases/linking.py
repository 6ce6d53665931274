"""The rows that say which cases are of one patient."""

from __future__ import annotations

from sqlalchemy.orm import Session

from ecg_core.store.audit.canonical import sha256_text
from ecg_core.store.cases.room_schema import CasePatientRow


def of_case(session: Session, case_id: str) -> str:
    """The pseudonym of a case's patient, "" where there is none."""
    row = session.get(CasePatientRow, case_id)
    return row.patient if row is not None else ""


def patient_told(case_id: str, patient: str) -> str | None:
    """What an event says of a case's patient: a hash that fixes the link, None for nobody.

    Another for every case of a patient, so that whoever holds the events alone, with pseudonyms
    and their key gone, does not learn which cases belong together.
    """
    return sha256_text(f"{case_id}:{patient}") if patient else None


def link(session: Session, case_id: str, patient: str) -> None:
    """Say whose ECG a case is; "" takes the link away."""
    row = session.get(CasePatientRow, case_id)
    if row is None and patient:
        session.add(CasePatientRow(case_id=case_id, patient=patient))
    elif row is not None and patient:
        row.patient = patient
    elif row is not None:
        session.delete(row)
