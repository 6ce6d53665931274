"""Several threads and processes at once, and one that is killed."""

from __future__ import annotations

import multiprocessing
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from sqlalchemy import func, select

from ecg_core.store.cases.schema import CaseRow
from ecg_core.store.cases.store import Store
from ecg_core.store.people.roles import Role
from tests.store.cases.test_room import person
from tests.store.stored_cases import (
    add,
    add_some,
    agrees,
    case,
    digests,
    keep_adding,
    make_keys,
    read_all,
    read_once,
)

PATIENCE_S = 60


FORK = multiprocessing.get_context("fork")
"""No store is open while a process forks: SQLite's connections must not cross over."""


def finish(*workers: multiprocessing.process.BaseProcess) -> None:
    for worker in workers:
        worker.join(PATIENCE_S)
        assert worker.exitcode == 0


def test_a_double_click_from_threads_is_one_event(store: Store) -> None:
    case_id = add(store, case(1))
    with ThreadPoolExecutor(8) as pool:
        events = list(
            pool.map(lambda _: store.record_reading(case_id, agrees(), "click"), range(16))
        )
    assert events == [3] * 16
    assert len(store.reopen(case_id).readings) == 1
    assert store.verify().ok


def test_a_double_click_from_processes_is_one_event(
    tmp_path: Path,
) -> None:
    with closing(Store.open(tmp_path)) as store:
        case_id = add(store, case(1))
    gate, results = FORK.Barrier(2), FORK.Queue()
    workers = [
        FORK.Process(target=read_once, args=(tmp_path, case_id, "click", gate, results))
        for _ in range(2)
    ]
    for worker in workers:
        worker.start()
    assert [results.get(timeout=PATIENCE_S) for _ in workers] == [3, 3]
    finish(*workers)
    with closing(Store.open(tmp_path)) as store:
        assert store.verify().events == 3


def test_the_same_case_from_threads_is_one_case(store: Store) -> None:
    with ThreadPoolExecutor(4) as pool:
        ids = set(pool.map(lambda _: add(store, case(1)), range(8)))
    assert len(ids) == 1
    assert store.verify(blobs=True).events == 2


def test_two_processes_start_and_write_at_once(
    tmp_path: Path,
) -> None:
    """Both find no database, make it, and add five cases each, one of them the same."""
    gate = FORK.Barrier(2)
    workers = [
        FORK.Process(target=add_some, args=(tmp_path, numbers, gate))
        for numbers in ([0, 1, 2, 3, 4], [0, 5, 6, 7, 8])
    ]
    for worker in workers:
        worker.start()
    finish(*workers)
    store = Store.open(tmp_path)
    assert store.count() == 9
    report = store.verify(blobs=True)
    assert (report.ok, report.events) == (True, 18)
    assert len(digests(tmp_path)) == 9 * 4


def test_readers_of_two_processes_never_get_the_same_case(tmp_path: Path) -> None:
    """Each reads until nothing is left: every case is read once, and no decision is lost."""
    with closing(Store.open(tmp_path)) as store:
        for number in range(24):
            add(store, case(number))
        people = [person(store, name, Role.READER).account for name in ("ada", "ben")]
    gate, results = FORK.Barrier(2), FORK.Queue()
    workers = [
        FORK.Process(target=read_all, args=(tmp_path, account, gate, results)) for account in people
    ]
    for worker in workers:
        worker.start()
    read = [case_id for _ in workers for case_id in results.get(timeout=PATIENCE_S)]
    finish(*workers)
    with closing(Store.open(tmp_path)) as store:
        assert len(read) == len(set(read)) == 24
        assert all(len(store.reopen(case_id).readings) == 1 for case_id in read)
        assert store.verify(blobs=True).ok


def test_processes_that_start_together_agree_on_every_key(tmp_path: Path) -> None:
    gate, results = FORK.Barrier(4), FORK.Queue()
    workers = [FORK.Process(target=make_keys, args=(tmp_path, gate, results)) for _ in range(4)]
    for worker in workers:
        worker.start()
    first, *others = (results.get(timeout=PATIENCE_S) for _ in workers)
    finish(*workers)
    assert len(set(first)) == 3
    assert others == [first] * 3


def test_a_killed_process_leaves_no_half_case(tmp_path: Path) -> None:
    for attempt in range(4):
        ready = FORK.Event()
        worker = FORK.Process(target=keep_adding, args=(tmp_path, 1000 * attempt, ready))
        worker.start()
        assert ready.wait(PATIENCE_S)
        # Somewhere within a case, another place each time.
        time.sleep(0.013 * attempt)
        worker.kill()
        worker.join(PATIENCE_S)
        assert worker.exitcode == -9
    store = Store.open(tmp_path)
    cases = store.count()
    assert cases >= 4
    assert all(store.reopen(line.id).checks.ok for line in store.search())
    report = store.verify(blobs=True)
    assert (report.ok, report.events) == (True, 2 * cases)
    assert all(name == digest for name, digest in digests(tmp_path).items())
    # The next program goes on where the killed one stopped.
    add(store, case(9999))
    assert store.verify(blobs=True).ok


def test_as_many_look_at_once_as_there_are_screens(store: Store) -> None:
    case_id = add(store, case(1))
    everybody = threading.Barrier(60)

    def look(_number: int) -> int:
        with store.snapshot() as session:
            found = session.scalar(select(func.count(CaseRow.id)))
            # Nobody lets go of the database before all have it.
            everybody.wait(PATIENCE_S)
            return found or 0

    with ThreadPoolExecutor(60) as pool:
        assert list(pool.map(look, range(60))) == [1] * 60
    store.record_reading(case_id, agrees(), "afterwards")
