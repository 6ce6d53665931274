"""SCP-ECG, HL7 aECG, GE MUSE, Philips Sierra and EDF files, parsed by ecgdatakit.

Of what the library finds (patient, physicians, statements, measurements) only the samples, their
calibration and the names of the leads are taken, and the patient's number for a pseudonym.
"""

from __future__ import annotations

import re
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ecg_core.intake.assemble import Wave, choose_leads, mv_per_unit, record_of
from ecg_core.intake.formats.raster_image import only_file
from ecg_core.intake.isolation.limits import Limits
from ecg_core.intake.patients import PatientId, patient_id
from ecg_core.intake.reader import Reader
from ecg_core.intake.values import Bundle, EcgRecord, IntakeError, Upload

_AGAIN = "Export it from the cart or archive again, or as a PDF or an image."
_ENTITY = re.compile("<!ENTITY", re.IGNORECASE)
_SUBJECT_ID = re.compile(r"<(?:[\w.-]+:)?trialSubject\b[^>]*>\s*<(?:[\w.-]+:)?id\b[^>]*>")
_ROOT = re.compile(r"""\broot\s*=\s*(["'])(.*?)\1""")


def _patient(parsed: Any, file: Upload) -> PatientId | None:
    return patient_id(parsed.patient.patient_id)


@dataclass(frozen=True)
class Format:
    """One format.

    article and name: as in "an SCP-ECG file". parser: its class in ecgdatakit. check: raises
    IntakeError for what the library lets through. patient: whose ECG it is.
    """

    key: str
    article: str
    name: str
    parser: str
    recognises: Callable[[bytes], bool]
    is_xml: bool = True
    check: Callable[[Any, Upload], None] | None = None
    patient: Callable[[Any, Upload], PatientId | None] = _patient


def _root(tag: str) -> Callable[[bytes], bool]:
    """Test for an XML document whose root has this name, in any prefix, case and encoding."""
    pattern = re.compile(rf"<(?:[\w.-]+:)?{tag}[\s>/]", re.IGNORECASE)
    return lambda head: pattern.search(_text(head)) is not None


def _text(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="ignore")
    if data[1:2] == b"\0":
        return data.decode("utf-16-le", errors="ignore")
    return data.decode("utf-8", errors="ignore")


def _is_scp(head: bytes) -> bool:
    # Section 0 follows the six bytes of checksum and size, and names itself first.
    return head[16:22] == b"SCPECG" or (
        len(head) >= 32 and head[8:10] == b"\0\0" and head[22:24] == b"\0\0" and head[28] == 7
    )


def read(bundle: Bundle, limits: Limits, form: Format) -> EcgRecord:
    """The rhythm leads of a file, in mV. Raises IntakeError."""
    file = only_file(bundle)
    if len(file.data) > limits.max_vendor_bytes:
        raise IntakeError(
            f"{file.name} has {len(file.data) / 1e6:.0f} MB; {form.article} {form.name} is read "
            f"up to {limits.max_vendor_bytes / 1e6:.0f} MB.",
            "Cut out the part of interest and export that.",
        )
    if form.is_xml and _ENTITY.search(_text(file.data)):
        raise IntakeError(
            f"{file.name} declares XML entities, as no ECG needs and hostile files do.", _AGAIN
        )
    parsed = _parsed(file, form)
    if form.check is not None:
        form.check(parsed, file)
    wanted = choose_leads([lead.label for lead in parsed.leads], []).values()
    waves = [
        _wave(lead, _exact_rate(parsed, lead), file, index in wanted)
        for index, lead in enumerate(parsed.leads)
    ]
    record = record_of(bundle, waves, limits)
    return replace(record, patient_id=form.patient(parsed, file))


