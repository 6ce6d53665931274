"""The task queue (huey): on SQLite beside the data, or on a Redis server by URL.

The queue only says which job is next; what is to be done is in the database (`jobs`), so that a
lost queue loses nothing.
"""

from __future__ import annotations

import logging
import os
import signal
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from pathlib import Path
from threading import Event
from types import FrameType

from huey import Huey, RedisHuey, SqliteHuey
from huey.api import TaskWrapper

from ecg_core import network
from ecg_core.network.who_answers import Models
from ecg_core.store.background.inbox import Inbox
from ecg_core.store.background.jobs import Jobs
from ecg_core.store.background.reading_processes import ReadingProcesses
from ecg_core.store.cases.store import Store, StoreError

_QUEUE_GONE: tuple[type[Exception], ...] = (StoreError, OSError, sqlite3.Error)
# Only a queue by URL needs the driver.
with suppress(ModuleNotFoundError):
    from redis.exceptions import RedisError

    _QUEUE_GONE = (*_QUEUE_GONE, RedisError)

_log = logging.getLogger(__name__)
NAME = "ecg-triage"
LOOK_S = 2.0
"""How often the inbox and jobs without a place in the queue are looked for while ECGs are read."""
IDLE_S = 0.3
"""How often they are once the queue is empty."""
AHEAD = 8
"""So many jobs are put in the queue at a time: it waits for the disk with each, and the first of a
pile need not wait for all."""
AT_ONCE = 2
"""ECGs that a worker reads beside one another: more only wait for each other's Python."""

ROOMY_BYTES = 5_000_000_000
"""Of memory: where there is less, large pages need it more than a worker that waits for a pile, or
a second ECG beside the first."""


def queue(data_dir: Path, redis_url: str | None = None) -> Huey:
    """The queue of a data directory, or of the Redis server."""
    if redis_url:
        return RedisHuey(NAME, url=redis_url, results=False)
    data_dir.mkdir(parents=True, exist_ok=True)
    return SqliteHuey(NAME, filename=str(data_dir / "tasks.db"), results=False, fsync=True)


def work(
    store: Store,
    huey: Huey,
    inbox: Path | None,
    stop: Event,
    alone: bool,
    answering: Models | None = None,
    until_done: bool = False,
    at_once: int = 1,
    processes: ReadingProcesses | None = None,
) -> None:
    """Do jobs until `stop` is set, watching the inbox; those begun are finished first.

    alone: no other worker shares the database, so that running jobs are known to be orphans.
    answering: the models, those that are shipped unless given. until_done: end when nothing waits.
    at_once: how many ECGs are read beside one another, in threads or in `processes`. What was
    begun before is read alone, so that a file that brings its reader down is known from the one
    beside it.
    """
    jobs = Jobs(store)
    models = answering or network.Answering()

    def run(job_id: str) -> None:
        try:
            if processes is None:
                jobs.run(job_id, models)
            else:
                processes.read(job_id)
        except StoreError as error:
            _log.error("A job waits: %s", error)
            queued.discard(job_id)
            stop.wait(LOOK_S)
        except BrokenProcessPool:
            _log.error("Who read a job was brought down: %s", job_id)
            with suppress(StoreError):
                jobs.give_back(job_id)
            queued.discard(job_id)

    task = _task(huey, run)
    watched = None if inbox is None else Inbox(inbox, store)
    if alone:
        jobs.release()
        huey.flush()
    queued: set[str] = set()
    looked = 0.0
    running: set[Future[object]] = set()
    most = 1
    with ThreadPoolExecutor(at_once, "read") as threads:
        while not stop.is_set():
            running = {one for one in running if not one.done()}
            if len(running) >= most:
                wait(running, LOOK_S, FIRST_COMPLETED)
                continue
            try:
                if time.monotonic() - looked > (LOOK_S if running else 0.0):
                    looked = time.monotonic()
                    if watched is not None:
                        watched.look()
                    waiting = jobs.unfinished()
                    # The oldest may all be with other workers: more come at each look.
                    more = [job_id for job_id in waiting if job_id not in queued][:AHEAD]
                    for job_id in more:
                        huey.enqueue(task.s(job_id))
                    queued = queued.intersection(waiting).union(more)
                    most = 1 if jobs.were_tried() else at_once
                next_task = huey.dequeue()
            except _QUEUE_GONE as error:
                _log.error("The jobs could not be looked for: %s", error)
                # The queue may have lost what it held: everything that waits is put there again.
                queued.clear()
                stop.wait(LOOK_S)
                continue
            if next_task is not None:
                running.add(threads.submit(huey.execute, next_task))
            elif running:
                wait(running, IDLE_S, FIRST_COMPLETED)
                looked = 0.0
            elif until_done and not jobs.unfinished():
                return
            else:
                # The queue is empty: what waits still was taken by a worker that died.
                queued.clear()
                stop.wait(IDLE_S)


def _task(huey: Huey, run: Callable[[str], None]) -> TaskWrapper:
    """The one task of the queue, under the same name in every program."""

    def score_ecg(job_id: str) -> None:
        run(job_id)

    wrapper: TaskWrapper = huey.task(name="score_ecg")(score_ecg)
    return wrapper


def stop_on_signals(stop: Event) -> None:
    """Finish the job at hand and stop when asked to by SIGTERM or SIGINT."""

    def asked(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, asked)
    signal.signal(signal.SIGINT, asked)


def watch_parent(parent: int, stop: Event) -> None:
    """Stop once the program that started this one is gone."""
    while not stop.wait(1.0):
        if os.getppid() != parent:
            stop.set()
