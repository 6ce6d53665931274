"""What every view is given: the cases on the table, and their model."""

from __future__ import annotations

from dataclasses import dataclass

from ecg_core.evidence.triage_questions import ACUTE
from ecg_core.evidence.values import CaseSet, Question
from ecg_core.network.card import ModelCard
from ecg_core.network.statements import SUPERCLASSES


@dataclass(frozen=True, eq=False)
class Context:
    """The chosen cases.

    cases: after filters. whole: before them. card: of the model that answered. siblings: other sets
    that can be compared with this one (other conditions, layouts and models).
    """

    cases: CaseSet
    whole: CaseSet
    card: ModelCard
    siblings: tuple[CaseSet, ...]

    @property
    def asked(self) -> tuple[Question, ...]:
        """Questions with cases of both kinds."""
        return tuple(question for question in self.cases.questions if question.answerable)

    @property
    def main(self) -> tuple[str, ...]:
        """Codes of the questions that are asked first: superclasses and the acute flag, or all."""
        codes = tuple(question.code for question in self.asked)
        first = tuple(code for code in codes if code in (*SUPERCLASSES, ACUTE))
        return first or codes
