"""Samples as JSON, with unit, rate and leads stated; FHIR Observations among them.

FHIR (R4 and R5): SampledData is data × factor + origin, one value every `period` ms (or `interval`
of a unit); each component is a lead by its MDC code or its words.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from ecg_core.intake import age
from ecg_core.intake.assemble import ChannelSamples, mv_per_unit, record_of
from ecg_core.intake.formats.recorder_file import (
    damaged,
    is_no_scale,
    recorder_file,
    scaled_twice,
)
from ecg_core.intake.isolation.limits import FileLimits
from ecg_core.intake.lead_codes import lead_of_code
from ecg_core.intake.patients import PatientId, patient_id
from ecg_core.intake.reader import Reader
from ecg_core.intake.told import Told
from ecg_core.intake.values import Bundle, EcgRecord, IntakeError, Upload
from ecg_core.leads import lead_number, signed_lead

_WHAT = "a JSON file"
_AGAIN = "Export the ECG with its unit, sampling rate and the leads' names, or as an image."
WORDS: dict[str, tuple[str, ...]] = {
    "rate": ("samplingrate", "samplerate", "samplingfrequency", "samplefrequency", "fs", "fshz",
             "samplingratehz", "sampleratehz", "samplingfrequencyhz", "frequency"),
    "unit": ("unit", "units", "amplitudeunit", "voltageunit"),
    "leads": ("leads", "signals", "channels", "waveforms", "ecg", "data", "samples"),
    "names": ("leadnames", "leadorder", "labels", "names", "channelnames", "signames",
              "leadlabels"),
    "name": ("name", "lead", "label", "leadname", "id", "channel"),
    "samples": ("samples", "data", "values", "signal", "waveform"),
    "scale": ("gain", "adcgain", "resolution", "scale", "scalefactor", "factor", "multiplier",
              "lsb", "unitsperbit", "amplitudeunitsperbit", "sensitivity", "offset", "baseline"),
    "age": ("age", "patientage", "ageyears"),
    "born": ("birthdate", "dateofbirth", "dob"),
    "recorded": ("recorded", "recordedat", "recordeddate", "date", "timestamp", "starttime",
                 "acquisitiondate", "acquired"),
    "person": ("patient", "subject", "demographics", "patientdata", "metadata", "header", "info"),
    "patient": ("patientid", "patientnumber", "subjectid"),
}  # fmt: skip
"""Keys by what they say, without case and marks."""
_INTERVALS_S = {"s": 1.0, "ms": 1e-3, "us": 1e-6}


def recognises(head: bytes, name: str) -> bool:
    """Whether the text begins as an object of JSON."""
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    return text[:1] == b"{" and text[1:].lstrip()[:1] in (b'"', b"}")


def read(bundle: Bundle, limits: FileLimits) -> EcgRecord:
    """The leads, in mV. Raises IntakeError that names what the file does not state."""
    file = recorder_file(bundle, limits, _WHAT)
    try:
        root = json.loads(file.data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise damaged(file, _WHAT, _AGAIN) from error
    if not isinstance(root, dict):
        raise _missing(file, "leads")
    told = Told()
    if "resourceType" in root:
        waves, patient, years = _observation(root, file)
    else:
        waves = _leads(root, file)
        patient = patient_id(_plain(root, "patient"))
        years = _age(root)
    if len(waves) > limits.max_channels:
        raise damaged(file, _WHAT, _AGAIN, f"{len(waves)} leads")
    record = record_of(bundle, waves, limits, told)
    return replace(record, patient_id=patient, age_years=years)


def _missing(file: Upload, what: str) -> IntakeError:
    return IntakeError(
        f"{file.name} is {_WHAT} that does not state {what}: numbers alone carry no calibration.",
        _AGAIN,
    )


def _number(value: object) -> float:
    """A number, also one in quotes; 0 for anything else."""
    try:
        found = float(value) if isinstance(value, int | float | str) else 0.0
    except ValueError:
        return 0.0
    return found if np.isfinite(found) else 0.0


def _get(node: dict[str, Any], what: str) -> Any:
    """The value under any key that says so."""
    for key, value in node.items():
        if "".join(c for c in key.casefold() if c.isalnum()) in WORDS[what]:
            return value
    return None


def _plain(node: dict[str, Any], what: str) -> Any:
    value = _get(node, what)
    return value if isinstance(value, str | int | float) else None


def _age(root: dict[str, Any]) -> int | None:
    """As stated at the top or of the person there, else from birth to the recording."""
    person = _get(root, "person")
    nodes = (root, person if isinstance(person, dict) else {})
    for node in nodes:
        if (stated := _plain(node, "age")) is not None:
            return age.stated(f"age: {stated}")
    born, recorded = (
        next((str(found) for node in nodes if (found := _plain(node, what)) is not None), "")
        for what in ("born", "recorded")
    )
    return age.between(age.day(born), age.day(recorded))


def _check_unscaled(node: dict[str, Any], file: Upload) -> None:
    """Raises IntakeError for a gain or offset: no program says whether it is applied already."""
    for key, value in node.items():
        said = "".join(c for c in key.casefold() if c.isalnum())
        if said in WORDS["scale"] and value not in (None, 0, 1, "") and not is_no_scale(str(value)):
            raise scaled_twice(file, key[:20])


def _array(values: object, file: Upload) -> np.ndarray:
    try:
        found = np.array([np.nan if v is None else v for v in values], np.float64)  # type: ignore[attr-defined]
    except (TypeError, ValueError) as error:
        raise damaged(file, _WHAT, _AGAIN, "samples that are no numbers") from error
    if found.ndim != 1:
        raise damaged(file, _WHAT, _AGAIN, "samples that are no list")
    return found


def _leads(root: dict[str, Any], file: Upload) -> list[ChannelSamples]:
    """Leads as an object by name, as a list of objects, or as rows beside a list of names."""
    rate, unit, found = _plain(root, "rate"), _plain(root, "unit"), _get(root, "leads")
    names = _get(root, "names")
    if isinstance(found, dict) and _get(found, "leads") is not None and rate is None:
        return _leads(found, file)
    _check_unscaled(root, file)
    if isinstance(found, dict):
        pairs: list[tuple[str, Any, dict[str, Any]]] = [
            (name, values, {}) for name, values in found.items()
        ]
    elif isinstance(found, list) and all(isinstance(lead, dict) for lead in found) and found:
        pairs = [(str(_plain(lead, "name") or ""), _get(lead, "samples"), lead) for lead in found]
    elif isinstance(found, list) and isinstance(names, list) and len(names) == len(found):
        pairs = [(str(name), values, {}) for name, values in zip(names, found, strict=True)]
    else:
        raise _missing(file, "which leads it holds")
    waves = []
    for name, values, own in pairs:
        if isinstance(values, dict):
            own, values = values, _get(values, "samples")
        _check_unscaled(own, file)
        fs_hz, volts = _number(_plain(own, "rate") or rate), _plain(own, "unit") or unit
        if fs_hz <= 0:
            raise _missing(file, "its sampling rate")
        if not volts and signed_lead(name) is not None:
            raise _missing(file, "its unit (mV or µV)")
        if signed_lead(name) is None and lead_number(name) is None:
            waves.append(ChannelSamples(name, np.empty(0), fs_hz))
            continue
        scale = mv_per_unit(str(volts), name, file.name)
        waves.append(ChannelSamples(name, _array(values, file) * scale, fs_hz))
    return waves


def _observation(
    root: dict[str, Any], file: Upload
) -> tuple[list[ChannelSamples], PatientId | None, int | None]:
    resources = list(_resources(root))
    observations = [r for r in resources if r.get("resourceType") == "Observation"]
    found = [o for o in observations if any(True for _ in _sampled(o))]
    if not found:
        raise IntakeError(
            f"{file.name} is a FHIR resource without sampled data of an ECG.",
            "Export the Observation with its SampledData, or the report as a PDF.",
        )
    if len(found) > 1:
        raise IntakeError(
            f"{file.name} holds {len(found)} FHIR Observations with samples, not one ECG.",
            "Export one Observation a file.",
        )
    observation = found[0]
    waves = [_wave(label, sampled, file) for label, sampled in _sampled(observation)]
    subject = observation.get("subject") or {}
    identifier = subject.get("identifier") or {}
    number = identifier.get("value") or str(subject.get("reference") or "").rpartition("/")[2]
    born = next((r.get("birthDate") for r in resources if r.get("resourceType") == "Patient"), None)
    period = observation.get("effectivePeriod") or {}
    recorded = observation.get("effectiveDateTime") or period.get("start")
    years = age.between(age.day(str(born or "")), age.day(str(recorded or "")))
    return waves, patient_id(number, identifier.get("system")), years


def _resources(root: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if root.get("resourceType") != "Bundle":
        yield root
        yield from (r for r in root.get("contained") or () if isinstance(r, dict))
        return
    for entry in root.get("entry") or ():
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict):
            yield resource


def _sampled(observation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(label, SampledData) of the observation itself and of its components."""
    for node in (observation, *(observation.get("component") or ())):
        if isinstance(node, dict) and isinstance(node.get("valueSampledData"), dict):
            yield _label(node.get("code") or {}), node["valueSampledData"]


