"""Two pages of one ECG, limb leads on one and chest leads on the other, as one page.

They are read one by one and laid below one another. Each shows ten seconds of its own: beats that
stand above one another are different ones, so nothing is timed across the pages.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from ecg_core.intake.values import EcgScan
from ecg_core.leads import LIMB_LEADS
from ecg_core.page.arrange import baselines_mm
from ecg_core.page.correction import Correction
from ecg_core.page.doubts import swapped
from ecg_core.page.doubts.quality import refuse, remark
from ecg_core.page.halves import belong, half, leads
from ecg_core.page.recovered.measured import sheets
from ecg_core.page.recovered.samples import recover
from ecg_core.page.scan import rectify
from ecg_core.page.values import EcgPage, LeadBox, Remark, Severity
from ecg_core.signal.measurements import measure

LAYOUT = "12x1"
PITCHES_APART = 0.05
"""Rows of two pages may be so much further apart on one: more, and they are not of one scale."""
RATES_APART, RATES_ALIKE = 0.15, 0.05
"""Rates of the same heart within a minute; more is doubted. Where nothing printed says that the
pages are of one person and time, the rate must."""
UNNAMED = "pages_unnamed"


def from_scan(
    scan: EcgScan, layout: str | None = None, correction: Correction | None = None
) -> EcgPage:
    """The page of a scan, or of the two pages that a scan holds; see `rectify.from_scan`.

    layout and correction are those of both pages. Raises PageError, also where the pages do not
    show six limb and six chest leads, or not on one scale, or are turned or cropped by hand.
    """
    if scan.second_from is None:
        return rectify.from_scan(scan, layout, correction)
    if correction is not None and (correction.corners_px or correction.quarter_turns):
        raise refuse("two_pages")
    parts = scan.pixels[: scan.second_from], scan.pixels[scan.second_from :]
    one, other = (
        rectify.from_scan(replace(scan, pixels=part, second_from=None), layout, correction)
        for part in parts
    )
    named = not any(doubt.code == UNNAMED for doubt in scan.doubts)
    return join(one, other, RATES_APART if named else RATES_ALIKE)


def join(one: EcgPage, other: EcgPage, rates_apart: float = RATES_APART) -> EcgPage:
    """Limb leads above, chest leads below. Raises PageError where the pages do not make one.

    rates_apart: by how much of the lower the rates may differ.
    """
    if not belong(one, other):
        shown = ["".join(f"{lead} " for lead in leads(page)).strip() for page in (one, other)]
        raise refuse("pages_no_halves", first=shown[0], second=shown[1])
    limb, chest = (one, other) if half(one) == LIMB_LEADS else (other, one)
    pitches = [_pitch_mm(page) for page in (limb, chest)]
    if max(pitches) > min(pitches) * (1 + PITCHES_APART):
        raise refuse("pages_apart", first=pitches[0], second=pitches[1])
    pictures = [page.picture for page in (limb, chest) if page.picture is not None]
    page = replace(
        limb,
        ink=np.vstack([limb.ink, chest.ink]),
        layout=LAYOUT,
        boxes=(*_trimmed(limb, last=True), *_below(_trimmed(chest, last=False), limb.height_mm)),
        missing_leads=(*limb.missing_leads, *chest.missing_leads),
        remarks=(),
        picture=np.vstack(pictures) if len(pictures) == 2 else None,
        question=None,
        sheet=None,
    )
    said = [*limb.remarks, *chest.remarks, remark("joined_pages"), *_measured(page, rates_apart)]
    return replace(page, remarks=tuple(_once(said)))


def _pitch_mm(page: EcgPage) -> float:
    return float(np.median(np.diff(np.unique(np.round(baselines_mm(page.boxes), 3)))))


def _trimmed(page: EcgPage, last: bool) -> tuple[LeadBox, ...]:
    """The boxes, those of the last or first row as far from their baseline on both sides: what is
    the edge of a page is none of the two together."""
    baselines = baselines_mm(page.boxes)
    edge = max(baselines) if last else min(baselines)
    found = []
    for box, baseline in zip(page.boxes, baselines, strict=True):
        if baseline == edge and last:
            box = replace(box, y1_mm=2 * baseline - box.y0_mm)
        elif baseline == edge:
            box = replace(box, y0_mm=2 * baseline - box.y1_mm)
        found.append(box)
    return tuple(found)


def _below(boxes: Iterable[LeadBox], down_mm: float) -> tuple[LeadBox, ...]:
    return tuple(
        replace(box, y0_mm=box.y0_mm + down_mm, y1_mm=box.y1_mm + down_mm, span=1) for box in boxes
    )


def _measured(page: EcgPage, apart: float) -> list[Remark]:
    """Doubts about electrodes, and about the rates of two sheets that differ by more than `apart`
    or cannot be told."""
    recovery = recover(page)
    if not recovery.leads:
        return [remark("pages_rate_unknown")]
    record = recovery.as_record()
    waves = dict(zip(record.leads, record.signals_mv, strict=True))
    said = list(swapped.remarks(waves, record.fs_hz, off_paper=True))
    found = [measure(sheet.as_record(), off_paper=True).value("rate") for sheet in sheets(recovery)]
    rates = [rate for rate in found if rate is not None]
    if len(rates) < 2:
        said.append(remark("pages_rate_unknown"))
    elif max(rates) > min(rates) * (1 + apart):
        said.append(remark("pages_rates", low=min(rates), high=max(rates)))
    return said


def _once(said: Iterable[Remark]) -> list[Remark]:
    """Every remark once; of what is noted of both pages, the first."""
    found: dict[object, Remark] = {}
    for one in said:
        found.setdefault(one.code if one.severity is Severity.NOTE else (one.code, one.text), one)
    return list(found.values())
