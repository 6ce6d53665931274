"""Figures of the cross-validation, from the answers that are kept as evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ecg_core.evidence.figures import multiclass
from ecg_core.evidence.figures.metrics import Interval
from ecg_core.evidence.four_classes.answers import MethodAnswers
from ecg_core.evidence.four_classes.compared import METHODS, PROTOCOLS
from ecg_core.evidence.four_classes.curated import EVIDENCE

ANSWERS = "answers"
"""Folder with one file a protocol and method."""


@dataclass(frozen=True)
class MethodFigures:
    """How one method did under one protocol; intervals by group.

    trivial: whether the method knows nothing of ECGs. recalls: share of each class answered right.
    groups: how many. cpu_s: training and answering, all folds.
    """

    protocol: str
    method: str
    trivial: bool
    n: int
    groups: int
    accuracy: Interval
    balanced_accuracy: Interval
    recalls: tuple[tuple[str, Interval], ...]
    cpu_s: float


@dataclass(frozen=True)
class Gain:
    """What a method has over a trivial one on the same pages, resampled together by group."""

    protocol: str
    method: str
    over: str
    accuracy: Interval
    balanced_accuracy: Interval


def load(folder: Path = EVIDENCE) -> tuple[MethodAnswers, ...]:
    """All answers in a folder, by protocol and method in the order of their tables."""
    found = [MethodAnswers.read(path) for path in sorted((folder / ANSWERS).glob("*.parquet"))]
    protocols = [p.name for p in PROTOCOLS]
    methods = [m.name for m in METHODS]
    known = [a for a in found if a.protocol in protocols and a.method in methods]
    return tuple(
        sorted(known, key=lambda a: (protocols.index(a.protocol), methods.index(a.method)))
    )


def figures(answers: MethodAnswers) -> MethodFigures:
    """The figures of one method under one protocol."""
    truth, predicted, groups = answers.labels, answers.predicted, answers.groups
    recalls = multiclass.recalls(truth, predicted, groups)
    return MethodFigures(
        protocol=answers.protocol,
        method=answers.method,
        trivial=trivial(answers.method),
        n=len(truth),
        groups=len(np.unique(groups)),
        accuracy=multiclass.accuracy(truth, predicted, groups),
        balanced_accuracy=multiclass.balanced_accuracy(truth, predicted, groups),
        recalls=tuple((answers.classes[k], interval) for k, interval in recalls.items()),
        cpu_s=answers.cpu_s,
    )


def gains(answers: Sequence[MethodAnswers]) -> tuple[Gain, ...]:
    """Every trained method against every trivial one under the same protocol.

    Raises ValueError when two of them answered other pages.
    """
    found = []
    for one in (a for a in answers if not trivial(a.method)):
        for other in (a for a in answers if a.protocol == one.protocol and trivial(a.method)):
            if not np.array_equal(one.files, other.files):
                raise ValueError(f"{one.method} and {other.method} answered other pages")
            pair = one.labels, one.predicted, other.predicted, one.groups
            found.append(
                Gain(
                    one.protocol,
                    one.method,
                    other.method,
                    multiclass.accuracy_gain(*pair),
                    multiclass.balanced_gain(*pair),
                )
            )
    return tuple(found)


def trivial(method: str) -> bool:
    """Whether a method knows nothing of ECGs, or nothing but the rate."""
    return next(m.trivial for m in METHODS if m.name == method)
