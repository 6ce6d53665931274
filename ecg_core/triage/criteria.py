"""Limits that the narrative judges by, as tables with their sources, and what they find."""

from __future__ import annotations

from collections.abc import Mapping

from ecg_core.signal.values import LeadMeasurement
from ecg_core.triage.limits import Person, st_v2_v3_mv

CONTIGUOUS: tuple[tuple[str, ...], ...] = (
    ("V1", "V2", "V3", "V4", "V5", "V6"),
    ("aVL", "I", "II", "aVF", "III"),
)
"""Neighbouring leads, from right to left over the chest and round the frontal plane."""

ST_ELEVATION_MV = 0.1
ST_DEPRESSION_MV = -0.05
"""At the J point in two contiguous leads: Fourth Universal Definition of Myocardial Infarction
(Thygesen et al., Circulation 2018;138:e618-51); V2 and V3 have limits by sex and age (`limits`)."""

T_INVERSION_MV = -0.1
T_JUDGED = ("I", "II", "aVL", "aVF", "V2", "V3", "V4", "V5", "V6")
"""In III, aVR and V1 an inverted T may be normal."""

Q_MV, Q_MS = -0.1, 30.0
Q_JUDGED = ("I", "II", "aVL", "aVF", "V4", "V5", "V6")
Q_ANY = ("V2", "V3")
"""Q of 30 ms and 0.1 mV in two contiguous leads; in V2 and V3 20 ms suffice (same source)."""
Q_ANY_MS = 20.0

SOKOLOW_MV = 3.5
"""S in V1 and the taller R of V5 and V6 (Sokolow and Lyon, Am Heart J 1949;37:161-86)."""

Leads = Mapping[str, LeadMeasurement]


def contiguous(leads: set[str]) -> tuple[str, ...]:
    """Those leads that have a neighbour among them, in the order of `CONTIGUOUS`."""
    found = []
    for row in CONTIGUOUS:
        for place, lead in enumerate(row):
            beside = {row[i] for i in (place - 1, place + 1) if 0 <= i < len(row)}
            if lead in leads and beside & leads:
                found.append(lead)
    return tuple(found)


def st_elevation(leads: Leads, person: Person) -> tuple[str, ...]:
    """Contiguous leads with ST elevation at the J point."""
    limits_mv = dict.fromkeys(("V2", "V3"), st_v2_v3_mv(person))
    return contiguous(
        {
            name
            for name, lead in leads.items()
            if name != "aVR" and lead.st_j_mv >= limits_mv.get(name, ST_ELEVATION_MV)
        }
    )


def st_depression(leads: Leads) -> tuple[str, ...]:
    """Contiguous leads with ST depression at the J point and still 60 ms later."""
    return contiguous(
        {
            name
            for name, lead in leads.items()
            if lead.st_j_mv <= ST_DEPRESSION_MV and lead.st_j60_mv <= ST_DEPRESSION_MV
        }
    )


def t_inversion(leads: Leads) -> tuple[str, ...]:
    """Contiguous leads with a negative T where it should not be."""
    return contiguous(
        {
            name
            for name, lead in leads.items()
            if name in T_JUDGED and lead.t_mv is not None and lead.t_mv <= T_INVERSION_MV
        }
    )


def q_waves(leads: Leads) -> tuple[str, ...]:
    """Contiguous leads with a pathological Q wave; III counts beside aVF or II."""
    found = set()
    for name, lead in leads.items():
        wide = lead.q_mv <= Q_MV and lead.q_ms >= Q_MS
        early = name in Q_ANY and lead.q_mv <= Q_MV and lead.q_ms >= Q_ANY_MS
        if (name in (*Q_JUDGED, "III") and wide) or early:
            found.add(name)
    return contiguous(found)


def sokolow_mv(leads: Leads) -> float | None:
    """S in V1 plus the taller R of V5 and V6, None without these leads."""
    if "V1" not in leads or not {"V5", "V6"} & leads.keys():
        return None
    tall = max(leads[name].r_mv for name in ("V5", "V6") if name in leads)
    deep = min(leads["V1"].s_mv, leads["V1"].q_mv)
    return tall - deep
