"""The six tasks that PTB-XL is published with: which labels belong to each, and who has one.

all, diagnostic, subdiagnostic, superdiagnostic, form and rhythm, after Strodthoff et al. 2021: a
recording takes part in a task when it has at least one of its labels, whatever its likelihood.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

TASKS = ("all", "diagnostic", "subdiagnostic", "superdiagnostic", "form", "rhythm")
_COLUMNS = {"diagnostic": "diagnostic", "form": "form", "rhythm": "rhythm"}
_AGGREGATED = {"subdiagnostic": "diagnostic_subclass", "superdiagnostic": "diagnostic_class"}


@dataclass(frozen=True, eq=False)
class TaskLabels:
    """Labels of one task. parts: statements of each of its classes. truth: bool, n × classes."""

    task: str
    parts: Mapping[str, tuple[str, ...]]
    truth: np.ndarray


def classes(task: str, scp: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """Classes of a task with the statements that make them.

    scp: scp_statements.csv by code. Raises KeyError for an unknown task.

    >>> scp = pd.DataFrame({"diagnostic": [1.0, 1.0, None], "form": [None, 1.0, 1.0],
    ...     "diagnostic_subclass": ["IMI", "IMI", None]}, index=["IMI", "ILMI", "PVC"])
    >>> classes("form", scp), classes("subdiagnostic", scp)
    ({'ILMI': ('ILMI',), 'PVC': ('PVC',)}, {'IMI': ('IMI', 'ILMI')})
    """
    if task == "all":
        return {str(code): (str(code),) for code in scp.index}
    if task in _COLUMNS:
        codes = scp.index[scp[_COLUMNS[task]] == 1.0]
        return {str(code): (str(code),) for code in codes}
    diagnostic = scp[scp["diagnostic"] == 1.0]
    found: dict[str, tuple[str, ...]] = {}
    for code, name in diagnostic[_AGGREGATED[task]].items():
        found[str(name)] = (*found.get(str(name), ()), str(code))
    return found


def labels(root: Path, ecg_ids: np.ndarray) -> tuple[TaskLabels, ...]:
    """Labels of the given recordings for every task. root: PTB-XL's folder."""
    table = pd.read_csv(root / "ptbxl_database.csv", index_col="ecg_id").loc[ecg_ids]
    scp = pd.read_csv(root / "scp_statements.csv", index_col=0)
    told = [set(ast.literal_eval(text)) for text in table["scp_codes"]]
    found = []
    for task in TASKS:
        parts = classes(task, scp)
        truth = [[bool(codes & set(part)) for part in parts.values()] for codes in told]
        found.append(TaskLabels(task, parts, np.array(truth)))
    return tuple(found)
