"""The log of a released model's training: one row an epoch."""

from __future__ import annotations

import pandas as pd

from ecg_core.network.registry import models_folder

FILE_NAME = "training.jsonl"


def load(model_name: str) -> pd.DataFrame:
    """Epoch, loss, times and what was measured on the choosing fold; empty without a log."""
    path = models_folder() / model_name / FILE_NAME
    if not path.exists():
        return pd.DataFrame()
    table: pd.DataFrame = pd.read_json(path, lines=True)
    # A run that was resumed wrote some epochs twice: the later one is the one that counted.
    return table.drop_duplicates("epoch", keep="last").sort_values("epoch", ignore_index=True)
