"""Reading ECGs ahead: their pages are made in other processes while this one asks the model.

Many ECGs are read on every core. For a single one the libraries of reading are imported in one
process while the other imports PyTorch: most of the wait for a first answer is imports.
"""

from __future__ import annotations

import atexit
import gc
import logging
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import get_context
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # PyTorch is imported while these are.
    from ecg_core.intake import Bundle
    from ecg_core.prepared import Prepared, Refusal
    from ecg_core.read_as import ReadAs

MOST_PROCESSES = 4
"""Each takes some 300 MB, and as much again for a large picture."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Made:
    """What was made of one case, and how long that took."""

    found: Prepared | Refusal
    seconds: float


def processes_wanted() -> int:
    """As many as there are cores; none where the libraries of reading are imported already, as in
    a notebook, since another process would only import them again."""
    if "scipy.signal" in sys.modules:
        return 0
    return min(MOST_PROCESSES, os.cpu_count() or 1)


class Ahead:
    """At most so many processes that prepare cases, each started when a case finds none idle.

    Of no process, cases are prepared in this one when they are wanted.
    """

    def __init__(self, processes: int) -> None:
        self._many = processes
        if not processes:
            return
        try:
            self._pool = ProcessPoolExecutor(processes, get_context("spawn"), _begin)
        except (ImportError, NotImplementedError, OSError) as error:
            # A machine without shared memory between processes, as some containers are.
            _log.warning("ECGs are read in this process alone: %s", error)
            self._many = 0

    def each(
        self,
        cases: Iterable[tuple[str, Bundle]],
        read_as: ReadAs,
        meanwhile: Callable[[], object] = lambda: None,
    ) -> Iterator[tuple[str, Bundle, Made]]:
        """Every case with what was made of it, in their order; a few are made ahead.

        meanwhile: called once, when the first of them are being made. Raises what naming the cases
        or reading one raises, after those before it.
        """
        waiting: deque[tuple[str, Bundle, Future[Made]]] = deque()
        coming, ended = iter(cases), False
        lost: FileNotFoundError | None = None
        begun = False
        while True:
            while not ended and len(waiting) <= self._many:
                try:
                    name, bundle = next(coming)
                    waiting.append((name, bundle, self._submitted(bundle, read_as)))
                except StopIteration:
                    ended = True
                except FileNotFoundError as error:
                    ended, lost = True, error
            if not begun:
                meanwhile()
                begun = True
            if not waiting:
                break
            yield self._done(*waiting.popleft(), read_as)
        if lost is not None:
            raise lost

    def close(self) -> None:
        """End the processes; what they were making is dropped."""
        if self._many:
            self._pool.shutdown(cancel_futures=True)

    def _submitted(self, bundle: Bundle, read_as: ReadAs) -> Future[Made]:
        later: Future[Made] = Future()
        if not self._many:
            return later
        try:
            return self._pool.submit(make, bundle, read_as)
        except BrokenProcessPool as error:
            later.set_exception(error)
            return later

    def _done(
        self, name: str, bundle: Bundle, future: Future[Made], read_as: ReadAs
    ) -> tuple[str, Bundle, Made]:
        if not self._many:
            return name, bundle, make(bundle, read_as)
        try:
            return name, bundle, future.result()
        except BrokenProcessPool:
            _log.warning("a process that reads ECGs was lost; %s is read in this one", name)
            return name, bundle, make(bundle, read_as)


def make(bundle: Bundle, read_as: ReadAs) -> Made:
    """Prepare one case in this process."""
    from ecg_core.prepared import Refusal
    from ecg_core.preparing import prepare, to_be_sent

    began = time.perf_counter()
    try:
        found = to_be_sent(prepare(bundle, read_as))
    except ValueError as error:
        if read_as.start_s is None:
            raise
        found = Refusal(f"No ten seconds begin at {read_as.start_s:g} s: {error}.")
    return Made(found, time.perf_counter() - began)


def _begin() -> None:
    """Start and import what every case needs; runs in a new process, before its first case."""
    # Ctrl-C is for the process that was called, which ends these.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Nothing is left to be written when it ends: taking all libraries apart would be waited for.
    atexit.register(os._exit, 0)
    from ecg_core import importing, intake

    # It imports its own libraries while this process does.
    Thread(target=intake.warm_up, name="start-reader", daemon=True).start()
    with importing.much():
        import_module("ecg_core.preparing")
    gc.freeze()
