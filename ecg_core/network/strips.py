"""A long record, answered ten seconds at a time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ecg_core.intake.values import EcgRecord
from ecg_core.network.classifier import Classifier, answer_all, calibrated
from ecg_core.network.statements import TRIAGE_CLASSES, Triage
from ecg_core.network.values import Finding, Reason
from ecg_core.page.drawn.from_record import from_record
from ecg_core.page.layouts import PAGE_SECONDS
from ecg_core.page.values import EcgPage, PageError
from ecg_core.signal.bands import Band

LEADS = ("II", "V1", "V5")
"""Leads of a longer list that are read as a strip: the first two of these that are there."""
BATCH = 32


@dataclass(frozen=True)
class WindowAnswer:
    """What the strip model says of ten seconds of a record.

    start_s: from the start of the record's signals. abnormal: calibrated probability of any
    abnormal beat or rhythm, NaN for a window that gives no page. findings: as on the card, those
    that its evidence carries. reasons: why this window is left to a person; empty when it is not.
    """

    start_s: float
    duration_s: float
    abnormal: float
    findings: tuple[Finding, ...]
    reasons: tuple[Reason, ...]

    @property
    def flagged(self) -> tuple[str, ...]:
        """Codes of the findings at or above their operating points."""
        return tuple(finding.code for finding in self.findings if finding.flagged)


@dataclass(frozen=True, eq=False)
class StripAnswers:
    """Calibrated answers on n strips.

    abnormal: n. statements: n × S, in the card's order. reasons: one tuple a strip.
    """

    abnormal: np.ndarray
    statements: np.ndarray
    reasons: tuple[tuple[Reason, ...], ...]


def answer_pages(classifier: Classifier, pages: Sequence[EcgPage]) -> StripAnswers:
    """Answer strips of the same number of leads in one pass."""
    ink = np.stack([classifier.read_ink(page) for page in pages])
    with classifier.lock:
        outputs, strange = answer_all(classifier, ink)
    normal = TRIAGE_CLASSES.index(Triage.NORMAL)
    return StripAnswers(
        1.0 - classifier.triage_probabilities(outputs.triage)[:, normal].numpy(),
        calibrated(outputs.statements, classifier.card.statements).numpy(),
        tuple(
            classifier.doubts(page, float(distance))
            for page, distance in zip(pages, strange, strict=True)
        ),
    )


def strip_of(record: EcgRecord) -> EcgRecord:
    """The leads that a strip shows: all of up to three, else two of `LEADS`, else the first."""
    if len(record.leads) <= 3:
        return record
    rows = [record.leads.index(lead) for lead in LEADS if lead in record.leads][:2] or [0]
    return replace(
        record,
        signals_mv=record.signals_mv[rows],
        leads=tuple(record.leads[row] for row in rows),
        original_leads=tuple(record.original_leads[row] for row in rows),
    )


def along(
    record: EcgRecord,
    classifier: Classifier,
    band: Band = Band.DIAGNOSTIC,
    step_s: float = PAGE_SECONDS,
) -> tuple[WindowAnswer, ...]:
    """The answer for every ten seconds of a record, through the same page as a single strip.

    classifier: a model that reads strips. step_s: from one window's start to the next; with the
    default they tile the record. A rest shorter than ten seconds is not answered.
    Half an hour of two leads takes a few seconds.
    """
    strip = strip_of(record)
    whole = math.floor((strip.duration_s - PAGE_SECONDS) / step_s + 1e-9) + 1
    starts = [number * step_s for number in range(whole)]
    found: list[WindowAnswer] = []
    for first in range(0, len(starts), BATCH):
        found.extend(_answers(strip, classifier, band, starts[first : first + BATCH]))
    return tuple(found)


def standing_out(answers: Sequence[WindowAnswer], most: int) -> tuple[float, ...]:
    """Where to look first: starts of the windows with most flags, then the least normal ones.

    Windows that gave no page are left out, those that the model would not answer stay in.
    """
    seen = [one for one in answers if not math.isnan(one.abnormal)]
    seen.sort(key=lambda one: (-len(one.flagged), -one.abnormal, one.start_s))
    return tuple(one.start_s for one in seen[:most])


def _answers(
    strip: EcgRecord, classifier: Classifier, band: Band, starts: Sequence[float]
) -> list[WindowAnswer]:
    drawn: dict[float, EcgPage] = {}
    found: dict[float, WindowAnswer] = {}
    for start_s in starts:
        try:
            drawn[start_s] = from_record(strip.window(start_s, PAGE_SECONDS), band=band)
        except PageError as error:
            reason = Reason(error.remark.code, str(error))
            found[start_s] = WindowAnswer(start_s, PAGE_SECONDS, float("nan"), (), (reason,))
    if drawn:
        answered = answer_pages(classifier, list(drawn.values()))
        for row, start_s in enumerate(drawn):
            findings = tuple(
                Finding(output.code, output.name, float(probability), output.threshold)
                for output, probability in zip(
                    classifier.card.statements, answered.statements[row], strict=True
                )
                if output.shown
            )
            found[start_s] = WindowAnswer(
                start_s,
                PAGE_SECONDS,
                float(answered.abnormal[row]),
                findings,
                answered.reasons[row],
            )
    return [found[start_s] for start_s in starts]
