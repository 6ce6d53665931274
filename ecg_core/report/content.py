"""What a report holds; nothing that names a patient unless it was typed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ecg_core.network.values import Attention, Prediction
from ecg_core.page.values import EcgPage
from ecg_core.page.viewed import Waves
from ecg_core.report.whole_record import WholeRecord
from ecg_core.signal.values import Measurements
from ecg_core.triage.priority import PriorityDecision
from ecg_core.words import ENGLISH, Catalogue, catalogue

NOTICE = "Research use only. Not a diagnosis."


class Paper(StrEnum):
    """Sheets that the report fits, in landscape."""

    A4 = "A4"
    LETTER = "US Letter"


PAPER_MM: dict[Paper, tuple[float, float]] = {
    Paper.A4: (297.0, 210.0),
    Paper.LETTER: (279.4, 215.9),
}
"""Width and height."""


@dataclass(frozen=True)
class Decided:
    """What a reader decided, as the report tells it."""

    reader: str
    decision: str
    when: datetime
    event: int
    reason: str = ""


@dataclass(frozen=True, eq=False)
class Content:
    """Everything that is printed.

    waves: what the ECG is laid out from; without them the page's ink is printed as it lies.
    text: the report's sentences, a draft or as signed. signed: the decision that signs it, which is
    printed above the text; None of a draft. patient: what the reader typed, usually
    nothing. title: name of the case or file, "" to leave it out. shade: whether the attention is
    laid under the traces too. whole: of a record longer than a page, printed on further sheets.
    language: of all that a reader did not write.
    """

    page: EcgPage
    waves: Waves | None
    measurements: Measurements
    prediction: Prediction
    priority: PriorityDecision
    attention: Attention | None
    text: str
    signed: Decided | None = None
    decided: tuple[Decided, ...] = ()
    title: str = ""
    patient: str = ""
    case_id: str = ""
    input_sha256: str = ""
    printed_utc: datetime | None = None
    shade: bool = True
    whole: WholeRecord | None = None
    language: str = ENGLISH

    @property
    def words(self) -> Catalogue:
        """The words of the report's language."""
        return catalogue(self.language)

    def say(self, text: str) -> str:
        """What the program says, in the report's language."""
        return self.words.said_again(text)
