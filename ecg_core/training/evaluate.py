"""Score a labelled data set through the same way every ECG takes, and keep it as evidence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from joblib import Parallel, delayed
from tqdm import tqdm

from ecg_core.answer import OneModel, answer_page
from ecg_core.evidence.published import EvidenceSet
from ecg_core.intake.values import EcgRecord, EcgScan
from ecg_core.leads import STANDARD_LEADS
from ecg_core.network.classifier import Classifier
from ecg_core.network.values import Finding, Prediction
from ecg_core.page import from_record, from_scan
from ecg_core.page.drawn import damage
from ecg_core.page.drawn.printed import GRIDS, PrintStyle, print_record
from ecg_core.page.layouts import DEFAULT_LAYOUT
from ecg_core.page.values import EcgPage, PageError
from ecg_core.signal.filters import Band
from ecg_core.training.data import ptbxl

STYLES = tuple(PrintStyle(grid=grid) for grid in GRIDS if grid != "none")
"""Sheets of scanned conditions rotate through the printers' grids."""

DEGRADED_RECORDS = 250
"""A degraded page takes a second to print, degrade and read: so many recordings a condition."""


def record_of(signals_uv: np.ndarray, ecg_id: int) -> EcgRecord:
    """One PTB-XL recording (12 × 1000, µV) as intake would hand it on."""
    return EcgRecord(
        name=f"ptbxl-{ecg_id}",
        sha256="",
        signals_mv=signals_uv.astype(np.float32) / 1000.0,
        leads=STANDARD_LEADS,
        original_leads=STANDARD_LEADS,
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


def _read_page(signals_uv: np.ndarray, ecg_id: int, condition: str, layout: str) -> EcgPage | None:
    """As `page_of`, in a worker: None when refused, and without what the network does not read."""
    cv2.setNumThreads(1)
    try:
        page = page_of(signals_uv, ecg_id, condition, layout)
    except PageError:
        return None
    return replace(page, picture=None, traces=())


def evaluate_ptbxl(
    classifier: Classifier,
    data: ptbxl.PtbXl,
    fold: int,
    condition: str,
    layout: str,
    limit: int | None = None,
) -> EvidenceSet:
    """Predictions for the recordings of one fold under one condition and layout.

    limit: only every k-th recording so that about this many remain.
    """
    rows = data.rows((fold,))
    if limit is not None and limit < len(rows):
        rows = rows[np.linspace(0, len(rows) - 1, limit).astype(int)]
    pages = Parallel(n_jobs=-1, return_as="generator", batch_size=4)(
        delayed(_read_page)(
            np.array(data.signals_uv[row]), int(data.ecg_ids[row]), condition, layout
        )
        for row in rows
    )
    title = f"fold {fold} {condition} {layout}"
    models = OneModel(classifier)
    kept: list[int] = []
    said: list[Prediction] = []
    for row, page in zip(rows, tqdm(pages, title, len(rows), mininterval=5), strict=True):
        if page is None:
            continue
        record = record_of(data.signals_uv[row], int(data.ecg_ids[row]))
        kept.append(row)
        said.append(answer_page(record, page, models, every_statement=True).prediction)
    at = np.array(kept)
    card = classifier.card
    return EvidenceSet(
        model=card.name,
        version=card.version,
        weights_sha256=card.weights_sha256,
        dataset="PTB-XL",
        split=f"fold {fold}",
        condition=condition,
        layout=layout,
        refused=len(rows) - len(kept),
        case_ids=data.ecg_ids[at],
        patients=data.patient_ids[at],
        age=data.age[at],
        sex=data.sex[at],
        device=data.device[at],
        site=data.site[at],
        abstained=np.array([one.abstained for one in said]),
        superclass_labels=data.superclasses[at],
        superclass_scores=_probabilities(one.superclasses for one in said),
        triage_labels=data.triage[at],
        triage_scores=np.array([one.triage for one in said], np.float32),
        codes=data.codes,
        statement_labels=data.statements[at],
        statement_scores=_probabilities(one.findings for one in said),
    )


def _probabilities(findings: Iterable[Sequence[Finding]]) -> np.ndarray:
    """One row an ECG, one column a finding, float32."""
    return np.array([[one.probability for one in row] for row in findings], np.float32)


def write_all(classifier: Classifier, data: ptbxl.PtbXl, fold: int, folder: Path) -> None:
    """Clean pages of every layout, degraded pages of the default one: the card's evidence."""
    for layout in classifier.card.layouts:
        evaluate_ptbxl(classifier, data, fold, "clean", layout).write(folder)
    for condition in damage.PROTOCOL:
        if condition != "clean":
            found = evaluate_ptbxl(
                classifier, data, fold, condition, DEFAULT_LAYOUT, DEGRADED_RECORDS
            )
            found.write(folder)
