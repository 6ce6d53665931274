"""Score a set to its end: resumable, one runner at a time, out of the readers' way."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from filelock import FileLock, Timeout

from ecg_core.labelled.answering import CaseAnswer
from ecg_core.labelled.engines import Engine, configured
from ecg_core.labelled.sets import LabelledSet, State, list_sets

BATCH_S = 1.0
"""Answers are written at least this often."""
LOCK = "scoring.lock"


def score(labelled: LabelledSet, engine: Engine | None = None) -> State:
    """Ask the model about every case that has no answer yet.

    Returns `State.DONE`, `State.STOPPED` when the set was cancelled, or `State.RUNNING` when
    another process is at it already.
    """
    try:
        with FileLock(labelled.folder / LOCK, timeout=0):
            return _score(labelled, engine or configured())
    except Timeout:
        return State.RUNNING


def _score(labelled: LabelledSet, engine: Engine) -> State:
    known = labelled.answers()
    left = [case for case in labelled.cases() if case.name not in known]
    batch: list[CaseAnswer] = []
    written = time.monotonic()

    def stopped() -> bool:
        return not labelled.folder.exists() or labelled.info.cancelled

    if left:
        for one in engine(left, labelled.info.model, stopped):
            batch.append(one)
            if time.monotonic() - written >= BATCH_S:
                labelled.append(batch)
                batch, written = [], time.monotonic()
        if labelled.folder.exists():
            labelled.append(batch)
    return State.STOPPED if stopped() else State.DONE


def state(labelled: LabelledSet) -> State:
    """Where the scoring stands, seen from any process."""
    info = labelled.info
    if labelled.done() >= info.cases:
        return State.DONE
    if info.cancelled:
        return State.STOPPED
    return State.RUNNING if _is_scored(labelled) else State.WAITING


def _is_scored(labelled: LabelledSet) -> bool:
    """Whether some process holds the set's lock."""
    try:
        with FileLock(labelled.folder / LOCK, timeout=0):
            return False
    except Timeout:
        return True


def start(labelled: LabelledSet) -> None:
    """Score in a process of its own, which outlives the reader's session."""
    subprocess.Popen(
        [sys.executable, "-m", "ecg_core", "score", str(labelled.folder)],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env=dict(os.environ),
    )


def resume_all(data_dir: Path) -> int:
    """Start every set that is neither done nor cancelled nor being scored; how many."""
    waiting = [one for one in list_sets(data_dir) if state(one) is State.WAITING]
    for one in waiting:
        start(one)
    return len(waiting)