def _label(code: dict[str, Any]) -> str:
    texts = []
    for coding in code.get("coding") or ():
        texts += [str(coding.get("code") or ""), str(coding.get("display") or "")]
    for text in texts:
        if (lead := lead_of_code(text)) is not None:
            return lead
    return str(code.get("text") or (texts[1] if len(texts) > 1 else ""))


def _wave(label: str, sampled: dict[str, Any], file: Upload) -> ChannelSamples:
    origin = sampled.get("origin") or {}
    unit = str(origin.get("code") or origin.get("unit") or "")
    if not unit:
        raise _missing(file, "its unit (mV or µV)")
    if sampled.get("dimensions") not in (None, 1):
        raise IntakeError(
            f"{file.name} interleaves the samples of several leads without naming them.", _AGAIN
        )
    step_s = _INTERVALS_S["ms"] * _number(sampled.get("period"))
    if "interval" in sampled:
        unit_s = _INTERVALS_S.get(str(sampled.get("intervalUnit")), 0.0)
        step_s = _number(sampled["interval"]) * unit_s
    if not step_s > 0:
        raise _missing(file, "its sampling rate")
    limits = {"E": None, "L": sampled.get("lowerLimit"), "U": sampled.get("upperLimit")}
    words = str(sampled.get("data") or "").split()
    levels = _array([limits.get(word, word) for word in words], file)
    scale = mv_per_unit(unit, label, file.name)
    physical = levels * (_number(sampled.get("factor")) or 1.0) + _number(origin.get("value"))
    return ChannelSamples(label, physical * scale, 1.0 / step_s)


reader = Reader("json_record", "JSON or FHIR Observation", recognises, read)
