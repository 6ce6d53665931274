"""Measurements and answers for the tests of triage: a healthy adult, and what is changed of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ecg_core.leads import STANDARD_LEADS
from ecg_core.network.statements import STATEMENTS, SUPERCLASS_NAMES, TRIAGE_CLASSES, Reads, Triage
from ecg_core.network.values import Finding, ModelIdentity, Prediction
from ecg_core.signal.reasons import number, told
from ecg_core.signal.values import (
    QUANTITIES,
    Beat,
    BeatKind,
    LeadMeasurement,
    Measurements,
    Quality,
)

USUAL: dict[str, float] = {
    **{"rate": 68, "rr": 882, "rr_sd": 30, "pr": 160, "qrs": 90, "qt": 393, "qtcf": 410},
    **{"qtcb": 418, "p_axis": 50, "qrs_axis": 40, "t_axis": 40, "shortest_rr": 840},
    **{"longest_pause": 930, "early_beats": 0, "other_beats": 0, "wide_beats": 0, "wide_run": 0},
}
ANSWERS: dict[str, bool] = {
    **{"p_present": True, "sinus_p": True, "pr_constant": True, "regular": True},
    **{
        "slurred_onset": False,
        "late_t": False,
        "late_t_end": False,
        "p_outnumber": False,
        "paced": False,
        "low_voltage_limb": False,
    },
    "low_voltage_chest": False,
}
QRS_MV: dict[str, tuple[float, float]] = {
    **{"I": (0.7, -0.1), "II": (1.0, -0.1), "III": (0.4, -0.1), "aVR": (0.1, -0.8)},
    **{"aVL": (0.3, -0.1), "aVF": (0.7, -0.1), "V1": (0.2, -0.9), "V2": (0.4, -1.2)},
    **{"V3": (0.7, -0.8), "V4": (1.2, -0.4), "V5": (1.3, -0.2), "V6": (1.0, -0.1)},
}
"""R and S of each lead."""


def lead(name: str, **changes: float | None) -> LeadMeasurement:
    """A healthy lead, with what is changed of it."""
    r_mv, s_mv = QRS_MV[name]
    t_mv = -0.2 if name == "aVR" else 0.3
    healthy = LeadMeasurement(
        lead=name,
        beats=10,
        quality=Quality.GOOD,
        st_j_mv=0.0,
        st_j60_mv=0.0,
        q_mv=0.0,
        q_ms=0.0,
        r_mv=r_mv,
        s_mv=s_mv,
        t_mv=t_mv,
        noise_mv=0.01,
        t_high_mv=max(t_mv, 0.0),
        t_low_mv=min(t_mv, 0.0),
        t_half_ms=150.0,
        p_mv=0.1,
    )
    return replace(healthy, **changes)


def measured(
    values: Mapping[str, float] | None = None,
    answers: Mapping[str, bool] | None = None,
    leads: Mapping[str, Mapping[str, float | None]] | None = None,
) -> Measurements:
    """A healthy adult's ECG, with what is changed of its numbers, questions and leads."""
    numbers = USUAL | dict(values or {})
    return Measurements(
        values={key: number(numbers[key], ("II",)) for key in QUANTITIES},
        leads=tuple(lead(name, **dict((leads or {}).get(name, {}))) for name in STANDARD_LEADS),
        beats=tuple(Beat(0.5 + 0.88 * n, BeatKind.USUAL) for n in range(11)),
        marks=(),
        signs=(),
        duration_s=10.0,
        fs_hz=500.0,
        judged={key: told(yes) for key, yes in (ANSWERS | dict(answers or {})).items()},
    )


HEALTHY = measured()


def answer(
    triage: Triage = Triage.NORMAL,
    probability: float = 0.9,
    findings: Mapping[str, float] | None = None,
    acute: float | None = None,
    reads: Reads = Reads.TWELVE_LEADS,
) -> Prediction:
    """A model's answer; findings with these probabilities, all at an operating point of 0.1."""
    rest = (1 - probability) / 3
    spread = {one: probability if one is triage else rest for one in TRIAGE_CLASSES}
    if triage is not Triage.ACUTE_MI or acute is not None:
        spread[Triage.ACUTE_MI] = 0.01 if acute is None else acute
    if reads is Reads.STRIP:
        spread = dict.fromkeys(TRIAGE_CLASSES, 0.0) | {triage: probability}
    names = {code: one.name for code, one in STATEMENTS.items()} | {"AF": "Atrial fibrillation"}
    return Prediction(
        triage=tuple(spread[one] for one in TRIAGE_CLASSES),
        superclasses=tuple(Finding(c, n, 0.1, 0.5) for c, n in SUPERCLASS_NAMES.items()),
        findings=tuple(Finding(code, names[code], p, 0.1) for code, p in (findings or {}).items()),
        reasons=(),
        model=ModelIdentity("model", "1.0", "a" * 64, "page-1"),
        page_sha256="b" * 64,
        elapsed_ms=10.0,
        acute_threshold=1.0 if reads is Reads.STRIP else 0.1,
        reads=reads,
        acute_right=0.25,
        acute_missed=0.3,
    )
