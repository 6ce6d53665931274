"""Who is read first: a table of rules, the first that applies decides.

The table is written to be read by a clinician. It ranks ECGs for reading; it treats nobody.
Findings are those above their operating points on the model's card.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ecg_core.network.statements import TRIAGE_CLASSES, Reads, Triage
from ecg_core.network.values import Prediction
from ecg_core.page.values import Remark, Severity

SURELY_NORMAL = 0.7
"""Calibrated probability of a normal ECG from which it may wait."""


class Priority(StrEnum):
    """When an ECG should be read: now, next, today, or in its turn."""

    IMMEDIATE = "immediate"
    URGENT = "urgent"
    SOON = "soon"
    ROUTINE = "routine"


@dataclass(frozen=True)
class PriorityDecision:
    """A priority and the rule that gave it: its id in the table and its words."""

    priority: Priority
    rule_id: str
    rule: str


@dataclass(frozen=True)
class Signs:
    """What the rules look at: the prediction, codes flagged in it, whether the page is doubtful,
    and from which probability a normal ECG may wait."""

    prediction: Prediction
    flagged: frozenset[str]
    doubtful_page: bool
    surely_normal: float = SURELY_NORMAL

    def any(self, *codes: str) -> bool:
        """Whether one of these findings is flagged."""
        return not self.flagged.isdisjoint(codes)

    def all(self, *codes: str) -> bool:
        """Whether all of these findings are flagged."""
        return self.flagged.issuperset(codes)

    @property
    def triage(self) -> Triage:
        """The most probable triage class."""
        return self.prediction.triage_class

    @property
    def acute(self) -> bool:
        """Whether an acute infarction is flagged or the most probable class."""
        return self.prediction.acute_flagged or self.triage is Triage.ACUTE_MI

    @property
    def strip(self) -> bool:
        """Whether a rhythm strip was read."""
        return self.prediction.reads is Reads.STRIP

    @property
    def p_normal(self) -> float:
        """Probability of a normal ECG."""
        return self.prediction.triage[TRIAGE_CLASSES.index(Triage.NORMAL)]


@dataclass(frozen=True)
class Rule:
    """One row: id, priority, words for the clinician, and when it applies."""

    id: str
    priority: Priority
    words: str
    applies: Callable[[Signs], bool]


RULES: tuple[Rule, ...] = (
    Rule(
        "acute-doubtful",
        Priority.IMMEDIATE,
        "The machine doubts this page, but an acute infarction may be on it.",
        lambda s: s.acute and (s.prediction.abstained or s.doubtful_page),
    ),
    Rule(
        "acute-infarction",
        Priority.IMMEDIATE,
        "Acute or recent infarction reaches its operating point or is the most probable class.",
        lambda s: s.acute,
    ),
    Rule(
        "preexcited-af",
        Priority.IMMEDIATE,
        "Atrial fibrillation with pre-excitation may degenerate into ventricular fibrillation.",
        lambda s: s.all("AFIB", "WPW") or s.all("AFLT", "WPW"),
    ),
    Rule(
        "injury",
        Priority.IMMEDIATE,
        "Subendocardial injury current.",
        lambda s: s.any("INJAS", "INJAL", "INJIN", "INJLA", "INJIL"),
    ),
    Rule(
        "ventricular-run",
        Priority.IMMEDIATE,
        "Three or more ventricular beats in a row on a rhythm strip.",
        lambda s: s.any("VRUN"),
    ),
    Rule(
        "machine-abstains",
        Priority.URGENT,
        "The machine is not to be trusted on this page: a person reads it.",
        lambda s: s.prediction.abstained,
    ),
    Rule(
        "doubtful-page",
        Priority.URGENT,
        "The page is incomplete or of doubtful quality: a person reads it.",
        lambda s: s.doubtful_page,
    ),
    Rule(
        "left-bundle-branch-block",
        Priority.URGENT,
        "Complete left bundle branch block can hide an infarction; compare with an older ECG.",
        lambda s: s.any("CLBBB"),
    ),
    Rule(
        "trifascicular",
        Priority.URGENT,
        "Right bundle branch block with fascicular block and long PR may go on to complete block.",
        lambda s: s.any("CRBBB") and s.any("LAFB", "LPFB") and s.any("1AVB", "LPR"),
    ),
    Rule(
        "high-grade-block",
        Priority.URGENT,
        "Second- or third-degree AV block.",
        lambda s: s.any("2AVB", "3AVB"),
    ),
    Rule(
        "ischaemia",
        Priority.URGENT,
        "Ischaemic ST–T changes.",
        lambda s: s.any("ISC_", "ISCAL", "ISCAS", "ISCIL", "ISCIN", "ISCLA", "ISCAN"),
    ),
    Rule(
        "flutter-or-svt",
        Priority.URGENT,
        "Atrial flutter or another supraventricular tachyarrhythmia.",
        lambda s: s.any("AFLT", "SVARR", "SVTAC", "PSVT"),
    ),
    Rule(
        "long-qt",
        Priority.URGENT,
        "Long QT interval: risk of torsades de pointes.",
        lambda s: s.any("LNGQT"),
    ),
    Rule(
        "electrolytes",
        Priority.URGENT,
        "Signs of electrolyte disturbance or drug effect; potassium should be known.",
        lambda s: s.any("EL"),
    ),
    Rule(
        "atrial-fibrillation",
        Priority.SOON,
        "Atrial fibrillation: rate and stroke risk to be judged today.",
        lambda s: s.any("AFIB", "AF"),
    ),
    Rule(
        "paced",
        Priority.SOON,
        "Paced rhythm: pacing to be checked; the machine cannot judge infarction under it.",
        lambda s: s.any("PACE"),
    ),
    Rule(
        "pre-excitation",
        Priority.SOON,
        "Wolff–Parkinson–White pattern.",
        lambda s: s.any("WPW"),
    ),
    Rule(
        "bundle-branch-block",
        Priority.SOON,
        "Complete right bundle branch block.",
        lambda s: s.any("CRBBB"),
    ),
    Rule(
        "ventricular-ectopy",
        Priority.SOON,
        "Ventricular ectopy or a bigeminal pattern.",
        lambda s: s.any("PVC", "BIGU", "TRIGU"),
    ),
    Rule(
        "prior-infarction",
        Priority.SOON,
        "Prior or age-undetermined infarction, or an infarction pattern.",
        lambda s: s.triage is Triage.PRIOR_MI or s.any("MI"),
    ),
    Rule(
        "other-abnormality",
        Priority.SOON,
        "Another abnormality is the most probable class.",
        lambda s: s.triage is Triage.OTHER,
    ),
    Rule(
        "strip-normal",
        Priority.ROUTINE,
        "No abnormal beat or rhythm on the strip with a probability of at least {surely_normal}.",
        lambda s: s.strip and s.p_normal >= s.surely_normal,
    ),
    Rule(
        "normal",
        Priority.ROUTINE,
        "Normal with a probability of at least {surely_normal}.",
        lambda s: s.p_normal >= s.surely_normal,
    ),
    Rule(
        "not-surely-normal",
        Priority.SOON,
        "Normal is the most probable class, but below {surely_normal}.",
        lambda s: True,
    ),
)
"""In the order in which they are asked; the last applies to whatever is left."""


@dataclass(frozen=True)
class PriorityTable:
    """`RULES` as a service has set them.

    changed: rule id → another priority, or "off" for a rule that is passed over.
    surely_normal: calibrated probability of a normal ECG from which it may wait.
    """

    changed: Mapping[str, str] = field(default_factory=dict)
    surely_normal: float = SURELY_NORMAL

    def priority(self, rule: Rule) -> Priority | None:
        """The priority that a rule gives here; None when it is off."""
        word = self.changed.get(rule.id, rule.priority.value)
        return None if word == "off" else Priority(word)

    def words(self, rule: Rule) -> str:
        """The rule in words, with the limit in force."""
        return rule.words.format(surely_normal=f"{self.surely_normal:.0%}")


RELEASED = PriorityTable()
"""The table as it is released."""


def decide(
    prediction: Prediction, remarks: tuple[Remark, ...], table: PriorityTable = RELEASED
) -> PriorityDecision:
    """The priority of one ECG, by the first rule of `RULES` that applies and is not off.

    remarks: those of the page; one that is more than a note makes the page doubtful.
    """
    signs = Signs(
        prediction,
        frozenset(f.code for f in (*prediction.superclasses, *prediction.findings) if f.flagged),
        doubtful(remarks),
        table.surely_normal,
    )
    for rule in RULES[:-1]:
        priority = table.priority(rule)
        if priority is not None and rule.applies(signs):
            return PriorityDecision(priority, rule.id, table.words(rule))
    last = RULES[-1]
    return PriorityDecision(table.priority(last) or last.priority, last.id, table.words(last))


def doubtful(remarks: tuple[Remark, ...]) -> bool:
    """Whether a remark is more than a note."""
    return any(remark.severity is not Severity.NOTE for remark in remarks)


def rank(priority: Priority) -> int:
    """0 for what is read first.

    >>> rank(Priority.IMMEDIATE), rank(Priority.ROUTINE)
    (0, 3)
    """
    return tuple(Priority).index(priority)
