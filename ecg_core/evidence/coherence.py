"""Whether what the machine says of an ECG holds together: contradictions counted on a data set.

Each kind of contradiction is a row of a table, and looks at the very values that a reader sees: the
verdict, the draft's sentences, the findings that are listed and the measurements.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ecg_core.network.statements import Triage
from ecg_core.report.values import Narrative
from ecg_core.triage.classed import verdict_class
from ecg_core.triage.facts import Facts, Section
from ecg_core.triage.priority import Priority
from ecg_core.triage.verdict import Level, Verdict

PRESSING = (Priority.IMMEDIATE, Priority.URGENT)
LEAST_SAID = 0.20
VERY_FAST_BPM, VERY_SLOW_BPM = 150, 40


@dataclass(frozen=True)
class EverythingSaid:
    """Everything that is said of one ECG."""

    facts: Facts
    verdict: Verdict
    draft: Narrative

    def says(self, words: str) -> bool:
        """Whether the draft asserts these words; that a finding gives way asserts nothing."""
        gone = {clash.code for clash in self.facts.clashes}
        body = (one.text for one in self.draft.sentences[:-1] if one.code not in gone)
        return any(words in text for text in body)

    @property
    def abnormal(self) -> bool:
        """Whether a sentence before the conclusion says something abnormal."""
        return any(one.abnormal for one in self.draft.sentences[:-1])


@dataclass(frozen=True)
class Contradiction:
    """One kind: its name, what it means, and whether an ECG shows it."""

    code: str
    words: str
    shown: Callable[[EverythingSaid], bool]


def _normal_beside_finding(said: EverythingSaid) -> bool:
    return said.verdict.level is Level.NORMAL and bool(said.facts.findings or said.facts.clashes)


def _acute_without_st(said: EverythingSaid) -> bool:
    codes = {one.code for one in said.draft.sentences}
    return "infarct_acute" in codes or (
        bool(codes & {"acute-seen", "acute-infarction", "acute-flag"})
        and said.says("No significant ST deviation")
    )


def _wrong_conclusion(said: EverythingSaid) -> bool:
    level, told = said.verdict.level, said.draft.sentences[-1]
    return told.section is not Section.CONCLUSION or (
        level is Level.NORMAL and said.draft.conclusion != "Conclusion: normal ECG."
    )


def _levels_differ(said: EverythingSaid) -> bool:
    by_level = {
        Level.ACT_NOW: (Priority.IMMEDIATE,),
        Level.URGENT: (Priority.URGENT,),
        Level.NOT_JUDGED: (Priority.URGENT,),
        Level.ABNORMAL: (Priority.SOON,),
        Level.UNCERTAIN: (Priority.SOON, Priority.ROUTINE),
        Level.NORMAL: (Priority.ROUTINE,),
    }
    return said.verdict.priority not in by_level[said.verdict.level]


def _fast_or_slow_waits(said: EverythingSaid) -> bool:
    rate = said.facts.sure("rate")
    extreme = rate is not None and not VERY_SLOW_BPM <= round(rate) < VERY_FAST_BPM
    return extreme and said.verdict.priority not in PRESSING


def _two_rhythms(said: EverythingSaid) -> bool:
    fibrillates = said.says("fibrillation (") or said.says("fibrillation at")
    return (fibrillates and said.says("Sinus ")) or (
        said.says("rhythm cannot be judged") and said.says("Sinus ")
    )


def _class_differs(said: EverythingSaid) -> bool:
    if said.facts.prediction is None or said.verdict.level is Level.NOT_JUDGED:
        return False
    normal = verdict_class(said.verdict, said.facts.prediction) is Triage.NORMAL
    return normal is not (said.verdict.level in (Level.NORMAL, Level.UNCERTAIN))


def _two_blocks(said: EverythingSaid) -> bool:
    codes = {finding.code for finding in said.facts.findings}
    return {"CRBBB", "IRBBB"} <= codes or {"CLBBB", "CRBBB"} <= codes


INFARCT_SAID = frozenset({"prior-infarction", "infarct-finding", "q-waves"})
INFARCT_OPEN = frozenset({"infarct_unjudged", "prior-infarction-hidden"})


def _judged_and_not(said: EverythingSaid) -> bool:
    codes = {one.code for one in said.draft.sentences}
    return bool(codes & INFARCT_SAID) and bool(codes & INFARCT_OPEN)


CONTRADICTIONS: tuple[Contradiction, ...] = (
    Contradiction(
        "normal-with-abnormal-sentence",
        "The verdict is normal and a sentence of the draft says something abnormal.",
        lambda s: s.verdict.level in (Level.NORMAL, Level.UNCERTAIN) and s.abnormal,
    ),
    Contradiction(
        "normal-with-finding",
        "The verdict is normal beside a finding over its operating point.",
        _normal_beside_finding,
    ),
    Contradiction(
        "normal-against-model",
        "The verdict is normal and the model's class is not.",
        lambda s: s.verdict.level is Level.NORMAL and s.facts.triage is not Triage.NORMAL,
    ),
    Contradiction(
        "abnormal-without-reason",
        "The verdict is abnormal, urgent or act now, and no sentence says why.",
        lambda s: (
            s.verdict.level in (Level.ACT_NOW, Level.URGENT, Level.ABNORMAL) and not s.abnormal
        ),
    ),
    Contradiction(
        "acute-asserted-without-st",
        "An acute infarction is asserted, or suggested beside “no significant ST deviation”.",
        _acute_without_st,
    ),
    Contradiction(
        "faint-finding",
        "A finding with a probability under 20 % is listed or said.",
        lambda s: any(f.probability < LEAST_SAID for f in s.facts.findings),
    ),
    Contradiction(
        "conclusion-differs", "The draft concludes with another verdict.", _wrong_conclusion
    ),
    Contradiction(
        "priority-differs", "The priority is not the one of the verdict.", _levels_differ
    ),
    Contradiction(
        "class-differs",
        "Agreeing with the verdict would decide on a class that contradicts it.",
        _class_differs,
    ),
    Contradiction(
        "extreme-rate-waits",
        "A rate under 40 or from 150/min is neither act now nor urgent.",
        _fast_or_slow_waits,
    ),
    Contradiction(
        "two-rhythms", "Two rhythms are asserted, or one that is not judged.", _two_rhythms
    ),
    Contradiction("two-blocks", "Blocks that exclude one another are listed.", _two_blocks),
    Contradiction(
        "not-judged-with-finding",
        "The machine does not judge, and a finding is listed.",
        lambda s: s.verdict.level is Level.NOT_JUDGED and bool(s.facts.findings),
    ),
    Contradiction(
        "infarction-judged-and-not",
        "An old infarction is said and said not to be judged.",
        _judged_and_not,
    ),
)


def shown(said: EverythingSaid) -> tuple[str, ...]:
    """The kinds of contradiction that one ECG shows."""
    return tuple(kind.code for kind in CONTRADICTIONS if kind.shown(said))


def count(all_said: Iterable[EverythingSaid]) -> tuple[int, Counter[str]]:
    """How many ECGs there were, and how many show each kind of contradiction."""
    found: Counter[str] = Counter({kind.code: 0 for kind in CONTRADICTIONS})
    n = 0
    for said in all_said:
        n += 1
        found.update(shown(said))
    return n, found
