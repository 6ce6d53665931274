"""Everything that the verdict and the draft report may look at, and what of it holds together."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from ecg_core.network.statements import TRIAGE_CLASSES, Reads, Triage
from ecg_core.network.values import Finding, Prediction
from ecg_core.page.doubts import limits as remarks
from ecg_core.page.values import Remark
from ecg_core.signal.values import LeadMeasurement, Measurement, Measurements, Quality
from ecg_core.triage import agreement
from ecg_core.triage.agreement import Clash
from ecg_core.triage.limits import SOMEBODY, Person

NO_HEARTBEAT = frozenset({*remarks.NO_HEARTBEAT, "ink"})
"""Reasons of an abstaining model with which what was measured says nothing either."""
WIDE_MS = 130.0
"""QRS duration from which ST and T follow from the conduction."""


class Section(StrEnum):
    """Parts of a report, in the order in which a cardiologist writes them."""

    QUALITY = "Quality"
    RHYTHM = "Rhythm"
    RATE = "Rate"
    AXIS = "Axis"
    INTERVALS = "Intervals"
    CONDUCTION = "Conduction"
    HYPERTROPHY = "Hypertrophy"
    ST_T = "ST–T"
    INFARCTION = "Infarction"
    COMPARISON = "Comparison"
    CONCLUSION = "Conclusion"


@dataclass(frozen=True)
class Facts:
    """One ECG as the rules see it. prediction: None where no model was asked.

    previous: measurements of the ECG chosen to compare with. person: whose limits apply.
    """

    measurements: Measurements
    prediction: Prediction | None = None
    remarks: tuple[Remark, ...] = ()
    previous: Measurements | None = None
    person: Person = SOMEBODY

    @property
    def answer(self) -> Prediction | None:
        """What the model says; None where it abstains."""
        return None if self.prediction is None or self.prediction.abstained else self.prediction

    @property
    def triage(self) -> Triage | None:
        """The model's most probable class."""
        return None if self.answer is None else self.answer.triage_class

    @property
    def strip(self) -> bool:
        """Whether a rhythm strip was read, which shows no infarction and rules none out."""
        return self.prediction is not None and self.prediction.reads is Reads.STRIP

    @property
    def acute_flagged(self) -> bool:
        """Whether the model flags an acute infarction."""
        return self.answer is not None and not self.strip and self.answer.acute_flagged

    @property
    def p_normal(self) -> float:
        """The model's probability of a normal ECG, 0 without an answer."""
        return self.p(Triage.NORMAL)

    def p(self, triage: Triage) -> float:
        """The model's probability of a class, 0 without an answer."""
        return 0.0 if self.answer is None else self.answer.triage[TRIAGE_CLASSES.index(triage)]

    @cached_property
    def _judged(self) -> tuple[tuple[Finding, ...], tuple[Clash, ...]]:
        return agreement.sorted_out(self)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Findings over their operating points that nothing measured contradicts."""
        return self._judged[0]

    @property
    def clashes(self) -> tuple[Clash, ...]:
        """Findings over their operating points that something measured contradicts."""
        return self._judged[1]

    def has(self, *codes: str) -> tuple[Finding, ...]:
        """Those findings with one of these codes."""
        return tuple(f for f in self.findings if f.code in codes)

    @property
    def distrusted(self) -> bool:
        """Whether the page shows nothing that beats, so that its numbers say nothing."""
        if self.prediction is None:
            return False
        return any(reason.code in NO_HEARTBEAT for reason in self.prediction.reasons)

    def one(self, key: str) -> Measurement:
        """A measurement with its quality and reason."""
        return self.measurements.values[key]

    def value(self, key: str) -> float | None:
        """A measured number, None where it is blank or says nothing."""
        return None if self.distrusted else self.measurements.value(key)

    def sure(self, key: str) -> float | None:
        """A measured number of good quality."""
        good = self.one(key).quality is Quality.GOOD
        return self.value(key) if good else None

    def which_are_sure(self, *keys: str) -> tuple[str, ...]:
        """Those of these numbers that are measured well."""
        return tuple(key for key in keys if self.sure(key) is not None)

    def says(self, key: str) -> bool | None:
        """The answer to a question, None where it could not be told."""
        return None if self.distrusted else self.measurements.says(key)

    @cached_property
    def leads(self) -> dict[str, LeadMeasurement]:
        """Leads whose levels can be trusted."""
        if self.distrusted:
            return {}
        return {lead.lead: lead for lead in self.measurements.leads if lead.quality is Quality.GOOD}

    @property
    def paced(self) -> bool:
        """Whether a pacemaker paces, by its spikes or by the model."""
        return self.says("paced") is True or bool(self.has("PACE"))

    @property
    def fibrillates(self) -> bool:
        """Whether the atria fibrillate or flutter, as far as the model goes."""
        return bool(self.has("AFIB", "AF", "AFLT"))

    @property
    def pr_ms(self) -> float | None:
        """PR where an atrium leads the ventricles."""
        return None if self.paced or self.fibrillates else self.value("pr")

    @property
    def wide(self) -> bool:
        """Whether the ventricles are not activated as usual, so that ST and T say little."""
        qrs = self.value("qrs")
        return self.hides_infarction or (qrs is not None and qrs >= WIDE_MS)

    @property
    def hides_infarction(self) -> bool:
        """Whether the conduction hides a Q wave: pacing, left bundle branch block, a wide QRS that
        is no right bundle branch block."""
        qrs = self.value("qrs")
        right = {"CRBBB", "IRBBB"} & {finding.code for finding in agreement.over(self)}
        unnamed = qrs is not None and qrs >= WIDE_MS and not right
        return self.paced or bool(self.has("CLBBB")) or unnamed
