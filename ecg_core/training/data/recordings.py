"""PTB-XL recordings as intake hands them on, and their pages: drawn, or printed and read."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from ecg_core.intake.values import EcgRecord, EcgScan
from ecg_core.leads import STANDARD_LEADS
from ecg_core.page.drawn import damage
from ecg_core.page.drawn.from_record import from_record
from ecg_core.page.drawn.printed import GRIDS, PrintStyle, print_record
from ecg_core.page.joined import from_scan
from ecg_core.page.values import EcgPage, PageError
from ecg_core.signal.bands import Band
from ecg_core.training.data import ptbxl

STYLES = tuple(PrintStyle(grid=grid) for grid in GRIDS if grid != "none")
"""Sheets of scanned conditions rotate through the printers' grids."""


def record_of(
    signals_uv: np.ndarray, ecg_id: int, leads: tuple[str, ...] = STANDARD_LEADS
) -> EcgRecord:
    """One PTB-XL recording (12 × 1000, µV) as intake would hand it on, or these leads of it."""
    rows = [STANDARD_LEADS.index(lead) for lead in leads]
    return EcgRecord(
        name=f"ptbxl-{ecg_id}",
        sha256="",
        signals_mv=signals_uv[rows].astype(np.float32) / 1000.0,
        leads=leads,
        original_leads=leads,
        fs_hz=float(ptbxl.FS_HZ),
        file_duration_s=10.0,
    )


def page_of(signals_uv: np.ndarray, ecg_id: int, condition: str, layout: str) -> EcgPage:
    """The page of one recording: drawn from the record, or printed, degraded and rectified.

    Raises PageError when rectification refuses the degraded scan.
    """
    record = record_of(signals_uv, ecg_id)
    if condition == "clean":
        return from_record(record, layout, Band.DIAGNOSTIC)
    style = STYLES[ecg_id % len(STYLES)]
    pixels = damage.apply(condition, print_record(record, layout, style=style).pixels, ecg_id)
    return from_scan(EcgScan(record.name, "", pixels))


def read_page(signals_uv: np.ndarray, ecg_id: int, condition: str, layout: str) -> EcgPage | None:
    """As `page_of`, in a worker: None when refused, and without what the network does not read."""
    cv2.setNumThreads(1)
    try:
        page = page_of(signals_uv, ecg_id, condition, layout)
    except PageError:
        return None
    return replace(page, picture=None, traces=())
