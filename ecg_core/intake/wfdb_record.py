"""WFDB records: header and signal files uploaded together, annotations if they came along."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path, PurePath

import numpy as np
import wfdb

from ecg_core.intake.limits import Limits
from ecg_core.intake.reader import Reader
from ecg_core.intake.values import Bundle, EcgRecord, IntakeError, Upload
from ecg_core.intake.wfdb_annotations import read_annotations
from ecg_core.intake.wfdb_header import BITS_PER_SAMPLE, Channel, Header, parse
from ecg_core.leads import STANDARD_LEADS, canonical_lead

SUFFIXES = (".hea", ".dat", ".mat", ".atr")

MV_PER_UNIT: dict[str, float] = {
    "": 1.0,
    "mv": 1.0,
    "millivolt": 1.0,
    "millivolts": 1.0,
    "uv": 1e-3,
    "\u00b5v": 1e-3,
    "\u03bcv": 1e-3,
    "microvolt": 1e-3,
    "microvolts": 1e-3,
    "nv": 1e-6,
    "v": 1e3,
    "volt": 1e3,
    "volts": 1e3,
}
"""Physical units by lower-case spelling; a header without a unit means mV."""

_AGAIN = "Export or copy the record again and upload all of its files together."


@dataclass(frozen=True)
class _Taken:
    """One lead that is read: its standard name and its channel's place in the header."""

    lead: str
    index: int
    channel: Channel


def recognises(head: bytes, name: str) -> bool:
    """Whether the name is that of a WFDB header, signal or annotation file."""
    return name.lower().endswith(SUFFIXES)


def read(bundle: Bundle, limits: Limits) -> EcgRecord:
    """Read one record: every standard lead in it, in mV, at its own sampling rate.

    Invalid samples stay NaN. Raises IntakeError when the header is missing, unsafe, over the
    limits or uncalibrated, when files that hold standard leads are missing or cut off, and
    when no standard lead is in the record.
    """
    header_file = _header_of(bundle)
    header = parse(header_file, limits)
    taken, notes = _standard_leads(header)
    _check_calibration(taken, header_file.name)
    sources = _sources(header, taken, bundle, notes)
    per_frame = _samples_per_frame(taken, header_file.name)
    frames = _check_length(header, sources, limits, per_frame)
    files = list(sources)
    kept = [channel for channel in header.channels if channel.file in sources]
    with tempfile.TemporaryDirectory(prefix="ecg-") as folder:
        path = Path(folder) / "record"
        _write_clean(path, header.fs_hz, frames, kept, sources)
        signals = _signals(path, [kept.index(item.channel) for item in taken])
        annotations = read_annotations(path, bundle, header.fs_hz, frames, limits, notes)
    scales = [MV_PER_UNIT[item.channel.units.lower()] for item in taken]
    signals_mv = np.stack(
        [signal * scale for signal, scale in zip(signals, scales, strict=True)]
    ).astype(np.float32)
    if signals_mv.shape[1] != frames * per_frame or np.isinf(signals_mv).any():
        raise IntakeError(f"The signals in {', '.join(files)} cannot be decoded.", _AGAIN)
    if np.isnan(signals_mv).all():
        raise IntakeError(f"{bundle.name} holds no valid sample in any lead.", _AGAIN)
    return EcgRecord(
        name=bundle.name,
        sha256=bundle.sha256,
        signals_mv=signals_mv,
        leads=tuple(item.lead for item in taken),
        original_leads=tuple(item.channel.label for item in taken),
        fs_hz=header.fs_hz * per_frame,
        file_duration_s=frames / header.fs_hz,
        annotations=annotations,
        notes=tuple(notes),
    )


def _header_of(bundle: Bundle) -> Upload:
    headers = [file for file in bundle.files if file.name.lower().endswith(".hea")]
    if not headers:
        name = bundle.files[0].name
        stem = PurePath(name).stem
        if name.lower().endswith(".mat"):
            what = "is a MATLAB file without its WFDB header"
        elif name.lower().endswith(".atr"):
            what = "holds only annotations, without a WFDB header"
        else:
            what = "holds signals without their WFDB header"
        raise IntakeError(
            f"{name} {what}: {stem}.hea is missing.",
            f"Upload {stem}.hea together with it, or put both into one ZIP.",
        )
    if len(headers) > 1:
        raise IntakeError(
            f"{bundle.name} holds {len(headers)} WFDB headers.", "Upload one record per case."
        )
    return headers[0]


def _standard_leads(header: Header) -> tuple[list[_Taken], list[str]]:
    """The first channel of every standard lead, in standard order, and what was left out."""
    found: dict[str, _Taken] = {}
    notes: list[str] = []
    others: list[str] = []
    for index, channel in enumerate(header.channels):
        lead = canonical_lead(channel.label)
        if lead is None:
            others.append(channel.label[:20] or "unnamed")
        elif lead in found:
            notes.append(
                f"Lead {lead} is recorded more than once; the first "
                f"({found[lead].channel.label[:20]}) is shown."
            )
        else:
            found[lead] = _Taken(lead, index, channel)
    if not found:
        raise IntakeError(
            f"The record holds no standard ECG lead (its signals are: {', '.join(others[:12])}).",
            "Upload a record with at least one of the leads I to III, aVR to aVF or V1 to V6, "
            "named so in the header.",
        )
    if others:
        notes.append(f"Signals that are not standard leads are left out: {', '.join(others)}.")
    return [found[lead] for lead in STANDARD_LEADS if lead in found], notes


