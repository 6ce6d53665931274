"""What the draft says beside the lines of the table of triage: a table, section by section.

Each row names a phrase, and a function that gives what it needs and rests on, or None where it does
not apply. Of a topic the first row that applies speaks, and none where a line of the table has
spoken on it. Without a topic every row speaks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ecg_core.report.rules import plain, previous, technical
from ecg_core.triage.agreement import Clash
from ecg_core.triage.facts import Facts, Section
from ecg_core.triage.rule import Answer
from ecg_core.triage.verdict import Level

__all__ = ["CONCLUSIONS", "PLAIN", "Phrase", "Topic", "clash_section"]


@dataclass(frozen=True)
class Phrase:
    """One row: the phrase's key, and when it is said with what."""

    key: str
    says: Callable[[Facts], Answer]


@dataclass(frozen=True)
class Topic:
    """Rows on one topic of the table; "" for rows that all speak."""

    name: str
    phrases: tuple[Phrase, ...]


PLAIN: dict[Section, tuple[Topic, ...]] = {
    Section.QUALITY: (
        Topic("", (Phrase("doubt", technical.doubts), Phrase("off_paper", technical.off_paper))),
    ),
    Section.RHYTHM: (
        Topic(
            "rhythm",
            (
                Phrase("sinus_arrhythmia", plain.sinus_arrhythmia),
                Phrase("sinus", plain.sinus),
                Phrase("sinus_by_model", plain.sinus_by_model),
                Phrase("no_p", plain.no_p),
                Phrase("no_beats", plain.always),
            ),
        ),
    ),
    Section.RATE: (
        Topic(
            "rate",
            (
                Phrase("rate", plain.rate(doubtful=False)),
                Phrase("rate_doubtful", plain.rate(doubtful=True)),
                Phrase("rate_none", plain.always),
            ),
        ),
    ),
    Section.AXIS: (
        Topic("axis", (Phrase("axis_normal", plain.axis), Phrase("axis_none", plain.always))),
    ),
    Section.INTERVALS: (
        Topic(
            "pr",
            (
                Phrase("pr_normal", plain.pr),
                Phrase("pr_doubtful", plain.pr_doubtful),
                Phrase("pr_none", plain.pr_blank),
            ),
        ),
        Topic(
            "qrs",
            (
                Phrase("qrs_normal", plain.qrs(below=110)),
                Phrase("qrs_border", plain.qrs(110, 120)),
                Phrase("qrs_doubtful", plain.qrs_doubtful),
                Phrase("qrs_none", plain.always),
            ),
        ),
        Topic(
            "qt",
            (
                Phrase("qt_irregular", plain.qt(doubtful=True)),
                Phrase("qt_normal", plain.qt(doubtful=False)),
                Phrase("qt_none", plain.always),
            ),
        ),
    ),
    Section.ST_T: (
        Topic(
            "st",
            (
                Phrase("st_unjudged", plain.st_unjudged),
                Phrase("st_secondary", plain.st_secondary),
                Phrase("st_none", plain.st_none),
            ),
        ),
    ),
    Section.INFARCTION: (Topic("", (Phrase("infarct_unjudged", plain.infarct_unjudged),)),),
    Section.COMPARISON: (
        Topic(
            "previous",
            (
                Phrase("change_none", previous.not_compared),
                Phrase("change", previous.compared(different=True)),
                Phrase("same", previous.compared(different=False)),
            ),
        ),
    ),
}

CONCLUSIONS: dict[Level, str] = {
    Level.ACT_NOW: "act_now",
    Level.URGENT: "urgent",
    Level.ABNORMAL: "abnormal",
    Level.UNCERTAIN: "uncertain",
    Level.NORMAL: "normal",
    Level.NOT_JUDGED: "not_judged",
}
"""The phrase that says each verdict."""


def clash_section(clash: Clash) -> Section:
    """Where a finding that gives way is spoken of."""
    if clash.code.startswith("infarct"):
        return Section.INFARCTION
    return Section.RHYTHM if clash.code.startswith("af-") else Section.CONDUCTION
