"""How often a verdict of act now or urgent comes to what must not wait, and to normal ECGs.

Statistics on PTB-XL's own statements: each serious label is a row of a table.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ecg_core.triage.priority import Priority

PRESSING = frozenset({Priority.IMMEDIATE, Priority.URGENT})
FAST_AF_BPM = 110.0


@dataclass(frozen=True)
class Labelled:
    """One ECG and its verdict.

    codes: its statements. stages: of its infarction. normal: whether its label is a normal ECG.
    rate_bpm: as measured. fired: lines of the table that applied.
    """

    codes: frozenset[str]
    stages: tuple[str, ...]
    normal: bool
    rate_bpm: float | None
    priority: Priority
    fired: frozenset[str]


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
    """For each row: how many there are, and how many of them are act now, or act now or urgent."""
    found: list[dict[str, object]] = []
    for row in SERIOUS:
        here = [case for case in cases if row.has(case)]
        found.append(
            {
                "label": row.key,
                "words": row.words,
                "n": len(here),
                "act_now": sum(case.priority is Priority.IMMEDIATE for case in here),
                "act_now_or_urgent": sum(case.priority in PRESSING for case in here),
            }
        )
    return found


def firing(cases: Sequence[Labelled]) -> list[dict[str, object]]:
    """For each line of the table that fired: on how many ECGs, and on how many normal ones."""
    lines = sorted({line for case in cases for line in case.fired})
    return [
        {
            "line": line,
            "fired": sum(line in case.fired for case in cases),
            "normal": sum(case.normal and line in case.fired for case in cases),
        }
        for line in lines
    ]
