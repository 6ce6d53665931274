"""BDF and BDF+ recordings (EDF with 24-bit samples), parsed by edfio."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

import numpy as np

from ecg_core.intake import age
from ecg_core.intake.assemble import ChannelSamples, mv_per_unit, record_of
from ecg_core.intake.formats.raster_image import only_file
from ecg_core.intake.isolation.limits import FileLimits
from ecg_core.intake.lead_names import choose_leads
from ecg_core.intake.library_warnings import heard
from ecg_core.intake.patients import PatientId, patient_id
from ecg_core.intake.reader import Reader
from ecg_core.intake.told import Told
from ecg_core.intake.values import Bundle, EcgRecord, IntakeError, Upload

if TYPE_CHECKING:
    from edfio import Bdf, BdfSignal

MAGIC = b"\xffBIOSEMI"
_AGAIN = "Export it from the recorder again, or as EDF, or as an image."
_BYTES_PER_SAMPLE = 3


def recognises(head: bytes, name: str) -> bool:
    """Whether the file begins as BioSemi's recorders write it."""
    return head.startswith(MAGIC)


def read(bundle: Bundle, limits: FileLimits) -> EcgRecord:
    """The ECG leads of a recording, in mV. Raises IntakeError, also for interrupted ones."""
    file = only_file(bundle)
    if len(file.data) > limits.max_vendor_bytes:
        raise IntakeError(
            f"{file.name} has {len(file.data) / 1e6:.0f} MB; a BDF recording is read up to "
            f"{limits.max_vendor_bytes / 1e6:.0f} MB.",
            "Cut out the part of interest and export that.",
        )
    if file.data[192:197] == b"BDF+D":
        raise IntakeError(
            f"{file.name} is an interrupted recording; its pieces cannot be shown as one ECG.",
            "Export one uninterrupted piece.",
        )
    told = Told()
    with _whole(file):
        bdf = _parsed(file, told)
        chosen = choose_leads([signal.label for signal in bdf.signals], Told(), bundle.leads)
        wanted = {place.index for place in chosen.values()}
        waves = [_wave(signal, file, n in wanted) for n, signal in enumerate(bdf.signals)]
    record = record_of(bundle, waves, limits, told)
    return replace(record, patient_id=_patient(file), age_years=_age(file))


@contextmanager
def _whole(file: Upload) -> Iterator[None]:
    """Fields of the header are parsed when they are first asked for, and raise then."""
    try:
        yield
    except (ValueError, LookupError, ArithmeticError, AttributeError, NameError) as error:
        raise IntakeError(
            f"{file.name} is a BDF recording, but it is damaged or incomplete.", _AGAIN
        ) from error


def _parsed(file: Upload, told: Told) -> Bdf:
    # Only the worker reads.
    import edfio

    with heard(told):
        bdf = edfio.read_bdf(file.data, header_encoding="latin-1")
    announced = int(file.data[236:244])
    per_record = sum(signal.samples_per_data_record for signal in bdf.signals)
    body = len(file.data) - int(file.data[184:192])
    # The annotations of BDF+ take more; a record that is not whole is missing at the end.
    if announced != -1 and body < announced * per_record * _BYTES_PER_SAMPLE:
        raise IntakeError(f"{file.name} is a BDF recording that was cut off.", _AGAIN)
    return bdf


def _wave(signal: BdfSignal, file: Upload, wanted: bool) -> ChannelSamples:
    fs_hz = float(signal.sampling_frequency)
    if not wanted:
        return ChannelSamples(signal.label, np.empty(0), fs_hz)
    unit = signal.physical_dimension.strip()
    if not unit or signal.physical_min == signal.physical_max:
        raise IntakeError(
            f"{file.name} gives no calibration for lead {signal.label[:20]}: its height in mV is "
            "unknown.",
            _AGAIN,
        )
    scale = mv_per_unit(unit, signal.label, file.name)
    return ChannelSamples(signal.label, np.asarray(signal.data, np.float64) * scale, fs_hz)


def _patient(file: Upload) -> PatientId | None:
    """BDF+ has a field for the number. In plain BDF name and number are one text."""
    parts = _person(file)
    return patient_id(parts[0]) if parts else None


def _person(file: Upload) -> list[str]:
    """Number, sex, birthday and name of BDF+; nothing of plain BDF."""
    plus = file.data[192:196] == b"BDF+"
    return file.data[8:88].decode("latin-1").split() if plus else []


def _age(file: Upload) -> int | None:
    """From birth (02-MAY-1951) to the start of the recording (02.05.21, from 1985 on)."""
    parts = _person(file)
    try:
        born = datetime.strptime(parts[2].title(), "%d-%b-%Y").date()
        day, month, year = (int(part) for part in file.data[168:176].split(b"."))
        return age.between(born, date(year + (1900 if year >= 85 else 2000), month, day))
    except (ValueError, IndexError):
        return None


reader = Reader("bdf", "BDF recording", recognises, read)
