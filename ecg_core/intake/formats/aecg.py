"""HL7 annotated ECGs (FDA aECG): every series and set of sequences, of which the fullest is taken.

A value is origin + scale × digit; time is a head and an increment, absolute or within
its series (ANSI/HL7 V3 ECG R1-2004).
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import Element

import numpy as np

from ecg_core.intake import age
from ecg_core.intake.assemble import ChannelSamples, mv_per_unit, record_of
from ecg_core.intake.formats.recorder_file import damaged, recorder_file, uncalibrated
from ecg_core.intake.formats.xml_tree import AGAIN, child, children, number, root_name, tree
from ecg_core.intake.gather import Part, fullest
from ecg_core.intake.isolation.limits import FileLimits
from ecg_core.intake.lead_codes import lead_of_code
from ecg_core.intake.patients import PatientId, patient_id
from ecg_core.intake.reader import Reader
from ecg_core.intake.told import Told
from ecg_core.intake.values import Bundle, EcgRecord, Upload
from ecg_core.leads import lead_number, signed_lead

_WHAT = "an HL7 annotated ECG"
_SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "\u00b5s": 1e-6}
_LEAD = re.compile(r".*_ECG_LEAD_(\w+)", re.IGNORECASE)
_TIME = re.compile(r"(\d{4})(\d{2})(\d{2})(\d{2})?(\d{2})?(\d{2})?(?:\.(\d+))?([+-]\d{4})?")
_REPORTED_AGE = "21612-7"
"""LOINC."""


def recognises(head: bytes, name: str) -> bool:
    """Whether the root is AnnotatedECG, in any prefix and encoding."""
    return root_name(head) == "annotatedecg"


def read(bundle: Bundle, limits: FileLimits) -> EcgRecord:
    """The leads of the fullest rhythm, in mV. Raises IntakeError."""
    file = recorder_file(bundle, limits, _WHAT)
    root = tree(file, _WHAT)
    told = Told()
    parts: list[Part] = []
    for place, component in enumerate(children(root, "component")):
        for series in children(component, "series"):
            parts += _parts(series, f"series {place}", file, limits)
            for derivation in children(series, "derivation"):
                for derived in children(derivation, "derivedSeries"):
                    parts += _parts(derived, f"derived {place}", file, limits)
    if not parts:
        raise damaged(file, _WHAT, AGAIN, "no series of leads")
    record = record_of(bundle, fullest(_from_zero(parts), told, file.name), limits, told)
    subject = child(
        root,
        *("componentOf", "timepointEvent", "componentOf", "subjectAssignment"),
        *("subject", "trialSubject"),
    )
    return replace(record, patient_id=_patient(subject), age_years=_age(root, subject))


def _parts(series: Element, clock: str, file: Upload, limits: FileLimits) -> list[Part]:
    kind = _attribute(child(series, "code"), "code").upper()
    found = []
    for component in children(series, "component"):
        for sequences in children(component, "sequenceSet"):
            part = _part(sequences, clock, "BEAT" in kind, file, limits)
            if part is not None:
                found.append(part)
    return found


def _part(
    sequences: Element, clock: str, average: bool, file: Upload, limits: FileLimits
) -> Part | None:
    time: tuple[float, float, str, bool] | None = None
    leads: list[tuple[str, Element]] = []
    for component in children(sequences, "component"):
        for sequence in children(component, "sequence"):
            code, value = _attribute(child(sequence, "code"), "code"), child(sequence, "value")
            if value is None:
                continue
            if code.upper().startswith("TIME_"):
                time = time or _time(code, value, clock, file)
            elif match := _LEAD.fullmatch(code):
                leads.append((match[1], value))
            else:
                leads.append((lead_of_code(code) or code, value))
    if not leads:
        return None
    if time is None or len(leads) > limits.max_channels:
        raise damaged(file, _WHAT, AGAIN, "no usable time base")
    start_s, fs_hz, clock, timed = time
    waves = tuple(_wave(label, value, fs_hz, start_s, file) for label, value in leads)
    return Part(waves, average, clock, timed)


def _time(code: str, value: Element, clock: str, file: Upload) -> tuple[float, float, str, bool]:
    """(start in s, rate in Hz, what the start is counted from, whether it is stated)."""
    increment, head = child(value, "increment"), child(value, "head")
    unit = _attribute(increment, "unit")
    step = number(_attribute(increment, "value"))
    if not step or step <= 0 or unit not in _SECONDS:
        raise damaged(file, _WHAT, AGAIN, "no usable time base")
    fs_hz = 1.0 / (step * _SECONDS[unit])
    begin = _attribute(head, "value")
    if code.upper() == "TIME_ABSOLUTE":
        moment = _moment(begin)
        if moment is None:
            return 0.0, fs_hz, clock, False
        return moment, fs_hz, "absolute", True
    start = number(begin)
    start_s = (start or 0.0) * _SECONDS.get(_attribute(head, "unit") or "s", 0.0)
    return start_s, fs_hz, clock, start is not None


def _moment(text: str) -> float | None:
    """Seconds since any fixed time, for differences only."""
    match = _TIME.fullmatch(text.strip())
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    zone = match[8]
    if zone:
        shift = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:]))
        moment += -shift if zone[0] == "+" else shift
    return moment.timestamp() + float(f"0.{match[7] or 0}")


def _from_zero(parts: list[Part]) -> list[Part]:
    """The parts with their times counted from the first of their clock: no date goes on."""
    first: dict[str, float] = {}
    for part in parts:
        first[part.clock] = min(first.get(part.clock, part.start_s), part.start_s)
    return [
        replace(
            part,
            waves=tuple(replace(w, start_s=w.start_s - first[part.clock]) for w in part.waves),
        )
        for part in parts
    ]


def _wave(label: str, value: Element, fs_hz: float, start_s: float, file: Upload) -> ChannelSamples:
    if signed_lead(label) is None and lead_number(label) is None:
        return ChannelSamples(label, np.empty(0), fs_hz, start_s)
    digits, scale, origin = (child(value, name) for name in ("digits", "scale", "origin"))
    try:
        levels = np.array((digits.text or "" if digits is not None else "").split(), np.float64)
    except ValueError as error:
        raise damaged(file, _WHAT, AGAIN, f"lead {label[:20]}") from error
    if len(levels) == 0:
        raise damaged(file, _WHAT, AGAIN, f"lead {label[:20]} has no samples")
    step, unit = number(_attribute(scale, "value")), _attribute(scale, "unit")
    if not step or not unit:
        raise uncalibrated(file, label, AGAIN)
    zero_mv = 0.0
    if zero := number(_attribute(origin, "value")):
        zero_mv = zero * mv_per_unit(_attribute(origin, "unit") or unit, label, file.name)
    mv = levels * step * mv_per_unit(unit, label, file.name) + zero_mv
    return ChannelSamples(label, mv, fs_hz, start_s)


def _attribute(element: Element | None, name: str) -> str:
    return (element.get(name) or "").strip() if element is not None else ""


def _patient(subject: Element | None) -> PatientId | None:
    """The subject's number within the root (an OID of a trial or hospital), where there is one."""
    number_of = child(subject, "id")
    return patient_id(_attribute(number_of, "extension"), _attribute(number_of, "root"))


def _age(root: Element, subject: Element | None) -> int | None:
    """As reported, else from birth to the recording."""
    for variable in children(root, "controlVariable"):
        for seen in children(variable, "relatedObservation"):
            if _attribute(child(seen, "code"), "code") == _REPORTED_AGE:
                value = child(seen, "value")
                return age.years(
                    number(_attribute(value, "value")), _attribute(value, "unit") or "a"
                )
    born = _attribute(child(subject, "subjectDemographicPerson", "birthTime"), "value")
    effective = child(root, "effectiveTime")
    begun = child(effective, "low")
    recorded = _attribute(begun if begun is not None else child(effective, "center"), "value")
    return age.between(age.day(born), age.day(recorded))


reader = Reader("hl7_aecg", "HL7 annotated ECG", recognises, read)
