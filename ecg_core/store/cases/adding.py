"""A new case: its rows, its bytes and the two events that tell of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ecg_core.intake.values import Bundle
from ecg_core.network.values import Attention, Prediction
from ecg_core.page.values import EcgPage
from ecg_core.signal.values import Measurements
from ecg_core.store.audit import chain
from ecg_core.store.audit.canonical import canonical_json, sha256_text, utc_now
from ecg_core.store.cases import workflow
from ecg_core.store.cases.answers import (
    attention_to_bytes,
    measurements_to_bytes,
    prediction_to_plain,
)
from ecg_core.store.cases.blobs import Blobs
from ecg_core.store.cases.linking import link, patient_told
from ecg_core.store.cases.schema import Action, BlobRow, CaseRow, FileRow, HeadRow
from ecg_core.store.people.roles import Actor
from ecg_core.store.upkeep.errors import StoreError
from ecg_core.triage.classed import verdict_class
from ecg_core.triage.priority import PriorityDecision, doubtful
from ecg_core.triage.verdict import Verdict, in_a_line, verdict_to_plain

LONGEST_NAME = 255
PATIENT_TOLD = "patient_sha256"
"""Member of an added case's event: `linking.patient_told`."""


@dataclass(frozen=True, eq=False)
class NewCase:
    """Everything that makes a case, before it is stored. patient: a pseudonym, or "".

    measured: numbers that lists show of it, by the keys of `signal.values.QUANTITIES`.
    measurements: all of them, on which the verdict rests.
    """

    bundle: Bundle
    page: EcgPage
    prediction: Prediction
    attention: Attention
    priority: PriorityDecision
    thresholds: Mapping[str, float]
    app_version: str
    patient: str = ""
    measured: Mapping[str, float] = field(default_factory=dict)
    measurements: Measurements | None = None

    def check(self) -> None:
        """Raises StoreError when the parts do not belong together."""
        if not self.bundle.files:
            raise StoreError("The case holds no file.", "Open the ECG again.")
        if self.page.source_sha256 != self.bundle.sha256:
            raise StoreError("The page was not drawn from these files.", "Open the ECG again.")
        if self.prediction.page_sha256 != self.page.sha256:
            raise StoreError("The answer belongs to another page.", "Open the ECG again.")

    @property
    def by_hand(self) -> dict[str, str]:
        """What a person set by hand: on the scan, or the leads that a record does not name."""
        leads = {"leads": ",".join(self.bundle.leads)} if self.bundle.leads else {}
        return leads | ({"correction": self.page.correction} if self.page.correction else {})

    @property
    def identity(self) -> str:
        """Hash of input, page and model: the same again is the same case."""
        model = self.prediction.model
        return sha256_text(
            canonical_json(
                {
                    "input": self.bundle.sha256,
                    "page": self.page.sha256,
                    "layout": self.page.layout,
                    "filter": self.page.filter_name,
                    "start_s": float(self.page.start_s),
                    "weights": model.weights_sha256,
                    "model": [model.name, model.version, model.preprocessing_version],
                }
                | self.by_hand
            )
        )


@dataclass(frozen=True)
class StoredBytes:
    """Hashes and sizes of what was written to disk for a case."""

    page: str
    attention: str
    files: tuple[str, ...]
    sizes: Mapping[str, int]
    measurements: str = ""


def write_bytes(new: NewCase, blobs: Blobs) -> StoredBytes:
    """Put page, attention, measurements and original files on disk. Raises OSError, StoreError."""
    try:
        made = [new.page.to_bytes(), attention_to_bytes(new.attention)]
        if new.measurements is not None:
            made.append(measurements_to_bytes(new.measurements))
    except (TypeError, ValueError) as error:
        raise StoreError(f"The case cannot be stored: {error}.", "Tell support.") from error
    contents = (*made, *(file.data for file in new.bundle.files))
    hashes = blobs.put_all(contents)
    sizes = dict(zip(hashes, map(len, contents), strict=True))
    measured = "" if new.measurements is None else hashes[2]
    return StoredBytes(hashes[0], hashes[1], tuple(hashes[len(made) :]), sizes, measured)


def list_of(name: str) -> str:
    """A list's name as it can be stored."""
    return _storable(name)[:80]


