"""ISHNE Holter recordings (Badilini 1998): a header, then samples of all leads in turn."""

from __future__ import annotations

import struct
from dataclasses import replace
from datetime import date

import numpy as np

from ecg_core.intake import age
from ecg_core.intake.assemble import ChannelSamples, check_duration, record_of
from ecg_core.intake.formats.recorder_file import damaged, recorder_file, uncalibrated
from ecg_core.intake.isolation.limits import FileLimits
from ecg_core.intake.lead_names import choose_leads
from ecg_core.intake.patients import patient_id
from ecg_core.intake.reader import Reader
from ecg_core.intake.told import Told
from ecg_core.intake.values import Bundle, EcgRecord, Upload

MAGIC = b"ISHNE1.0"
LEADS: dict[int, str] = {
    2: "X", 3: "Y", 4: "Z", 5: "I", 6: "II", 7: "III", 8: "aVR", 9: "aVL", 10: "aVF",
    11: "V1", 12: "V2", 13: "V3", 14: "V4", 15: "V5", 16: "V6", 17: "ES", 18: "AS", 19: "AI",
}  # fmt: skip
"""Names by lead code (table 1). Codes 0 and 1 name no lead."""
_WHAT = "an ISHNE Holter recording"
_AGAIN = "Export it from the Holter system again, or the part of interest as EDF or an image."
_HEADER_BYTES = 522
_MOST_LEADS = 12
_FAULT = -32768
"""The level that stands for a lead that was off."""


def recognises(head: bytes, name: str) -> bool:
    """Whether the file begins as ISHNE's standard says."""
    return head.startswith(MAGIC)


def read(bundle: Bundle, limits: FileLimits) -> EcgRecord:
    """The named leads, in mV. Raises IntakeError, also for a recording too long to be held."""
    file = recorder_file(bundle, limits, _WHAT)
    data = file.data
    if len(data) < _HEADER_BYTES:
        raise damaged(file, _WHAT, _AGAIN)
    (variable,) = struct.unpack_from("<i", data, 10)
    (count,) = struct.unpack_from("<h", data, 156)
    (fs_hz,) = struct.unpack_from("<h", data, 272)
    start = _HEADER_BYTES + variable
    if not 0 < count <= _MOST_LEADS or variable < 0 or start >= len(data) or fs_hz <= 0:
        raise damaged(file, _WHAT, _AGAIN)
    frames = (len(data) - start) // (2 * count)
    check_duration(frames, float(fs_hz), count, limits)
    told = Told()
    _check_length(file, frames, told)
    levels = np.frombuffer(data, "<i2", frames * count, start).reshape(frames, count).T
    codes = struct.unpack_from("<12h", data, 158)[:count]
    steps_nv = struct.unpack_from("<12h", data, 206)[:count]
    labels = [LEADS.get(code, f"Lead {n + 1}") for n, code in enumerate(codes)]
    chosen = choose_leads(labels, Told(), bundle.leads)
    waves = [ChannelSamples(label, np.empty(0), float(fs_hz)) for label in labels]
    for place in chosen.values():
        row, step_nv = levels[place.index], steps_nv[place.index]
        if step_nv <= 0:
            raise uncalibrated(file, labels[place.index], _AGAIN)
        mv = np.where(row == _FAULT, np.nan, row * (step_nv * 1e-6))
        waves[place.index] = replace(waves[place.index], samples_mv=mv)
    number = data[108:128].split(b"\0")[0].decode("latin-1")
    return replace(
        record_of(bundle, waves, limits, told),
        patient_id=patient_id(number),
        age_years=age.between(_day(data, 132), _day(data, 138)),
    )


def _check_length(file: Upload, frames: int, told: Told) -> None:
    """Writers disagree on what they announce: samples of a lead, of all, or a fixed maximum."""
    (announced,) = struct.unpack_from("<i", file.data, 14)
    if frames < announced and frames * 2 > announced:
        told.note("The recording is shorter than its header announces.")


def _day(data: bytes, place: int) -> date | None:
    day, month, year = struct.unpack_from("<3h", data, place)
    try:
        return date(year, month, day)
    except ValueError:
        return None


reader = Reader("ishne", "ISHNE Holter recording", recognises, read)
