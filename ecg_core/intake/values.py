"""What intake hands on: a record or a scan, whole, or an `IntakeError`."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass, field, replace

import numpy as np

from ecg_core.intake.patients import PatientId
from ecg_core.intake.told import Doubt


class IntakeError(Exception):
    """A file that cannot be read as an ECG: what is wrong, and what the reader can do.

    signals: labels of a record's signals, where a person who names their leads can have it read.
    """

    def __init__(self, reason: str, hint: str, signals: tuple[str, ...] = ()) -> None:
        super().__init__(f"{reason} {hint}")
        self.reason = reason
        self.hint = hint
        self.signals = signals


def folded(name: str) -> str:
    """The name of a file for comparing: neither capitals nor the way accents are written matter.

    >>> folded("M\u00dcLLER.DAT") == folded("Mu\u0308ller.dat")
    True
    """
    return unicodedata.normalize("NFC", name).lower()


@dataclass(frozen=True)
class Upload:
    """One file as it came: its name (never a path) and its bytes."""

    name: str
    data: bytes


@dataclass(frozen=True)
class Bundle:
    """The files of one case, for example a WFDB header with its signal files.

    part: which page or frame of a file that holds several ECGs, from 0; None where the files
    are one ECG. with_next: the page after it shows the other leads of the same ECG. leads: the
    leads of a record's signals in their order, where a person names what the file does not ("ECG1,
    ECG2"); "" for a signal that is none.
    """

    name: str
    files: tuple[Upload, ...]
    part: int | None = None
    leads: tuple[str, ...] = ()
    with_next: bool = False

    @property
    def sha256(self) -> str:
        """Hash of the case: of the one file, or of the sorted hashes of several, and the part."""
        hashes = sorted(hashlib.sha256(file.data).hexdigest() for file in self.files)
        if self.part is not None:
            hashes.append(f"part {self.part}")
            hashes += [f"part {self.part + 1}"] if self.with_next else []
        if len(hashes) == 1:
            return hashes[0]
        return hashlib.sha256("\n".join(hashes).encode()).hexdigest()


@dataclass(frozen=True)
class Annotation:
    """One mark of an .atr file: time from the start of the record, beat symbol, note."""

    time_s: float
    symbol: str
    note: str = ""


@dataclass(frozen=True, eq=False)
class EcgRecord:
    """Signals with calibration.

    signals_mv: float32, len(leads) × samples, NaN where the record has no valid sample.
    leads: standard lead names present, in `STANDARD_LEADS` order.
    original_leads: the names the file gave to those leads.
    start_s: where this window begins in the file; file_duration_s: length of the whole file.
    notes: what the reader of the ECG should know about how the file was read.
    doubts: reasons to doubt how it was read, of the kinds in `told.DOUBTS`.
    age_years: of the patient at the time of the ECG, in whole years; None where no file says it.
    patient: pseudonym of the patient, "" where the file names none or no key was given.
    patient_id: what a reader found in the file; `read` drops it for the pseudonym.
    """

    name: str
    sha256: str
    signals_mv: np.ndarray
    leads: tuple[str, ...]
    original_leads: tuple[str, ...]
    fs_hz: float
    file_duration_s: float
    start_s: float = 0.0
    annotations: tuple[Annotation, ...] = ()
    notes: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    age_years: int | None = None
    patient: str = ""
    patient_id: PatientId | None = field(default=None, repr=False)

    @property
    def duration_s(self) -> float:
        """Length of the signals held here, in seconds."""
        return self.signals_mv.shape[1] / self.fs_hz

    def window(self, start_s: float, duration_s: float = 10.0) -> EcgRecord:
        """The part of this record that begins at `start_s` (from the start of these signals)."""
        first = round(start_s * self.fs_hz)
        last = min(first + round(duration_s * self.fs_hz), self.signals_mv.shape[1])
        if not 0 <= first < last:
            raise ValueError(f"no samples between {start_s} s and {start_s + duration_s} s")
        return replace(
            self, signals_mv=self.signals_mv[:, first:last], start_s=self.start_s + start_s
        )


@dataclass(frozen=True, eq=False)
class EcgScan:
    """Pixels of a page or screen, upright as its metadata says.

    pixels: uint8, height × width × 3, RGB.
    second_from: the row of pixels at which a second page begins, which shows the other leads of
    the same ECG; None where the pixels are one page.
    notes: what the reader of the ECG should know about how the file was read.
    age_years, patient, patient_id, doubts: as of an `EcgRecord`.
    """

    name: str
    sha256: str
    pixels: np.ndarray
    notes: tuple[str, ...] = ()
    age_years: int | None = None
    patient: str = ""
    patient_id: PatientId | None = field(default=None, repr=False)
    doubts: tuple[Doubt, ...] = ()
    second_from: int | None = None
