"""What a narrative is made of and what it is made from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ecg_core.network.statements import STATEMENTS
from ecg_core.network.values import Finding, Prediction
from ecg_core.page.values import Remark
from ecg_core.signal.values import LeadMeasurement, Measurements, Quality
from ecg_core.triage.limits import SOMEBODY, Person


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
class Sentence:
    """One sentence and what it rests on.

    leads: where to look. numbers: keys of `QUANTITIES`. findings: codes of the model's findings.
    """

    section: Section
    text: str
    leads: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Narrative:
    """A draft report: sentences in order."""

    sentences: tuple[Sentence, ...]

    @property
    def text(self) -> str:
        """The draft as one paragraph, for the reader to edit."""
        return " ".join(sentence.text for sentence in self.sentences)


@dataclass(frozen=True)
class Facts:
    """What the rules may look at. prediction: None where no model was asked.

    previous: measurements of the ECG chosen to compare with. person: whose limits apply.
    """

    measurements: Measurements
    prediction: Prediction | None = None
    remarks: tuple[Remark, ...] = ()
    previous: Measurements | None = None
    person: Person = SOMEBODY

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Findings above their operating points that the evidence carries; none of an abstaining
        model."""
        if self.prediction is None or self.prediction.abstained:
            return ()
        return tuple(f for f in self.prediction.findings if f.flagged)

    def of_group(self, *groups: str) -> tuple[Finding, ...]:
        """Those findings of one superclass or kind."""
        return tuple(
            f for f in self.findings if f.code in STATEMENTS and STATEMENTS[f.code].group in groups
        )

    def has(self, *codes: str) -> tuple[Finding, ...]:
        """Those findings with one of these codes."""
        return tuple(f for f in self.findings if f.code in codes)

    def value(self, key: str) -> float | None:
        """A measured number."""
        return self.measurements.value(key)

    @property
    def good_leads(self) -> dict[str, LeadMeasurement]:
        """Leads whose levels can be trusted."""
        return {lead.lead: lead for lead in self.measurements.leads if lead.quality is Quality.GOOD}

    @property
    def paced(self) -> bool:
        """Whether a pacemaker paces, by its spikes or by the model."""
        spikes = any(sign.code == "pacing_spikes" for sign in self.measurements.signs)
        return spikes or bool(self.has("PACE"))

    @property
    def wide(self) -> bool:
        """Whether the ventricles are not activated as usual, so that ST and Q say little."""
        qrs = self.value("qrs")
        return self.paced or bool(self.has("CLBBB", "WPW")) or (qrs is not None and qrs >= 130)
