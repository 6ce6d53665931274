"""Other ECGs to compare with: opened in this session, or stored before.

Nothing in the store tells who a patient is, so the reader chooses, and the viewer says so.
"""

from __future__ import annotations

from ecg_core.intake.values import IntakeError
from ecg_core.page.overlay import beat_shift_s
from ecg_core.page.values import EcgPage, PageError
from ecg_core.page.waves import Waves
from ecg_core.triage.store import CaseFilter, StoreError
from widgets import engine, queue
from widgets.paper import Earlier

OFFERED_CASES = 60
"""So many stored cases are offered, the newest first."""
OPENED, STORED = "opened:", "stored:"


def offered(source_sha256: str) -> list[tuple[str, str]]:
    """(key, name) of every other ECG that can be laid beside this one."""
    opened = [
        (f"{OPENED}{entry.sha256}", f"{entry.name} · opened now")
        for entry in queue.entries()
        if not entry.reason and entry.sha256 != source_sha256
    ]
    held = {source_sha256, *(key.removeprefix(OPENED) for key, _ in opened)}
    stored = [
        (f"{STORED}{case.id}", f"{case.name} · stored {case.created_utc:%Y-%m-%d %H:%M} UTC")
        for case in engine.store().search(CaseFilter(limit=OFFERED_CASES))
        if case.input_sha256 not in held
    ]
    return opened + stored


def load(key: str, waves: Waves | None, names: dict[str, str]) -> Earlier | None:
    """The chosen ECG, its beats laid on those of `waves`; None when it is not there any more."""
    if key not in names:
        return None
    try:
        page, others = _read(key)
    except (IntakeError, PageError, StoreError):
        return None
    shift = beat_shift_s(waves, others) if waves is not None and others is not None else 0.0
    return Earlier(key, names[key], page, others, shift)


def _read(key: str) -> tuple[EcgPage, Waves | None]:
    if key.startswith(STORED):
        case = engine.stored(key.removeprefix(STORED))
        return case.page, engine.stored_waves(case)
    sha256 = key.removeprefix(OPENED)
    view = next(entry.view for entry in queue.entries() if entry.sha256 == sha256)
    return engine.page(sha256, view), engine.waves(sha256, view)
