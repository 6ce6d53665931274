"""Readers and machine: agreement, overrides, the pull of a shown answer, time, drift."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.stats import binomtest

from ecg_core.evidence.figures.agreement import kappa
from ecg_core.evidence.figures.drift import Drift, drift
from ecg_core.evidence.figures.metrics import Interval
from ecg_core.evidence.practice import PracticeCase
from ecg_core.evidence.values import CaseSet
from ecg_core.network.statements import TRIAGE_CLASSES


@dataclass(frozen=True)
class Agreement:
    """Two parties over the cases that both gave a class to."""

    first: str
    second: str
    n: int
    same: float
    kappa: Interval


@dataclass(frozen=True)
class Month:
    """Final readings of one month: how many, and the share that overrode the machine (Wilson)."""

    month: str
    n: int
    overridden: Interval


@dataclass(frozen=True)
class Pull:
    """First readings given blind, and what the same reader said once the answer was shown.

    pairs: first and final readings of a class. agreed: the first was the machine's class already.
    towards: the reader differed and went over to the machine. kept: differed and stayed. away:
    went elsewhere. With an adjudicated truth, of `judged` pairs: first_right and final_right, and
    dragged, where a right first reading became the machine's wrong class; saved, the reverse.
    """

    pairs: int
    agreed: int
    towards: int
    kept: int
    away: int
    judged: int
    first_right: int
    final_right: int
    dragged: int
    saved: int


def with_machine(cases: Sequence[PracticeCase]) -> tuple[Agreement, ...]:
    """Every reader's final class against the machine's, those with most readings first."""
    said: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for case in cases:
        for reader, one in case.finals.items():
            if one.triage is not None:
                said[reader].append((one.triage, case.machine, case.case_id))
    return _agreements({(reader, "machine"): pairs for reader, pairs in said.items()})


def between_readers(cases: Sequence[PracticeCase]) -> tuple[Agreement, ...]:
    """Every two readers over the cases that both read."""
    said: dict[tuple[str, str], list[tuple[str, str, str]]] = defaultdict(list)
    for case in cases:
        decided = {r: one.triage for r, one in case.finals.items() if one.triage is not None}
        for first, second in combinations(sorted(decided), 2):
            said[first, second].append((decided[first], decided[second], case.case_id))
    return _agreements(said)


def _agreements(
    said: dict[tuple[str, str], list[tuple[str, str, str]]],
) -> tuple[Agreement, ...]:
    found = []
    for (first, second), pairs in said.items():
        one, two, ids = zip(*pairs, strict=True)
        same = float(np.mean([a == b for a, b in zip(one, two, strict=True)]))
        found.append(Agreement(first, second, len(pairs), same, kappa(one, two, ids)))
    return tuple(sorted(found, key=lambda a: (-a.n, a.first, a.second)))


def overrides(cases: Sequence[PracticeCase]) -> tuple[Month, ...]:
    """Share of final readings of a class that differ from the machine's, month by month."""
    counted: dict[str, list[bool]] = defaultdict(list)
    for case in cases:
        for one in case.finals.values():
            if one.triage is not None:
                counted[f"{one.at:%Y-%m}"].append(one.triage != case.machine)
    months = []
    for month, differs in sorted(counted.items()):
        months.append(Month(month, len(differs), share(sum(differs), len(differs))))
    return tuple(months)


def share(hits: int, n: int) -> Interval:
    """Share with Wilson's 95 % interval."""
    bounds = binomtest(hits, n).proportion_ci(0.95, method="wilson")
    return Interval(hits / n, float(bounds.low), float(bounds.high))


def changes(cases: Sequence[PracticeCase]) -> np.ndarray:
    """Counts of final readings: the machine's class by row, the reader's by column (4 × 4)."""
    counts = np.zeros((len(TRIAGE_CLASSES), len(TRIAGE_CLASSES)), int)
    for case in cases:
        for one in case.finals.values():
            if one.triage is not None:
                counts[TRIAGE_CLASSES.index(case.machine), TRIAGE_CLASSES.index(one.triage)] += 1
    return counts


def pull(cases: Sequence[PracticeCase]) -> Pull:
    """How shown answers moved readers who had committed themselves before."""
    tally = dict.fromkeys(Pull.__dataclass_fields__, 0)
    for case in cases:
        for reader, first in case.firsts.items():
            final = case.finals.get(reader)
            if final is None or final.triage is None or first.triage is None:
                continue
            tally["pairs"] += 1
            if first.triage == case.machine:
                tally["agreed"] += 1
            elif final.triage == case.machine:
                tally["towards"] += 1
            elif final.triage == first.triage:
                tally["kept"] += 1
            else:
                tally["away"] += 1
            if case.truth is None:
                continue
            tally["judged"] += 1
            tally["first_right"] += first.triage == case.truth
            tally["final_right"] += final.triage == case.truth
            moved = first.triage != case.machine and final.triage == case.machine
            tally["dragged"] += moved and first.triage == case.truth
            tally["saved"] += moved and final.triage == case.truth
    return Pull(**tally)


def seconds(cases: Sequence[PracticeCase]) -> np.ndarray:
    """Time from the first sight of a case to each final reading, where it was recorded."""
    return np.array(
        [one.seconds for case in cases for one in case.finals.values() if one.seconds is not None]
    )


def shifts(cases: Sequence[PracticeCase], reference: CaseSet) -> tuple[Drift, ...]:
    """Each month's probabilities against those of the reference cases, class by class."""
    by_month: dict[str, list[PracticeCase]] = defaultdict(list)
    for case in cases:
        if case.weights_sha256 == reference.weights_sha256:
            by_month[case.month].append(case)
    found = []
    for month, here in sorted(by_month.items()):
        for question in reference.questions:
            now = [case.scores[question.code] for case in here if question.code in case.scores]
            if now:
                found.append(drift(question.name, month, question.score, np.array(now)))
    return tuple(found)
