"""Signals of one WFDB header: checked, written under names of our own, read by the library."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from ecg_core.intake.assemble import ChannelSamples, mv_per_unit
from ecg_core.intake.formats.wfdb import stated
from ecg_core.intake.formats.wfdb.header import BITS_PER_SAMPLE, Channel, Header
from ecg_core.intake.isolation.limits import FileLimits
from ecg_core.intake.lead_names import choose_leads
from ecg_core.intake.told import Told
from ecg_core.intake.values import Bundle, IntakeError, folded

MATLAB_WORKSPACE = (b"MATLAB 5.0", b"MATLAB 7.3", b"\x89HDF")
"""First bytes of workspaces. A .mat of WFDB is of MATLAB 4 and begins otherwise."""
AGAIN = "Export or copy the record again and upload all of its files together."


class Files:
    """The files of a case by name; capitals do not matter where no exact name is there."""

    def __init__(self, bundle: Bundle) -> None:
        self._exact = {file.name: file.data for file in bundle.files}
        self._folded = {folded(file.name): file.data for file in bundle.files}

    def get(self, name: str) -> bytes | None:
        """The bytes of a file, or None."""
        return self._exact.get(name, self._folded.get(folded(name)))


@dataclass(frozen=True, eq=False)
class Signals:
    """What one header describes. frames: at `fs_hz`. waves: its standard leads, in mV."""

    frames: int
    fs_hz: float
    waves: tuple[ChannelSamples, ...]


def read_signals(
    header: Header,
    name: str,
    files: Files,
    limits: FileLimits,
    told: Told,
    named: tuple[str, ...] = (),
) -> Signals:
    """The standard leads of one header, each at its own rate; invalid samples are NaN.

    Samples that the header's skew puts before the record's start are left out, so that all leads
    begin together.

    name: of the header file. named: the leads of its signals, where a person says them. Raises
    IntakeError when files are missing or cut off, a lead is uncalibrated, or the record is over
    the limits.
    """
    chosen = choose_leads([channel.label for channel in header.channels], told, named)
    taken = [header.channels[place.index] for place in chosen.values()]
    scales = [_mv_per_unit(c, lead, name) for lead, c in zip(chosen, taken, strict=True)]
    sources = _sources(header, taken, files, told)
    frames = _frames(header, sources, limits, told)
    # By place: two lines of a header may be alike to the letter.
    kept = [n for n, channel in enumerate(header.channels) if channel.file in sources]
    with tempfile.TemporaryDirectory(prefix="ecg-") as folder:
        path = Path(folder) / "record"
        _write_clean(path, header.fs_hz, frames, [header.channels[n] for n in kept], sources)
        physical = _physical(path, [kept.index(place.index) for place in chosen.values()])
    # Of a file that is not whole the header says nothing true any more.
    whole = frames == (header.frames or frames)
    if whole and (unlike := stated.unlike(taken, physical)):
        told.doubt("checksum", what=f"signal {', '.join(unlike)}")
    waves = []
    labels = [named[place.index] if named else "" for place in chosen.values()]
    for channel, signal, scale, by_hand in zip(taken, physical, scales, labels, strict=True):
        label = by_hand or channel.label
        if len(signal) != frames * channel.samples_per_frame or np.isinf(signal).any():
            raise IntakeError(f"The signals in {', '.join(sources)} cannot be decoded.", AGAIN)
        fs_hz = header.fs_hz * channel.samples_per_frame
        waves.append(ChannelSamples(label, _unskewed(signal * scale, channel), fs_hz))
    if skewed := [lead for lead, channel in zip(chosen, taken, strict=True) if channel.skew]:
        told.note(f"{', '.join(skewed)}: moved in time as the header's skew says.")
    return Signals(frames, header.fs_hz, tuple(waves))


def _unskewed(mv: np.ndarray, channel: Channel) -> np.ndarray:
    """The samples from the record's start: `skew` of them stand before it (header(5))."""
    if channel.skew and channel.samples_per_frame > 1:
        raise IntakeError(
            "The header gives a skew for a signal of several samples a frame; that is not read.",
            "Export the record with one sample a frame, or without skew.",
        )
    gone = np.full(min(channel.skew, len(mv)), np.nan)
    return np.concatenate([mv[channel.skew :], gone])


def _mv_per_unit(channel: Channel, lead: str, name: str) -> float:
    if channel.gain == 0:
        raise IntakeError(
            f"{name} gives no gain for {lead}: the record is uncalibrated, so its height in mV "
            "is unknown.",
            "Export the record with its calibration (gain in units per mV).",
        )
    return mv_per_unit(channel.units, lead, name)


