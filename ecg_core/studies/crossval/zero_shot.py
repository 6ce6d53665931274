"""The released model on pages it never saw: normal against the rest, infarction against the rest.

Which score answers which question was fixed before any of these pages was predicted: on PTB-XL
fold 9, drawn with the filter that this printer names (0.67 to 25 Hz). "Normal" on these pages
stands against "abnormal heartbeat", so it is taken strictly: a normal ECG at a normal rate and in
sinus rhythm.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ecg_core.evidence import evidence_file
from ecg_core.evidence.figures import metrics
from ecg_core.evidence.four_classes import folders
from ecg_core.network.classifier import Classifier, answer_all, calibrated
from ecg_core.network.registry import models_folder
from ecg_core.network.statements import TRIAGE_CLASSES
from ecg_core.studies.crossval.pages import LabelledPages

FILE_NAME = "ecg-images/zero-shot.parquet"
"""Below the model's evidence folder."""

NOT_STRICTLY_NORMAL = ("AFIB", "AFLT", "PACE", "SVARR", "BIGU", "PVC", "PAC", "STACH", "SBRAD")
RESTING_BPM = 80.0
"""Middle of the normal resting rate, 60 to 100 per minute."""


@dataclass(frozen=True)
class ZeroShotQuestion:
    """A yes/no question on the four-class set: which folders say yes."""

    name: str
    folders: tuple[str, ...]


NORMAL = ZeroShotQuestion("normal against the rest", (folders.NORMAL,))
INFARCTION = ZeroShotQuestion(
    "infarction of any age against the rest", (folders.INFARCTION, folders.HISTORY)
)


@dataclass(frozen=True)
class Score:
    """One way of answering a question from a row of the evidence; the first answers it."""

    question: ZeroShotQuestion
    name: str
    of: Callable[[pd.DataFrame], np.ndarray]


def _strictly_normal(rows: pd.DataFrame) -> np.ndarray:
    none = 1 - rows[[f"p_scp_{code}" for code in NOT_STRICTLY_NORMAL]].to_numpy()
    return np.asarray(rows["p_NORM"] * none.prod(axis=1))


def _resting(rows: pd.DataFrame) -> np.ndarray:
    return np.asarray(-(_rate(rows) - RESTING_BPM).abs())


def _rate(rows: pd.DataFrame) -> pd.Series:
    return rows["rate_bpm"].fillna(rows["rate_bpm"].median())


SCORES: tuple[Score, ...] = (
    Score(NORMAL, "normal ECG, no abnormal rhythm or rate", _strictly_normal),
    Score(NORMAL, "triage class normal", lambda rows: rows["p_normal"].to_numpy()),
    Score(NORMAL, "superclass NORM", lambda rows: rows["p_NORM"].to_numpy()),
    Score(
        NORMAL,
        "no abnormal superclass",
        lambda rows: 1 - rows[["p_MI", "p_STTC", "p_CD", "p_HYP"]].to_numpy().max(axis=1),
    ),
    Score(NORMAL, "heart rate alone, nearness to 80/min", _resting),
    Score(NORMAL, "heart rate alone, slower", lambda rows: -_rate(rows).to_numpy()),
    Score(INFARCTION, "superclass MI", lambda rows: rows["p_MI"].to_numpy()),
    Score(
        INFARCTION,
        "triage classes acute or prior infarction",
        lambda rows: (rows["p_acute_mi"] + rows["p_prior_mi"]).to_numpy(),
    ),
    Score(INFARCTION, "heart rate alone, slower", lambda rows: -_rate(rows).to_numpy()),
)


@dataclass(frozen=True)
class ZeroShotFigure:
    """Area under the ROC curve of one score for its question, with a 95 % interval by group."""

    question: str
    score: str
    positives: int
    n: int
    auc: metrics.Interval
    first: bool


def answer(classifier: Classifier, pages: LabelledPages) -> pd.DataFrame:
    """One row a page that is kept and was read: file, group, folder, rate, every probability."""
    read = np.flatnonzero(pages.kept & [page is not None for page in pages.pages])
    shown = pages.take(read)
    outputs, strangeness = answer_all(classifier, shown.ink)
    card = classifier.card
    columns: dict[str, np.ndarray] = {
        "file": shown.files,
        "group": shown.groups,
        "folder": np.array(folders.FOLDERS)[shown.labels],
        "rate_bpm": shown.rate_bpm.astype(np.float32),
        "abstained": np.array(
            [
                bool(classifier.doubts(page, float(strange)))
                for page, strange in zip(shown.pages, strangeness, strict=True)
            ]
        ),
    }
    triage = classifier.triage_probabilities(outputs.triage).numpy()
    columns |= {f"p_{name}": triage[:, k] for k, name in enumerate(TRIAGE_CLASSES)}
    for prefix, logits, listed in (
        ("p_", outputs.superclasses, card.superclasses),
        ("p_scp_", outputs.statements, card.statements),
    ):
        found = calibrated(logits, listed).numpy()
        columns |= {f"{prefix}{output.code}": found[:, k] for k, output in enumerate(listed)}
    return pd.DataFrame(columns)


def write(rows: pd.DataFrame, classifier: Classifier, manifest_sha256: str) -> Path:
    """Keep the rows beside the model's evidence; which weights gave them is in the metadata."""
    card = classifier.card
    path = models_folder() / card.name / "evidence" / FILE_NAME
    shared = {
        "model": card.name,
        "version": card.version,
        "weights_sha256": card.weights_sha256,
        "manifest_sha256": manifest_sha256,
    }
    columns = {str(name): rows[name] for name in rows}
    return evidence_file.write(path, columns, shared)


def load(model_name: str, weights_sha256: str) -> pd.DataFrame | None:
    """The rows shipped with a model; None where there are none or they are of other weights."""
    path = models_folder() / model_name / "evidence" / FILE_NAME
    if not path.exists():
        return None
    rows, shared = evidence_file.read(path)
    return rows if shared.get("weights_sha256") == weights_sha256 else None


def figures(rows: pd.DataFrame) -> tuple[ZeroShotFigure, ...]:
    """Every score's area, the fixed one of each question first."""
    groups = rows["group"].to_numpy()
    found, asked = [], set()
    for score in SCORES:
        truth = rows["folder"].isin(score.question.folders).to_numpy()
        found.append(
            ZeroShotFigure(
                question=score.question.name,
                score=score.name,
                positives=int(truth.sum()),
                n=len(rows),
                auc=metrics.auc(truth, score.of(rows), groups),
                first=score.question.name not in asked,
            )
        )
        asked.add(score.question.name)
    return tuple(found)


def between(rows: pd.DataFrame, score: Score, yes: str, no: str) -> metrics.Interval:
    """Area under the ROC curve of a score between two folders alone."""
    two = rows[rows["folder"].isin((yes, no))]
    return metrics.auc((two["folder"] == yes).to_numpy(), score.of(two), two["group"].to_numpy())
