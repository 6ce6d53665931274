"""Other ECGs to compare with: opened in this session, or stored before.

Those of the same patient, by the number in their files, come first. Where no file names a patient
the reader chooses, and the viewer says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from ecg_core.intake.values import IntakeError
from ecg_core.page.overlay import beat_shift_s
from ecg_core.page.values import EcgPage, PageError
from ecg_core.page.viewed import Waves
from ecg_core.store.cases.store import StoreError
from widgets.session import materials, person, queue
from widgets.session.words import _, language, moment
from widgets.viewer.paper import Earlier

OFFERED_CASES = 60
"""So many stored cases are offered, the newest first; of the same patient, as many besides."""
OPENED, STORED = "opened:", "stored:"


@dataclass(frozen=True)
class Offer:
    """An ECG that can be laid beside another. same: both files name the same patient."""

    key: str
    name: str
    same: bool

    @property
    def title(self) -> str:
        """Name for a list."""
        return _("Same patient · {name}", name=self.name) if self.same else self.name


def offered(source_sha256: str, patient: str) -> list[Offer]:
    """Every other ECG that can be laid beside this one; the same patient's first.

    patient: pseudonym of this one, "" where its files name none.
    """
    found: dict[str, Offer] = {}
    # Of a record whose leads a person named, the key says those besides.
    held = {source_sha256, source_sha256.partition("-")[0]}
    for entry in queue.entries():
        if not (entry.reason or entry.demonstration) and entry.sha256 not in held:
            held.add(entry.sha256)
            same = bool(patient) and entry.patient == patient
            key = f"{OPENED}{entry.sha256}"
            found[key] = Offer(key, _("{name} · opened now", name=entry.name), same)
    room, spoken = person.room(), language()
    of_patient = room.newest(OFFERED_CASES, patient) if patient else []
    same_ids = {case.id for case in of_patient}
    for case in (*of_patient, *room.newest(OFFERED_CASES)):
        key = f"{STORED}{case.id}"
        if case.input_sha256 not in held and key not in found:
            name = _stored_name(case.name, case.created_utc, spoken)
            found[key] = Offer(key, name, case.id in same_ids)
    return sorted(found.values(), key=lambda offer: not offer.same)


@lru_cache(maxsize=4096)
def _stored_name(name: str, created_utc: datetime, _language: str) -> str:
    """Made once: a list of sixty is drawn with every case."""
    return _("{name} · stored {when} UTC", name=name, when=moment(created_utc))


def load(key: str, waves: Waves | None, offers: list[Offer]) -> Earlier | None:
    """The chosen ECG, its beats laid on those of `waves`; None when it is not there any more."""
    offer = next((one for one in offers if one.key == key), None)
    if offer is None:
        return None
    try:
        page, others = _read(key)
    except (IntakeError, PageError, StoreError):
        return None
    shift = beat_shift_s(waves, others) if waves is not None and others is not None else 0.0
    return Earlier(key, offer.name, page, others, shift, offer.same)


def _read(key: str) -> tuple[EcgPage, Waves | None]:
    if key.startswith(STORED):
        case = materials.stored(person.room(), key.removeprefix(STORED))
        return case.page, materials.stored_waves(case)
    sha256 = key.removeprefix(OPENED)
    view = next(entry.view for entry in queue.entries() if entry.sha256 == sha256)
    return materials.page(sha256, view), materials.waves(sha256, view)
