"""The same recordings by both rules of triage, with the stage of their infarctions."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from ecg_core.network.statements import TRIAGE_CLASSES, Triage
from ecg_core.training.data import extra_targets
from ecg_core.training.data.ptbxl import PtbXl
from ecg_core.training.data.triage_labels import (
    ACUTE_STADIUMS,
    FIRST,
    RULES,
    Stated,
    Vocabulary,
)

EARLY_STADIUMS = frozenset({"Stadium I", "Stadium I-II"})


@dataclass(frozen=True, eq=False)
class Restated:
    """Labels of n recordings. triage: class indices by rule, −1 unknown. early, recent: bool, an
    infarction of stage I or I–II, and one of stage II."""

    triage: Mapping[str, np.ndarray]
    early: np.ndarray
    recent: np.ndarray


def restated(root: Path, ecg_ids: np.ndarray, signals_uv: np.ndarray) -> Restated:
    """Both rules for the given recordings. signals_uv: n × 12 × 1000 at 100 Hz."""
    table = pd.read_csv(root / "ptbxl_database.csv", index_col="ecg_id").loc[ecg_ids]
    known = Vocabulary.of(pd.read_csv(root / "scp_statements.csv", index_col=0))
    stadiums = table[["infarction_stadium1", "infarction_stadium2"]].fillna("").astype(str)
    listed = [
        Stated(frozenset(ast.literal_eval(codes)), frozenset(both), bool(extra), _rate(signals))
        for codes, both, extra, signals in zip(
            table["scp_codes"],
            stadiums.to_numpy(),
            table["extra_beats"].notna(),
            signals_uv,
            strict=True,
        )
    ]
    infarction = [
        told.stadiums if "MI" in known.superclasses(told) else frozenset() for told in listed
    ]
    early = np.array([bool(stages & EARLY_STADIUMS) for stages in infarction])
    acute = np.array([bool(stages & ACUTE_STADIUMS) for stages in infarction])
    return Restated(
        {
            name: np.array([_index(rule(told, known)) for told in listed], np.int8)
            for name, rule in RULES.items()
        },
        early,
        acute & ~early,
    )


def taught_by(rule: str, data: PtbXl, root: Path) -> PtbXl:
    """The same recordings with their triage classes by a rule of `RULES`.

    Raises KeyError for an unknown rule.
    """
    if rule == FIRST:
        return data
    return replace(data, triage=restated(root, data.ecg_ids, data.signals_uv).triage[rule])


def _rate(signals_uv: np.ndarray) -> float:
    peaks = extra_targets.qrs_samples(signals_uv.astype(np.float32) / 1000.0)
    return float(np.exp(extra_targets.rate_and_spread(peaks)[0]))


def _index(triage: Triage | None) -> int:
    return -1 if triage is None else TRIAGE_CLASSES.index(triage)
