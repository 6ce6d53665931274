"""GE MUSE files (RestingECG): every rhythm waveform, of which the fullest is taken.

A waveform holds base64 of little-endian levels for each lead, with the lead's own unit and count.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from dataclasses import replace
from datetime import date
from xml.etree.ElementTree import Element

import numpy as np

from ecg_core.intake import age
from ecg_core.intake.assemble import ChannelSamples, mv_per_unit, record_of
from ecg_core.intake.formats.recorder_file import damaged, recorder_file, uncalibrated
from ecg_core.intake.formats.xml_tree import AGAIN, child, children, number, root_name, tree, words
from ecg_core.intake.gather import Part, fullest
from ecg_core.intake.isolation.limits import FileLimits
from ecg_core.intake.patients import patient_id
from ecg_core.intake.reader import Reader
from ecg_core.intake.told import Told
from ecg_core.intake.values import Bundle, EcgRecord, IntakeError, Upload

_WHAT = "a GE MUSE file"
_OFFSETS = ("FirstSampleBaseline", "LeadOffsetFirstSample")
_NO_UNIT = ("", "NONE")
_VOLTS = re.compile(r"(MICRO|MILLI|NANO)?VOLTS?|[\u00b5\u03bcUMN]?V", re.IGNORECASE)
_DAY = re.compile(r"(\d{1,2})[-/](\d{1,2})[-/](\d{4})")


def recognises(head: bytes, name: str) -> bool:
    """Whether the root is RestingECG, in any case, after any comment."""
    return root_name(head) == "restingecg"


def read(bundle: Bundle, limits: FileLimits) -> EcgRecord:
    """The leads of the fullest rhythm waveform, in mV. Raises IntakeError."""
    file = recorder_file(bundle, limits, _WHAT)
    root = tree(file, _WHAT)
    told = Told()
    offsets: list[str] = []
    parts = [_part(form, file, told, offsets, limits) for form in children(root, "Waveform")]
    if not parts:
        raise damaged(file, _WHAT, AGAIN, "no waveform in it")
    waves = fullest(parts, told, file.name)
    if shifted := [wave.label for wave in waves if wave.label in offsets]:
        told.doubt("lead_offset", leads=", ".join(shifted))
    person = child(root, "PatientDemographics")
    return replace(
        record_of(bundle, waves, limits, told),
        patient_id=patient_id(words(child(person, "PatientID"))),
        age_years=_age(person, child(root, "TestDemographics")),
    )


def _part(form: Element, file: Upload, told: Told, offsets: list[str], limits: FileLimits) -> Part:
    kind = words(child(form, "WaveformType")).upper()
    how = words(child(form, "SampleType")).upper()
    if how not in ("", "CONTINUOUS_SAMPLES"):
        raise IntakeError(
            f"{file.name} stores its samples as {how[:30]}, which is not read.", AGAIN
        )
    base = number(words(child(form, "SampleBase")))
    exponent = number(words(child(form, "SampleExponent"))) or 0.0
    if not base or abs(exponent) > 9:
        raise damaged(file, _WHAT, AGAIN, "no sampling rate")
    fs_hz = base * 10.0**exponent
    leads = list(children(form, "LeadData"))
    if len(leads) > limits.max_channels:
        raise damaged(file, _WHAT, AGAIN, f"{len(leads)} leads")
    waves = tuple(_wave(lead, fs_hz, file, told, offsets, kind == "RHYTHM") for lead in leads)
    return Part(waves, average="MEDIAN" in kind or "AVERAGE" in kind)


def _wave(
    lead: Element, fs_hz: float, file: Upload, told: Told, offsets: list[str], is_rhythm: bool
) -> ChannelSamples:
    label = words(child(lead, "LeadID"))
    levels = _levels(lead, label, file, told)
    scale = number(words(child(lead, "LeadAmplitudeUnitsPerBit")))
    unit = words(child(lead, "LeadAmplitudeUnits"))
    if not scale or unit.upper() in _NO_UNIT or not _VOLTS.fullmatch(unit):
        if not is_rhythm:
            return ChannelSamples(label, np.empty(0), fs_hz)
        raise uncalibrated(file, label, AGAIN)
    # Not documented: programs disagree on whether they are added to the levels, and to the time.
    if any(number(words(child(lead, tag))) for tag in _OFFSETS):
        offsets.append(label)
    return ChannelSamples(label, levels * scale * mv_per_unit(unit, label, file.name), fs_hz)


def _levels(lead: Element, label: str, file: Upload, told: Told) -> np.ndarray:
    size = int(number(words(child(lead, "LeadSampleSize"))) or 2)
    try:
        data = base64.b64decode("".join(words(child(lead, "WaveFormData")).split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise damaged(file, _WHAT, AGAIN) from error
    if size not in (1, 2, 4) or len(data) % size or not data or not label:
        raise damaged(file, _WHAT, AGAIN)
    levels = np.frombuffer(data, f"<i{size}").astype(np.float64)
    announced = number(words(child(lead, "LeadByteCountTotal")))
    counted = number(words(child(lead, "LeadSampleCountTotal")))
    if announced not in (None, len(data)) or counted not in (None, len(levels)):
        raise damaged(file, _WHAT, AGAIN, "samples are missing")
    check = words(child(lead, "LeadDataCRC32"))
    if check.isdigit() and int(check) != zlib.crc32(data):
        told.doubt("checksum", what=f"lead {label[:20]}")
    return levels


def _age(person: Element | None, test: Element | None) -> int | None:
    stated = number(words(child(person, "PatientAge")))
    if stated is not None:
        return age.years(stated, words(child(person, "AgeUnits")) or "years")
    born, recorded = child(person, "DateofBirth"), child(test, "AcquisitionDate")
    return age.between(_day(words(born)), _day(words(recorded)))


def _day(text: str) -> date | None:
    """A day as MUSE writes it: month, day, year; the day first where there is no such month."""
    if (match := _DAY.match(text)) is None:
        return age.day(text)
    first, second, year = map(int, match.groups())
    month, day = (second, first) if first > 12 else (first, second)
    try:
        return date(year, month, day)
    except ValueError:
        return None


reader = Reader("ge_muse", "GE MUSE file", recognises, read)
