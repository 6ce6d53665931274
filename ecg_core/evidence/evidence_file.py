"""Evidence on disk: Parquet files with a column for each thing known, and rows as lines of JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ecg_core.network.registry import models_folder

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def write(
    path: Path,
    columns: Mapping[str, np.ndarray] | Mapping[str, pd.Series],
    shared: Mapping[str, object],
) -> Path:
    """Write columns of equal length; shared: what all rows have in common, kept as text."""
    table = pa.table({name: pa.array(values) for name, values in columns.items()})
    told = {name: str(value) for name, value in shared.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table.replace_schema_metadata(told), path, compression="zstd")
    return path


def read(path: Path) -> tuple[pd.DataFrame, dict[str, str]]:
    """The columns, and what the rows have in common."""
    table = pq.read_table(path)
    shared = {k.decode(): v.decode() for k, v in (table.schema.metadata or {}).items()}
    return table.to_pandas(), shared


def line(row: DataclassInstance) -> str:
    """A row as one line of JSON."""
    return json.dumps(asdict(row), ensure_ascii=False)


def lines(model_name: str, file_name: str, weights_sha256: str) -> Iterator[dict[str, Any]]:
    """Rows shipped with a model; none where there are none or they are of other weights."""
    path = models_folder() / model_name / "evidence" / file_name
    if path.exists():
        for text in path.read_text(encoding="utf-8").splitlines():
            row: dict[str, Any] = json.loads(text)
            if row["weights_sha256"] == weights_sha256:
                yield row