def _parsed(file: Upload, form: Format) -> Any:
    # Slow to import, and only the worker reads.
    from importlib import import_module

    from ecgdatakit.exceptions import ECGDataKitError, UnsupportedFormatError

    module, name = form.parser.split(".")
    parser = getattr(import_module(f"ecgdatakit.parsing.parsers.{module}"), name)()
    with tempfile.TemporaryDirectory(prefix="ecg-") as folder:
        path = Path(folder) / "ecg"
        path.write_bytes(file.data)
        try:
            with warnings.catch_warnings():
                # They quote the file; what matters of them is checked here.
                warnings.simplefilter("ignore")
                return parser.parse(path)
        except UnsupportedFormatError as error:
            raise IntakeError(
                f"{file.name} is {form.article} {form.name} of a kind that is not read.", _AGAIN
            ) from error
        except (ECGDataKitError, ValueError, LookupError, ArithmeticError) as error:
            raise IntakeError(
                f"{file.name} is {form.article} {form.name}, but it is damaged or incomplete.",
                _AGAIN,
            ) from error


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


def _aecg_patient(parsed: Any, file: Upload) -> PatientId | None:
    """The subject's number within the root (an OID of a trial or hospital), where there is one."""
    found = _SUBJECT_ID.search(_text(file.data))
    root = _ROOT.search(found[0]) if found else None
    return patient_id(parsed.patient.patient_id, root[2] if root else "")


def _edf_patient(parsed: Any, file: Upload) -> PatientId | None:
    """EDF+ has a field for the number. In plain EDF name and number are one text: no pseudonym."""
    plus = file.data[192:196] == b"EDF+"
    return patient_id(parsed.patient.patient_id) if plus else None


def _exact_rate(parsed: Any, lead: Any) -> float:
    """The library rounds rates to whole Hz, and keeps the exact ones elsewhere."""
    meta = parsed.raw_metadata
    exact = meta.get("rhythm_time", {}).get("sampling_rate_exact")
    exact = exact or meta.get("exact_sampling_rates", {}).get(lead.label)
    interval_us = meta.get("rhythm_sample_interval_us")
    return float(exact or (1e6 / interval_us if interval_us else lead.sampling_rate))


def _wave(lead: Any, fs_hz: float, file: Upload, wanted: bool) -> Wave:
    start_s = (int(lead.annotations.get("start_sample", 1)) - 1) / fs_hz if fs_hz else 0.0
    if not wanted:
        return Wave(lead.label, np.empty(0), fs_hz)
    if not lead.resolution_unit or lead.resolution == 0:
        raise IntakeError(
            f"{file.name} gives no calibration for lead {lead.label[:20]}: its height in mV is "
            "unknown.",
            _AGAIN,
        )
    level = np.asarray(lead.samples, np.float64)
    physical = level * lead.resolution + lead.offset if lead.is_raw else level
    scale = mv_per_unit(lead.resolution_unit, lead.label, file.name)
    return Wave(lead.label, physical * scale, fs_hz, start_s)


FORMATS: tuple[Format, ...] = (
    Format("scp_ecg", "an", "SCP-ECG file", "scp_ecg.SCPECGParser", _is_scp, is_xml=False),
    Format(
        "hl7_aecg",
        "an",
        "HL7 annotated ECG",
        "hl7_aecg.HL7aECGParser",
        _root("AnnotatedECG"),
        patient=_aecg_patient,
    ),
    Format("ge_muse", "a", "GE MUSE file", "ge_muse_xml.GEMuseXMLParser", _root("RestingECG")),
    Format(
        "philips_sierra",
        "a",
        "Philips Sierra ECG",
        "sierra_xml.SierraXMLParser",
        _root("restingecgdata"),
    ),
    Format(
        "edf",
        "an",
        "EDF recording",
        "edf.EDFParser",
        lambda head: head.startswith(b"0       ") and len(head) >= 256,
        is_xml=False,
        check=_check_edf,
        patient=_edf_patient,
    ),
)


def _reader(form: Format) -> Reader:
    return Reader(
        form.key, form.name, lambda head, name: form.recognises(head), partial(read, form=form)
    )


READERS: tuple[Reader, ...] = tuple(_reader(form) for form in FORMATS)
