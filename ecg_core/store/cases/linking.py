"""The rows that say which cases are of one patient."""

from __future__ import annotations

from sqlalchemy.orm import Session

from ecg_core.store.cases.room_schema import CasePatientRow


def of_case(session: Session, case_id: str) -> str:
    """The pseudonym of a case's patient, "" where there is none."""
    row = session.get(CasePatientRow, case_id)
    return row.patient if row is not None else ""


def link(session: Session, case_id: str, patient: str) -> None:
    """Say whose ECG a case is; "" takes the link away."""
    row = session.get(CasePatientRow, case_id)
    if row is None and patient:
        session.add(CasePatientRow(case_id=case_id, patient=patient))
    elif row is not None and patient:
        row.patient = patient
    elif row is not None:
        session.delete(row)
