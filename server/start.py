"""What happens when the server starts and stops."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.concurrency import run_in_threadpool

from ecg_core import intake, network
from ecg_core.preparing import measured
from ecg_core.rehearsal import made_up, rehearse
from ecg_core.store.audit import checkpoints
from ecg_core.store.audit.watching import Watcher
from ecg_core.store.background import tasks
from ecg_core.store.background.jobs import Jobs
from ecg_core.store.upkeep import health
from ecg_core.store.upkeep.errors import StoreError
from server import place
from server.first import First

_log = logging.getLogger(__name__)


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:
    """Check the weights, open the store, and print the set-up link while there is no account.

    A model that is not as it was released: the server does not start, and names the hash.
    """
    for found in await run_in_threadpool(health.weights):
        if found.refuses:
            print(f"\n  Not started: {found.name}. {found.what}\n", file=sys.stderr, flush=True)
            raise RuntimeError(f"{found.name}: {found.what}")
    await run_in_threadpool(place.store)
    helper, signing = Helper(), Signing()

    def once() -> None:
        _print_link()
        signing.start()

    turns = [First(place.data_dir() / "first.lock", once)]
    if helper.is_wanted():
        # A turn of its own: a process that leaves the work to others must not stand in their way.
        turns.append(First(place.data_dir() / "worker.lock", helper.start))
    for turn in turns:
        await run_in_threadpool(turn.start)
    threading.Thread(target=intake.warm_up, name="start-reader", daemon=True).start()
    await run_in_threadpool(measured, made_up())
    threading.Thread(target=_rehearsed, name="rehearse", daemon=True).start()
    watcher = Watcher(place.chain_watch)
    watcher.start()
    yield
    watcher.stop()
    signing.stop()
    helper.stop()
    for turn in turns:
        turn.stop()


def _print_link() -> None:
    """While there is no account: the link that makes the first. It voids those before it."""
    link = place.accounts().first_link()
    if link is not None:
        print(
            "\n  First start. Open this link once, choose a name and a password:\n\n"
            f"  {address()}/account/set-up?token={link}\n",
            flush=True,
        )


def _rehearsed() -> None:
    """Import what an answer needs, PyTorch among it, while people sign in.

    What screens import as well (WFDB's package) is here already: two threads that import a library
    in a circle for the first time get in each other's way.
    """
    try:
        import torch

        # One ECG takes it a few hundredths of a second. Two threads gain nothing that is seen, and
        # wait for each other ten times as long wherever somebody else wants a core, as the browser
        # does that draws the page meanwhile. The worker reads with one as well: they answer alike.
        torch.set_num_threads(1)
        rehearse(network.Answering())
    except Exception:
        # Whatever it is stands in the way of a real ECG as well, and is told there.
        _log.exception("A made-up ECG was not answered.")


def address() -> str:
    """Where a browser finds this server: `ECG_PUBLIC_URL`, else this machine."""
    given = os.environ.get("ECG_PUBLIC_URL", "").rstrip("/")
    return given or f"http://localhost:{st.get_option('server.port')}"


class Signing:
    """Signs a checkpoint of the audit chain every day and after many events, if there is a key."""

    LOOK_S = 60.0

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="sign-checkpoints", daemon=True)

    def start(self) -> None:
        """Begin to look whether a checkpoint is due."""
        if os.environ.get(checkpoints.KEY):
            self._thread.start()

    def stop(self) -> None:
        """Sign no more."""
        self._stop.set()

    def _watch(self) -> None:
        while not self._stop.wait(self.LOOK_S):
            try:
                for words in checkpoints.keep_up(place.store(), place.data_dir()):
                    _log.error("%s", words)
            except (OSError, StoreError) as error:
                _log.error("No checkpoint could be signed: %s", error)


class Helper:
    """Keeps a worker running, which reads ECGs in the background, for all processes of the app.

    It is a program of its own, so that reading a pile of ECGs does not slow down the screens; it
    ends when the server does. It takes seconds to start, and does so before the first pile comes
    where memory is plenty (`tasks.ROOMY_BYTES`), else with it.
    `ECG_WORKER=elsewhere` leaves the work to others; `when-needed` keeps it from starting early.
    """

    LOOK_S = 1.0
    AFTER_S = 8.0
    """So long after the start of the server, unless a pile comes before."""
    AGAIN_S = 5.0
    """From one start of a worker to the next."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="keep-worker", daemon=True)

    @staticmethod
    def is_wanted() -> bool:
        """Whether a worker is this server's affair."""
        return os.environ.get("ECG_WORKER") != "elsewhere"

    def start(self) -> None:
        """Begin to look for work."""
        self._thread.start()

    def stop(self) -> None:
        """Stop the worker, which finishes the ECG at hand."""
        self._stop.set()
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def _watch(self) -> None:
        jobs = Jobs(place.store())
        when_needed = os.environ.get("ECG_WORKER") == "when-needed"
        early = not when_needed and health.memory_bytes() >= tasks.ROOMY_BYTES
        if early:
            place.JOBS_CAME.wait(self.AFTER_S)
        began = -self.AGAIN_S
        while not self._stop.is_set():
            gone = self._process is None or self._process.poll() is not None
            try:
                wanted = early or os.environ.get("ECG_INBOX") or jobs.unfinished()
                if gone and wanted and time.monotonic() - began > self.AGAIN_S:
                    began = time.monotonic()
                    if not os.environ.get("ECG_REDIS_URL"):
                        # Nobody else works here (`First`): what still runs lost its worker.
                        jobs.release()
                    self._process = self._spawn()
            except (OSError, StoreError) as error:
                _log.error("The worker could not be started: %s", error)
            place.JOBS_CAME.wait(self.LOOK_S)
            place.JOBS_CAME.clear()

    def _spawn(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "ecg_core", "worker", "--parent", str(os.getpid())]
        command += ["--data-dir", str(place.data_dir())]
        return subprocess.Popen(command, cwd=Path(__file__).parents[1])
