"""A long record at a glance: how far its waves reach, its rhythms, its unusual beats."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ecg_core.intake.values import Annotation, EcgRecord

RHYTHMS: dict[str, str] = {
    "(N": "Normal sinus rhythm",
    "(SBR": "Sinus bradycardia",
    "(AFIB": "Atrial fibrillation",
    "(AFL": "Atrial flutter",
    "(AB": "Atrial bigeminy",
    "(B": "Ventricular bigeminy",
    "(T": "Ventricular trigeminy",
    "(VT": "Ventricular tachycardia",
    "(IVR": "Idioventricular rhythm",
    "(VFL": "Ventricular flutter",
    "(SVTA": "Supraventricular tachyarrhythmia",
    "(NOD": "Nodal rhythm",
    "(BII": "Second-degree heart block",
    "(PREX": "Pre-excitation",
    "(P": "Paced rhythm",
}
"""Rhythm marks of WFDB annotations (MIT-BIH Arrhythmia Database Directory), by their text."""
BEATS: dict[str, str] = {
    "L": "Left bundle branch block beat",
    "R": "Right bundle branch block beat",
    "B": "Bundle branch block beat",
    "A": "Atrial premature beat",
    "a": "Aberrated atrial premature beat",
    "J": "Nodal premature beat",
    "S": "Supraventricular premature beat",
    "V": "Premature ventricular contraction",
    "r": "R-on-T premature ventricular contraction",
    "F": "Fusion of ventricular and normal beat",
    "e": "Atrial escape beat",
    "j": "Nodal escape beat",
    "n": "Supraventricular escape beat",
    "E": "Ventricular escape beat",
    "/": "Paced beat",
    "f": "Fusion of paced and normal beat",
    "Q": "Unclassifiable beat",
    "!": "Ventricular flutter wave",
    "x": "Non-conducted P wave",
}
"""Symbols of unusual beats (PhysioNet annotation codes)."""


@dataclass(frozen=True)
class Span:
    """A rhythm from `start_s` to `end_s`; `mark` as in the file, `name` in words."""

    start_s: float
    end_s: float
    mark: str
    name: str


@dataclass(frozen=True, eq=False)
class Overview:
    """A whole record in `slices` parts of equal length.

    low, high: float32, leads × slices, mV about each lead's median, 0 where nothing is valid.
    unusual: (time in s, symbol) of every beat that is not of the usual kind.
    """

    leads: tuple[str, ...]
    duration_s: float
    low: np.ndarray
    high: np.ndarray
    rhythms: tuple[Span, ...]
    unusual: tuple[tuple[float, str], ...]


def overview(record: EcgRecord, slices: int = 1000) -> Overview:
    """What a record looks like from afar. Never more slices than samples."""
    signals = record.signals_mv
    count = min(slices, signals.shape[1])
    edges = np.linspace(0, signals.shape[1], count + 1).astype(int)[:-1]
    with np.errstate(invalid="ignore"):
        middle = np.array([_median(lead) for lead in signals], np.float32)[:, None]
        known = np.isfinite(signals)
        low = np.minimum.reduceat(np.where(known, signals, np.inf), edges, axis=1) - middle
        high = np.maximum.reduceat(np.where(known, signals, -np.inf), edges, axis=1) - middle
    empty = ~np.isfinite(low)
    return Overview(
        leads=record.leads,
        duration_s=record.duration_s,
        low=np.where(empty, 0, low).astype(np.float32),
        high=np.where(empty, 0, high).astype(np.float32),
        rhythms=rhythms(record.annotations, record.duration_s),
        unusual=unusual(record.annotations),
    )


def unusual(annotations: Sequence[Annotation]) -> tuple[tuple[float, str], ...]:
    """Beats of another kind than the record's usual one, which may be paced or blocked."""
    beats = [mark for mark in annotations if mark.symbol in BEATS or mark.symbol == "N"]
    if not beats:
        return ()
    usual = Counter(mark.symbol for mark in beats).most_common(1)[0][0]
    return tuple((m.time_s, m.symbol) for m in beats if m.symbol not in {usual, "N"})


def rhythms(annotations: Sequence[Annotation], duration_s: float) -> tuple[Span, ...]:
    """Each rhythm lasts until the next mark, the last one until the end."""
    changes = [mark for mark in annotations if mark.symbol == "+" and mark.note.startswith("(")]
    ends = ([mark.time_s for mark in changes] + [duration_s])[1:]
    return tuple(
        Span(mark.time_s, end, mark.note, RHYTHMS.get(mark.note, mark.note.lstrip("(")))
        for mark, end in zip(changes, ends, strict=True)
    )


def _median(lead: np.ndarray) -> float:
    valid = lead[np.isfinite(lead)]
    return float(np.median(valid)) if valid.size else 0.0
