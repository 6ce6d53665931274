"""SCP-ECG, Philips Sierra and EDF files, parsed by ecgdatakit.

Of what the library finds (patient, physicians, statements, measurements) only the samples, their
calibration and the names of the leads are taken, the patient's number for a pseudonym, and the age
in years. Where its numbers are not the file's own (`own_numbers`), the file is refused.
"""

from __future__ import annotations

import math
import struct
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ecg_core.intake import age
from ecg_core.intake.assemble import ChannelSamples, mv_per_unit, record_of
from ecg_core.intake.formats import own_numbers
from ecg_core.intake.formats.own_numbers import Numbers
from ecg_core.intake.formats.recorder_file import damaged, recorder_file, uncalibrated
from ecg_core.intake.formats.xml_tree import check_entities, root_name
from ecg_core.intake.gather import AVERAGE_LEFT_OUT
from ecg_core.intake.isolation.limits import FileLimits
from ecg_core.intake.lead_names import choose_leads
from ecg_core.intake.library_warnings import heard
from ecg_core.intake.patients import PatientId, patient_id
from ecg_core.intake.reader import Reader
from ecg_core.intake.told import Told
from ecg_core.intake.values import Bundle, EcgRecord, IntakeError, Upload

_AGAIN = "Export it from the cart or archive again, or as a PDF or an image."


def _patient(parsed: Any, file: Upload) -> PatientId | None:
    return patient_id(parsed.patient.patient_id)


def _age(parsed: Any, file: Upload) -> int | None:
    return age.years(parsed.patient.age)


@dataclass(frozen=True)
class Format:
    """One format.

    article and name: as in "an SCP-ECG file". parser: its class in ecgdatakit. numbers: what the
    file says of its leads. averages: whether averaged beats lie beside the rhythm. check: raises
    IntakeError for what the library lets through. patient, age: whose ECG it is, and how old.
    """

    key: str
    article: str
    name: str
    parser: str
    recognises: Callable[[bytes], bool]
    numbers: Callable[[Upload], Sequence[Numbers]]
    averages: Callable[[Upload], bool] = lambda file: False
    is_xml: bool = False
    check: Callable[[Any, Upload], None] | None = None
    patient: Callable[[Any, Upload], PatientId | None] = _patient
    age: Callable[[Any, Upload], int | None] = _age

    @property
    def what(self) -> str:
        """As in "an SCP-ECG file"."""
        return f"{self.article} {self.name}"


def _is_scp(head: bytes) -> bool:
    # Section 0 follows the six bytes of checksum and size, and names itself first.
    return head[16:22] == b"SCPECG" or (
        len(head) >= 32 and head[8:10] == b"\0\0" and head[22:24] == b"\0\0" and head[28] == 7
    )


def read(bundle: Bundle, limits: FileLimits, form: Format) -> EcgRecord:
    """The rhythm leads of a file, in mV. Raises IntakeError."""
    file = recorder_file(bundle, limits, form.what)
    if form.is_xml:
        check_entities(file)
    told = Told()
    parsed = _parsed(file, form, told)
    if form.check is not None:
        form.check(parsed, file)
    _check_numbers(parsed, file, form)
    if form.averages(file):
        told.note(AVERAGE_LEFT_OUT)
    chosen = choose_leads([lead.label for lead in parsed.leads], Told(), bundle.leads)
    wanted = {place.index for place in chosen.values()}
    waves = [
        _wave(lead, _exact_rate(parsed, lead), file, index in wanted)
        for index, lead in enumerate(parsed.leads)
    ]
    return replace(
        record_of(bundle, waves, limits, told),
        patient_id=form.patient(parsed, file),
        age_years=form.age(parsed, file),
    )


def _parsed(file: Upload, form: Format, told: Told) -> Any:
    # Slow to import, and only the worker reads.
    from importlib import import_module

    from ecgdatakit.exceptions import ECGDataKitError, UnsupportedFormatError

    module, name = form.parser.split(".")
    parser = getattr(import_module(f"ecgdatakit.parsing.parsers.{module}"), name)()
    with tempfile.TemporaryDirectory(prefix="ecg-") as folder:
        path = Path(folder) / "ecg"
        path.write_bytes(file.data)
        try:
            with heard(told):
                return parser.parse(path)
        except UnsupportedFormatError as error:
            raise IntakeError(
                f"{file.name} is {form.what} of a kind that is not read.", _AGAIN
            ) from (error)
        except (ECGDataKitError, ValueError, LookupError, ArithmeticError) as error:
            raise damaged(file, form.what, _AGAIN) from error


