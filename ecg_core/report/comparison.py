"""What differs between two ECGs by more than measuring twice would."""

from __future__ import annotations

from dataclasses import dataclass

from ecg_core.report.phrases import ENGLISH
from ecg_core.signal.values import QUANTITIES, Measurements, Quality
from ecg_core.triage.lead_names import named

LIMITS: dict[str, float] = {"rate": 15, "pr": 25, "qrs": 20, "qtcf": 30, "qrs_axis": 30}
"""Smallest difference that is said, in the quantity's unit."""
ST_MV = 0.1


@dataclass(frozen=True)
class Changes:
    """What changed: words, and the leads and numbers that they rest on."""

    words: tuple[str, ...]
    leads: tuple[str, ...]
    numbers: tuple[str, ...]


def changed(now: Measurements, then: Measurements, phrases: dict[str, str] = ENGLISH) -> Changes:
    """Differences beyond the limits, of numbers that both ECGs give."""
    words, numbers = [], []
    for key, limit in LIMITS.items():
        new, old = now.value(key), then.value(key)
        if new is None or old is None:
            continue
        difference = new - old
        if key == "qrs_axis":
            difference = (difference + 180) % 360 - 180
        if abs(difference) >= limit:
            quantity = QUANTITIES[key]
            phrase = "change_rate" if key == "rate" else "change_number"
            words.append(
                phrases[phrase].format(
                    name=quantity.name, now=f"{new:.0f}", then=f"{old:.0f}", unit=quantity.unit
                )
            )
            numbers.append(key)
    shifts = {}
    for lead in now.leads:
        before = then.lead(lead.lead)
        good = Quality.GOOD
        if before is not None and lead.quality is good and before.quality is good:
            shift = lead.st_j_mv - before.st_j_mv
            if abs(shift) >= ST_MV:
                shifts[lead.lead] = shift
    for up in (True, False):
        leads = [name for name, shift in shifts.items() if (shift > 0) == up]
        if leads:
            most = max((shifts[name] for name in leads), key=abs)
            words.append(phrases["change_st"].format(delta=f"{most:+.2f}", leads=named(leads)))
    return Changes(tuple(words), tuple(shifts), tuple(numbers))
