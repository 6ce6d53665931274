"""Speed and gain of a sheet: what print, pulses and custom say, weighed against one another."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from ecg_core.page.scan.sheets.pulses import Pulse

SPEEDS, GAINS = (25.0, 50.0, 12.5, 100.0), (10.0, 5.0, 20.0, 2.5, 40.0)
RARITY = {25.0: 0.0, 50.0: 2.5, 12.5: 5.0, 100.0: 6.0}
GAIN_RARITY = {10.0: 0.0, 5.0: 3.0, 20.0: 3.5, 2.5: 6.0, 40.0: 6.5}
PRINT, PULSE, PULSES = 9.0, 4.0, 6.0
USUAL_S, LASTS = (0.17, 0.23), 2.0
"""Pulses last so long: one twice as wide leaves 25 mm/s likelier than 50, but never surely."""
TOLERANCE = 0.12
CLEAR = 1.5
"""A speed or gain is told when it leads any other by so much."""

_NUMBER = r"(\d{1,3}(?:[.,]\d{1,2})?)"
_MM = r"\s*[mм][mмn]\s*"
_SPEED = re.compile(_NUMBER + r"\s*(?:[mм]\s*[mмnі]|m[il1]n)\s*[/l1|]\s*[s5с](?![a-z]*v)", re.I)
_SPEED_CM = re.compile(_NUMBER + r"\s*[cс][mм]\s*/\s*[sс]", re.I)
_GAIN = re.compile(
    r"(?:"
    + _NUMBER
    + r"\s*[/|]\s*)?"
    + _NUMBER
    + r"\s*(?:[mм]\s*[mмn]|m[il1]n)\s*/\s*[mм]\s*[vuв8b]",
    re.I,
)
_GAIN_CM = re.compile(_NUMBER + r"\s*[cс][mм]\s*/\s*[mм]\s*[vuвb]", re.I)
_CHEST = re.compile(r"chest|brust|precord|torac|v\s*:|грудн", re.I)


@dataclass(frozen=True)
class PrintedScale:
    """What print says: speeds, and gains of limb and chest leads."""

    speeds: tuple[float, ...] = ()
    limb: tuple[float, ...] = ()
    chest: tuple[float, ...] = ()


def told_by(lines: tuple[str, ...]) -> PrintedScale:
    """Speeds and gains in lines of print.

    >>> told_by(("25mm/s 10 mm/mV 0.05-150 Hz",))
    PrintedScale(speeds=(25.0,), limb=(10.0,), chest=(10.0,))
    >>> told_by(("50.0 mm/s 10/5mm/mV",))
    PrintedScale(speeds=(50.0,), limb=(10.0,), chest=(5.0,))
    >>> told_by(("Limb:10 mm/mV", "Chest: 5 mm/mV", "0.5 cm/mV"))
    PrintedScale(speeds=(), limb=(10.0, 5.0), chest=(5.0, 5.0))
    """
    speeds: list[float] = []
    limb: list[float] = []
    chest: list[float] = []
    for line in lines:
        plain = line.replace(",", ".").replace("O", "0").replace("o", "0")
        speeds += [float(m[1]) for m in _SPEED.finditer(plain)]
        speeds += [10 * float(m[1]) for m in _SPEED_CM.finditer(plain)]
        found = [(m.start(), m[1], float(m[2])) for m in _GAIN.finditer(plain)]
        found += [(m.start(), None, 10 * float(m[1])) for m in _GAIN_CM.finditer(plain)]
        for at, first, value in sorted(found):
            before = line[max(at - 12, 0) : at + 1]
            if first is not None:
                limb.append(float(first))
                chest.append(value)
            elif _CHEST.search(before):
                chest.append(value)
            elif re.search(r"limb|extrem|glied|конечн", before, re.I):
                limb.append(value)
            else:
                limb.append(value)
                chest.append(value)
    return PrintedScale(tuple(speeds), tuple(limb), tuple(chest))


@dataclass(frozen=True)
class Scale:
    """Speed and gains with their log-likelihoods, best first, and where the best come from."""

    speeds: tuple[tuple[float, float], ...]
    limb: tuple[tuple[float, float], ...]
    chest: tuple[tuple[float, float], ...]
    speed_from: str
    gain_from: str

    @property
    def speed(self) -> float:
        """The likeliest paper speed, mm/s."""
        return self.speeds[0][0]

    @property
    def gain_limb(self) -> float:
        """The likeliest gain of limb leads, mm/mV."""
        return self.limb[0][0]

    @property
    def gain_chest(self) -> float:
        """The likeliest gain of chest leads, mm/mV."""
        return self.chest[0][0]


def scale_of(
    told: PrintedScale, pulses: tuple[Pulse, ...], beat_mm: float | None, width_mm: float
) -> Scale:
    """Weigh speeds and gains. beat_mm: usual distance of beats. width_mm: of all columns."""
    heights = np.array([p.height_mm for p in pulses])
    widths = np.array([p.width_mm for p in pulses if not p.cut])
    height = float(np.median(heights)) if len(heights) else None
    width = float(np.median(widths)) if len(widths) else None
    speeds = _ranked({s: _speed(s, told, width, beat_mm, width_mm) for s in SPEEDS})
    sure = PULSES if len(heights) > 1 else PULSE
    limb = _ranked({g: _gain(g, told.limb, height, sure) for g in GAINS})
    chest = _ranked({g: _gain(g, told.chest or told.limb, height, sure) for g in GAINS})
    # Print of which a digit was misread tells nothing.
    speed_from = "pulse" if width is not None and width > 3.5 else ""
    speed_from = "print" if speeds[0][0] in told.speeds else speed_from
    gain_from = "pulse" if height is not None else ""
    gain_from = "print" if {limb[0][0], chest[0][0]} & {*told.limb, *told.chest} else gain_from
    return Scale(speeds, limb, chest, speed_from, gain_from)


def _ranked(values: dict[float, float]) -> tuple[tuple[float, float], ...]:
    return tuple(sorted(values.items(), key=lambda item: -item[1]))


def _speed(
    speed: float, told: PrintedScale, width: float | None, beat_mm: float | None, length_mm: float
) -> float:
    value = -RARITY[speed]
    if told.speeds:
        value += PRINT if speed in told.speeds else 0.0
    if width is not None:
        lasts = width / speed
        value += LASTS if USUAL_S[0] <= lasts <= USUAL_S[1] else 0.0
    if beat_mm is not None:
        rate = 60.0 * speed / beat_mm
        value -= 1.5 * (rate > 220) + 1.5 * (rate < 28) + 0.5 * (rate > 150)
    return value


def _gain(gain: float, told: tuple[float, ...], height: float | None, sure: float) -> float:
    value = -GAIN_RARITY[gain]
    if told:
        value += PRINT if gain in told else 0.0
    if height is not None and abs(height / gain - 1.0) <= TOLERANCE:
        value += sure
    return value
