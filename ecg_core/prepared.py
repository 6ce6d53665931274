"""What is made of an ECG before a model is asked, or why that came to nothing."""

from __future__ import annotations

from dataclasses import dataclass

from ecg_core.intake.values import Bundle, EcgRecord, EcgScan
from ecg_core.page.values import EcgPage
from ecg_core.signal.values import Measurements


@dataclass(frozen=True)
class Refusal:
    """Why there is no answer, and what can be done. code: of the page's remark, "" of a file."""

    reason: str
    hint: str = ""
    code: str = ""

    def __str__(self) -> str:
        return f"{self.reason} {self.hint}".strip()


@dataclass(frozen=True, eq=False)
class Prepared:
    """An ECG whose page waits for a model.

    page: None of a record that is longer than a page where nobody said which of its seconds are
    wanted: a model finds the most urgent ones. measurements: None where they are worked out when
    they are asked for. files: what it was read from.
    """

    ecg: EcgRecord | EcgScan
    page: EcgPage | None = None
    measurements: Measurements | None = None
    files: Bundle | None = None
