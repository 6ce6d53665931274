"""Where cases are scored: processes of this machine, or a Dask cluster.

An engine maps cases to answers as they come, on processes that step back behind the readers.
`ECG_DASK_SCHEDULER` names the address of a running scheduler; its workers need this program, its
models, and the set's folder on a shared disk.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait

from ecg_core.evidence.own_sets import background
from ecg_core.evidence.own_sets.answering import CaseAnswer, CaseFiles, answer

Stop = Callable[[], bool]
Engine = Callable[[Sequence[CaseFiles], str, Stop], Iterator[CaseAnswer]]
"""(cases, model name, whether to stop) → answers in any order."""

IN_FLIGHT, IN_FLIGHT_AFAR = 2, 4
"""Cases handed out per worker at a time, here and in a cluster: few, so that stopping is quick."""


def processes(workers: int | None = None, behind: bool = True) -> Engine:
    """One process a core. behind: each steps back behind readers."""

    def run(cases: Sequence[CaseFiles], model: str, stop: Stop) -> Iterator[CaseAnswer]:
        count = max(1, min(workers or os.cpu_count() or 1, len(cases)))
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(count, context, initializer=_prepare, initargs=(behind,)) as pool:
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


def _prepare(behind: bool) -> None:
    if behind:
        background.yield_to_readers()
    background.end_with_parent()
    background.one_thread()


def dask(address: str) -> Engine:
    """A Dask cluster (`dask.distributed`). Raises ModuleNotFoundError where it is not installed."""

    def run(cases: Sequence[CaseFiles], model: str, stop: Stop) -> Iterator[CaseAnswer]:
        from distributed import Client, WorkerPlugin, as_completed

        class Behind(WorkerPlugin):
            """Every worker, those that join later as well, as the processes of this machine."""

            name = "ecg-behind-readers"

            def setup(self, worker: object) -> None:
                background.yield_to_readers()
                background.one_thread()

        with Client(address) as client:
            client.register_plugin(Behind())
            left = iter(cases)
            count = IN_FLIGHT_AFAR * max(1, sum(client.nthreads().values()))
            first = [case for case, _ in zip(left, range(count), strict=False)]
            # Answers depend on files that a cluster cannot see change: never taken from its memory.
            running = as_completed(client.map(answer, first, model=model, pure=False))
            for future in running:
                yield future.result()
                case = None if stop() else next(left, None)
                if case is not None:
                    running.add(client.submit(answer, case, model, pure=False))

    return run


def configured(behind: bool = True) -> Engine:
    """The engine that the environment asks for. behind: processes of this machine step back."""
    address = os.environ.get("ECG_DASK_SCHEDULER")
    return dask(address) if address else processes(behind=behind)
