"""Labelled cases with a model's answers, in the one form that every view works on."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property

import numpy as np


class Origin(StrEnum):
    """Where labelled cases come from."""

    SHIPPED = "shipped evidence"
    OWN = "your labelled cases"
    ADJUDICATED = "adjudicated decisions"


class Kind(StrEnum):
    """What a question asks for."""

    SUPERCLASS = "superclass"
    STATEMENT = "statement"
    CLASS = "class"


MIN_POSITIVES = 20
"""A statement is reported, and may be shown, from this many positive cases on."""


@dataclass(frozen=True, eq=False)
class Question:
    """A yes/no question put to every case.

    truth: bool, n. score: float, n, the model's probability. known: bool, n, whether the case has
    a label for it. threshold: the operating point from which the model flags, NaN where
    it has none.
    """

    code: str
    name: str
    truth: np.ndarray
    score: np.ndarray
    known: np.ndarray
    threshold: float
    kind: Kind = Kind.STATEMENT

    @property
    def positives(self) -> int:
        """Labelled cases that have it."""
        return int((self.truth & self.known).sum())

    @property
    def negatives(self) -> int:
        """Labelled cases that do not have it."""
        return int((~self.truth & self.known).sum())

    @property
    def answerable(self) -> bool:
        """Whether there are cases of both kinds, without which no rate means anything."""
        return self.positives > 0 and self.negatives > 0

    @property
    def flagged(self) -> np.ndarray:
        """Which cases the model flags at its operating point (bool, n)."""
        return self.score >= self.threshold


@dataclass(frozen=True, eq=False)
class Choice:
    """One of several exclusive classes.

    truth: int, n, index into names, −1 without a label. scores: n × classes, rows sum to one.
    """

    names: tuple[str, ...]
    truth: np.ndarray
    scores: np.ndarray

    @property
    def known(self) -> np.ndarray:
        """Which cases have a label (bool, n)."""
        return np.asarray(self.truth >= 0)

    @property
    def said(self) -> np.ndarray:
        """The likeliest class of every case (int, n)."""
        return np.asarray(self.scores.argmax(axis=1))


@dataclass(frozen=True, eq=False)
class Dimension:
    """A property that cases are grouped by, for example age band: one word per case."""

    name: str
    values: np.ndarray


@dataclass(frozen=True, eq=False)
class CaseSet:
    """Labelled cases and one model's answers to them.

    case_ids, patients: n. abstained: bool, n, where the model said that it should not be trusted.
    refused: cases that gave no page and have no row. dimensions: what cases can be grouped by.
    facts: what the data set tells of each case, in its own words, n each.
    """

    title: str
    origin: Origin
    dataset: str
    split: str
    condition: str
    layout: str
    model: str
    version: str
    weights_sha256: str
    refused: int
    case_ids: np.ndarray
    patients: np.ndarray
    abstained: np.ndarray
    questions: tuple[Question, ...]
    choice: Choice | None = None
    dimensions: tuple[Dimension, ...] = ()
    points_rule: str = ""
    facts: Mapping[str, np.ndarray] = field(default_factory=dict)

    @property
    def n(self) -> int:
        """Cases that were read."""
        return len(self.case_ids)

    @property
    def people(self) -> int:
        """Patients among them."""
        return len(np.unique(self.patients))

    def question(self, code: str) -> Question:
        """The question of a code. Raises KeyError."""
        for one in self.questions:
            if one.code == code:
                return one
        raise KeyError(code)

    def asking(self, codes: Sequence[str]) -> CaseSet:
        """The same cases with only these questions, in this order. Raises KeyError."""
        return replace(self, questions=tuple(self.question(code) for code in codes))

    def of_kind(self, kind: Kind) -> tuple[Question, ...]:
        """Questions of one kind, in their order."""
        return tuple(question for question in self.questions if question.kind is kind)

    def telling(self, least: int = MIN_POSITIVES) -> CaseSet:
        """The same cases with the questions that a reader is shown.

        Statements need an operating point, labels, and `least` cases that have them; a code is
        asked once, as what comes first.
        """
        once: dict[str, Question] = {}
        for question in self.questions:
            rare = question.positives < least or not question.known.any()
            if question.kind is Kind.STATEMENT and (rare or math.isnan(question.threshold)):
                continue
            once.setdefault(question.code, question)
        return replace(self, questions=tuple(once.values()))

    def take(self, rows: np.ndarray) -> CaseSet:
        """Only these rows (bool mask of length n, or indices)."""
        return replace(
            self,
            case_ids=self.case_ids[rows],
            patients=self.patients[rows],
            abstained=self.abstained[rows],
            questions=tuple(
                replace(q, truth=q.truth[rows], score=q.score[rows], known=q.known[rows])
                for q in self.questions
            ),
            choice=self.choice
            and replace(
                self.choice, truth=self.choice.truth[rows], scores=self.choice.scores[rows]
            ),
            dimensions=tuple(replace(d, values=d.values[rows]) for d in self.dimensions),
            facts={name: values[rows] for name, values in self.facts.items()},
        )

    @cached_property
    def digest(self) -> str:
        """Hash of everything a figure can depend on: the key of every cache."""
        sha = hashlib.sha256(
            repr((self.model, self.version, self.weights_sha256, self.refused)).encode()
        )
        for array in self._arrays():
            plain = np.ascontiguousarray(array if array.dtype != object else array.astype(str))
            sha.update(f"{plain.dtype} {plain.shape}".encode())
            sha.update(plain.tobytes())
        for question in self.questions:
            sha.update(f"{question.code} {question.threshold!r}".encode())
        return sha.hexdigest()

    def _arrays(self) -> Sequence[np.ndarray]:
        arrays = [self.case_ids, self.patients, self.abstained]
        for question in self.questions:
            arrays += [question.truth, question.score, question.known]
        if self.choice is not None:
            arrays += [self.choice.truth, self.choice.scores]
        return [*arrays, *(dimension.values for dimension in self.dimensions)]
