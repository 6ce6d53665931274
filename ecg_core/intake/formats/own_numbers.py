"""What files say of themselves, read here a second time: gain, count and rate of every lead.

The library that unpacks SCP-ECG, Sierra and EDF is one author's. Its samples are taken only where
these numbers, read from the bytes in a few lines each, are the ones it used.
"""

from __future__ import annotations

import math
import re
import struct
from dataclasses import dataclass

from ecg_core.intake.formats.xml_tree import number, text_of
from ecg_core.intake.values import Upload


@dataclass(frozen=True)
class Numbers:
    """Of one lead: units per level, samples, samples a second; None where the file is silent."""

    per_level: float | None
    samples: int | None
    fs_hz: float | None


def of_scp(file: Upload) -> tuple[Numbers, ...]:
    """From sections 3 (leads), 5 and 6 (multiplier and interval); µV. Raises on damage."""
    sections = _scp_sections(file.data)
    leads, rhythm = sections[3], sections[6]
    count, flags = leads[0], leads[1]
    nv, interval_us = struct.unpack_from("<HH", rhythm)
    if flags & 1 and 5 in sections:
        # Rhythm and reference beat are added in their common unit.
        nv = math.gcd(nv, struct.unpack_from("<H", sections[5])[0])
    found = []
    for place in range(count):
        first, last = struct.unpack_from("<II", leads, 2 + 9 * place)
        found.append(Numbers(nv / 1000 or None, last - first + 1, 1e6 / interval_us))
    return tuple(found)


def has_reference_beat(file: Upload) -> bool:
    """Whether section 5 holds an averaged beat."""
    return 5 in _scp_sections(file.data)


def scp_age(file: Upload) -> tuple[int, int] | None:
    """(age, unit) as section 1 gives it: 1 years, 2 months, 3 weeks, 4 days, 5 hours."""
    body = _scp_sections(file.data).get(1, b"")
    place = 0
    while place + 3 <= len(body) and body[place] != 255:
        tag, size = body[place], struct.unpack_from("<H", body, place + 1)[0]
        value = body[place + 3 : place + 3 + size]
        if tag == 4 and len(value) == 3:
            return struct.unpack("<HB", value)
        place += 3 + size
    return None


def _scp_sections(data: bytes) -> dict[int, bytes]:
    """Bodies of sections 1 to 11 by their number, as section 0 lists them."""
    (length,) = struct.unpack_from("<I", data, 10)
    found = {}
    for place in range(22, 6 + length - 9, 10):
        number_of, size, index = struct.unpack_from("<HII", data, place)
        if size > 16 and index and 0 < number_of <= 11:
            found[number_of] = data[index - 1 + 16 : index - 1 + size]
    return found


def of_edf(file: Upload) -> tuple[Numbers, ...]:
    """From the header, of signals without annotations; in their own unit. Raises on damage."""
    data = file.data
    count = int(data[252:256])
    names = [data[256 + 16 * n : 272 + 16 * n].strip() for n in range(count)]

    def field(before: int, width: int) -> list[float]:
        start = 256 + before * count
        return [float(data[start + width * n : start + width * (n + 1)]) for n in range(count)]

    low, high, level_low, level_high = (field(104 + 8 * n, 8) for n in range(4))
    per_record, seconds = field(216, 8), float(data[244:252])
    records = int(data[236:244])
    found = []
    for n, name in enumerate(names):
        if name == b"EDF Annotations":
            continue
        levels = level_high[n] - level_low[n]
        usable = levels > 0 and high[n] != low[n]
        found.append(
            Numbers(
                (high[n] - low[n]) / levels if usable else None,
                int(per_record[n]) * records if records >= 0 else None,
                per_record[n] / seconds if seconds > 0 else None,
            )
        )
    return tuple(found)


_WAVEFORMS = re.compile(r"<(?:[\w.-]+:)?parsedwaveforms\b([^>]*)>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([\w.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_REPBEATS = re.compile(r"<(?:[\w.-]+:)?repbeat\b", re.IGNORECASE)
_ELEMENT = r"<(?:[\w.-]+:)?{0}\b[^>]*>\s*([\d.]+)"


def of_sierra(file: Upload) -> tuple[Numbers, ...]:
    """From the attributes of the waveforms, else from the signal's characteristics; µV."""
    text = text_of(file.data)
    start = _WAVEFORMS.search(text)
    said = {
        m[1].lower(): m[2] or m[3] or "" for m in _ATTRIBUTE.finditer(start[1] if start else "")
    }
    fs_hz = number(said.get("samplespersecond")) or _element(text, "samplingrate")
    step = number(said.get("resolution")) or _element(text, "resolution")
    step = step or _element(text, "signalresolution")
    duration_ms = number(said.get("durationperchannel"))
    samples = round(duration_ms * fs_hz / 1000) if duration_ms and fs_hz else None
    count = int(number(said.get("numberofleads")) or 0)
    return (Numbers(step, samples, fs_hz),) * count


def has_representative_beats(file: Upload) -> bool:
    """Whether averaged beats stand beside the rhythm."""
    return _REPBEATS.search(text_of(file.data)) is not None


def _element(text: str, name: str) -> float | None:
    match = re.search(_ELEMENT.format(name), text, re.IGNORECASE)
    return number(match[1]) if match else None
