"""Rhythm strips for training: MIT-BIH windows and PTB-XL leads, drawn as strips of 1-3 leads.

MIT-BIH marks every beat but holds few people; PTB-XL holds many people and few marks. Half of each
batch comes from each. Strips are drawn and varied by the same code as twelve-lead pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from ecg_core.leads import STANDARD_LEADS
from ecg_core.network.strip_statements import STRIP_STATEMENTS
from ecg_core.page import layouts
from ecg_core.training.data import mitdb, pages, ptbxl, strip_labels

LEADS: tuple[tuple[tuple[str, ...], float], ...] = (
    (("I",), 0.14),
    (("II",), 0.14),
    (("V1",), 0.04),
    (("V5",), 0.03),
    (("II", "V1"), 0.32),
    (("II", "V5"), 0.13),
    (("I", "II"), 0.05),
    (("II", "V1", "V5"), 0.08),
    (("I", "II", "III"), 0.07),
)
"""Leads of the strips drawn from twelve-lead recordings: wearables, Holter, monitors; shares."""
PITCHES_MM = (28.0, 34.0, 40.0, 40.0)
"""Distances between rows; the app draws 40 mm."""
DRAWS: tuple[tuple[str, float], ...] = (("AF", 0.2), ("PVC", 0.12), ("PAC", 0.12), ("block", 0.1))
"""Share of the PTB-XL strips drawn from recordings with this label; the rest from all of them."""


class StripBatch(NamedTuple):
    """ink: uint8, B×H×W. statements: float, B×S, NaN unknown. abnormal: int, B, −1 unknown."""

    ink: Tensor
    statements: Tensor
    abnormal: Tensor


@dataclass(frozen=True, eq=False)
class StripSource:
    """Everything strips are drawn from."""

    mitdb: tuple[mitdb.StripRecord, ...]
    ptbxl: ptbxl.PtbXl
    labels: strip_labels.StripLabels


def load(root: Path, names: Sequence[str]) -> StripSource:
    """root: folder holding mitdb/ and ptb-xl/. names: MIT-BIH recordings."""
    return StripSource(
        mitdb.load(root / "mitdb", names),
        ptbxl.load(root / "ptb-xl"),
        strip_labels.load(root / "ptb-xl"),
    )


def draw(
    signals_uv: np.ndarray,
    present: Sequence[str],
    shown: Sequence[str],
    pitch_mm: float,
    recipe: pages.PageRecipe,
    noise: np.ndarray | None,
    rng: np.random.Generator,
) -> np.ndarray:
    """One strip of the leads `shown`, uint8, from leads × 1000 samples in µV at 100 Hz.

    present: names of the rows of `signals_uv`.
    """
    twelve = np.zeros((len(STANDARD_LEADS), signals_uv.shape[1]), np.int16)
    for row, lead in enumerate(present):
        twelve[STANDARD_LEADS.index(lead)] = signals_uv[row]
    plan = layouts.Layout("strip", tuple((lead,) for lead in shown), pitch_mm)
    return pages.draw(twelve, plan, recipe, noise, rng)


def batches(
    source: StripSource,
    noise: np.ndarray,
    recipe: pages.PageRecipe,
    batch: int,
    steps: range,
    seed: int,
) -> Iterator[StripBatch]:
    """Training batches; each can be drawn again from the seed and its step."""
    pools = _pools(source)
    for step in steps:
        rng = np.random.default_rng((seed, step))
        names, shares = zip(*LEADS, strict=True)
        rows = len(names[rng.choice(len(names), p=shares)])
        pitch_mm = float(rng.choice(PITCHES_MM))
        # MIT-BIH has two leads.
        of_mitdb = batch // 2 if rows < 3 else 0
        drawn = []
        for place in range(batch):
            if place < of_mitdb:
                signals_uv, leads, told = _from_mitdb(source, rng)
                shown = leads if rows == 2 else (leads[int(rng.random() < 0.35)],)
            else:
                signals_uv, leads, told = _from_ptbxl(source, pools, rng)
                shown = _leads(rows, rng)
            ink = draw(signals_uv, leads, shown, pitch_mm, recipe, noise, rng)
            drawn.append((ink, *told))
        ink, statements, abnormal = zip(*drawn, strict=True)
        yield StripBatch(
            torch.from_numpy(np.stack(ink)),
            torch.from_numpy(np.stack(statements)),
            torch.tensor(abnormal),
        )


Drawn = tuple[np.ndarray, tuple[str, ...], tuple[np.ndarray, int]]


def _from_mitdb(source: StripSource, rng: np.random.Generator) -> Drawn:
    record = source.mitdb[rng.integers(len(source.mitdb))]
    start_s = float(rng.integers(round((record.duration_s - mitdb.WINDOW_S) * ptbxl.FS_HZ)))
    start_s /= ptbxl.FS_HZ
    return record.window_uv(start_s), record.leads, record.labels(start_s)


def _from_ptbxl(
    source: StripSource, pools: tuple[np.ndarray, ...], rng: np.random.Generator
) -> Drawn:
    shares = [share for _, share in DRAWS]
    pool = pools[rng.choice(len(pools), p=[*shares, 1 - sum(shares)])]
    row = int(rng.choice(pool))
    told = source.labels.statements[row], int(source.labels.abnormal[row])
    return source.ptbxl.signals_uv[row], STANDARD_LEADS, told


def _leads(rows: int, rng: np.random.Generator) -> tuple[str, ...]:
    fitting = [(names, share) for names, share in LEADS if len(names) == rows]
    names, shares = zip(*fitting, strict=True)
    return tuple(names[rng.choice(len(names), p=np.array(shares) / sum(shares))])


def _pools(source: StripSource) -> tuple[np.ndarray, ...]:
    codes = [statement.code for statement in STRIP_STATEMENTS]
    told = {code: source.labels.statements[:, k] == 1 for k, code in enumerate(codes)}
    told["block"] = told["CLBBB"] | told["CRBBB"] | told["PACE"]
    training = np.isin(source.ptbxl.folds, ptbxl.TRAIN_FOLDS)
    found = [np.flatnonzero(told[name] & training) for name, _ in DRAWS]
    return (*found, np.flatnonzero(training))
