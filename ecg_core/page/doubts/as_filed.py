"""What intake told of how a file was read, and of whom it is, as remarks on the page."""

from __future__ import annotations

from ecg_core.intake.values import EcgRecord, EcgScan
from ecg_core.page.doubts.quality import remark
from ecg_core.page.values import Remark, Severity

ADULT_YEARS = 16
"""Younger hearts have other rates, axes and intervals; the models learned none (their cards)."""
ABSTAINS = ("too_young",)
"""Codes that the machine must not answer over, however the page looks."""


def remarks(ecg: EcgRecord | EcgScan) -> tuple[Remark, ...]:
    """One note with all that intake noted, its doubts by their codes, and a patient too young."""
    found = [remark("as_filed", notes=" ".join(ecg.notes))] if ecg.notes else []
    # Intake has the table of these itself: it knows nothing of pages.
    found += [Remark(d.code, Severity.DOUBT, d.text, d.hint) for d in ecg.doubts]
    if ecg.age_years is not None and ecg.age_years < ADULT_YEARS:
        found.append(remark("too_young", years=ecg.age_years, adult=ADULT_YEARS))
    return tuple(found)
