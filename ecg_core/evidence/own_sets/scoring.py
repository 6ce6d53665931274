"""Score a set to its end, then look for shortcuts in it: resumable, one runner at a time."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from filelock import FileLock, Timeout

from ecg_core.evidence.own_sets.answering import CaseAnswer
from ecg_core.evidence.own_sets.engines import Engine, configured
from ecg_core.evidence.own_sets.sets import LabelledSet, State, list_sets
from ecg_core.evidence.probes import shortcuts

BATCH_S = 1.0
"""Answers are written at least this often."""
LOCK = "scoring.lock"
GLANCE_S = 0.3
"""Who only looks whether a set is being scored holds the lock for less than this."""


def score(labelled: LabelledSet, engine: Engine | None = None) -> State:
    """Ask the model about every case that has no answer yet.

    Returns `State.DONE`, `State.STOPPED` when the set was cancelled, or `State.RUNNING` when
    another process is at it already.
    """
    try:
        with FileLock(labelled.folder / LOCK, timeout=GLANCE_S):
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
    if not stopped() and shortcuts.load(labelled) is None:
        # Its classifiers take a second to import, which pages that only show a set need not wait.
        from ecg_core.evidence.probes import seeking

        seeking.look(labelled, stopped)
    return State.STOPPED if stopped() else State.DONE


def state(labelled: LabelledSet) -> State:
    """Where the scoring stands, seen from any process."""
    info = labelled.info
    if labelled.done() >= info.cases:
        seen = shortcuts.load(labelled) is not None
        return State.CHECKING if not seen and _is_scored(labelled) else State.DONE
    if info.cancelled:
        return State.STOPPED
    return State.RUNNING if _is_scored(labelled) else State.WAITING


def unfinished(labelled: LabelledSet) -> bool:
    """Whether something is left to be done that nobody does or has stopped."""
    found = state(labelled)
    unseen = found is State.DONE and shortcuts.load(labelled) is None
    return found is State.WAITING or (unseen and not labelled.info.cancelled)


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
        cwd=Path(__file__).parents[3],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env=dict(os.environ),
    )


def resume_all(data_dir: Path) -> int:
    """Start every set that is neither finished nor cancelled nor being scored; how many."""
    waiting = [one for one in list_sets(data_dir) if unfinished(one)]
    for one in waiting:
        start(one)
    return len(waiting)