def _check_numbers(parsed: Any, file: Upload, form: Format) -> None:
    """Raises IntakeError where gain, count or rate are not those that the file states."""
    try:
        stated = form.numbers(file)
    except (ValueError, LookupError, ArithmeticError, struct.error) as error:
        raise damaged(file, form.what, _AGAIN) from error
    same = len(stated) == len(parsed.leads) and all(
        _same(numbers.per_level, lead.resolution if lead.resolution_unit else None)
        and numbers.samples in (None, len(lead.samples))
        and (numbers.fs_hz is None or _same(numbers.fs_hz, _exact_rate(parsed, lead)))
        for numbers, lead in zip(stated, parsed.leads, strict=False)
    )
    if not same:
        raise IntakeError(
            f"{file.name} is {form.what} whose gain, number of samples or rate are read one way "
            "by one program and another way by another.",
            _AGAIN,
        )


def _same(stated: float | None, used: float | None) -> bool:
    if stated is None or used is None:
        return used in (None, stated)
    return math.isclose(stated, used, rel_tol=1e-6)


def _check_edf(parsed: Any, file: Upload) -> None:
    """The library joins the pieces of an interrupted EDF and leaves out what was cut off."""
    announced = file.data[236:244].strip()
    if announced != b"-1" and announced != str(parsed.raw_metadata.get("num_records")).encode():
        raise IntakeError(f"{file.name} is an EDF recording that was cut off.", _AGAIN)
    onsets = np.asarray(parsed.raw_metadata.get("record_onsets", ()), float)
    step = parsed.raw_metadata.get("record_duration", 0.0)
    if len(onsets) > 1 and not np.allclose(np.diff(onsets), step, atol=1e-3):
        raise IntakeError(
            f"{file.name} is an interrupted recording; its pieces cannot be shown as one ECG.",
            "Export one uninterrupted piece.",
        )


def _edf_patient(parsed: Any, file: Upload) -> PatientId | None:
    """EDF+ has a field for the number. In plain EDF name and number are one text: no pseudonym."""
    plus = file.data[192:196] == b"EDF+"
    return patient_id(parsed.patient.patient_id) if plus else None


_SCP_UNITS = {1: "years", 2: "months", 3: "weeks", 4: "days", 5: "hours"}


def _scp_age(parsed: Any, file: Upload) -> int | None:
    """The library takes an age below one year for none."""
    try:
        value, unit = own_numbers.scp_age(file) or (0, 0)
    except struct.error:
        value, unit = 0, 0
    stated = age.years(value, _SCP_UNITS.get(unit, "")) if value else None
    return stated if stated is not None else age.years(parsed.patient.age)


def _exact_rate(parsed: Any, lead: Any) -> float:
    """The library rounds rates to whole Hz, and keeps the exact ones elsewhere."""
    meta = parsed.raw_metadata
    exact = meta.get("exact_sampling_rates", {}).get(lead.label)
    interval_us = meta.get("rhythm_sample_interval_us")
    return float(exact or (1e6 / interval_us if interval_us else lead.sampling_rate))


def _wave(lead: Any, fs_hz: float, file: Upload, wanted: bool) -> ChannelSamples:
    start_s = (int(lead.annotations.get("start_sample", 1)) - 1) / fs_hz if fs_hz else 0.0
    if not wanted:
        return ChannelSamples(lead.label, np.empty(0), fs_hz)
    if not lead.resolution_unit or lead.resolution == 0:
        raise uncalibrated(file, lead.label, _AGAIN)
    level = np.asarray(lead.samples, np.float64)
    physical = level * lead.resolution + lead.offset if lead.is_raw else level
    scale = mv_per_unit(lead.resolution_unit, lead.label, file.name)
    return ChannelSamples(lead.label, physical * scale, fs_hz, start_s)


FORMATS: tuple[Format, ...] = (
    Format(
        "scp_ecg",
        "an",
        "SCP-ECG file",
        "scp_ecg.SCPECGParser",
        _is_scp,
        own_numbers.of_scp,
        own_numbers.has_reference_beat,
        age=_scp_age,
    ),
    Format(
        "philips_sierra",
        "a",
        "Philips Sierra ECG",
        "sierra_xml.SierraXMLParser",
        lambda head: root_name(head) == "restingecgdata",
        own_numbers.of_sierra,
        own_numbers.has_representative_beats,
        is_xml=True,
    ),
    Format(
        "edf",
        "an",
        "EDF recording",
        "edf.EDFParser",
        lambda head: head.startswith(b"0       ") and len(head) >= 256,
        own_numbers.of_edf,
        check=_check_edf,
        patient=_edf_patient,
    ),
)


def _reader(form: Format) -> Reader:
    return Reader(
        form.key, form.name, lambda head, name: form.recognises(head), partial(read, form=form)
    )


READERS: tuple[Reader, ...] = tuple(_reader(form) for form in FORMATS)
