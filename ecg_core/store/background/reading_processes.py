"""Processes that read waiting ECGs beside one another: within one, Python does one thing at a time.

They are forked from a process that has imported the libraries, once for all of them. One that is
brought down costs its ECG and the one beside it another try; the worker that started them lives on.
"""

from __future__ import annotations

import logging
import multiprocessing
import multiprocessing.forkserver
import os
import signal
import threading
import time
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from ecg_core import intake, network
from ecg_core.network.who_answers import Models
from ecg_core.rehearsal import rehearse
from ecg_core.store.background.jobs import Jobs
from ecg_core.store.cases.store import Store, StoreError

_log = logging.getLogger(__name__)
LOOK_S = 1.0
"""How often a process looks whether what started it is still there."""
_IMPORTED_ONCE = (
    "ecg_core.store.background.reading_processes",
    "ecg_core.network.classifier",
    "ecg_core.network.explain",
    "pytorch_grad_cam",
    "wfdb.processing",
    "sleepecg",
)
"""Before they are forked: imports start no threads, and what computes would."""


class ReadingProcesses:
    """So many processes, started when the first ECG comes or `warm_up` is called."""

    def __init__(self, data_dir: Path, url: str | None, at_once: int) -> None:
        self._given = (str(data_dir), url)
        self._at_once = at_once
        self._lock = threading.Lock()
        self._pool: Executor | None = None

    def warm_up(self) -> None:
        """Start them, so that the first ECG need not wait; returns at once."""
        for _ in range(self._at_once):
            self._running().submit(_ready)

    def read(self, job_id: str) -> None:
        """Do a job in one of them and wait for it.

        Raises StoreError as `Jobs.run` does, BrokenProcessPool where a process was brought down.
        """
        pool = self._running()
        try:
            told = pool.submit(_read, job_id).result()
        except BrokenProcessPool:
            with self._lock:
                if self._pool is pool:
                    self._pool = None
            raise
        if told is not None:
            raise StoreError(*told)

    def close(self) -> None:
        """End them once the ECGs at hand are read."""
        with self._lock:
            if self._pool is not None:
                self._pool.shutdown()
            self._pool = None

    def _running(self) -> Executor:
        with self._lock:
            if self._pool is None:
                # Not forked from here: what the worker's threads hold would be held for ever.
                context = multiprocessing.get_context("forkserver")
                context.set_forkserver_preload(list(_IMPORTED_ONCE))
                _started_deaf_to_signals()
                self._pool = ProcessPoolExecutor(
                    self._at_once, context, initializer=_begin, initargs=self._given
                )
            return self._pool


def _started_deaf_to_signals() -> None:
    """Start what they are forked from; as they do, it lets the worker end them.

    A service manager asks every process of a unit to stop, and the ECG at hand is to be finished.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        multiprocessing.forkserver.ensure_running()
    finally:
        signal.signal(signal.SIGTERM, before)


_jobs: Jobs
_models: Models


def _begin(data_dir: str, url: str | None) -> None:
    """Of a process that was just started: open the store, import what reading needs."""
    global _jobs, _models
    # The worker is asked to stop, and lets the ECG at hand be finished.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    threading.Thread(target=intake.warm_up, name="start-reader", daemon=True).start()
    _one_thread()
    _jobs, _models = Jobs(Store.open(Path(data_dir), url)), network.Answering()
    rehearse(_models)


def _one_thread() -> None:
    """One thread for every library that would take more: there are processes beside this one."""
    import cv2
    import torch
    from threadpoolctl import threadpool_limits

    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    threadpool_limits(1)


def _end_with(parent: int) -> None:
    """End when the worker is gone, and with it what started this process: who waits for work of a
    killed one would wait for ever."""
    while os.getppid() == parent:
        time.sleep(LOOK_S)
    os._exit(1)


def _ready() -> None:
    """Nothing: who gets here has begun."""


def _read(job_id: str) -> tuple[str, str] | None:
    """Do one job; gives reason and hint where it has to wait."""
    try:
        _jobs.run(job_id, _models)
    except StoreError as error:
        return error.reason, error.hint
    return None
