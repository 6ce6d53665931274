"""ECGs are read in processes beside one another; one that is brought down costs nothing."""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from threading import Event, Thread

import psutil
import pytest

from ecg_core.store.background import tasks
from ecg_core.store.background.jobs import Jobs
from ecg_core.store.background.reading_processes import ReadingProcesses
from ecg_core.store.cases.store import Store
from tests.store.background.test_jobs import junk, normal

pytestmark = pytest.mark.slow


@pytest.fixture
def processes(tmp_path: Path) -> ReadingProcesses:
    return ReadingProcesses(tmp_path / "var", None, 2)


def test_a_pile_is_read_though_a_process_is_brought_down(
    store: Store, processes: ReadingProcesses, tmp_path: Path
) -> None:
    assert store.data_dir == tmp_path / "var"
    jobs = Jobs(store)
    jobs.submit([normal(), normal("anterior_stemi"), junk()], "Ward", "Dr Ada")
    huey, stop = tasks.queue(tmp_path / "queue"), Event()
    worker = Thread(
        target=tasks.work,
        args=(store, huey, None, stop, True),
        kwargs={"until_done": True, "at_once": 2, "processes": processes},
    )
    worker.start()
    children: list[psutil.Process] = []
    end = time.monotonic() + 120
    while len(children) < 2 and time.monotonic() < end:
        children = [
            reader
            for one in psutil.Process().children()
            if any("multiprocessing.forkserver" in word for word in one.cmdline())
            for reader in one.children()
        ]
        time.sleep(0.05)
    os.kill(children[0].pid, signal.SIGKILL)
    worker.join(300)
    assert not worker.is_alive()
    processes.close()
    assert (jobs.progress().waiting, jobs.progress().done, jobs.progress().refused) == (0, 2, 1)
    assert store.count() == 2 and store.verify().ok
    assert not any(one.is_running() for one in children)


def test_who_was_brought_down_is_told_and_the_next_one_is_read(
    store: Store, processes: ReadingProcesses
) -> None:
    jobs = Jobs(store)
    first, second = jobs.submit([normal(), normal("anterior_stemi")], "", "Dr Ada")
    processes.read(first)
    for process in list(processes._pool._processes.values()):  # type: ignore[union-attr]
        process.kill()
    with pytest.raises(BrokenProcessPool):
        processes.read(second)
    processes.read(second)
    processes.close()
    assert jobs.progress().done == 2
