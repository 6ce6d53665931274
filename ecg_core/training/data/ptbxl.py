"""PTB-XL 1.0.3 in its official layout: signals, labels, folds (Wagner et al. 2020)."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import wfdb
from tqdm import tqdm

from ecg_core.leads import STANDARD_LEADS, canonical_lead
from ecg_core.network.statements import SUPERCLASSES, TRIAGE_CLASSES
from ecg_core.training.data.triage_labels import Stated, Vocabulary, first

FS_HZ = 100
TRAIN_FOLDS = tuple(range(1, 9))
CHOOSE_FOLD = 9
REPORT_FOLD = 10
MIN_TRAIN_POSITIVES = 40
"""Of a statement that the models up to 2.0 were taught."""


@dataclass(frozen=True)
class PtbXl:
    """PTB-XL at 100 Hz with the labels of one statement vocabulary.

    signals_uv: int16, records × 12 leads × 1000 samples, µV, leads in `STANDARD_LEADS` order.
    superclasses: bool, records × 5. statements: bool, records × len(codes).
    triage: int8, records; index into `TRIAGE_CLASSES` by the first rule of `triage_labels`, −1
    where no statement supports a class.
    """

    ecg_ids: np.ndarray
    patient_ids: np.ndarray
    folds: np.ndarray
    age: np.ndarray
    sex: np.ndarray
    device: np.ndarray
    site: np.ndarray
    signals_uv: np.ndarray
    superclasses: np.ndarray
    statements: np.ndarray
    triage: np.ndarray
    codes: tuple[str, ...]

    def rows(self, folds: tuple[int, ...]) -> np.ndarray:
        """Row indices of the recordings in `folds`."""
        return np.flatnonzero(np.isin(self.folds, folds))


def load(
    root: Path,
    cache: Path | None = None,
    *,
    least_positives: int = MIN_TRAIN_POSITIVES,
    codes: Sequence[str] | None = None,
    folds: Sequence[int] | None = None,
) -> PtbXl:
    """Read PTB-XL from its official layout.

    root: folder holding ptbxl_database.csv, scp_statements.csv and records100/.
    cache: where the stacked signals are kept between runs (default: beside `root`).
    least_positives: recordings of the training folds that a statement needs. codes: exactly these
    statements instead, as a model's card lists them. folds: only the recordings of these are read
    and returned; what a statement needs is counted in the training folds all the same.
    Raises FileNotFoundError when the data set is not there.
    """
    table = pd.read_csv(root / "ptbxl_database.csv", index_col="ecg_id")
    scp = pd.read_csv(root / "scp_statements.csv", index_col=0)
    code_sets = [set(ast.literal_eval(text)) for text in table["scp_codes"]]
    known = Vocabulary.of(scp)

    in_training = table["strat_fold"].isin(TRAIN_FOLDS).to_numpy()
    hits = {code: np.array([code in codes for codes in code_sets]) for code in scp.index}
    vocabulary = (
        tuple(codes)
        if codes is not None
        else tuple(c for c in scp.index if hits[c][in_training].sum() >= least_positives)
    )

    rows = None if folds is None else np.flatnonzero(table["strat_fold"].isin(folds))
    if rows is not None:
        table, code_sets = table.iloc[rows], [code_sets[row] for row in rows]
        hits = {code: hit[rows] for code, hit in hits.items()}

    stadiums = table[["infarction_stadium1", "infarction_stadium2"]].fillna("").astype(str)
    told = [
        Stated(frozenset(codes), frozenset(both))
        for codes, both in zip(code_sets, stadiums.to_numpy(), strict=True)
    ]
    triage = [first(one, known) for one in told]
    supers = [known.superclasses(one) for one in told]
    return PtbXl(
        ecg_ids=table.index.to_numpy(),
        patient_ids=table["patient_id"].to_numpy(np.int64),
        folds=table["strat_fold"].to_numpy(np.int64),
        age=table["age"].to_numpy(float),
        sex=table["sex"].to_numpy(np.int64),
        device=table["device"].fillna("").str.strip().to_numpy(str),
        site=table["site"].fillna(-1).to_numpy(np.int64),
        signals_uv=_signals(root, table["filename_lr"].tolist(), rows, cache),
        superclasses=np.array([[s in found for s in SUPERCLASSES] for found in supers]),
        statements=np.stack([hits[c] for c in vocabulary], axis=1),
        triage=np.array([-1 if t is None else TRIAGE_CLASSES.index(t) for t in triage], np.int8),
        codes=vocabulary,
    )


def _signals(
    root: Path, names: list[str], rows: np.ndarray | None, cache: Path | None
) -> np.ndarray:
    stacked = (cache or root.parent / "cache") / "ptbxl_100hz_uv.npy"
    if stacked.exists():
        every = np.lib.format.open_memmap(stacked, mode="r")
        return every if rows is None else every[rows]
    signals = microvolts(root, names)
    if rows is not None:
        return signals
    stacked.parent.mkdir(parents=True, exist_ok=True)
    partial = stacked.with_suffix(".partial.npy")
    np.save(partial, signals)
    partial.replace(stacked)
    return np.lib.format.open_memmap(stacked, mode="r")


def microvolts(root: Path, names: list[str]) -> np.ndarray:
    """Recordings by their file names: int16, records × 12 leads × 1000 samples, µV."""
    signals = np.empty((len(names), len(STANDARD_LEADS), 10 * FS_HZ), np.int16)
    for row, name in enumerate(tqdm(names, desc="reading PTB-XL", unit="record", mininterval=10)):
        record = wfdb.rdrecord(str(root / name))
        uv = np.nan_to_num(record.p_signal) * 1000.0
        for column, said in enumerate(record.sig_name):
            lead = canonical_lead(said)
            if lead is None:
                raise ValueError(f"{name}: unknown lead {said!r}")
            signals[row, STANDARD_LEADS.index(lead)] = np.clip(
                np.rint(uv[:, column]), -32767, 32767
            )
    return signals
