"""Limits that depend on who was recorded: one table each, with its source.

Unknown age and sex get the limits of adults, and of two limits the one that calls less abnormal.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Sex(StrEnum):
    """Sex as limits tell it."""

    FEMALE = "female"
    MALE = "male"


@dataclass(frozen=True)
class Person:
    """Who was recorded, as far as it is known. age_years: None where it is not."""

    age_years: float | None = None
    sex: Sex | None = None


SOMEBODY = Person()

SINUS_BPM: tuple[tuple[float, float, float], ...] = (
    (3.0, 89.0, 151.0),
    (5.0, 73.0, 137.0),
    (8.0, 65.0, 133.0),
    (12.0, 62.0, 130.0),
    (16.0, 60.0, 119.0),
)
"""Below this age (years) a sinus rate from and to which is usual: 2nd and 98th percentile of
Davignon et al., Pediatr Cardiol 1980;1:123-31, from one year on."""
ADULT_SINUS_BPM = (50.0, 100.0)
"""From 50/min on, as the resting rates of healthy adults reach there (Mason et al., J
Electrocardiol 2007;40:228-34)."""

AXIS_DEGREES: tuple[tuple[float, float, float], ...] = (
    (1.0, 10.0, 120.0),
    (5.0, 5.0, 100.0),
    (8.0, 0.0, 140.0),
    (16.0, 0.0, 120.0),
)
"""Below this age (years) a QRS axis from and to which is usual, and of adults (Surawicz et al.,
Circulation 2009;119:e235-40)."""
ADULT_AXIS_DEGREES = (-30.0, 90.0)

PR_SHORT_MS, PR_LONG_MS, PR_LONG_SLOW_MS, SLOW_BPM = 120.0, 200.0, 220.0, 60.0
"""PR below and above which it is short and long; under 60/min it may last longer."""

QTC_PROLONGED_MS: dict[Sex | None, float] = {Sex.MALE: 450.0, Sex.FEMALE: 460.0, None: 460.0}
"""QTc from which it is prolonged (Rautaharju et al., Circulation 2009;119:e241-50)."""
QTC_SHORT_MS, QTC_MARKED_MS = 340.0, 500.0
"""Below which QTc is short (ESC guideline on ventricular arrhythmias, Zeppenfeld et al., Eur
Heart J 2022;43:3997-4126), and from which it is markedly prolonged, in everybody."""

ST_V2_V3_MV: dict[Sex | None, float] = {Sex.MALE: 0.2, Sex.FEMALE: 0.15, None: 0.2}
YOUNG_MAN_MV, YOUNG_MAN_YEARS = 0.25, 40.0
"""ST elevation at J in V2 and V3: women, men, and men below forty (Fourth Universal Definition of
Myocardial Infarction, Thygesen et al., Circulation 2018;138:e618-51)."""


def sinus_bpm(person: Person) -> tuple[float, float]:
    """Slowest and fastest usual sinus rate."""
    if person.age_years is not None:
        for below, slowest, fastest in SINUS_BPM:
            if person.age_years < below:
                return slowest, fastest
    return ADULT_SINUS_BPM


def st_v2_v3_mv(person: Person) -> float:
    """ST elevation in V2 and V3 from which it is one."""
    young = person.age_years is not None and person.age_years < YOUNG_MAN_YEARS
    if person.sex is Sex.MALE and young:
        return YOUNG_MAN_MV
    return ST_V2_V3_MV[person.sex]


def axis_degrees(person: Person) -> tuple[float, float]:
    """Usual QRS axis, from and to."""
    if person.age_years is not None:
        for below, left, right in AXIS_DEGREES:
            if person.age_years < below:
                return left, right
    return ADULT_AXIS_DEGREES


def pr_long_ms(rate_bpm: float | None) -> float:
    """PR above which it is long at this rate."""
    slow = rate_bpm is not None and rate_bpm < SLOW_BPM
    return PR_LONG_SLOW_MS if slow else PR_LONG_MS
