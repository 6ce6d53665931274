"""Evidence: per-case predictions and labels in files from which every figure is regenerated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ecg_core.evidence import evidence_file
from ecg_core.evidence.figures import metrics, rates
from ecg_core.evidence.values import Choice
from ecg_core.network.card import Figure
from ecg_core.network.registry import models_folder
from ecg_core.network.statements import SUPERCLASS_NAMES, SUPERCLASSES, TRIAGE_CLASSES, Triage
from ecg_core.network.subgroup_figure import SubgroupFigure
from ecg_core.page.layouts import DEFAULT_LAYOUT

SHARED = (
    "model",
    "version",
    "weights_sha256",
    "dataset",
    "split",
    "condition",
    "layout",
    "refused",
)
"""What the cases share: in the file's metadata."""
MIN_POSITIVES = 20
"""A statement is reported, and may be shown, from this many positive cases on."""


@dataclass(frozen=True, eq=False)
class EvidenceSet:
    """One model on one data set, split, condition and layout.

    superclass_labels, superclass_scores: n × 5. statement_labels, statement_scores: n × len(codes).
    triage_labels: n, index into TRIAGE_CLASSES or −1. triage_scores: n × 4. All calibrated.
    refused: cases that gave no page; they have no row.
    """

    model: str
    version: str
    weights_sha256: str
    dataset: str
    split: str
    condition: str
    layout: str
    refused: int
    case_ids: np.ndarray
    patients: np.ndarray
    age: np.ndarray
    sex: np.ndarray
    device: np.ndarray
    site: np.ndarray
    abstained: np.ndarray
    superclass_labels: np.ndarray
    superclass_scores: np.ndarray
    triage_labels: np.ndarray
    triage_scores: np.ndarray
    codes: tuple[str, ...]
    statement_labels: np.ndarray
    statement_scores: np.ndarray

    @property
    def n(self) -> int:
        """Number of cases read."""
        return len(self.case_ids)

    @property
    def title(self) -> str:
        """Which cases these are, in a few words."""
        return f"{self.dataset} {self.split}, {self.condition}, {self.layout}"

    def file_name(self) -> str:
        """Name of the evidence file."""
        parts = (self.dataset, self.split, self.condition, self.layout)
        return "_".join(part.lower().replace(" ", "-") for part in parts) + ".parquet"

    def write(self, folder: Path) -> Path:
        """Write as one Parquet file; what the cases share is in the file's metadata."""
        columns: dict[str, np.ndarray] = {
            name: getattr(self, name)
            for name in ("case_ids", "patients", "age", "sex", "device", "site", "abstained")
        }
        columns["label_triage"] = self.triage_labels.astype(np.int8)
        for k, triage in enumerate(TRIAGE_CLASSES):
            columns[f"p_{triage}"] = self.triage_scores[:, k].astype(np.float32)
        for names, labels, scores in (
            (SUPERCLASSES, self.superclass_labels, self.superclass_scores),
            (tuple(f"scp_{c}" for c in self.codes), self.statement_labels, self.statement_scores),
        ):
            for k, name in enumerate(names):
                columns[f"label_{name}"] = labels[:, k].astype(bool)
                columns[f"p_{name}"] = scores[:, k].astype(np.float32)
        shared = {name: getattr(self, name) for name in SHARED}
        return evidence_file.write(folder / self.file_name(), columns, shared)

    @staticmethod
    def read(path: Path) -> EvidenceSet:
        """Read one evidence file."""
        frame, shared = evidence_file.read(path)
        codes = tuple(c.removeprefix("p_scp_") for c in frame.columns if c.startswith("p_scp_"))
        return EvidenceSet(
            **{name: shared[name] for name in SHARED if name != "refused"},
            refused=int(shared["refused"]),
            case_ids=frame["case_ids"].to_numpy(),
            patients=frame["patients"].to_numpy(),
            age=frame["age"].to_numpy(),
            sex=frame["sex"].to_numpy(),
            device=frame["device"].to_numpy(),
            site=frame["site"].to_numpy(),
            abstained=frame["abstained"].to_numpy(),
            superclass_labels=frame[[f"label_{s}" for s in SUPERCLASSES]].to_numpy(),
            superclass_scores=frame[[f"p_{s}" for s in SUPERCLASSES]].to_numpy(),
            triage_labels=frame["label_triage"].to_numpy(),
            triage_scores=frame[[f"p_{t}" for t in TRIAGE_CLASSES]].to_numpy(),
            codes=codes,
            statement_labels=frame[[f"label_scp_{c}" for c in codes]].to_numpy(),
            statement_scores=frame[[f"p_scp_{c}" for c in codes]].to_numpy(),
        )


def load(model_name: str) -> tuple[EvidenceSet, ...]:
    """All evidence shipped with a model, the default layout's clean pages first."""
    return read_all(models_folder() / model_name / "evidence")


