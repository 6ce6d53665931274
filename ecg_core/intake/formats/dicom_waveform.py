"""ECG waveforms of DICOM (12-lead, general and ambulatory ECG objects)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from ecg_core.intake.assemble import ChannelSamples, mv_per_unit, record_of
from ecg_core.intake.gather import Part, fullest
from ecg_core.intake.isolation.limits import FileLimits
from ecg_core.intake.lead_codes import lead_of_code
from ecg_core.intake.told import Told
from ecg_core.intake.values import Bundle, EcgRecord, IntakeError
from ecg_core.leads import lead_number, signed_lead

if TYPE_CHECKING:
    from pydicom import Dataset

_AGAIN = "Export it from the archive again, or as a PDF or an image."

_AVERAGES = ("MEDIAN", "REPRESENTATIVE", "AVERAGE", "TEMPLATE")
"""Words in the label of a group that holds one averaged beat."""
_DTYPES: dict[tuple[int, str], str] = {
    (8, "SB"): "i1",
    (8, "UB"): "u1",
    (16, "SS"): "i2",
    (16, "US"): "u2",
    (32, "SL"): "i4",
    (32, "UL"): "u4",
}


def read(dataset: Dataset, bundle: Bundle, limits: FileLimits) -> EcgRecord:
    """The leads of the fullest recording, in mV; average and median beats are left out.

    Groups may hold different leads and begin at different times. Raises IntakeError.
    """
    groups = list(dataset.WaveformSequence or [])
    if not groups:
        raise IntakeError(f"{bundle.name} is a DICOM waveform without channels.", _AGAIN)
    little = dataset.original_encoding[1] is not False
    told = Told()
    parts = [
        Part(
            tuple(_waves(group, bundle.name, little, limits)),
            _is_average(group),
            timed=group.get("MultiplexGroupTimeOffset") is not None,
        )
        for group in groups
    ]
    waves = fullest(parts, told, bundle.name)
    if moved := [wave.label for part in parts for wave in _skewed(part) if wave in waves]:
        told.note(f"{', '.join(moved)}: moved in time as the file's skew says.")
    return record_of(bundle, waves, limits, told)


def _is_average(group: Dataset) -> bool:
    label = str(group.get("MultiplexGroupLabel", "")).upper()
    derived = str(group.get("WaveformOriginality", "ORIGINAL")) != "ORIGINAL"
    return any(word in label for word in _AVERAGES) or (derived and "BEAT" in label)


def _rate(group: Dataset) -> float:
    try:
        return float(group.SamplingFrequency)
    except (AttributeError, TypeError, ValueError):
        return 0.0


def _integer(group: Dataset, name: str) -> int:
    value = group.get(name, 0)
    return value if isinstance(value, int) else 0


def _waves(group: Dataset, name: str, little: bool, limits: FileLimits) -> list[ChannelSamples]:
    """Channels of one group that are named and calibrated."""
    channels = _integer(group, "NumberOfWaveformChannels")
    samples = _integer(group, "NumberOfWaveformSamples")
    kind = (
        _integer(group, "WaveformBitsAllocated"),
        str(group.get("WaveformSampleInterpretation")),
    )
    definitions = list(group.get("ChannelDefinitionSequence") or [])
    if channels < 1 or samples < 1 or len(definitions) < channels:
        raise IntakeError(f"{name} describes its channels incompletely.", _AGAIN)
    if channels > limits.max_channels or channels * samples > limits.max_samples:
        raise IntakeError(
            f"{name} announces {channels} channels of {samples} samples, too many to be read.",
            "Export the part of interest.",
        )
    if kind not in _DTYPES:
        raise IntakeError(f"{name} stores its samples in a way that is not read.", _AGAIN)
    dtype = np.dtype(("<" if little else ">") + _DTYPES[kind])
    data = bytes(group.get("WaveformData") or b"")
    if len(data) < channels * samples * dtype.itemsize:
        raise IntakeError(f"{name} is cut off: samples are missing.", _AGAIN)
    raw = np.frombuffer(data, dtype, channels * samples).reshape(samples, channels)
    padding = _padding(group, dtype)
    start_s = float(group.get("MultiplexGroupTimeOffset") or 0.0) / 1e3
    waves = []
    for index, definition in enumerate(definitions[:channels]):
        label = _label(definition)
        begin_s = start_s + _skew_s(definition, _rate(group))
        if signed_lead(label) is None and lead_number(label) is None:
            waves.append(ChannelSamples(label, np.empty(0), _rate(group), begin_s))
            continue
        scale, baseline = _calibration(definition, label, name)
        levels = raw[:, index].astype(np.float64)
        if padding is not None:
            levels[raw[:, index] == padding] = np.nan
        _check_depth(levels, definition, dtype, name)
        waves.append(ChannelSamples(label, levels * scale + baseline, _rate(group), begin_s))
    return waves


def _skewed(part: Part) -> list[ChannelSamples]:
    """Channels that begin later than the first of their group."""
    named = [wave for wave in part.waves if len(wave.samples_mv)]
    return [wave for wave in named if wave.start_s > min(one.start_s for one in named)]


def _skew_s(definition: Dataset, fs_hz: float) -> float:
    """How much later than its group a channel begins: in seconds, or in samples (C.10.9)."""
    if (skew_s := definition.get("ChannelTimeSkew")) is not None:
        return float(skew_s)
    samples = float(definition.get("ChannelSampleSkew") or 0.0)
    return samples / fs_hz if fs_hz > 0 else 0.0


def _check_depth(levels: np.ndarray, definition: Dataset, dtype: np.dtype, name: str) -> None:
    """Raises IntakeError for signed samples whose sign stayed in the bits that are not used."""
    bits = _integer(definition, "WaveformBitsStored")
    if dtype.kind != "i" or not 1 < bits < 8 * dtype.itemsize or np.isnan(levels).all():
        return
    if float(np.nanmax(levels)) >= 2 ** (bits - 1) or float(np.nanmin(levels)) < -(2 ** (bits - 1)):
        raise IntakeError(
            f"{name} stores samples of {bits} bits without their sign: negative waves would be "
            "read as tall positive ones.",
            "Export the ECG with samples of 16 bits, or as a PDF or an image.",
        )


def _padding(group: Dataset, dtype: np.dtype) -> int | None:
    """The level that stands for "no sample"."""
    value = group.get("WaveformPaddingValue")
    if isinstance(value, bytes) and len(value) >= dtype.itemsize:
        return int(np.frombuffer(value, dtype, 1)[0])
    return value if isinstance(value, int) else None


def _label(definition: Dataset) -> str:
    """The lead's name from its code, else from its words."""
    source = (definition.get("ChannelSourceSequence") or [None])[0]
    code = str(source.get("CodeValue", "")) if source is not None else ""
    meaning = str(source.get("CodeMeaning", "")) if source is not None else ""
    if (label := lead_of_code(code)) is not None:
        return label
    # "Lead I (Einthoven)"
    words = re.sub(r"\(.*?\)", "", meaning).strip()
    return words or str(definition.get("ChannelLabel", ""))


def _calibration(definition: Dataset, label: str, name: str) -> tuple[float, float]:
    """(mV per level, mV at level 0). Raises IntakeError when the channel is uncalibrated."""
    unit = (definition.get("ChannelSensitivityUnitsSequence") or [None])[0]
    sensitivity = definition.get("ChannelSensitivity")
    if sensitivity is None or unit is None or float(sensitivity) == 0:
        raise IntakeError(
            f"{name} gives no sensitivity for lead {label}: its height in mV is unknown.",
            "Export the ECG with its calibration, or as a PDF or an image.",
        )
    factor = mv_per_unit(str(unit.get("CodeValue", "?")), label, name)
    correction = float(definition.get("ChannelSensitivityCorrectionFactor") or 1.0)
    baseline = float(definition.get("ChannelBaseline") or 0.0)
    return float(sensitivity) * correction * factor, baseline * factor
