"""Evidence as a Parquet file: a column for each thing known of a case, the rest as metadata."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq


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
