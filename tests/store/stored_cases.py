"""Small cases for the store's tests, and what other processes do in them."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np

from ecg_core.intake.values import Bundle, Upload
from ecg_core.network.statements import TRIAGE_CLASSES, Triage
from ecg_core.network.values import (
    Attention,
    Finding,
    LeadShare,
    ModelIdentity,
    Prediction,
    Reason,
)
from ecg_core.page.values import PREPROCESSING_VERSION, EcgPage, LeadBox, Remark, Severity, Trace
from ecg_core.signal.measurements import nothing
from ecg_core.store.cases.adding import NewCase
from ecg_core.store.cases.readings import Phase
from ecg_core.store.cases.room import Room
from ecg_core.store.cases.store import Reading, Store
from ecg_core.store.cases.worklist import WorklistFilter
from ecg_core.store.people.accounts import Account
from ecg_core.store.people.keys import FACTOR_KEY, PSEUDONYM_KEY, kept_key
from ecg_core.triage.facts import Facts
from ecg_core.triage.priority import Priority
from ecg_core.triage.verdict import judge

MODEL = ModelIdentity("page", "1", "ab" * 32, PREPROCESSING_VERSION)
DOUBT = Reason("strange", "The page looks unlike the training pages.")


def prediction(
    triage: Triage = Triage.OTHER,
    flagged: tuple[str, ...] = (),
    probability: float = 0.55,
    abstains: bool = False,
    page_sha256: str = "",
) -> Prediction:
    """A prediction with `triage` on top at `probability`, and these codes above 0.5.

    The acute operating point lies at 0.4, so that it is not reached unless acute is on top.
    """
    rest = (1 - probability) / 3
    findings = tuple(Finding(code, code.title(), 0.7, 0.5) for code in flagged)
    return Prediction(
        triage=tuple(probability if name is triage else rest for name in TRIAGE_CLASSES),
        superclasses=(Finding("HYP", "Hypertrophy", 0.1 + 0.2, 0.5),),
        findings=(*findings, Finding("SR", "Sinus rhythm", 1 / 3, 0.5)),
        reasons=(DOUBT,) if abstains else (),
        model=MODEL,
        page_sha256=page_sha256,
        elapsed_ms=41.7,
        acute_threshold=0.4,
    )


def case(
    number: int = 0,
    triage: Triage = Triage.OTHER,
    abstains: bool = False,
    model: ModelIdentity = MODEL,
    name: str = "",
    flagged: tuple[str, ...] = (),
    size: int = 40,
) -> NewCase:
    """A whole case, different for each number: two files, a page with a trace, attention."""
    noise = np.random.default_rng(number)
    header, signal = f"rec{number} 1 100 10".encode(), noise.bytes(size)
    bundle = Bundle(
        name or f"rec{number}",
        (Upload(f"rec{number}.hea", header), Upload(f"rec{number}.dat", signal)),
    )
    trace = noise.normal(size=50).astype(np.float32)
    trace[7] = np.nan
    page = EcgPage(
        ink=noise.integers(0, 256, (size, 60), dtype=np.uint8),
        layout="3x4+1R",
        boxes=(LeadBox("I", 0.1, 0.2, 62.6, 25.3, 0.0, 2.5),),
        source="record",
        source_name=bundle.name,
        source_sha256=bundle.sha256,
        filter_name="0.05–150 Hz",
        missing_leads=("V6",),
        remarks=(Remark("missing_leads", Severity.NOTE, "Not recorded: V6."),),
        start_s=1.3,
        traces=(Trace(0, trace, 500.0, 12.1),),
    )
    answer = replace(prediction(triage, flagged, abstains=abstains), model=model)
    answer = replace(answer, page_sha256=page.sha256)
    attention = Attention(
        target=triage.value,
        method="gradcam",
        heat=noise.random((size, 60), dtype=np.float32),
        shares=(LeadShare("I", 0.1 + 0.2, 1 / 3),),
        outside=0.7,
    )
    verdict = judge(Facts(nothing("Noise."), answer, page.remarks))
    return NewCase(bundle, page, answer, attention, verdict, {"SR": 0.5}, "9.9")


def add(store: Store, new: NewCase, list_name: str = "") -> str:
    """Add a case to a store."""
    return store.add_case(new, list_name)


def agrees(reader: str = "Dr Ada", triage: Triage = Triage.OTHER, note: str = "") -> Reading:
    """A reading that agrees with the machine's class."""
    return Reading(reader, True, triage, Priority.SOON, "", note)


def overrides(
    reader: str = "Dr Ben", triage: Triage = Triage.NORMAL, reason: str = "Movement artefact"
) -> Reading:
    """A reading that overrides the machine."""
    return Reading(reader, False, triage, Priority.ROUTINE, reason)


def digests(folder: Path) -> dict[str, str]:
    """Path below blobs/ (as one hash) → hash of the bytes there, unfinished files left out."""
    return {
        path.parent.name + path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (folder / "blobs").glob("??/*")
    }


def keep_adding(folder: Path, first: int, ready: object) -> None:
    """In another process: add cases for ever; tell `ready` (an event) after the first."""
    store = Store.open(folder)
    number = first
    while True:
        add(store, case(number, size=400))
        if number == first:
            ready.set()  # type: ignore[attr-defined]
        number += 1


def read_once(folder: Path, case_id: str, token: str, gate: object, results: object) -> None:
    """In another process: wait for the others at `gate` (a barrier), save one reading."""
    store = Store.open(folder)
    gate.wait(30)  # type: ignore[attr-defined]
    results.put(store.record_reading(case_id, agrees(), token))  # type: ignore[attr-defined]


def add_some(folder: Path, numbers: list[int], gate: object) -> None:
    """In another process: wait for the others at `gate`, open the store, add these cases."""
    gate.wait(30)  # type: ignore[attr-defined]
    store = Store.open(folder)
    for number in numbers:
        add(store, case(number))


def open_once(folder: Path, gate: object) -> None:
    """In another process: wait for the others at `gate`, open the store, whatever its schema."""
    gate.wait(30)  # type: ignore[attr-defined]
    Store.open(folder).close()


def read_all(folder: Path, account: Account, gate: object, results: object) -> None:
    """In another process: wait for the others at `gate`, then read whatever comes next to its end.

    results: gets the cases that were read.
    """
    room, read = Room(Store.open(folder), account), []
    gate.wait(30)  # type: ignore[attr-defined]
    while case_id := room.take_next(WorklistFilter()):
        reading = Reading("", True, Triage.OTHER, Priority.SOON)
        room.read(case_id, reading, f"{account.id} {case_id}", Phase.FINAL)
        read.append(case_id)
    results.put(read)  # type: ignore[attr-defined]


def make_keys(folder: Path, gate: object, results: object) -> None:
    """In another process: wait for the others at `gate`, ask for every key of a data directory."""
    gate.wait(30)  # type: ignore[attr-defined]
    names = ("cookie.key", FACTOR_KEY, PSEUDONYM_KEY)
    results.put([kept_key(folder / name) for name in names])  # type: ignore[attr-defined]
