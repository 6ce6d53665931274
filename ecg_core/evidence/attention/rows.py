"""What attention was seen to do on one ECG: rows, and figures with intervals by patient."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from ecg_core.evidence import evidence_file
from ecg_core.evidence.figures.metrics import Interval, patient_weights

FILE_NAME = "attention.jsonl"
"""Beside the evidence files of the model that was asked."""
RANDOM, OTHER = "random map", "map of another ECG"
"""What the maps of a method are held against."""


@dataclass(frozen=True)
class AttentionRow:
    """One measurement on one ECG.

    test: "deletion", "insertion", "road", "randomised", "agreement", "strangers", "planted",
    "control", "wave" or "outside".
    map: key of the attention method, or `RANDOM` or `OTHER`. part: what was randomised, or the
    territory that was planted. flagged: whether the network flags the target on this very page.
    chance: what a map that knows nothing would reach on average (planted and control).
    """

    test: str
    map: str
    part: str
    target: str
    ecg_id: int
    patient: int
    value: float
    split: str
    flagged: bool
    chance: float
    model: str
    weights_sha256: str

    def line(self) -> str:
        """As one line of JSON."""
        return evidence_file.line(self)


@dataclass(frozen=True)
class AttentionFigure:
    """Mean of one test's rows with a 95 % interval; n ECGs. chance: mean of the rows'."""

    test: str
    map: str
    part: str
    n: int
    mean: Interval
    chance: float


def read(path: Path) -> tuple[AttentionRow, ...]:
    """The rows of one file."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return tuple(AttentionRow(**json.loads(line)) for line in lines)


def load(model_name: str, weights_sha256: str) -> tuple[AttentionRow, ...]:
    """The rows shipped with a model; none where there are none or they are of other weights."""
    rows = evidence_file.lines(model_name, FILE_NAME, weights_sha256)
    return tuple(AttentionRow(**row) for row in rows)


def write(rows: Iterable[AttentionRow], path: Path) -> None:
    """Write rows as JSON lines while they come; the file takes its name when all are there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    with partial.open("w", encoding="utf-8", buffering=1) as file:
        file.writelines(row.line() + "\n" for row in rows)
    partial.replace(path)


def figures(rows: Sequence[AttentionRow]) -> tuple[AttentionFigure, ...]:
    """One figure for every test, part and map, in the order in which they come."""
    groups: dict[tuple[str, str, str], list[AttentionRow]] = {}
    for row in rows:
        groups.setdefault((row.test, row.map, row.part), []).append(row)
    return tuple(
        AttentionFigure(
            *key,
            n=len(group),
            mean=_mean(np.array([row.value for row in group]), group),
            chance=float(np.mean([row.chance for row in group])),
        )
        for key, group in groups.items()
    )


def differences(rows: Sequence[AttentionRow], against: str) -> tuple[AttentionFigure, ...]:
    """As `figures`, of every map less the `against` map of the very same ECG and test."""
    base = {(row.test, row.part, row.ecg_id): row.value for row in rows if row.map == against}
    less = []
    for row in rows:
        key = (row.test, row.part, row.ecg_id)
        if row.map != against and key in base:
            less.append(AttentionRow(**{**asdict(row), "value": row.value - base[key]}))
    return figures(less)


def _mean(values: np.ndarray, rows: Sequence[AttentionRow]) -> Interval:
    weights = patient_weights(np.array([row.patient for row in rows]))
    means = (weights * values).sum(axis=1) / weights.sum(axis=1)
    low, high = np.percentile(means, (2.5, 97.5))
    return Interval(float(values.mean()), float(low), float(high))
