"""WFDB records: header and signal files uploaded together, annotations if they came along."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath

from ecg_core.intake.assemble import ChannelSamples, record_of
from ecg_core.intake.formats.wfdb.annotations import read_annotations
from ecg_core.intake.formats.wfdb.header import age_of, parse, patient_of
from ecg_core.intake.formats.wfdb.segments import Master, Segment, join, parse_master
from ecg_core.intake.formats.wfdb.signals import MATLAB_WORKSPACE, Files, Signals, read_signals
from ecg_core.intake.isolation.limits import FileLimits
from ecg_core.intake.reader import Reader
from ecg_core.intake.told import Told
from ecg_core.intake.values import Bundle, EcgRecord, IntakeError, Upload
from ecg_core.leads import signed_lead

SUFFIXES = (".hea", ".dat", ".mat", ".atr")


def recognises(head: bytes, name: str) -> bool:
    """Whether the name is that of a WFDB header, signal or annotation file."""
    return name.lower().endswith(SUFFIXES)


def read(bundle: Bundle, limits: FileLimits) -> EcgRecord:
    """Read one record: every standard lead in it, in mV, at the highest of their rates.

    Invalid samples stay NaN. Raises IntakeError when the header is missing, unsafe, over the
    limits or uncalibrated, when files that hold standard leads are missing or cut off, and
    when no standard lead is in the record.
    """
    header_file = _header_of(bundle)
    told = Told()
    files = Files(bundle)
    master = parse_master(header_file, limits)
    waves: list[ChannelSamples]
    if master is None:
        header = parse(header_file, limits)
        signals = read_signals(header, header_file.name, files, limits, told, bundle.leads)
        waves, frames, fs_hz = list(signals.waves), signals.frames, header.fs_hz
    else:
        waves = _joined(master, header_file.name, files, limits, told)
        frames, fs_hz = master.frames, master.fs_hz
    annotations = read_annotations(bundle, fs_hz, frames, limits, told)
    # Signals named by hand bear those names already.
    record = record_of(replace(bundle, leads=()), waves, limits, told, annotations)
    return replace(record, patient_id=patient_of(header_file), age_years=age_of(header_file))


def _header_of(bundle: Bundle) -> Upload:
    """The case's own header; those of segments may follow it."""
    headers = [file for file in bundle.files if file.name.lower().endswith(".hea")]
    if headers:
        return headers[0]
    name = bundle.files[0].name
    if bundle.files[0].data.startswith(MATLAB_WORKSPACE):
        raise IntakeError(
            f"{name} is a MATLAB workspace, not the signal file of a WFDB record: its variables "
            "carry no rate, unit or names of leads.",
            "Write the record with wrsamp or wfdb2mat of the WFDB software, or export the page "
            "as an image.",
        )
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


def _joined(
    master: Master, name: str, files: Files, limits: FileLimits, told: Told
) -> list[ChannelSamples]:
    needed = dict.fromkeys(s.record for s in master.segments if s.record is not None)
    missing = [f"{record}.hea" for record in needed if files.get(f"{record}.hea") is None]
    if missing:
        raise IntakeError(
            f"The record's segments are not all there: {', '.join(missing[:8])} missing.",
            "Upload all files of the record together, or put them into one ZIP.",
        )

    def one(segment: Segment) -> Signals:
        upload = Upload(f"{segment.record}.hea", files.get(f"{segment.record}.hea") or b"")
        if parse_master(upload, limits) is not None:
            raise IntakeError(
                f"{name} lists {upload.name}, which lists segments itself; that is not read.",
                "Upload the inner record by itself.",
            )
        header = parse(upload, limits)
        if all(signed_lead(channel.label) is None for channel in header.channels):
            return Signals(segment.frames, header.fs_hz, ())
        return read_signals(header, upload.name, files, limits, told)

    return join(master, one, limits, name)


reader = Reader("wfdb_record", "WFDB record", recognises, read)
