"""Whether the labels of a set can be told without looking at the ECGs, as it was found out.

A network that finds a shortcut (a label in the header, a mark on the paper, another scanner for
the ill) looks better than it is, and so does every figure of such a set. `seeking` looks.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ecg_core.evidence.figures.metrics import Interval
from ecg_core.evidence.own_sets.sets import LabelledSet, write_json

FILE_NAME = "shortcuts.json"
CHANCE = 0.5


@dataclass(frozen=True)
class Label:
    """One yes/no label of the cases (bool, n) and whether it is known (bool, n)."""

    name: str
    truth: np.ndarray
    known: np.ndarray


@dataclass(frozen=True)
class Word:
    """A printed word that goes with a label: for so many patients with it and without it."""

    label: str
    word: str
    with_label: int
    all_with: int
    without_label: int
    all_without: int


@dataclass(frozen=True)
class LabelTold:
    """How well one label is told: AUC with its 95 % interval by patient; n cases, so many with."""

    label: str
    n: int
    positives: int
    auc: Interval


@dataclass(frozen=True)
class Look:
    """One way to look, over all labels tried.

    n: cases that have something to see. mean: of the labels' AUCs, with its 95 % interval by
    patient; None where all cases look the same. told: each label. words: that go with one.
    """

    key: str
    name: str
    n: int
    mean: Interval | None
    told: tuple[LabelTold, ...] = ()
    words: tuple[Word, ...] = ()

    @property
    def leaks(self) -> bool:
        """Whether the interval of the mean lies above chance, or words go with a label."""
        return self.above_chance or bool(self.words)

    @property
    def above_chance(self) -> bool:
        """Whether the interval of the mean lies above chance."""
        return self.mean is not None and self.mean.low > CHANCE

    @property
    def best(self) -> LabelTold | None:
        """The label that is told best."""
        return max(self.told, key=lambda one: one.auc.value, default=None)


def load(labelled: LabelledSet) -> tuple[Look, ...] | None:
    """What was found, or None while the set was not looked at. Empty with too few cases."""
    path = labelled.folder / FILE_NAME
    if not path.exists():
        return None
    return tuple(_look(plain) for plain in json.loads(path.read_text(encoding="utf-8")))


def keep(labelled: LabelledSet, looks: Sequence[Look]) -> None:
    """Store what was found beside the set."""
    write_json(labelled.folder / FILE_NAME, [asdict(one) for one in looks])


def _look(plain: dict[str, Any]) -> Look:
    mean = None if plain["mean"] is None else Interval(**plain["mean"])
    told = tuple(LabelTold(**{**one, "auc": Interval(**one["auc"])}) for one in plain["told"])
    words = tuple(Word(**one) for one in plain.get("words", ()))
    return Look(plain["key"], plain["name"], plain["n"], mean, told, words)
