"""WFDB records of several segments, one after the other: of fixed or of variable layout."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ecg_core.intake.assemble import ChannelSamples, resampled
from ecg_core.intake.formats.wfdb.header import (
    REPAIR,
    SAFE_NAME,
    frequency,
    number_of_samples,
    text_of,
)
from ecg_core.intake.formats.wfdb.signals import Signals
from ecg_core.intake.isolation.limits import FileLimits
from ecg_core.intake.values import IntakeError, Upload
from ecg_core.leads import signed_lead

_RECORD = re.compile(r"[^/\s]+/(\d{1,18})")
_GAP = "~"


@dataclass(frozen=True)
class Segment:
    """A piece of the record: the name of its header, None where nothing was recorded."""

    record: str | None
    frames: int


@dataclass(frozen=True)
class Master:
    """The header of a record of segments.

    segments: those with samples (a layout segment has none). records: every record it lists.
    """

    fs_hz: float
    segments: tuple[Segment, ...]
    records: tuple[str, ...]

    @property
    def frames(self) -> int:
        """Length of the whole record in samples at `fs_hz`."""
        return sum(segment.frames for segment in self.segments)


def header_lines(data: bytes) -> list[str]:
    """Lines of a header without comments, which hold names and diagnoses."""
    lines = [line.strip() for line in text_of(data).splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def parse_master(file: Upload, limits: FileLimits) -> Master | None:
    """The segments that a header lists, or None when it is an ordinary header.

    Raises IntakeError for a list that is damaged, leads outside, or announces too much.
    """
    if len(file.data) > limits.max_header_bytes or b"\0" in file.data:
        return None
    lines = header_lines(file.data)
    fields = lines[0].split() if lines else [""]
    match = _RECORD.fullmatch(fields[0])
    if match is None:
        return None
    count = int(match[1])
    if not 0 < count <= limits.max_segments:
        raise IntakeError(
            f"{file.name} lists {count} segments; at most {limits.max_segments} are read.",
            "Upload the segments of interest one by one.",
        )
    if len(lines) - 1 < count:
        raise IntakeError(
            f"{file.name} announces {count} segments but lists {len(lines) - 1}.", REPAIR
        )
    fs_hz = frequency(fields[2] if len(fields) > 2 else "250", file.name, limits)
    own = file.name.rsplit(".", 1)[0].lower()
    segments = [_segment(line, own, file.name) for line in lines[1 : count + 1]]
    master = Master(
        fs_hz,
        tuple(segment for segment in segments if segment.frames),
        tuple(dict.fromkeys(s.record for s in segments if s.record is not None)),
    )
    announced = number_of_samples(fields[3] if len(fields) > 3 else "0", file.name)
    if announced is not None and announced != master.frames:
        raise IntakeError(
            f"{file.name} announces {announced} samples, but its segments have {master.frames}.",
            REPAIR,
        )
    if master.frames > limits.max_samples:
        raise IntakeError(
            f"The record is too long to be read at once ({master.frames / fs_hz / 3600:.1f} hours "
            f"announced; the limit is {limits.max_samples // 1_000_000} million samples).",
            "Upload the segments of interest one by one.",
        )
    return master


def _segment(line: str, own: str, name: str) -> Segment:
    fields = line.split()
    if len(fields) < 2:
        raise IntakeError(f"{name} has a segment line that cannot be read.", REPAIR)
    record, frames = fields[0], number_of_samples(fields[1], name) or 0
    if record == _GAP:
        return Segment(None, frames)
    if not SAFE_NAME.fullmatch(record) or record.startswith((".", "-")):
        raise IntakeError(
            f"{name} names a segment by a path or web address ({record[:60]}).",
            "Only files uploaded together with the header are read; "
            "write the bare record name into the header.",
        )
    if record.lower() == own:
        raise IntakeError(f"{name} lists itself as one of its segments.", REPAIR)
    return Segment(record, frames)


def join(
    master: Master, read: Callable[[Segment], Signals], limits: FileLimits, name: str
) -> list[ChannelSamples]:
    """One wave a lead over the whole record, NaN wherever no segment has that lead.

    read: gives the signals of one segment. Raises IntakeError where a segment's length or rate
    is not the one that the list gives.
    """
    pieces: list[tuple[int, Signals]] = []
    start = 0
    for segment in master.segments:
        if segment.record is not None:
            signals = read(segment)
            if signals.frames != segment.frames or signals.fs_hz != master.fs_hz:
                raise IntakeError(
                    f"Segment {segment.record} is not as {name} describes it.", REPAIR
                )
            pieces.append((start, signals))
        start += segment.frames
    labels: dict[str, str] = {}
    for _, signals in pieces:
        for wave in signals.waves:
            labels.setdefault(_upright(wave.label)[0], wave.label)
    rates = [wave.fs_hz for _, signals in pieces for wave in signals.waves]
    per_frame = round(max(rates, default=master.fs_hz) / master.fs_hz)
    total = master.frames * per_frame
    if total * len(labels) > limits.max_samples:
        raise IntakeError(
            f"The record is too long to be read at once ({len(labels)} leads of {total} samples).",
            "Upload the segments of interest one by one.",
        )
    joined = {lead: np.full(total, np.nan, np.float32) for lead in labels}
    for first, signals in pieces:
        for wave in signals.waves:
            piece = resampled(wave.samples_mv, wave.fs_hz, master.fs_hz * per_frame)
            place = first * per_frame
            lead, sign = _upright(wave.label)
            # Segments may store a lead either way up; the first one's label stays.
            sign *= _upright(labels[lead])[1]
            joined[lead][place : place + len(piece)] = sign * piece
    return [
        ChannelSamples(labels[lead], row, master.fs_hz * per_frame) for lead, row in joined.items()
    ]


def _upright(label: str) -> tuple[str, int]:
    return signed_lead(label) or (label, 1)