def _sources(
    header: Header, taken: Sequence[Channel], files: Files, told: Told
) -> dict[str, bytes]:
    """The bytes of every signal file that is needed, by the name the header gives it."""
    needed = {channel.file for channel in taken}
    sources: dict[str, bytes] = {}
    missing: list[str] = []
    for name in header.files:
        data = files.get(name)
        if name in needed:
            if data is None:
                missing.append(name)
            else:
                sources[name] = data
        elif data is None:
            told.note(f"{name} was not uploaded; it holds no standard lead.")
    if missing:
        raise IntakeError(
            f"The header names {', '.join(missing)}, which {'is' if len(missing) == 1 else 'are'} "
            "missing.",
            "Upload the missing files together with the header, or put all into one ZIP.",
        )
    for name, data in sources.items():
        offset = next(c.byte_offset for c in taken if c.file == name)
        if offset == 0 and (before := stated.matlab_header(data)):
            sources[name] = data[before:]
            told.note(f"{name}: the {before} bytes of MATLAB before the samples are skipped.")
        if data.startswith(MATLAB_WORKSPACE):
            raise IntakeError(
                f"{name} is a MATLAB workspace, not the signal file of a WFDB record.",
                "Write the record with wrsamp or wfdb2mat of the WFDB software.",
            )
    return sources


def _frames(header: Header, sources: Mapping[str, bytes], limits: FileLimits, told: Told) -> int:
    """Frames in the record, once its files are known to hold them. Nothing is decoded yet.

    One frame less than announced is a writer's slip, and told; more is a file cut off.
    """
    frames = header.frames
    samples_per_frame = 0
    for name, data in sources.items():
        group = [channel for channel in header.channels if channel.file == name]
        width = sum(channel.samples_per_frame for channel in group)
        samples_per_frame += width
        held = _stored_samples(name, data, group)
        frames = held // width if frames is None else frames
        if frames * width > limits.max_samples or max(c.skew for c in group) > frames:
            raise _too_long(header, limits)
        if BITS_PER_SAMPLE[group[0].fmt] is not None:
            stated.check_surplus(name, data, group, held, header, told)
        if held < frames * width and held // width == frames - 1 > 0:
            frames -= 1
            told.note(f"{name} is one sample shorter than its header says.")
        if held < frames * width:
            raise IntakeError(
                f"{name} is cut off: it holds {held // width / header.fs_hz:.1f} of the "
                f"{frames / header.fs_hz:.1f} seconds that the header announces.",
                AGAIN,
            )
        if BITS_PER_SAMPLE[group[0].fmt] is None and held > limits.max_samples:
            # The library unpacks a compressed file whole.
            raise _too_long(header, limits)
    if frames is None or frames * samples_per_frame > limits.max_samples:
        raise _too_long(header, limits)
    return frames


def _stored_samples(name: str, data: bytes, group: Sequence[Channel]) -> int:
    bits = BITS_PER_SAMPLE[group[0].fmt]
    if bits is None:
        return _flac_samples(name, data[group[0].byte_offset :])
    return int(Fraction(max(len(data) - group[0].byte_offset, 0) * 8) / bits)


def _flac_samples(name: str, data: bytes) -> int:
    """Samples of all channels, from a FLAC file's first block (RFC 9639, 8.2)."""
    if data[:4] != b"fLaC" or len(data) < 26:
        raise IntakeError(f"{name} is not a FLAC file, although its header says so.", AGAIN)
    fields = int.from_bytes(data[18:26], "big")
    channels, samples = (fields >> 41 & 7) + 1, fields & (2**36 - 1)
    if samples == 0:
        raise IntakeError(f"{name} does not say how many samples it holds.", AGAIN)
    return channels * samples


def _too_long(header: Header, limits: FileLimits) -> IntakeError:
    hours = (header.frames or 0) / header.fs_hz / 3600
    return IntakeError(
        f"The record is too long to be read at once ({hours:.1f} hours announced; the limit is "
        f"{limits.max_samples // 1_000_000} million samples).",
        "Cut out the part of interest and upload that.",
    )


def _write_clean(
    path: Path,
    fs_hz: float,
    frames: int,
    channels: Sequence[Channel],
    sources: Mapping[str, bytes],
) -> None:
    """Write the record under names of our own, with a header made of checked fields only."""
    own = {name: f"signal_{index}.dat" for index, name in enumerate(sources)}
    for name, data in sources.items():
        path.with_name(own[name]).write_bytes(data)
    lines = [f"record {len(channels)} {fs_hz!r} {frames}"]
    lines += [
        # Skew is applied here: the library fails over it where a file has no samples to spare.
        f"{own[c.file]} {c.fmt}x{c.samples_per_frame}+{c.byte_offset} "
        f"{_decimal(c.gain or 1.0)}({c.baseline})/mV {abs(c.adc_res)} {c.adc_zero} "
        f"{c.initial or 0} 0 0 signal{index}"
        for index, c in enumerate(channels)
    ]
    path.with_suffix(".hea").write_text("\n".join(lines) + "\n", encoding="ascii")


def _decimal(gain: float) -> str:
    # The library reads "1e-05" but not "1E+20"; both ways of writing must survive.
    return np.format_float_positional(gain, trim="0")


def _physical(path: Path, indices: list[int]) -> list[np.ndarray]:
    """Physical samples of the given channels, as the library reads them."""
    # Slow to import, and mostly only the worker reads.
    import wfdb

    try:
        record = wfdb.rdrecord(str(path), channels=indices, physical=True, smooth_frames=False)
    except MemoryError:
        raise
    except Exception as error:
        # Whatever its arrays or the decoder of compressed files raise over damaged samples.
        raise IntakeError("The record's signals cannot be decoded.", AGAIN) from error
    return [np.asarray(signal, dtype=np.float64) for signal in record.e_p_signal]
