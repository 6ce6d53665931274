"""Reports for other systems: a case as FHIR R4, a list as CSV; each export is an event.

The FHIR resources are built and validated by fhir.resources (its R4B models, which for
DiagnosticReport and Observation ask the same of these elements as R4). Without `identifiers`
nothing leaves that names a patient or a reader: file names may hold a patient's name.
"""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ecg_core.network.statements import TRIAGE_NAMES, Triage
from ecg_core.network.values import Finding
from ecg_core.spreadsheet import safe_cell
from ecg_core.store.audit import chain
from ecg_core.store.cases.readings import VERDICT_NAMES, Decision, Phase, StoredReading
from ecg_core.store.cases.room import Room
from ecg_core.store.cases.schema import Action
from ecg_core.store.cases.store import StoredCase
from ecg_core.store.cases.worklist import WorklistFilter
from ecg_core.store.people.roles import Permission
from ecg_core.store.upkeep.errors import StoreError

LOCAL = "https://ecg-triage.example/fhir"
"""Code systems of this program: triage classes, findings (SCP-ECG), priorities, verdicts."""
LOINC = "http://loinc.org"
ECG_STUDY = {"system": LOINC, "code": "11524-6", "display": "EKG study"}
_CATEGORY = {
    "system": "http://terminology.hl7.org/CodeSystem/observation-category",
    "code": "procedure",
    "display": "Procedure",
}


def case_report(room: Room, case_id: str, identifiers: bool = False) -> str:
    """A case as a FHIR bundle of a DiagnosticReport and its Observations, as JSON.

    Raises StoreError when this person must not see the machine's answer or another's yet.
    """
    _require(room, identifiers)
    turn = room.turn(case_id)
    if turn.blind or turn.hidden:
        raise StoreError("You read this case first.", "Export it after your reading.")
    case = room.reopen(case_id)
    text = bundle(case, identifiers)
    _note(room, "fhir", case_id, identifiers, 1)
    return text


def bundle(case: StoredCase, identifiers: bool) -> str:
    """The FHIR bundle of a case, validated. identifiers: file and readers' names go with it."""
    from fhir.resources.R4B.bundle import Bundle

    standing = _standing(case)
    observations = list(_observations(case))
    if standing is not None:
        observations += list(_decided(standing, identifiers))
    entries = [
        {"fullUrl": f"urn:uuid:{_uuid(case, n)}", "resource": one}
        for n, one in enumerate(observations, start=1)
    ]
    report = _report(case, standing, identifiers) | {
        "result": [{"reference": entry["fullUrl"]} for entry in entries]
    }
    whole = {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": case.created_utc.isoformat(),
        "entry": [{"fullUrl": f"urn:uuid:{_uuid(case, 0)}", "resource": report}, *entries],
    }
    text: str = Bundle.model_validate(whole).model_dump_json(indent=1)
    return text


COLUMNS = (
    "case",
    "arrived_utc",
    "status",
    "priority",
    "machine_class",
    "machine_abstained",
    "doubtful_page",
    "rule",
    "list",
)
NAMED = ("name", "assigned_to")


def list_csv(room: Room, wanted: WorklistFilter, identifiers: bool = False) -> str:
    """The cases of a worklist as CSV, at most 10,000; names only with `identifiers`."""
    _require(room, identifiers)
    rows, _ = room.worklist(replace(wanted, limit=10_000, offset=0))
    settings = room.store.settings()
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow((*COLUMNS, *(NAMED if identifiers else ())))
    for row in rows:
        # Whoever reads blind gets nothing here that the machine said.
        hidden = room.account.id not in row.readers and room.reads_blind(row.list_name, settings)
        said: tuple[object, ...] = ("", "", "", "", "")
        if not hidden:
            said = (
                row.priority.value,
                row.triage.value,
                int(row.abstained),
                int(row.doubtful),
                row.rule,
            )
        # A list's name may be a folder's, and a folder's a patient's.
        last: tuple[object, ...] = ("",)
        if identifiers:
            last = (row.list_name, row.name, row.assignee or "")
        table.writerow(
            [
                safe_cell(value)
                for value in (
                    row.id,
                    row.arrived_utc.isoformat(),
                    row.status.value,
                    *said,
                    *last,
                )
            ]
        )
    _note(room, "csv", None, identifiers, len(rows))
    return out.getvalue()


def _require(room: Room, identifiers: bool) -> None:
    room.actor.require(Permission.EXPORT_CASE)
    if identifiers:
        room.actor.require(Permission.EXPORT_IDENTIFIERS)


def _note(room: Room, fmt: str, case_id: str | None, identifiers: bool, cases: int) -> None:
    with room.store.appending() as session:
        head = chain.lock_head(session)
        payload = {
            "format": fmt,
            "identifiers": identifiers,
            "cases": cases,
            "account": room.account.id,
        }
        chain.append(session, head, Action.EXPORT, room.actor, case_id, payload)


