"""MIT-BIH Arrhythmia Database: two leads, half an hour each, every beat and rhythm marked.

The inter-patient split is that of de Chazal et al. 2004. Recordings 201 and 202 are of one person:
201 is left out of training, so that the test half is whole. Paced recordings are in neither half.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import wfdb
from scipy import signal

from ecg_core.leads import STANDARD_LEADS, canonical_lead
from ecg_core.network.strip_statements import (
    NORMAL_BEATS,
    NORMAL_RHYTHMS,
    STRIP_STATEMENTS,
    UNJUDGED_BEATS,
    StripStatement,
)
from ecg_core.training.data.ptbxl import FS_HZ

WINDOW_S = 10.0
SAME_PERSON_AS_202 = "201"
DS1 = (
    *("101", "106", "108", "109", "112", "114", "115", "116", "118", "119", "122"),
    *("124", "201", "203", "205", "207", "208", "209", "215", "220", "223", "230"),
)
DS2 = (
    *("100", "103", "105", "111", "113", "117", "121", "123", "200", "202", "210"),
    *("212", "213", "214", "219", "221", "222", "228", "231", "232", "233", "234"),
)
CHOOSE = ("112", "118", "119", "122", "203", "220")
"""Recordings of DS1 that never train: they choose, calibrate and set operating points."""
TRAIN = tuple(name for name in DS1 if name not in (*CHOOSE, SAME_PERSON_AS_202))

BEATS = frozenset("NLReajASVEFJ/fQ!?xn")
"""Symbols that mark a beat, a flutter wave (!) or a blocked atrial beat (x)."""


@dataclass(frozen=True, eq=False)
class StripRecord:
    """One recording, resampled, with its marks.

    signals_uv: int16, leads × samples at `FS_HZ`, µV. leads: in `STANDARD_LEADS` order.
    beat_s, beats: time and symbol of each beat. rhythms: (from, to, name), seconds.
    """

    name: str
    leads: tuple[str, ...]
    signals_uv: np.ndarray
    beat_s: np.ndarray
    beats: np.ndarray
    rhythms: tuple[tuple[float, float, str], ...]

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.signals_uv.shape[1] / FS_HZ

    def starts_s(self) -> np.ndarray:
        """Beginnings of the windows that tile the recording without overlap."""
        return np.arange(int(self.duration_s // WINDOW_S)) * WINDOW_S

    def window_uv(self, start_s: float) -> np.ndarray:
        """Ten seconds, leads × 1000."""
        first = round(start_s * FS_HZ)
        return self.signals_uv[:, first : first + round(WINDOW_S * FS_HZ)]

    def labels(self, start_s: float) -> tuple[np.ndarray, int]:
        """Statements (float, one per `STRIP_STATEMENTS`) and 1 for any abnormal beat or rhythm."""
        symbols, rhythms = self._within(start_s)
        told = np.array([_holds(s, symbols, rhythms) for s in STRIP_STATEMENTS], np.float32)
        beats = set(symbols) - NORMAL_BEATS - UNJUDGED_BEATS
        return told, int(bool(beats or set(rhythms) - NORMAL_RHYTHMS))

    def _within(self, start_s: float) -> tuple[list[str], dict[str, float]]:
        """Beats of a window, and the share of it that each rhythm lasts."""
        end_s = start_s + WINDOW_S
        first, last = np.searchsorted(self.beat_s, (start_s, end_s))
        shares: dict[str, float] = {}
        for since, until, name in self.rhythms:
            shared = min(until, end_s) - max(since, start_s)
            if shared > 0:
                shares[name] = shares.get(name, 0.0) + shared / WINDOW_S
        return list(self.beats[first:last]), shares


def _holds(statement: StripStatement, symbols: Sequence[str], rhythms: dict[str, float]) -> bool:
    share = sum(rhythms.get(name, 0.0) for name in statement.rhythms)
    if statement.rhythms and share >= statement.least_share:
        return True
    run = 0
    for symbol in symbols:
        run = run + 1 if symbol in statement.beats else 0
        if run >= statement.in_a_row:
            return True
    return False


def load(root: Path, names: Sequence[str]) -> tuple[StripRecord, ...]:
    """Recordings by name. root: folder of the official layout. Raises FileNotFoundError."""
    return tuple(_read(root / name) for name in names)


def _read(path: Path) -> StripRecord:
    record, marks = wfdb.rdrecord(str(path)), wfdb.rdann(str(path), "atr")
    slow = signal.resample_poly(record.p_signal, FS_HZ, round(record.fs), axis=0)
    leads = [canonical_lead(name) or name for name in record.sig_name]
    order = sorted(range(len(leads)), key=lambda i: STANDARD_LEADS.index(leads[i]))
    seconds = marks.sample / record.fs
    changes = [
        (float(at), note.strip("\0 ")[1:])
        for at, note in zip(seconds, marks.aux_note, strict=True)
        if note.startswith("(")
    ]
    ends = [at for at, _ in changes[1:]] + [record.sig_len / record.fs]
    is_beat = np.isin(marks.symbol, list(BEATS))
    return StripRecord(
        name=path.name,
        leads=tuple(leads[i] for i in order),
        signals_uv=np.clip(np.rint(slow.T[order] * 1000), -32767, 32767).astype(np.int16),
        beat_s=seconds[is_beat],
        beats=np.array(marks.symbol)[is_beat],
        rhythms=tuple((at, end, name) for (at, name), end in zip(changes, ends, strict=True)),
    )
