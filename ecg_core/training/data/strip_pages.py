"""Labelled rhythm strips of MIT-BIH and PTB-XL as pages, drawn as the app draws a recording."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import wfdb
from tqdm import tqdm

from ecg_core.intake.values import EcgRecord
from ecg_core.leads import STANDARD_LEADS, canonical_lead
from ecg_core.page.drawn.from_record import from_record
from ecg_core.page.values import EcgPage
from ecg_core.training.data import mitdb, ptbxl, strip_labels
from ecg_core.training.data.recordings import record_of


@dataclass(frozen=True, eq=False)
class LabelledStrip:
    """One strip to be answered, with its labels: any abnormality, then the statements."""

    group: str
    start_s: float
    record: EcgRecord
    page: EcgPage
    labels: np.ndarray


def mitdb_strips(root: Path, names: Sequence[str], count: int) -> Iterator[LabelledStrip]:
    """Every ten seconds of MIT-BIH recordings, their first `count` leads, at 360 Hz.

    root: folder of the official layout. The first lead is MLII but in 114, where it is V5.
    """
    for marked in tqdm(mitdb.load(root, names), f"MIT-BIH, {count} leads"):
        record = read_record(root / marked.name)
        if count < len(record.leads):
            record = _only(record, record.original_leads[:count])
        for start_s in marked.starts_s():
            statements, abnormal = marked.labels(float(start_s))
            shown = record.window(float(start_s))
            told = np.array([abnormal, *statements], float)
            yield LabelledStrip(marked.name, float(start_s), shown, from_record(shown), told)


def read_record(path: Path) -> EcgRecord:
    """One MIT-BIH recording with standard lead names; `original_leads` in the file's order."""
    read = wfdb.rdrecord(str(path))
    leads = [canonical_lead(name) or name for name in read.sig_name]
    order = sorted(range(len(leads)), key=lambda i: STANDARD_LEADS.index(leads[i]))
    return EcgRecord(
        name=path.name,
        sha256="",
        signals_mv=read.p_signal.T[order].astype(np.float32),
        leads=tuple(leads[i] for i in order),
        original_leads=tuple(leads),
        fs_hz=float(read.fs),
        file_duration_s=read.sig_len / read.fs,
    )


def ptbxl_strips(
    root: Path, fold: int, leads: tuple[str, ...], every: int = 1
) -> Iterator[LabelledStrip]:
    """The ten seconds of every so many recordings of one PTB-XL fold, of these leads."""
    data, told = ptbxl.load(root), strip_labels.load(root)
    for row in tqdm(data.rows((fold,))[::every], f"PTB-XL fold {fold}, {' '.join(leads)}"):
        record = record_of(data.signals_uv[row], int(data.ecg_ids[row]), leads)
        abnormal = float(told.abnormal[row])
        labels = np.array([abnormal if abnormal >= 0 else np.nan, *told.statements[row]])
        yield LabelledStrip(str(data.patient_ids[row]), 0.0, record, from_record(record), labels)


def _only(record: EcgRecord, leads: tuple[str, ...]) -> EcgRecord:
    rows = [record.leads.index(lead) for lead in leads]
    return replace(record, signals_mv=record.signals_mv[rows], leads=leads, original_leads=leads)
