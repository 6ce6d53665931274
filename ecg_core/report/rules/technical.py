"""Rules on the quality of the recording."""

from __future__ import annotations

from ecg_core.page.values import Severity
from ecg_core.triage.facts import Facts
from ecg_core.triage.rule import Answer, Basis


def doubts(facts: Facts) -> Answer:
    """What makes the page or the leads doubtful."""
    said = [Basis({"text": r.text}) for r in facts.remarks if r.severity is Severity.DOUBT]
    if not said:
        signs = facts.measurements.signs
        said = [Basis({"text": s.text}, s.leads) for s in signs if s.code != "pacing_spikes"]
    return said


def off_paper(facts: Facts) -> Answer:
    """The traces were read off a page."""
    return Basis() if facts.measurements.off_paper and facts.measurements.leads else None
