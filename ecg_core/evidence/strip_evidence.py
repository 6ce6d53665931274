"""Evidence on rhythm strips: answers and labels by strip, figures by recording or patient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ecg_core.evidence import evidence_file
from ecg_core.evidence.figures import metrics
from ecg_core.evidence.figures.metrics import Interval
from ecg_core.network.card import Figure, ModelCard
from ecg_core.network.statements import STRIP_TRIAGE_NAMES, Triage
from ecg_core.network.strip_statements import STRIP_STATEMENTS

FOLDER = "strips"
"""Beside the evidence on twelve-lead pages, which has other columns."""
ABNORMAL = "ABN"
NAMES = {ABNORMAL: STRIP_TRIAGE_NAMES[Triage.OTHER]} | {s.code: s.name for s in STRIP_STATEMENTS}
CODES = tuple(NAMES)
TWO = {"MIT-BIH": "two leads", "PTB-XL": "II V1"}
"""The strips of each data set that decide which findings are shown."""
MIN_POSITIVES = 20
MIN_GROUPS = 3
"""A figure needs so many positive strips, from so many people."""
SHARED = ("model", "version", "weights_sha256", "dataset", "split", "leads")


@dataclass(frozen=True, eq=False)
class StripEvidence:
    """One model on the strips of one data set, split and choice of leads.

    groups: recording or patient of each strip; intervals resample these. starts_s: where the
    strip begins in its recording. labels: float, n × len(CODES), NaN where the data set does not
    tell. scores: n × len(CODES), calibrated.
    """

    model: str
    version: str
    weights_sha256: str
    dataset: str
    split: str
    leads: str
    groups: np.ndarray
    starts_s: np.ndarray
    abstained: np.ndarray
    labels: np.ndarray
    scores: np.ndarray

    @property
    def n(self) -> int:
        """Number of strips."""
        return len(self.groups)

    def file_name(self) -> str:
        """Name of the evidence file."""
        parts = (self.dataset, self.split, self.leads)
        return "_".join(part.lower().replace(" ", "-") for part in parts) + ".parquet"

    def write(self, folder: Path) -> Path:
        """Write as one Parquet file; what the strips share is in the file's metadata."""
        columns: dict[str, np.ndarray] = {
            "groups": self.groups.astype(str),
            "starts_s": self.starts_s.astype(np.float32),
            "abstained": self.abstained.astype(bool),
        }
        for k, code in enumerate(CODES):
            columns[f"label_{code}"] = self.labels[:, k].astype(np.float32)
            columns[f"p_{code}"] = self.scores[:, k].astype(np.float32)
        shared = {name: getattr(self, name) for name in SHARED}
        return evidence_file.write(folder / self.file_name(), columns, shared)

    @staticmethod
    def read(path: Path) -> StripEvidence:
        """Read one evidence file."""
        frame, shared = evidence_file.read(path)
        return StripEvidence(
            **{name: shared[name] for name in SHARED},
            groups=frame["groups"].to_numpy(str),
            starts_s=frame["starts_s"].to_numpy(),
            abstained=frame["abstained"].to_numpy(),
            labels=frame[[f"label_{c}" for c in CODES]].to_numpy(float),
            scores=frame[[f"p_{c}" for c in CODES]].to_numpy(float),
        )


def read_all(folder: Path) -> tuple[StripEvidence, ...]:
    """All strip evidence of a model's evidence folder, MIT-BIH first, two leads before others."""
    found = [StripEvidence.read(path) for path in sorted((folder / FOLDER).glob("*.parquet"))]
    return tuple(sorted(found, key=lambda e: (e.dataset != "MIT-BIH", e.leads != TWO[e.dataset])))


def carried(found: StripEvidence, code: str) -> bool:
    """Whether an evidence set holds enough positive and negative strips for a figure."""
    truth = found.labels[:, CODES.index(code)]
    positive, negative = truth == 1, truth == 0
    return bool(
        positive.sum() >= MIN_POSITIVES
        and len(set(found.groups[positive])) >= MIN_GROUPS
        and negative.sum() >= MIN_POSITIVES
    )


def auc(found: StripEvidence, code: str) -> Interval:
    """Area under the ROC curve of one statement, resampled by recording or patient."""
    k = CODES.index(code)
    known = np.isfinite(found.labels[:, k])
    return metrics.auc(found.labels[known, k] == 1, found.scores[known, k], found.groups[known])


def figures(found: StripEvidence, card: ModelCard) -> tuple[Figure, ...]:
    """AUC of every statement that has enough strips; rates at the shipped operating points."""

    def figure(name: str, n: int, value: Interval) -> Figure:
        place = (found.dataset, found.split, "clean", f"strip {found.leads}")
        return Figure(name, *place, n, value.value, value.low, value.high)

    cuts = thresholds(card)
    listed = []
    for k, code in enumerate(CODES):
        if not carried(found, code):
            continue
        known = np.isfinite(found.labels[:, k])
        truth, score = found.labels[known, k] == 1, found.scores[known, k]
        listed.append(figure(f"AUC {NAMES[code]}", int(known.sum()), auc(found, code)))
        for name, group in (("sensitivity", truth), ("specificity", ~truth)):
            right = (score >= cuts[code]) == truth
            listed.append(
                figure(
                    f"{name} {NAMES[code]}",
                    int(group.sum()),
                    _share(right[group], found.groups[known][group]),
                )
            )
    listed.append(figure("abstained", found.n, _share(found.abstained, found.groups)))
    return tuple(listed)


def thresholds(card: ModelCard) -> dict[str, float]:
    """Operating points by code; abnormal is said when it is the likelier class."""
    return {ABNORMAL: 0.5} | {output.code: output.threshold for output in card.statements}


def carry_figures(folder: Path, least_auc_low: float) -> ModelCard:
    """Put the figures of the evidence into the card, and decide which findings are shown.

    Raises ValueError when evidence is of other weights.
    """
    card = ModelCard.read(folder / "card.json")
    found = read_all(folder / "evidence")
    stale = [e.file_name() for e in found if e.weights_sha256 != card.weights_sha256]
    if stale:
        raise ValueError(f"evidence of other weights: {', '.join(stale)}")
    statements = tuple(
        replace(output, shown=_shown(found, output.code, least_auc_low))
        for output in card.statements
    )
    listed = tuple(figure for one in found for figure in figures(one, card))
    card = replace(card, statements=statements, figures=listed)
    card.write(folder / "card.json")
    return card


def _shown(found: Sequence[StripEvidence], code: str, least: float) -> bool:
    """Whether the two-lead strips of every data set that tells enough carry a finding."""
    telling = [e for e in found if e.leads == TWO[e.dataset] and carried(e, code)]
    return bool(telling) and all(auc(e, code).low >= least for e in telling)


def _share(right: np.ndarray, groups: np.ndarray) -> Interval:
    """Share of true cases, with a bootstrap interval by group."""
    weights = metrics.patient_weights(groups)
    with np.errstate(invalid="ignore"):
        spread = (weights * right).sum(axis=1) / weights.sum(axis=1)
    low, high = np.nanpercentile(spread, (2.5, 97.5))
    return Interval(float(right.mean()), float(low), float(high))