def _standing(case: StoredCase) -> StoredReading | None:
    """The latest decision that was not taken back; an adjudication goes before it."""
    said = [r for r in case.readings if not r.undone and r.phase is not Phase.FIRST]
    settled = [r for r in said if r.phase is Phase.ADJUDICATION]
    return next(reversed(settled or said), None)


def _uuid(case: StoredCase, number: int) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{LOCAL}/{case.id}/{number}"))


def _report(case: StoredCase, standing: StoredReading | None, identifiers: bool) -> dict[str, Any]:
    model = case.prediction.model
    words = "The machine abstains." if case.prediction.abstained else "The machine's answer."
    decided = standing is not None
    report: dict[str, Any] = {
        "resourceType": "DiagnosticReport",
        "identifier": [{"system": f"{LOCAL}/case", "value": case.id}],
        "status": "final" if decided else "preliminary",
        "code": {"coding": [ECG_STUDY], "text": "ECG triage"},
        "issued": (standing.created_utc if standing else case.created_utc).isoformat(),
        "conclusion": f"{words} Model {model.name} {model.version}, weights "
        f"{model.weights_sha256[:12]}. Research use only. Not a diagnosis.",
    }
    if standing is not None:
        report["conclusion"] = f"{_said(standing)} {report['conclusion']}"
    if identifiers:
        report["subject"] = {"display": case.name}
        if standing is not None:
            report["resultsInterpreter"] = [{"display": standing.reading.reader}]
    return report


def _said(standing: StoredReading) -> str:
    reading = standing.reading
    verdict = VERDICT_NAMES[reading.verdict or Decision.AGREE]
    named = TRIAGE_NAMES[reading.triage] if reading.triage else ""
    return f"Read by a clinician: {verdict}{f', {named}' if named else ''}."


def _observations(case: StoredCase) -> Iterator[dict[str, Any]]:
    """What the machine said."""
    prediction = case.prediction
    for name, probability in zip(Triage, prediction.triage, strict=True):
        yield _probability(case, f"{LOCAL}/triage", name.value, TRIAGE_NAMES[name], probability)
    for finding in (*prediction.superclasses, *prediction.findings):
        yield _probability(
            case,
            f"{LOCAL}/scp-ecg",
            finding.code,
            finding.name,
            finding.probability,
            finding,
        )
    yield _coded(
        case, "machine-priority", "Priority by rule", "priority", case.priority.priority.value
    ) | {"note": [{"text": case.priority.rule}]}


def _decided(standing: StoredReading, identifiers: bool) -> Iterator[dict[str, Any]]:
    """What the clinician said."""
    reading = standing.reading
    moment = standing.created_utc.isoformat()
    values = [
        ("verdict", "Clinician's decision", "verdict", reading.verdict),
        ("decided-class", "Clinician's class", "triage", reading.triage),
        ("decided-priority", "Clinician's priority", "priority", reading.priority),
    ]
    for code, words, system, value in values:
        if value is not None:
            about = [{"text": f"About {reading.covers.words}."}] if reading.covers else []
            yield _observation(code, words, moment) | {
                "valueCodeableConcept": {
                    "coding": [{"system": f"{LOCAL}/{system}", "code": str(value)}]
                },
                **({"note": about} if about else {}),
            }
    if identifiers and (reading.reason or reading.note):
        # Free text may name a patient.
        yield _observation("comment", "Clinician's words", moment) | {
            "valueString": " ".join(part for part in (reading.reason, reading.note) if part)
        }


def _probability(
    case: StoredCase,
    system: str,
    code: str,
    words: str,
    value: float,
    finding: Finding | None = None,
) -> dict[str, Any]:
    moment = case.created_utc.isoformat()
    observation = _observation(code, words, moment, system) | {
        "valueQuantity": {
            "value": round(value, 4),
            "unit": "probability",
            "system": "http://unitsofmeasure.org",
            "code": "1",
        }
    }
    if finding is not None:
        flag = "POS" if finding.flagged else "NEG"
        observation["interpretation"] = [
            {
                "coding": [
                    {
                        "system": "http://terminology.hl7.org/CodeSystem"
                        "/v3-ObservationInterpretation",
                        "code": flag,
                    }
                ]
            }
        ]
        observation["referenceRange"] = [
            {"text": f"Flagged from {finding.threshold:.4f}", "high": {"value": finding.threshold}}
        ]
    return observation


def _coded(case: StoredCase, code: str, words: str, system: str, value: str) -> dict[str, Any]:
    return _observation(code, words, case.created_utc.isoformat()) | {
        "valueCodeableConcept": {"coding": [{"system": f"{LOCAL}/{system}", "code": value}]}
    }


def _observation(
    code: str, words: str, moment: str, system: str = f"{LOCAL}/observation"
) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [{"coding": [_CATEGORY]}],
        "code": {"coding": [{"system": system, "code": code}], "text": words},
        "effectiveDateTime": moment,
    }
