"""Channels of any file, brought together as one record of standard leads in mV."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from ecg_core.intake.isolation.limits import FileLimits
from ecg_core.intake.lead_names import choose_leads
from ecg_core.intake.pulse import calibration_end
from ecg_core.intake.told import Told
from ecg_core.intake.values import Annotation, Bundle, EcgRecord, IntakeError

MV_PER_UNIT: dict[str, float] = {
    "": 1.0,
    "mv": 1.0,
    "millivolt": 1.0,
    "millivolts": 1.0,
    "mvolt": 1.0,
    "mvolts": 1.0,
    "uv": 1e-3,
    "\u00b5v": 1e-3,
    "\u03bcv": 1e-3,
    "microvolt": 1e-3,
    "microvolts": 1e-3,
    "uvolt": 1e-3,
    "uvolts": 1e-3,
    "nv": 1e-6,
    "nanovolt": 1e-6,
    "nanovolts": 1e-6,
    "v": 1e3,
    "volt": 1e3,
    "volts": 1e3,
}
"""Physical units by lower-case spelling; a file without a unit means mV."""

IMPLAUSIBLE_MV = 20.0
_AGAIN = "Export or copy the record again."


@dataclass(frozen=True, eq=False)
class ChannelSamples:
    """One channel: its label, samples in mV (NaN where invalid), rate, and when it begins."""

    label: str
    samples_mv: np.ndarray
    fs_hz: float
    start_s: float = 0.0

    @property
    def end_s(self) -> float:
        """When the sample after the last would be."""
        return self.start_s + len(self.samples_mv) / self.fs_hz if self.fs_hz > 0 else self.start_s


def mv_per_unit(unit: str, lead: str, name: str) -> float:
    """How many mV one unit is. Raises IntakeError when it is no voltage."""
    factor = MV_PER_UNIT.get(unit.strip().lower())
    if factor is None:
        raise IntakeError(
            f"{name} gives lead {lead} in {unit.strip()[:20]}, not in volts.",
            "Export the record in mV or \u00b5V.",
        )
    return factor


def record_of(
    bundle: Bundle,
    waves: Sequence[ChannelSamples],
    limits: FileLimits,
    told: Told,
    annotations: tuple[Annotation, ...] = (),
) -> EcgRecord:
    """The record of these channels: standard leads at the highest of their sampling rates.

    Leads that begin later or end earlier than others are NaN there, and so is the recorder's own
    calibration pulse; leads stored upside down are turned. Raises IntakeError when no standard
    lead is there, none has a valid sample, or the record is too long or too short.
    """
    chosen = choose_leads([wave.label for wave in waves], told, bundle.leads)
    taken = [waves[place.index] for place in chosen.values()]
    fs_hz = max(wave.fs_hz for wave in taken)
    if not limits.min_fs_hz <= fs_hz <= limits.max_fs_hz:
        raise IntakeError(
            f"{bundle.name} gives no usable sampling rate ({fs_hz:g} Hz).",
            f"An ECG has between {limits.min_fs_hz:g} and {limits.max_fs_hz:g} samples a second.",
        )
    first_s = min(wave.start_s for wave in taken)
    starts = [round((wave.start_s - first_s) * fs_hz) for wave in taken]
    lengths = [round(len(wave.samples_mv) * fs_hz / wave.fs_hz) for wave in taken]
    samples = max(start + length for start, length in zip(starts, lengths, strict=True))
    check_duration(samples, fs_hz, len(taken), limits)
    signals_mv = np.full((len(taken), samples), np.nan, np.float32)
    signs = [place.sign for place in chosen.values()]
    for row, wave, start, sign in zip(signals_mv, taken, starts, signs, strict=True):
        at_rate = resampled(wave.samples_mv, wave.fs_hz, fs_hz)[: samples - start]
        row[start : start + len(at_rate)] = sign * at_rate
    lower = [lead for lead, wave in zip(chosen, taken, strict=True) if wave.fs_hz < fs_hz]
    if lower:
        told.note(f"{', '.join(lower)}: recorded at a lower rate, brought to {fs_hz:g} Hz.")
    if np.isinf(signals_mv).any():
        raise IntakeError(f"The signals of {bundle.name} cannot be decoded.", _AGAIN)
    if np.isnan(signals_mv).all():
        raise IntakeError(f"{bundle.name} holds no valid sample in any lead.", _AGAIN)
    if (end := calibration_end(signals_mv, fs_hz)) is not None:
        signals_mv[:, :end] = np.nan
        told.note(
            f"The first {end / fs_hz:.2f} s hold the recorder's calibration pulse; they are blank."
        )
    highest_mv = _height(signals_mv)
    if highest_mv > IMPLAUSIBLE_MV:
        told.doubt("impossible_height", height=highest_mv)
    return EcgRecord(
        name=bundle.name,
        sha256=bundle.sha256,
        signals_mv=signals_mv,
        leads=tuple(chosen),
        original_leads=tuple(wave.label for wave in taken),
        fs_hz=fs_hz,
        file_duration_s=samples / fs_hz,
        annotations=annotations,
        notes=told.notes,
        doubts=told.doubts,
    )


def check_duration(samples: int, fs_hz: float, leads: int, limits: FileLimits) -> None:
    """Raises IntakeError for a record too long to be held or too short to show a beat."""
    if samples * leads > limits.max_samples:
        raise IntakeError(
            f"The record is too long to be read at once ({samples / fs_hz / 3600:.1f} hours; "
            f"the limit is {limits.max_samples // 1_000_000} million samples).",
            "Cut out the part of interest and upload that.",
        )
    if samples / fs_hz < limits.min_duration_s:
        raise IntakeError(
            f"The record is {samples / fs_hz:.2f} s long: too short to show a heartbeat.",
            "Upload a record of ten seconds.",
        )


def resampled(samples_mv: np.ndarray, fs_hz: float, target_hz: float) -> np.ndarray:
    """Samples at a higher rate, band-limited; invalid samples (NaN) stay invalid."""
    if fs_hz == target_hz or len(samples_mv) == 0:
        return samples_mv
    # SciPy's filters take a third of a second to import, and few files need them.
    from scipy.signal import resample_poly

    ratio = Fraction(target_hz / fs_hz).limit_denominator(1000)
    invalid = np.isnan(samples_mv)
    if invalid.all():
        return np.full(round(len(samples_mv) * ratio), np.nan)
    places = np.arange(len(samples_mv))
    bridged = np.interp(places, places[~invalid], samples_mv[~invalid])
    # "line": an ECG's baseline does not jump to zero at the ends.
    finer = resample_poly(bridged, ratio.numerator, ratio.denominator, padtype="line")
    nearest = np.minimum(np.arange(len(finer)) / float(ratio), len(samples_mv) - 1)
    finer[invalid[np.round(nearest).astype(int)]] = np.nan
    return finer


def _height(signals_mv: np.ndarray) -> float:
    """What 1 % of the samples of the highest lead exceed, in mV from its middle."""
    # A window is enough to tell the unit, and a Holter record would take seconds.
    part = signals_mv[:, :: max(1, signals_mv.shape[1] // 20_000)]
    part = part[~np.isnan(part).all(axis=1)]
    middles = np.nanmedian(part, axis=1, keepdims=True)
    return float(np.nanpercentile(np.abs(part - middles), 99, axis=1).max())
