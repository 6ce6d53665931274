"""Score strips of MIT-BIH and PTB-XL through the same way every strip takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import wfdb
from tqdm import tqdm

from ecg_core.evidence.strip_evidence import FOLDER, StripEvidence
from ecg_core.intake.values import EcgRecord
from ecg_core.leads import STANDARD_LEADS, canonical_lead
from ecg_core.network.classifier import Classifier
from ecg_core.network.strips import answer_pages
from ecg_core.page import from_record
from ecg_core.page.values import EcgPage
from ecg_core.training.data import mitdb, ptbxl, strip_labels

BATCH = 32
PTBXL_LEADS: tuple[tuple[str, ...], ...] = (("II", "V1"), ("I",), ("I", "II", "III"))
"""A Holter's or monitor's two leads, a watch's one, a patch's three."""


@dataclass(frozen=True, eq=False)
class Strip:
    """One strip to be answered, with its labels: any abnormality, then the statements."""

    group: str
    start_s: float
    page: EcgPage
    labels: np.ndarray


def mitdb_strips(root: Path, names: Sequence[str], count: int) -> Iterator[Strip]:
    """Every ten seconds of MIT-BIH recordings, their first `count` leads, at 360 Hz.

    root: folder of the official layout. The first lead is MLII but in 114, where it is V5.
    """
    for marked in tqdm(mitdb.load(root, names), f"MIT-BIH, {count} leads"):
        record = read_record(root / marked.name)
        if count < len(record.leads):
            record = _only(record, record.original_leads[:count])
        for start_s in marked.starts_s():
            statements, abnormal = marked.labels(float(start_s))
            page = from_record(record.window(float(start_s)))
            yield Strip(marked.name, float(start_s), page, np.array([abnormal, *statements], float))


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


def ptbxl_strips(root: Path, fold: int, leads: tuple[str, ...], every: int = 1) -> Iterator[Strip]:
    """The ten seconds of every so many recordings of one PTB-XL fold, of these leads."""
    data, told = ptbxl.load(root), strip_labels.load(root)
    rows = [STANDARD_LEADS.index(lead) for lead in leads]
    for row in tqdm(data.rows((fold,))[::every], f"PTB-XL fold {fold}, {' '.join(leads)}"):
        record = EcgRecord(
            name=f"ptbxl-{data.ecg_ids[row]}",
            sha256="",
            signals_mv=data.signals_uv[row][rows].astype(np.float32) / 1000.0,
            leads=leads,
            original_leads=leads,
            fs_hz=float(ptbxl.FS_HZ),
            file_duration_s=10.0,
        )
        abnormal = float(told.abnormal[row])
        labels = np.array([abnormal if abnormal >= 0 else np.nan, *told.statements[row]])
        yield Strip(str(data.patient_ids[row]), 0.0, from_record(record), labels)


def evaluate(
    classifier: Classifier, strips: Iterator[Strip], dataset: str, split: str, leads: str
) -> StripEvidence:
    """Answer every strip. leads: as the evidence names them, "II V1" or "both"."""
    kept: list[tuple[str, float, np.ndarray]] = []
    scores: list[np.ndarray] = []
    abstained: list[bool] = []
    for batch in _batches(strips):
        answered = answer_pages(classifier, [strip.page for strip in batch])
        scores.append(np.column_stack([answered.abnormal, answered.statements]))
        abstained.extend(bool(reasons) for reasons in answered.reasons)
        kept.extend((strip.group, strip.start_s, strip.labels) for strip in batch)
    groups, starts_s, labels = zip(*kept, strict=True)
    card = classifier.card
    return StripEvidence(
        model=card.name,
        version=card.version,
        weights_sha256=card.weights_sha256,
        dataset=dataset,
        split=split,
        leads=leads,
        groups=np.array(groups),
        starts_s=np.array(starts_s),
        abstained=np.array(abstained),
        labels=np.array(labels),
        scores=np.concatenate(scores),
    )


def write_all(classifier: Classifier, root: Path, folder: Path) -> None:
    """The evidence of DS2 and fold 10 under a model's folder.

    root: folder holding mitdb/ and ptb-xl/. Raises FileNotFoundError when they are not there.
    """
    home = folder / "evidence" / FOLDER
    for count, leads in ((2, "two leads"), (1, "lead II")):
        strips = mitdb_strips(root / "mitdb", mitdb.DS2, count)
        evaluate(classifier, strips, "MIT-BIH", "DS2", leads).write(home)
    for shown in PTBXL_LEADS:
        strips = ptbxl_strips(root / "ptb-xl", ptbxl.REPORT_FOLD, shown)
        split = f"fold {ptbxl.REPORT_FOLD}"
        evaluate(classifier, strips, "PTB-XL", split, " ".join(shown)).write(home)


def _only(record: EcgRecord, leads: tuple[str, ...]) -> EcgRecord:
    rows = [record.leads.index(lead) for lead in leads]
    return EcgRecord(
        name=record.name,
        sha256=record.sha256,
        signals_mv=record.signals_mv[rows],
        leads=leads,
        original_leads=leads,
        fs_hz=record.fs_hz,
        file_duration_s=record.file_duration_s,
    )


def _batches(strips: Iterator[Strip]) -> Iterator[list[Strip]]:
    batch: list[Strip] = []
    for strip in strips:
        batch.append(strip)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