def existing_case(session: Session, identity: str) -> str | None:
    """The id of the case with this identity, if it is stored."""
    return session.scalars(select(CaseRow.id).where(CaseRow.identity == identity)).one_or_none()


def insert_case(
    session: Session,
    head: HeadRow,
    new: NewCase,
    stored: StoredBytes,
    list_name: str = "",
    actor: str | Actor = chain.MACHINE,
) -> str:
    """Add the case's rows, its two events and its state; gives the case's id."""
    case = _case_row(new, stored, head.seq + 1)
    files = [
        FileRow(case_id=case.id, position=position, name=_storable(file.name), sha256=sha256)
        for position, (file, sha256) in enumerate(zip(new.bundle.files, stored.files, strict=True))
    ]
    present = set(session.scalars(select(BlobRow.sha256).where(BlobRow.sha256.in_(stored.sizes))))
    session.add_all(
        BlobRow(sha256=sha256, size=size)
        for sha256, size in stored.sizes.items()
        if sha256 not in present
    )
    session.flush()
    session.add(case)
    session.flush()
    session.add_all(files)
    try:
        added = _added_payload(new, stored, chain.case_hash(case, files))
        added[PATIENT_TOLD] = patient_told(case.id, new.patient)
        chain.append(session, head, Action.CASE_ADDED, actor, case.id, added)
        answer = _answer_payload(new, stored)
        chain.append(session, head, Action.MACHINE_ANSWER, chain.MACHINE, case.id, answer)
    except (TypeError, ValueError) as error:
        raise StoreError(f"The answer cannot be stored: {error}.", "Tell support.") from error
    link(session, case.id, new.patient)
    workflow.settle(session, case, list_name, doubtful(new.page.remarks))
    return case.id


def _case_row(new: NewCase, stored: StoredBytes, seq: int) -> CaseRow:
    model = new.prediction.model
    return CaseRow(
        id=new.identity[:16],
        identity=new.identity,
        added_seq=seq,
        created_utc=utc_now(),
        name=_storable(new.bundle.name),
        input_sha256=new.bundle.sha256,
        page_sha256=new.page.sha256,
        page_blob=stored.page,
        attention_blob=stored.attention,
        source=new.page.source,
        layout=new.page.layout,
        model=f"{model.name} {model.version}",
        triage=verdict_class(new.priority, new.prediction).value,
        abstained=new.prediction.abstained,
        priority=new.priority.priority.value,
        rule=in_a_line(new.priority),
        app_version=new.app_version,
    )


def _added_payload(new: NewCase, stored: StoredBytes, row_sha256: str) -> dict[str, Any]:
    # File names may hold a patient's name: they stay in the case's row, out of the exports.
    return {
        "input_sha256": new.bundle.sha256,
        "files": [{"sha256": name, "size": stored.sizes[name]} for name in stored.files],
        "page_sha256": new.page.sha256,
        "page_blob": stored.page,
        "source": new.page.source,
        "layout": new.page.layout,
        "filter": new.page.filter_name,
        "start_s": float(new.page.start_s),
        "row_sha256": row_sha256,
        "app_version": new.app_version,
    } | new.by_hand


def _answer_payload(new: NewCase, stored: StoredBytes) -> dict[str, Any]:
    return {
        "input_sha256": new.bundle.sha256,
        "prediction": prediction_to_plain(new.prediction),
        "thresholds": {code: float(value) for code, value in new.thresholds.items()},
        "attention": {
            "target": str(new.attention.target),
            "method": new.attention.method,
            "blob": stored.attention,
        },
        "priority": new.priority.priority.value,
        "rule_id": new.priority.rule_id,
        "rule": new.priority.rule,
        "measured": {key: round(float(value), 1) for key, value in new.measured.items()},
        "app_version": new.app_version,
        **({"measurements": {"blob": stored.measurements}} if stored.measurements else {}),
    } | _verdict(new.priority)


def _verdict(said: PriorityDecision) -> dict[str, Any]:
    """Level and reasons; nothing of a priority that comes without a verdict."""
    return {"verdict": verdict_to_plain(said)} if isinstance(said, Verdict) else {}


def _storable(name: str) -> str:
    """A file's name as text that any database takes."""
    return name.encode("utf-8", "replace").decode().replace("\0", "")[:LONGEST_NAME]
