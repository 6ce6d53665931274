"""Paper speed and gain of a print: set by hand, from the calibration pulse, or assumed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ecg_core.page.correction import GAINS_MM_PER_MV, SPEEDS_MM_PER_S, Correction
from ecg_core.page.doubts.quality import refuse, remark
from ecg_core.page.layouts import GAIN_MM_PER_MV, SPEED_MM_PER_S
from ecg_core.page.scan.pulse import Pulse
from ecg_core.page.values import Remark

PULSE_MV = 1.0
PULSE_TOLERANCE = 0.15
"""A pulse is at most this much higher or lower than its gain says."""
WIDE_PULSE_MM = 8.0
"""A pulse lasts 0.2 s, in some recorders 0.1 s: only at 50 mm/s is it this wide."""


@dataclass(frozen=True)
class Calibration:
    """Paper speed and gain of the print, and where each was found.

    speed_from, gain_from: "hand", "print", "pulse" or "" where nothing told.
    """

    speed_mm_per_s: float = SPEED_MM_PER_S
    gain_mm_per_mv: float = GAIN_MM_PER_MV
    speed_from: str = ""
    gain_from: str = ""

    @property
    def time_scale(self) -> float:
        """Length of time on the canonical page, relative to the print."""
        return SPEED_MM_PER_S / self.speed_mm_per_s

    @property
    def height_scale(self) -> float:
        """Height of waves on the canonical page, relative to the print."""
        return GAIN_MM_PER_MV / self.gain_mm_per_mv

    def remarks(self) -> tuple[Remark, ...]:
        """What the reader should know about it: rescaled, or merely assumed."""
        found = []
        if self.time_scale != 1.0 or self.height_scale != 1.0:
            found.append(remark("rescaled", speed=self.speed_mm_per_s, gain=self.gain_mm_per_mv))
        if self.time_scale != 1.0:
            found.append(remark("half_shown", seconds=10.0 * self.time_scale))
        unknown = [
            what
            for what, source in (
                (f"{self.speed_mm_per_s:g} mm/s", self.speed_from),
                (f"{self.gain_mm_per_mv:g} mm/mV", self.gain_from),
            )
            if not source
        ]
        if unknown:
            found.append(remark("assumed_scale", what=" and ".join(unknown)))
        return tuple(found)


def calibrate(
    pulse: Pulse | None,
    printed: Callable[[], tuple[float | None, float | None]],
    correction: Correction,
) -> Calibration:
    """What is set by hand counts, then the pulse, then print; else 25 mm/s and 10 mm/mV.

    printed: reads speed and gain off the page; called only where nothing else tells.
    Raises PageError when pulse or print fit no speed or gain.
    """
    speed, gain = correction.speed_mm_per_s, correction.gain_mm_per_mv
    speed_from, gain_from = ("hand" if value else "" for value in (speed, gain))
    if pulse is not None and gain is None:
        gain, gain_from = _gain_of(pulse), "pulse"
    if pulse is not None and speed is None:
        wide = pulse.right_mm - pulse.left_mm >= WIDE_PULSE_MM
        speed, speed_from = SPEEDS_MM_PER_S[wide], "pulse"
    if speed is None or gain is None:
        told_speed, told_gain = printed()
        if speed is None and told_speed is not None:
            speed, speed_from = _known(told_speed, SPEEDS_MM_PER_S, "mm/s"), "print"
        if gain is None and told_gain is not None:
            gain, gain_from = _known(told_gain, GAINS_MM_PER_MV, "mm/mV"), "print"
    return Calibration(speed or SPEED_MM_PER_S, gain or GAIN_MM_PER_MV, speed_from, gain_from)


def _known(value: float, known: tuple[float, ...], unit: str) -> float:
    if value not in known:
        raise refuse("unknown_calibration", what=f"The page says {value:g} {unit}.")
    return value


def _gain_of(pulse: Pulse) -> float:
    for gain in GAINS_MM_PER_MV:
        if abs(pulse.height_mm / (PULSE_MV * gain) - 1.0) <= PULSE_TOLERANCE:
            return gain
    what = f"The calibration pulse is {pulse.height_mm:.0f} mm high."
    raise refuse("unknown_calibration", what=what)
