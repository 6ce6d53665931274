"""How often a verdict of act now or urgent comes to what must not wait, and to normal ECGs.

Statistics on PTB-XL's own statements: each serious label is a row of a table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ecg_core.triage.priority import Priority

PRESSING = frozenset({Priority.IMMEDIATE, Priority.URGENT})
FAST_AF_BPM = 110.0


@dataclass(frozen=True)
class Labelled:
    """One ECG: its statements, the stages of its infarction, whether its label is normal, its
    measured rate, the priority by the verdict and by the rule before there were verdicts."""

    codes: frozenset[str]
    stages: tuple[str, ...]
    normal: bool
    rate_bpm: float | None
    priority: Priority
    before: Priority | None = None
    line: str = ""


@dataclass(frozen=True)
class Serious:
    """One row: a label that must not wait, in words, and which ECGs have it."""

    key: str
    words: str
    has: Callable[[Labelled], bool]


def _any(*codes: str) -> Callable[[Labelled], bool]:
    return lambda one: not one.codes.isdisjoint(codes)


SERIOUS: tuple[Serious, ...] = (
    Serious(
        "acute-infarction",
        "Infarction in stage I",
        lambda one: "Stadium I" in one.stages and any("MI" in code for code in one.codes),
    ),
    Serious("high-grade-block", "AV block of second or third degree", _any("2AVB", "3AVB")),
    Serious("svt", "Supraventricular tachycardia", _any("SVTAC", "PSVT")),
    Serious("pre-excitation", "Wolff–Parkinson–White pattern", _any("WPW")),
    Serious(
        "fast-af",
        "Atrial fibrillation above 110/min as measured",
        lambda one: "AFIB" in one.codes and (one.rate_bpm or 0.0) > FAST_AF_BPM,
    ),
    Serious("long-qt", "Long QT", _any("LNGQT")),
    Serious("normal", "Normal ECG (what should not be urgent)", lambda one: one.normal),
)
"""PTB-XL has no statement for ventricular tachycardia."""


def shares(cases: Sequence[Labelled]) -> list[dict[str, object]]:
    """For each row: how many there are, how many are act now or urgent, and were before."""
    found: list[dict[str, object]] = []
    for row in SERIOUS:
        here = [case for case in cases if row.has(case)]
        before = [case for case in here if case.before is not None]
        found.append(
            {
                "label": row.key,
                "words": row.words,
                "n": len(here),
                "act_now": sum(case.priority is Priority.IMMEDIATE for case in here),
                "act_now_or_urgent": sum(case.priority in PRESSING for case in here),
                "n_before": len(before),
                "act_now_or_urgent_before": sum(case.before in PRESSING for case in before),
            }
        )
    return found


def firing(cases: Sequence[Labelled], fired: Sequence[frozenset[str]]) -> Mapping[str, object]:
    """For each line of the table: how many ECGs fire it, and how many normal ones."""
    lines = sorted({line for one in fired for line in one})
    return {
        line: {
            "all": sum(line in one for one in fired),
            "normal": sum(
                case.normal and line in one for case, one in zip(cases, fired, strict=True)
            ),
        }
        for line in lines
    }
