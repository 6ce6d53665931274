"""The task queue on a real Redis server, started for these tests where one is installed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest

from ecg_core.store.background import tasks
from ecg_core.store.background.jobs import Jobs
from ecg_core.store.cases.store import Store
from tests.network.models import write_model
from tests.store.background.test_jobs import One, junk, normal

redis = pytest.importorskip("redis", reason="the Redis driver redis is not installed")


class Server:
    """A throw-away server behind a socket file."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "redis.sock"
        self.url = f"unix://{self.socket}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        options = ["--port", "0", "--save", "", "--dir", str(self.socket.parent)]
        self._process = subprocess.Popen(
            ["redis-server", "--unixsocket", str(self.socket), *options],
            stdout=subprocess.DEVNULL,
        )
        for _ in range(200):
            try:
                redis.Redis.from_url(self.url).ping()
            except redis.exceptions.ConnectionError:
                time.sleep(0.05)
            else:
                return
        raise TimeoutError("the Redis server does not answer")

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)


@pytest.fixture
def server() -> Iterator[Server]:
    if shutil.which("redis-server") is None:
        pytest.skip("no Redis server is installed")
    # A socket's path must be short, shorter than those of pytest.
    with tempfile.TemporaryDirectory(prefix="ecgrd") as folder:
        made = Server(Path(folder))
        made.start()
        try:
            yield made
        finally:
            made.stop()


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> One:
    from ecg_core.network.classifier import Classifier

    folder = tmp_path_factory.mktemp("models") / "small"
    write_model(folder, seed=1, arranged=True)
    return One(Classifier(folder))


def worker(store: Store, server: Server, stop: Event, model: One) -> Thread:
    """A worker that shares the queue with others."""
    queue = tasks.queue(Path("unused"), server.url)
    thread = Thread(target=tasks.work, args=(store, queue, None, stop, False, model))
    thread.start()
    return thread


def finished(jobs: Jobs, patience_s: float = 60.0) -> bool:
    """Wait until nothing waits; whether that came about."""
    end = time.monotonic() + patience_s
    while time.monotonic() < end:
        if not jobs.progress().waiting:
            return True
        time.sleep(0.1)
    return False


def test_two_workers_share_the_queue_and_do_every_job_once(
    store: Store, server: Server, model: One
) -> None:
    jobs, stop = Jobs(store), Event()
    workers = [worker(store, server, stop, model) for _ in range(2)]
    try:
        jobs.submit([normal(), junk()], "Ward 3", "Dr Ada")
        assert finished(jobs)
    finally:
        stop.set()
        for one in workers:
            one.join(30)
    progress = jobs.progress()
    assert (progress.done, progress.refused) == (1, 1)
    assert store.count() == 1
    # One ECG was added once, whoever of the two did it.
    assert store.verify().events == 2


def test_a_server_that_goes_and_comes_back_empty_loses_no_job(
    store: Store, server: Server, model: One, caplog: pytest.LogCaptureFixture
) -> None:
    jobs, stop = Jobs(store), Event()
    server.stop()
    one = worker(store, server, stop, model)
    try:
        jobs.submit([normal()], "", "Dr Ada")
        end = time.monotonic() + 20
        while "could not be looked for" not in caplog.text and time.monotonic() < end:
            time.sleep(0.1)
        assert "could not be looked for" in caplog.text
        server.start()
        assert finished(jobs)
    finally:
        stop.set()
        one.join(30)
    assert jobs.progress().done == 1


def test_a_message_that_died_with_its_worker_is_sent_again(
    store: Store, server: Server, model: One, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue, died = tasks.queue(Path("unused"), server.url), []
    take = queue.dequeue

    def die_with_the_first() -> object:
        message = take()
        if message is None or died:
            return message
        died.append(message)
        return None

    monkeypatch.setattr(queue, "dequeue", die_with_the_first)
    jobs = Jobs(store)
    jobs.submit([normal()], "", "Dr Ada")
    tasks.work(store, queue, None, Event(), False, model, until_done=True)
    assert len(died) == 1
    assert jobs.progress().done == 1
