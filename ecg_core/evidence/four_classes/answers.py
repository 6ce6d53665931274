"""Out-of-fold answers, case by case: the evidence every cross-validation figure comes from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ecg_core.evidence import evidence_file
from ecg_core.evidence.four_classes import folders
from ecg_core.evidence.values import CaseSet, Choice, Dimension, Kind, Origin, Question

SHARED = ("protocol", "method", "cpu_s", "manifest_sha256")
"""What the cases share: in the file's metadata."""
PAGES = "Four-class pages"
EVEN = 0.5
"""A class of the page set is flagged where it is likelier than not."""


@dataclass(frozen=True, eq=False)
class MethodAnswers:
    """What one method answered under one protocol, every page while it was not trained on.

    classes: names. files, groups: str. folds: in which fold a page was tested. labels: index into
    classes. scores: probabilities, n × K. cpu_s: for training and answering all folds.
    manifest_sha256: `pages.manifest_digest` of the manifest that the protocol followed.
    """

    protocol: str
    method: str
    classes: tuple[str, ...]
    cpu_s: float
    manifest_sha256: str
    files: np.ndarray
    groups: np.ndarray
    folds: np.ndarray
    labels: np.ndarray
    scores: np.ndarray

    @property
    def predicted(self) -> np.ndarray:
        """The likeliest class of each page."""
        return np.asarray(self.scores.argmax(axis=1))

    def cases(self) -> CaseSet:
        """The answers in the form that every view works on."""
        plain = (folders.NAMES.get(name, name) for name in self.classes)
        names = tuple(name[0].upper() + name[1:] for name in plain)
        known = np.ones(len(self.files), bool)
        scores = self.scores.astype(float)
        return CaseSet(
            title=f"{PAGES}, {self.protocol}: {self.method}",
            origin=Origin.SHIPPED,
            dataset=PAGES,
            split=f"five-fold, {self.protocol}",
            condition="printed",
            layout="3x4+1R",
            model=self.method,
            version="",
            weights_sha256=self.manifest_sha256,
            refused=0,
            case_ids=self.files,
            patients=self.groups,
            abstained=~known,
            questions=tuple(
                Question(
                    f"class_{k}", name, self.labels == k, scores[:, k], known, EVEN, Kind.CLASS
                )
                for k, name in enumerate(names)
            ),
            choice=Choice(names, self.labels.astype(int), scores),
            dimensions=(Dimension("fold", self.folds.astype(str)),),
            points_rule="A class is flagged where it is likelier than not; nothing was tuned.",
        )

    def write(self, folder: Path) -> Path:
        """Write as one Parquet file."""
        columns: dict[str, np.ndarray] = {
            "file": self.files,
            "group": self.groups,
            "fold": self.folds.astype(np.int8),
            "label": self.labels.astype(np.int8),
        }
        for k, name in enumerate(self.classes):
            columns[f"p_{name}"] = self.scores[:, k].astype(np.float32)
        shared = {name: getattr(self, name) for name in SHARED}
        path = folder / file_name(self.protocol, self.method)
        return evidence_file.write(path, columns, shared)

    @staticmethod
    def read(path: Path) -> MethodAnswers:
        """Read one file."""
        frame, shared = evidence_file.read(path)
        scores = [c for c in frame.columns if c.startswith("p_")]
        return MethodAnswers(
            protocol=shared["protocol"],
            method=shared["method"],
            classes=tuple(c.removeprefix("p_") for c in scores),
            cpu_s=float(shared["cpu_s"]),
            manifest_sha256=shared["manifest_sha256"],
            files=frame["file"].to_numpy(dtype=str),
            groups=frame["group"].to_numpy(dtype=str),
            folds=frame["fold"].to_numpy(),
            labels=frame["label"].to_numpy(),
            scores=frame[scores].to_numpy(float),
        )


def file_name(protocol: str, method: str) -> str:
    """Name of the file with a method's answers under a protocol."""
    words = f"{protocol}_{method}".lower().replace(",", "").replace("+", "and")
    return words.replace(" ", "-") + ".parquet"
