"""Limits that verdict and draft judge leads by, with their sources, and what they find."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

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

LOST_R_MV = {"V2": 0.2, "V3": 0.3, "V4": 0.3}
"""R lower than this in these leads counts as lost: poor R-wave progression (Zema et al., J
Electrocardiol 1980;13:135-42, R in V3 of 0.3 mV or less)."""

RECIPROCAL: tuple[tuple[frozenset[str], frozenset[str]], ...] = (
    (frozenset({"II", "III", "aVF"}), frozenset({"I", "aVL"})),
    (frozenset({"I", "aVL"}), frozenset({"II", "III", "aVF"})),
    (frozenset({"V1", "V2", "V3", "V4"}), frozenset({"II", "III", "aVF"})),
    (frozenset({"V5", "V6"}), frozenset({"III", "aVF", "V1", "V2"})),
)
"""Leads with ST elevation, and leads that see the same current from the other side."""

DEEP_DEPRESSION_MV, WIDESPREAD_LEADS, AVR_MV = -0.1, 6, 0.05
"""Depression of 0.1 mV in six leads with elevation in aVR: left main or multivessel ischaemia (ESC
guideline on acute coronary syndromes, Byrne et al., Eur Heart J 2023;44:3720-826)."""

CONCORDANT_MV, DISCORDANT_RATIO, DISCORDANT_MV = 0.1, -0.25, 0.1
"""ST against a broad QRS complex: 0.1 mV the same way (Sgarbossa et al., N Engl J Med
1996;334:481-7); opposite, a quarter of the S wave and 0.1 mV (Smith et al., Ann Emerg Med
2012;60:766-76)."""

TALL_T_MV = 0.5
"""T over a depressed, rising ST segment (de Winter et al., N Engl J Med 2008;359:2071-3)."""

BRUGADA_MV = 0.2
"""J point in V1 or V2 from which a descending ST with negative T is of type 1 (Bayés de Luna et
al., J Electrocardiol 2012;45:433-42)."""

WELLENS_MV, WELLENS_DEEP_MV = 0.1, -0.3
"""T in V2 and V3 that goes up and then down by this much, or deeply down, while R is kept and ST is
level (de Zwaan, Bär and Wellens, Am Heart J 1982;103:730-6)."""
KEPT_R_MV, LEVEL_ST_MV = 0.3, 0.1

PEAKED_T_MV, NARROW_T_MS, FLAT_P_MV = 1.0, 110.0, 0.05
"""A tall T of small base beside a flat P, as high potassium makes it (Surawicz, Am Heart J
1967;73:814-34, in words; the limits were chosen on PTB-XL fold 9)."""

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
    return contiguous({name for name in leads if _elevated(leads[name], person)})


def _elevated(lead: LeadMeasurement, person: Person) -> bool:
    limit_mv = st_v2_v3_mv(person) if lead.lead in ("V2", "V3") else ST_ELEVATION_MV
    return lead.lead != "aVR" and lead.st_j_mv >= limit_mv


def st_depression(leads: Leads) -> tuple[str, ...]:
    """Contiguous leads with ST depression at the J point and still 60 ms later."""
    return contiguous({name for name in leads if _depressed(leads[name])})


def _depressed(lead: LeadMeasurement, limit_mv: float = ST_DEPRESSION_MV) -> bool:
    return lead.st_j_mv <= limit_mv and lead.st_j60_mv <= limit_mv


def t_inversion(leads: Leads) -> tuple[str, ...]:
    """Contiguous leads with a negative T where it should not be."""
    return contiguous({name for name in leads if name in T_JUDGED and _inverted(leads[name])})


def _inverted(lead: LeadMeasurement) -> bool:
    return lead.t_mv is not None and lead.t_mv <= T_INVERSION_MV


def q_waves(leads: Leads) -> tuple[str, ...]:
    """Contiguous leads with a pathological Q wave; III counts beside aVF or II."""
    return contiguous({name for name in leads if _pathological_q(leads[name])})


def _pathological_q(lead: LeadMeasurement) -> bool:
    wide = lead.q_mv <= Q_MV and lead.q_ms >= Q_MS
    early = lead.lead in Q_ANY and lead.q_mv <= Q_MV and lead.q_ms >= Q_ANY_MS
    return (lead.lead in (*Q_JUDGED, "III") and wide) or early


def showing(leads: Leads, wall: tuple[str, ...], person: Person) -> tuple[str, ...]:
    """Those leads of a wall that show Q, lost R, ST or T of an infarction.

    III and V1 show much of it in healthy people too: alone they show nothing.
    """
    shown = tuple(name for name in wall if name in leads and _shows(leads[name], person))
    return shown if set(shown) - {"III", "V1"} else ()


def _shows(lead: LeadMeasurement, person: Person) -> bool:
    return (
        _pathological_q(lead)
        or _elevated(lead, person)
        or _depressed(lead)
        or _inverted(lead)
        or lead.r_mv < LOST_R_MV.get(lead.lead, 0.0)
    )


def reciprocal(leads: Leads, elevated: tuple[str, ...]) -> tuple[str, ...]:
    """Leads that are depressed as the other side of these elevated ones."""
    opposite: set[str] = set()
    for here, there in RECIPROCAL:
        if here & set(elevated):
            opposite |= there
    opposite -= set(elevated)
    return tuple(name for name in leads if name in opposite and _depressed(leads[name]))


def posterior(leads: Leads) -> tuple[str, ...]:
    """V1 to V4 with the deepest depression of all leads, and T upright there."""
    chest = [
        name
        for name in ("V1", "V2", "V3", "V4")
        if name in leads and _depressed(leads[name]) and (leads[name].t_mv or 0.0) > 0
    ]
    if len(contiguous(set(chest))) < 2:
        return ()
    deepest = min(leads, key=lambda name: leads[name].st_j_mv)
    return tuple(chest) if deepest in chest else ()


def widespread_depression(leads: Leads) -> tuple[str, ...]:
    """At least six depressed leads beside an elevated aVR."""
    depressed = tuple(name for name in leads if _depressed(leads[name], DEEP_DEPRESSION_MV))
    high = "aVR" in leads and leads["aVR"].st_j_mv >= AVR_MV
    return (*depressed, "aVR") if high and len(depressed) >= WIDESPREAD_LEADS else ()


def de_winter(leads: Leads) -> tuple[str, ...]:
    """Chest leads whose ST rises from a depressed J point into a tall T."""
    return contiguous(
        {
            name
            for name in ("V1", "V2", "V3", "V4", "V5", "V6")
            if name in leads
            and leads[name].st_j_mv <= DEEP_DEPRESSION_MV
            and leads[name].st_j60_mv > leads[name].st_j_mv
            and (leads[name].t_mv or 0.0) >= TALL_T_MV
        }
    )


def sgarbossa(leads: Leads) -> tuple[str, ...]:
    """Leads whose ST does not follow from a broad QRS complex."""
    found = []
    for name, lead in leads.items():
        down_mv = min(lead.q_mv, lead.s_mv)
        mostly_up = lead.r_mv > -down_mv
        rises = mostly_up and lead.st_j_mv >= CONCORDANT_MV and name != "aVR"
        sinks = not mostly_up and lead.st_j_mv <= -CONCORDANT_MV and name in ("V1", "V2", "V3")
        too_much = (
            not mostly_up
            and name != "aVR"
            and lead.st_j_mv >= DISCORDANT_MV
            and lead.st_j_mv / down_mv <= DISCORDANT_RATIO
        )
        if rises or sinks or too_much:
            found.append(name)
    return tuple(found)


def brugada(leads: Leads) -> tuple[str, ...]:
    """V1 and V2 with a high J point, ST that descends, and a negative T."""
    return tuple(
        name
        for name in ("V1", "V2")
        if name in leads
        and leads[name].st_j_mv >= BRUGADA_MV
        and leads[name].st_j60_mv < leads[name].st_j_mv
        and (leads[name].t_low_mv or 0.0) <= T_INVERSION_MV
    )


def wellens(leads: Leads) -> tuple[str, ...]:
    """V2 and V3 with T that turns down, or is deeply negative, while R is kept and ST is level."""
    found = []
    for name in ("V2", "V3"):
        lead = leads.get(name)
        if lead is None or lead.t_low_mv is None or lead.t_high_mv is None:
            continue
        turns = lead.t_high_mv >= WELLENS_MV and lead.t_low_mv <= -WELLENS_MV
        kept = lead.r_mv >= KEPT_R_MV and not _pathological_q(lead)
        level = abs(lead.st_j_mv) < LEVEL_ST_MV
        if kept and level and (turns or lead.t_low_mv <= WELLENS_DEEP_MV):
            found.append(name)
    return tuple(found)


def peaked_t(leads: Leads) -> tuple[str, ...]:
    """Chest leads with a tall T of small base, where no P is seen in any lead."""
    heights = [abs(lead.p_mv) for lead in leads.values() if lead.p_mv is not None]
    if heights and max(heights) >= FLAT_P_MV:
        return ()
    return contiguous(
        {
            name
            for name in ("V2", "V3", "V4", "V5")
            if name in leads
            and (leads[name].t_mv or 0.0) >= PEAKED_T_MV
            and (leads[name].t_half_ms or np.inf) <= NARROW_T_MS
        }
    )


def sokolow_mv(leads: Leads) -> float | None:
    """S in V1 plus the taller R of V5 and V6, None without these leads."""
    if "V1" not in leads or not {"V5", "V6"} & leads.keys():
        return None
    tall = max(leads[name].r_mv for name in ("V5", "V6") if name in leads)
    deep = min(leads["V1"].s_mv, leads["V1"].q_mv)
    return tall - deep
