"""Out-of-fold answers, case by case: the evidence every cross-validation figure comes from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

SHARED = ("protocol", "method", "cpu_s", "manifest_sha256")
"""What the cases share: in the file's metadata."""


@dataclass(frozen=True, eq=False)
class Answers:
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
        table = pa.table({name: pa.array(values) for name, values in columns.items()})
        shared = {name: str(getattr(self, name)) for name in SHARED}
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / file_name(self.protocol, self.method)
        pq.write_table(table.replace_schema_metadata(shared), path, compression="zstd")
        return path

    @staticmethod
    def read(path: Path) -> Answers:
        """Read one file."""
        table = pq.read_table(path)
        shared = {k.decode(): v.decode() for k, v in (table.schema.metadata or {}).items()}
        frame: pd.DataFrame = table.to_pandas()
        scores = [c for c in frame.columns if c.startswith("p_")]
        return Answers(
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
