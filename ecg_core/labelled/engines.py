"""Where cases are scored: processes of this machine, or a Dask cluster.

An engine maps cases to answers as they come. `ECG_DASK_SCHEDULER` names the address of a running
scheduler; its workers need this program, its models, and the set's folder on a shared disk.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait

from ecg_core.labelled.answering import CaseAnswer, CaseFiles, answer

Stop = Callable[[], bool]
Engine = Callable[[Sequence[CaseFiles], str, Stop], Iterator[CaseAnswer]]
"""(cases, model name, whether to stop) → answers in any order."""

IN_FLIGHT = 4
"""Cases handed out per worker at a time: few, so that stopping is quick."""
NICENESS = 10
"""Scoring yields to readers."""
_DIE_WITH_PARENT = 1


def processes(workers: int | None = None) -> Engine:
    """One process a core, each nicer than the app."""

    def run(cases: Sequence[CaseFiles], model: str, stop: Stop) -> Iterator[CaseAnswer]:
        count = max(1, min(workers or os.cpu_count() or 1, len(cases)))
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(count, context, initializer=_yield_to_readers) as pool:
            left = iter(cases)
            running: set[Future[CaseAnswer]] = set()
            while True:
                while len(running) < IN_FLIGHT * count and not stop():
                    case = next(left, None)
                    if case is None:
                        break
                    running.add(pool.submit(answer, case, model))
                if not running:
                    return
                finished, running = wait(running, return_when=FIRST_COMPLETED)
                for one in finished:
                    yield one.result()

    return run


def _yield_to_readers() -> None:
    """Step back behind the app, and end with the parent, however it ends."""
    os.nice(NICENESS)
    if sys.platform == "linux":
        # A pool's worker whose parent was killed would wait for work for ever.
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGTERM)


def dask(address: str) -> Engine:
    """A Dask cluster (`dask.distributed`). Raises ModuleNotFoundError where it is not installed."""

    def run(cases: Sequence[CaseFiles], model: str, stop: Stop) -> Iterator[CaseAnswer]:
        from distributed import Client, as_completed

        with Client(address) as client:
            left = iter(cases)
            count = IN_FLIGHT * max(1, sum(client.nthreads().values()))
            first = [case for case, _ in zip(left, range(count), strict=False)]
            # Answers depend on files that a cluster cannot see change: never taken from its memory.
            running = as_completed(client.map(answer, first, model=model, pure=False))
            for future in running:
                yield future.result()
                case = None if stop() else next(left, None)
                if case is not None:
                    running.add(client.submit(answer, case, model, pure=False))

    return run


def configured() -> Engine:
    """The engine that the environment asks for."""
    address = os.environ.get("ECG_DASK_SCHEDULER")
    return dask(address) if address else processes()