def _check_calibration(taken: Sequence[_Taken], name: str) -> None:
    bare = [item.lead for item in taken if item.channel.gain == 0]
    if bare:
        raise IntakeError(
            f"{name} gives no gain for {', '.join(bare)}: the record is uncalibrated, so its "
            "height in mV is unknown.",
            "Export the record with its calibration (gain in units per mV).",
        )
    strange = [i for i in taken if i.channel.units.lower() not in MV_PER_UNIT]
    if strange:
        raise IntakeError(
            f"{name} gives lead {strange[0].lead} in {strange[0].channel.units[:20]}, "
            "not in volts.",
            "Export the record in mV or \u00b5V.",
        )


def _sources(
    header: Header, taken: Sequence[_Taken], bundle: Bundle, notes: list[str]
) -> dict[str, bytes]:
    """The bytes of every signal file that is needed, by the name the header gives it."""
    exact = {file.name: file.data for file in bundle.files}
    folded = {file.name.lower(): file.data for file in bundle.files}
    needed = {item.channel.file for item in taken}
    sources: dict[str, bytes] = {}
    missing: list[str] = []
    for name in header.files:
        data = exact.get(name, folded.get(name.lower()))
        if name in needed:
            if data is None:
                missing.append(name)
            else:
                sources[name] = data
        elif data is None:
            notes.append(f"{name} was not uploaded; it holds no standard lead.")
    if missing:
        raise IntakeError(
            f"The header names {', '.join(missing)}, which {'is' if len(missing) == 1 else 'are'} "
            "missing.",
            "Upload the missing files together with the header, or put all into one ZIP.",
        )
    for name, data in sources.items():
        if data.startswith((b"MATLAB 5.0", b"\x89HDF")):
            raise IntakeError(
                f"{name} is a MATLAB workspace, not the signal file of a WFDB record.",
                "Write the record with wrsamp or wfdb2mat of the WFDB software.",
            )
    return sources


def _samples_per_frame(taken: Sequence[_Taken], name: str) -> int:
    rates = {item.channel.samples_per_frame for item in taken}
    if len(rates) > 1:
        raise IntakeError(
            f"{name} holds leads of different sampling rates.",
            "Export the record with one sampling rate for all leads.",
        )
    return rates.pop()


def _check_length(header: Header, sources: dict[str, bytes], limits: Limits, per_frame: int) -> int:
    """Frames in the record, once its files are known to hold them. Nothing is decoded yet."""
    frames = header.frames
    total_per_frame = 0
    for name, data in sources.items():
        group = [channel for channel in header.channels if channel.file == name]
        width = sum(channel.samples_per_frame for channel in group)
        total_per_frame += width
        bits = BITS_PER_SAMPLE[group[0].fmt]
        stored = max(len(data) - group[0].byte_offset, 0)
        if frames is None:
            if bits is None:
                raise IntakeError(
                    "The header of a compressed record must give its number of samples.", _AGAIN
                )
            frames = int(Fraction(stored * 8) / (bits * width))
        if frames * width > limits.max_samples or max(c.skew for c in group) > frames:
            raise _too_long(header, limits)
        if bits is not None and stored * 8 < frames * width * bits:
            held = int(Fraction(stored * 8) / (bits * width))
            raise IntakeError(
                f"{name} is cut off: it holds {held / header.fs_hz:.1f} of the "
                f"{frames / header.fs_hz:.1f} seconds that the header announces.",
                _AGAIN,
            )
    if frames is None or frames * total_per_frame > limits.max_samples:
        raise _too_long(header, limits)
    if frames / header.fs_hz < limits.min_duration_s:
        raise IntakeError(
            f"The record is {frames / header.fs_hz:.2f} s long; that shows no heart beat.",
            "Upload a record of ten seconds.",
        )
    return frames


def _too_long(header: Header, limits: Limits) -> IntakeError:
    hours = (header.frames or 0) / header.fs_hz / 3600
    return IntakeError(
        f"The record is too long to be read at once ({hours:.1f} hours announced; the limit is "
        f"{limits.max_samples // 1_000_000} million samples).",
        "Cut out the part of interest and upload that.",
    )


def _write_clean(
    path: Path, fs_hz: float, frames: int, channels: Sequence[Channel], sources: dict[str, bytes]
) -> None:
    """Write the record under names of our own, with a header made of checked fields only."""
    own = {name: f"signal_{index}.dat" for index, name in enumerate(sources)}
    for name, data in sources.items():
        path.with_name(own[name]).write_bytes(data)
    lines = [f"record {len(channels)} {fs_hz!r} {frames}"]
    lines += [
        f"{own[c.file]} {c.fmt}x{c.samples_per_frame}:{c.skew}+{c.byte_offset} "
        f"{_decimal(c.gain or 1.0)}({c.baseline})/mV {abs(c.adc_res)} {c.adc_zero} {c.initial} "
        f"0 0 signal{index}"
        for index, c in enumerate(channels)
    ]
    path.with_suffix(".hea").write_text("\n".join(lines) + "\n", encoding="ascii")


def _decimal(gain: float) -> str:
    # The library reads "1e-05" but not "1E+20"; both ways of writing must survive.
    return np.format_float_positional(gain, trim="0")


def _signals(path: Path, indices: list[int]) -> list[np.ndarray]:
    """Physical samples of the given channels, as the library reads them."""
    record = wfdb.rdrecord(str(path), channels=indices, physical=True, smooth_frames=False)
    return [np.asarray(signal, dtype=np.float64) for signal in record.e_p_signal]


reader = Reader("wfdb_record", "WFDB record", recognises, read)
