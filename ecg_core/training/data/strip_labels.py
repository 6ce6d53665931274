"""Labels of a rhythm strip cut from a PTB-XL recording, as MIT-BIH would have told them."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ecg_core.network.strip_statements import PTBXL_ABNORMAL, PTBXL_UNCLEAR, STRIP_STATEMENTS

SINUS = frozenset({"SR", "SARRH"})
ATRIAL, VENTRICULAR, ANY_EXTRA = r"SVES", r"(?<!S)VES", r"\d|ES"
"""What the free-text column `extra_beats` says: SVES, VES, or a number of extra beats."""


@dataclass(frozen=True, eq=False)
class StripLabels:
    """One row a recording; NaN or −1 where PTB-XL does not tell.

    statements: float32, n × len(STRIP_STATEMENTS). abnormal: int64, n; 1 for any abnormal beat or
    rhythm, 0 for none.
    """

    statements: np.ndarray
    abnormal: np.ndarray


def load(root: Path) -> StripLabels:
    """Labels of every PTB-XL recording, in the order of its table."""
    table = pd.read_csv(root / "ptbxl_database.csv", index_col="ecg_id")
    told = [
        label(set(ast.literal_eval(codes)), extra)
        for codes, extra in zip(
            table["scp_codes"], table["extra_beats"].fillna("").astype(str), strict=True
        )
    ]
    statements, abnormal = zip(*told, strict=True)
    return StripLabels(np.stack(statements), np.array(abnormal, np.int64))


def label(codes: set[str], extra_beats: str) -> tuple[np.ndarray, int]:
    """Statements and abnormality of one recording.

    Extra beats that only the free text mentions are believed where it says from where they come;
    where it does not, neither kind is known.
    """
    said = {
        "PVC": bool(re.search(VENTRICULAR, extra_beats)),
        "PAC": bool(re.search(ATRIAL, extra_beats)),
    }
    extra = bool(re.search(ANY_EXTRA, extra_beats))
    coded = bool(codes & {"PVC", "PAC"})
    statements = np.full(len(STRIP_STATEMENTS), np.nan, np.float32)
    for k, statement in enumerate(STRIP_STATEMENTS):
        if not statement.ptbxl:
            continue
        holds = bool(codes & statement.ptbxl) or said.get(statement.code, False)
        unknown = statement.code in said and extra and not coded and not any(said.values())
        statements[k] = np.nan if unknown and not holds else holds
    if codes & PTBXL_ABNORMAL or extra:
        return statements, 1
    if codes & PTBXL_UNCLEAR or not codes & SINUS:
        return statements, -1
    return statements, 0
