"""What a draft report is made of."""

from __future__ import annotations

from dataclasses import dataclass

from ecg_core.triage.facts import Facts, Section

__all__ = ["Facts", "Narrative", "Section", "Sentence"]


@dataclass(frozen=True)
class Sentence:
    """One sentence and what it rests on.

    code: the line of the table that says it, or the phrase's key. abnormal: whether it says
    something abnormal. leads: where to look. numbers: keys of `QUANTITIES`. findings: codes of the
    model's findings.
    """

    section: Section
    text: str
    leads: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    code: str = ""
    abnormal: bool = False


@dataclass(frozen=True)
class Narrative:
    """A draft report: sentences in order, the conclusion last."""

    sentences: tuple[Sentence, ...]

    @property
    def text(self) -> str:
        """The draft as one paragraph, for the reader to edit."""
        return " ".join(sentence.text for sentence in self.sentences)

    @property
    def conclusion(self) -> str:
        """Its last sentence, the verdict in words."""
        return self.sentences[-1].text