def read_all(folder: Path) -> tuple[EvidenceSet, ...]:
    """All evidence in a folder, the default layout's clean pages first."""
    found = [EvidenceSet.read(path) for path in sorted(folder.glob("*.parquet"))]
    return tuple(sorted(found, key=lambda e: (e.condition != "clean", e.layout != DEFAULT_LAYOUT)))


def same_source(figure: Figure | SubgroupFigure, found: EvidenceSet) -> bool:
    """Whether a figure of the card was worked out from this evidence set."""
    names = ("dataset", "split", "condition", "layout")
    return all(getattr(figure, name) == getattr(found, name) for name in names)


def figures(found: EvidenceSet) -> tuple[Figure, ...]:
    """The headline figures of one evidence set, each with n and a 95 % interval."""

    def figure(name: str, n: int, interval: metrics.Interval) -> Figure:
        return Figure(
            name,
            found.dataset,
            found.split,
            found.condition,
            found.layout,
            n,
            interval.value,
            interval.low,
            interval.high,
        )

    labels, scores = found.superclass_labels, found.superclass_scores
    listed = [
        figure("superclass macro-AUC", found.n, metrics.macro_auc(labels, scores, found.patients))
    ]
    for k, name in enumerate(SUPERCLASSES):
        interval = metrics.auc(labels[:, k], scores[:, k], found.patients)
        listed.append(figure(f"AUC {SUPERCLASS_NAMES[name]} ({name})", found.n, interval))
    enough = found.statement_labels.sum(axis=0) >= MIN_POSITIVES
    if enough.any():
        interval = metrics.macro_auc(
            found.statement_labels[:, enough], found.statement_scores[:, enough], found.patients
        )
        listed.append(figure(f"mean AUC of {int(enough.sum())} statements", found.n, interval))
    listed.append(
        figure(
            "superclass calibration error",
            found.n,
            _resampled(found, lambda rows: metrics.calibration_error(labels[rows], scores[rows])),
        )
    )
    known = np.flatnonzero(found.triage_labels >= 0)
    triage = Choice(TRIAGE_CLASSES, found.triage_labels.astype(int), found.triage_scores)
    listed.append(figure("triage macro-F1", len(known), rates.macro_f1(triage, found.patients)))
    acute = TRIAGE_CLASSES.index(Triage.ACUTE_MI)
    if np.count_nonzero(found.triage_labels == acute) >= MIN_POSITIVES:
        listed.append(
            figure(
                "acute infarction sensitivity at 95 % specificity",
                len(known),
                _resampled(found, lambda rows: _acute_sensitivity(found, rows)),
            )
        )
    return tuple(listed)


LOST = "superclass macro-AUC lost against the clean page"


def lost(found: EvidenceSet, clean: EvidenceSet) -> Figure:
    """Macro-AUC of the same cases on clean pages less that of `found`; pairs are kept together.

    Raises ValueError when `clean` lacks a case of `found` or is of other weights.
    """
    at = {int(case): row for row, case in enumerate(clean.case_ids)}
    if clean.weights_sha256 != found.weights_sha256 or not set(map(int, found.case_ids)) <= set(at):
        raise ValueError(f"{clean.file_name()} cannot be compared with {found.file_name()}")
    rows = np.array([at[int(case)] for case in found.case_ids])
    difference = metrics.macro_auc_difference(
        found.superclass_labels,
        clean.superclass_scores[rows],
        found.superclass_scores,
        found.patients,
    )
    return Figure(
        LOST,
        found.dataset,
        found.split,
        found.condition,
        found.layout,
        found.n,
        difference.value,
        difference.low,
        difference.high,
    )


def _acute_sensitivity(found: EvidenceSet, rows: np.ndarray) -> float:
    rows = rows[found.triage_labels[rows] >= 0]
    acute = TRIAGE_CLASSES.index(Triage.ACUTE_MI)
    truth, score = found.triage_labels[rows] == acute, found.triage_scores[rows, acute]
    cut = metrics.threshold_at_specificity(truth, score, 0.95)
    return metrics.at_threshold(truth, score, cut).sensitivity


def _resampled(found: EvidenceSet, measure: Callable[[np.ndarray], float]) -> metrics.Interval:
    """A measure over row indices, with a bootstrap interval by patient, less the bootstrap's bias.

    Resampled cases repeat, which inflates a calibration error: the spread is moved so that its
    mean is the value itself (Efron and Tibshirani 1993, chapter 10).
    """
    spread = []
    for weights in metrics.patient_weights(found.patients, resamples=200):
        spread.append(measure(np.repeat(np.arange(found.n), weights.astype(int))))
    value = measure(np.arange(found.n))
    low, high = np.nanpercentile(spread, (2.5, 97.5)) - (np.nanmean(spread) - value)
    return metrics.Interval(float(value), float(low), float(high))
