"""WFDB headers, read strictly: nothing in them is trusted, comments are dropped unread.

The library's own parser is lenient (it stops at the first character it does not expect and
opens whatever file name it is given), so a header from outside is parsed here, checked, and
written anew for it. Comments hold names and diagnoses and never get past `parse`; `patient_of`
takes the patient's number alone out of them, for a pseudonym, and `age_of` the age in years.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction

from ecg_core.intake import age
from ecg_core.intake.isolation.limits import FileLimits
from ecg_core.intake.patients import PatientId, patient_id
from ecg_core.intake.values import IntakeError, Upload

BITS_PER_SAMPLE: dict[int, Fraction | None] = {
    8: Fraction(8),
    16: Fraction(16),
    24: Fraction(24),
    32: Fraction(32),
    61: Fraction(16),
    80: Fraction(8),
    160: Fraction(16),
    212: Fraction(12),
    310: Fraction(32, 3),
    311: Fraction(32, 3),
    508: None,
    516: None,
    524: None,
}
"""Storage formats; None where the file is compressed (FLAC) and its size says nothing."""

REPAIR = "Export the record again, or check that the .hea file belongs to these signals."
_MOST_COMMENT_BYTES = 256_000
_FORMAT = re.compile(r"(\d{1,3})(?:x(\d{1,6}))?(?::(\d{1,9}))?(?:\+(\d{1,12}))?")
_GAIN = re.compile(r"([-+]?[\d.]+(?:[eE][-+]?\d+)?)(?:\(([-+]?\d{1,10})\))?(?:/(\S+))?")
_PATIENT = re.compile(
    r"\s*#\s*<?(?:patient|subject)[ _-]?(?:id|number|no\.?)>?\s*[:=]\s*(\S.*)", re.IGNORECASE
)
SAFE_NAME = re.compile(r"[^\s/\\:~|<>\x00-\x1f][^/\\:|<>\x00-\x1f]*")


@dataclass(frozen=True)
class Channel:
    """One signal line. gain: units per physical unit, 0 where the header gives none.

    initial, checksum: the first sample, and the sum of all in 16 bits; None where not given.
    """

    file: str
    fmt: int
    samples_per_frame: int
    skew: int
    byte_offset: int
    gain: float
    baseline: int
    units: str
    adc_res: int
    adc_zero: int
    initial: int | None
    checksum: int | None
    label: str


@dataclass(frozen=True)
class Header:
    """A checked header. frames: samples per channel at `fs_hz`, None where it gives none."""

    fs_hz: float
    frames: int | None
    channels: tuple[Channel, ...]

    @property
    def files(self) -> tuple[str, ...]:
        """The signal files named, in order, each once."""
        return tuple(dict.fromkeys(channel.file for channel in self.channels))


def text_of(data: bytes) -> str:
    """Header bytes as text: UTF-8, else Latin-1 (old carts write µV that way)."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def parse(file: Upload, limits: FileLimits) -> Header:
    """Parse and check a header. Raises IntakeError that names what is wrong in it."""
    if len(file.data) > limits.max_header_bytes or b"\0" in file.data:
        raise IntakeError(f"{file.name} is not a WFDB header.", REPAIR)
    lines = [line.strip() for line in text_of(file.data).splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    if not lines:
        raise IntakeError(f"{file.name} is empty or holds only comments.", REPAIR)
    fields = lines[0].split()
    if len(fields) < 2 or not re.fullmatch(r"\d{1,6}", fields[1]):
        raise IntakeError(f"{file.name} is not a WFDB header.", REPAIR)
    count = int(fields[1])
    if count == 0:
        raise IntakeError(f"{file.name} lists no signals.", REPAIR)
    if count > limits.max_channels:
        raise IntakeError(
            f"{file.name} lists {count} signals; at most {limits.max_channels} are read.", REPAIR
        )
    if len(lines) - 1 < count:
        raise IntakeError(
            f"{file.name} announces {count} signals but describes {len(lines) - 1}.", REPAIR
        )
    channels = tuple(_channel(line, file.name) for line in lines[1 : count + 1])
    _check_groups(channels, file.name)
    return Header(
        fs_hz=frequency(fields[2] if len(fields) > 2 else "250", file.name, limits),
        frames=number_of_samples(fields[3] if len(fields) > 3 else "0", file.name),
        channels=channels,
    )


def patient_of(file: Upload) -> PatientId | None:
    """The patient's number in a comment such as "# Patient ID: 123"; none where two differ."""
    found = {
        patient_id(match[1])
        for line in text_of(file.data[:_MOST_COMMENT_BYTES]).splitlines()
        if (match := _PATIENT.fullmatch(line))
    }
    return found.pop() if len(found) == 1 else None


def age_of(file: Upload) -> int | None:
    """The patient's age in years in a comment such as "# Age: 69"; none where two differ."""
    found = {
        years
        for line in text_of(file.data[:_MOST_COMMENT_BYTES]).splitlines()
        if line.lstrip().startswith("#")
        and (years := age.stated(line.strip().lstrip("#"))) is not None
    }
    return found.pop() if len(found) == 1 else None


def frequency(field: str, name: str, limits: FileLimits) -> float:
    """The sampling rate in Hz of a record line. Raises IntakeError."""
    try:
        fs_hz = float(re.split(r"[/(]", field)[0])
    except ValueError:
        fs_hz = math.nan
    if not limits.min_fs_hz <= fs_hz <= limits.max_fs_hz:
        raise IntakeError(
            f"{name} gives no usable sampling rate ({field[:20]}).",
            f"An ECG has between {limits.min_fs_hz:g} and {limits.max_fs_hz:g} samples a second.",
        )
    return fs_hz


def number_of_samples(field: str, name: str) -> int | None:
    """A number of samples, None where it is 0 and so unknown. Raises IntakeError."""
    if not re.fullmatch(r"\d{1,18}", field):
        raise IntakeError(f"{name} gives no usable number of samples ({field[:20]}).", REPAIR)
    return int(field) or None


def _channel(line: str, name: str) -> Channel:
    fields = line.split(maxsplit=8)
    storage = _FORMAT.fullmatch(fields[1]) if len(fields) > 1 else None
    if storage is None:
        raise IntakeError(f"{name} has a signal line that cannot be read.", REPAIR)
    if not SAFE_NAME.fullmatch(fields[0]) or fields[0].startswith((".", "-")):
        raise IntakeError(
            f"{name} names a signal file by a path or web address ({fields[0][:60]}).",
            "Only files uploaded together with the header are read; "
            "write the bare file name into the header.",
        )
    fmt, per_frame, skew, offset = (int(part) if part else 0 for part in storage.groups())
    if fmt not in BITS_PER_SAMPLE:
        raise IntakeError(
            f"{name} uses WFDB storage format {fmt}, which is not read.",
            "Export the record in format 16 or 212.",
        )
    calibration = _GAIN.fullmatch(fields[2]) if len(fields) > 2 else None
    zero = _integer(fields, 4)
    gain, baseline, units = _calibration(calibration, zero)
    return Channel(
        file=fields[0],
        fmt=fmt,
        samples_per_frame=per_frame or 1,
        skew=skew,
        byte_offset=offset,
        gain=gain,
        baseline=baseline,
        units=units,
        adc_res=_integer(fields, 3),
        adc_zero=zero,
        initial=_integer(fields, 5) if len(fields) > 5 else None,
        checksum=_integer(fields, 6) if len(fields) > 6 else None,
        label=fields[8] if len(fields) > 8 else "",
    )


def _calibration(match: re.Match[str] | None, zero: int) -> tuple[float, int, str]:
    if match is None:
        return 0.0, zero, ""
    try:
        gain = float(match[1])
    except ValueError:
        gain = 0.0
    if not math.isfinite(gain):
        gain = 0.0
    return gain, int(match[2]) if match[2] else zero, match[3] or ""


def _integer(fields: list[str], index: int) -> int:
    if len(fields) > index and re.fullmatch(r"[-+]?\d{1,10}", fields[index]):
        return int(fields[index])
    return 0


def _check_groups(channels: tuple[Channel, ...], name: str) -> None:
    """Signals of one file stand together and share format and start; the library relies on it."""
    seen: set[str] = set()
    previous: Channel | None = None
    for channel in channels:
        same_file = previous is not None and previous.file == channel.file
        if previous is not None and same_file:
            mixed = (channel.fmt, channel.byte_offset) != (previous.fmt, previous.byte_offset)
        else:
            mixed = channel.file in seen
        if mixed:
            raise IntakeError(f"{name} mixes the layout of {channel.file[:60]}.", REPAIR)
        seen.add(channel.file)
        previous = channel
