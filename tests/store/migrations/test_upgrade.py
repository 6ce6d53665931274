"""A data directory of each released schema opens, keeps its chain, and its cases reopen.

Each archive under `released` was written by the program that had that schema: three cases, three
readings and a view.
"""

from __future__ import annotations

import multiprocessing
import sqlite3
import zipfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from ecg_core.network.statements import Triage
from ecg_core.store.cases.store import CaseFilter, Status, Store
from tests.store.stored_cases import add, agrees, case, open_once, overrides

RELEASED = Path(__file__).parent / "released"


# Pages were still prepared as "page-1" by version 0001; they are kept with the hash they had then.
PREPARED = {"0001": "page-1"}


@pytest.fixture(params=["0001", "0002", "0003"])
def released(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def old(tmp_path: Path, released: str) -> Path:
    with zipfile.ZipFile(RELEASED / f"{released}.zip") as archive:
        archive.extractall(tmp_path)
    return tmp_path


def test_the_released_cases_reopen_as_they_were_decided(old: Path, released: str) -> None:
    with closing(Store.open(old)) as store:
        report = store.verify(blobs=True)
        assert (report.ok, report.events) == (True, 10)
        third, second, first = store.search()
        assert [line.name for line in (first, second, third)] == ["rec1", "Second", "rec3"]
        assert store.count(CaseFilter(status=Status.UNREAD)) == 1
        assert (first.triage, first.reader, first.agrees) == (Triage.NORMAL, "Dr Ben", False)
        back = store.reopen(first.id)
        assert back.checks.ok
        now = case(1)
        version = PREPARED.get(released, back.prediction.model.preprocessing_version)
        model = replace(now.prediction.model, preprocessing_version=version)
        then = replace(now.prediction, model=model, page_sha256=now.page.sha256_of(version))
        assert back.prediction == then
        assert [r.reading.reader for r in back.readings] == ["Dr Ada", "Dr Ben"]
        assert back.readings[1].reading == overrides()
        assert store.original(first.id, 1) == case(1).bundle.files[1].data


def test_the_old_chain_goes_on(old: Path) -> None:
    with closing(Store.open(old)) as store:
        third = store.search()[0]
        store.record_reading(third.id, agrees("Dr Ada"), "after the upgrade")
        add(store, case(9))
        assert store.verify(blobs=True).ok
    # Opened once more: nothing is migrated twice.
    with closing(Store.open(old)) as store:
        assert (store.verify().ok, store.verify().events) == (True, 13)


def test_processes_that_start_together_upgrade_once(old: Path) -> None:
    fork = multiprocessing.get_context("fork")
    gate = fork.Barrier(3)
    workers = [fork.Process(target=open_once, args=(old, gate)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    with closing(Store.open(old)) as store:
        assert (store.verify(blobs=True).ok, store.count()) == (True, 3)


def test_old_rows_stay_guarded(old: Path) -> None:
    Store.open(old).close()
    with closing(sqlite3.connect(old / "ecg-triage.db")) as connection:
        for command in ("UPDATE readings SET note = ''", "DELETE FROM readings"):
            with pytest.raises(sqlite3.IntegrityError, match="may only grow"):
                connection.execute(command)
