"""Waves of the median beat: where they begin, peak and end."""

from __future__ import annotations

from dataclasses import dataclass

P_STEADY, P_ABOVE_NOISE = 0.75, 8.0
"""Share of single beats that show the P wave, and its height over the noise left."""


@dataclass(frozen=True)
class Wave:
    """A wave's times from the QRS fiducial in seconds, and how far it stands out of the noise.

    signal_to_noise: height over what is left of the noise after averaging.
    steady: share of the single beats that show the wave. unsure_s, end_unsure_s: how far apart its
    beginning and its end lie when they are looked for in other ways. over: whether the leads rest
    behind it.
    """

    start_s: float
    peak_s: float
    end_s: float
    signal_to_noise: float
    steady: float
    unsure_s: float = 0.0
    end_unsure_s: float = 0.0
    over: bool = True


@dataclass(frozen=True)
class Delineation:
    """Waves of the median beat; None where there is none to be seen."""

    p: Wave | None
    qrs: Wave | None
    t: Wave | None


def p_is_sure(waves: Delineation) -> bool:
    """Whether a P wave leads the beats again and again, out of the noise."""
    p = waves.p
    return p is not None and p.steady >= P_STEADY and p.signal_to_noise >= P_ABOVE_NOISE
