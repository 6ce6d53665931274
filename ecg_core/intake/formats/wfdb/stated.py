"""What a WFDB header states of its samples, held against what the files hold (header(5)).

A byte order that is not the header's, signals that it does not list, a file that belongs to
another record: all of them decode to waves. First sample, checksum and number of samples tell.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np

from ecg_core.intake.formats.wfdb.header import REPAIR, Channel, Header
from ecg_core.intake.told import Told
from ecg_core.intake.values import IntakeError

SURPLUS_S = 0.1
"""Writers fill up blocks; a file that holds more than so much beyond its header is told."""
SMOOTHER = 0.6
"""Samples of one signal follow each other by so much smaller steps than samples of two."""
_PLAIN = {16: "<i2", 61: ">i2", 32: "<i4"}
_SIXTEEN_BITS = 0xFFFF
_DIFFERENCES = 8
"""The format in which the first value is where counting begins, and no sample."""
_MATLAB_BYTES = {0: 8, 10: 4, 20: 4, 30: 2, 40: 2, 50: 1}
"""Bytes of a number by the type of a matrix of MATLAB 4, little-endian."""


def unlike(channels: Sequence[Channel], physical: Sequence[np.ndarray]) -> list[str]:
    """Labels of the signals whose first sample or checksum is not the one that the header gives.

    physical: samples in the unit of every channel; invalid ones (NaN) have no known level. A
    header whose checksums or first samples are all 0 gives none.
    """
    summed = any(channel.checksum for channel in channels)
    valued = any(channel.initial for channel in channels)
    found = []
    for channel, row in zip(channels, physical, strict=True):
        if channel.skew or not len(row) or not np.isfinite(row).all():
            continue
        levels = np.rint(row * channel.gain + channel.baseline).astype(np.int64)
        first, total = channel.initial, channel.checksum
        if not valued or channel.fmt == _DIFFERENCES:
            first = None
        if not summed:
            total = None
        other_first = first is not None and int(levels[0]) != first
        other_total = total is not None and (int(levels.sum()) - total) & _SIXTEEN_BITS
        if other_first or other_total:
            found.append(channel.label[:20] or "unnamed")
    return found


def check_surplus(
    name: str, data: bytes, group: Sequence[Channel], stored: int, header: Header, told: Told
) -> None:
    """Tells of samples beyond those that the header announces.

    name, data: of the file of this group of signals. stored: how many samples it holds. Raises
    IntakeError where it holds more signals: its samples then run smoothly at another distance.
    """
    frames, width = header.frames or 0, sum(channel.samples_per_frame for channel in group)
    surplus = stored - frames * width
    if not frames or surplus <= SURPLUS_S * header.fs_hz * width:
        return
    in_truth, rest = divmod(stored, frames)
    if rest == 0 and group[0].fmt in _PLAIN:
        levels = np.frombuffer(data, _PLAIN[group[0].fmt], stored, group[0].byte_offset)
        if _steps(levels, in_truth) < SMOOTHER * _steps(levels, width):
            raise IntakeError(
                f"{name} holds {in_truth} samples for each moment, but its header describes "
                f"{width}: the leads would be mixed.",
                REPAIR,
            )
    elif rest == 0:
        told.doubt("more_samples", name=name)
        return
    told.note(
        f"{name} goes on for {surplus / width / header.fs_hz:.1f} s beyond what its header "
        "announces; that is left out."
    )


def _steps(levels: np.ndarray, apart: int) -> float:
    """From a sample to the one so many places on, on average."""
    return float(np.abs(np.subtract(levels[apart:], levels[:-apart], dtype=np.int64)).mean())


def matlab_header(data: bytes) -> int:
    """Bytes before the samples of a MATLAB 4 matrix that fills the file; 0 of any other file.

    >>> matlab_header(struct.pack("<5i", 30, 2, 3, 0, 4) + b"val\\0" + bytes(12))
    24
    """
    if len(data) < 20:
        return 0
    kind, rows, columns, imaginary, name_bytes = struct.unpack_from("<5i", data)
    if kind not in _MATLAB_BYTES or imaginary or not 0 < name_bytes < 64 or min(rows, columns) < 1:
        return 0
    start = 20 + name_bytes
    whole = len(data) == start + rows * columns * _MATLAB_BYTES[kind]
    return start if whole and data[start - 1] == 0 else 0
