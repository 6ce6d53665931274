"""Readers that eat memory, loop, crash or lie cost one file, and the reason is told."""

from __future__ import annotations

import errno
import logging
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ecg_core.intake import LIMITS, Bundle, EcgRecord, IntakeError, read, read_here, split
from ecg_core.intake.isolation import jail, sandbox
from ecg_core.intake.isolation.jobs import read_case
from ecg_core.intake.values import Upload
from ecg_core.store.upkeep import health
from tests.intake.records import by_hand
from tests.intake.test_battery import SAMPLES

pytestmark = pytest.mark.slow

HEADER = "rec 1 500 1000\nrec.dat 16 1000 16 0 0 0 0 II\n"
(RECORD,) = split(by_hand(HEADER, np.arange(1000)[:, None]))
TIGHT = replace(LIMITS, max_seconds=1, max_memory_bytes=300_000_000, max_unpacked_bytes=1_000_000)


@pytest.fixture(scope="module")
def hostile() -> Iterator[None]:
    """A worker that knows the misbehaving jobs."""
    with pytest.MonkeyPatch.context() as patch:
        tests = "import tests.intake.isolation.hostile_jobs; {serve}"
        patch.setattr(sandbox, "_START", sandbox._START.replace("{serve}", tests))
        patch.setattr(sandbox, "_worker", sandbox._Worker())
        yield
        sandbox._worker.stop()


def refused(job: str, argument: object = None) -> IntakeError:
    # A busy machine takes its time; only those that never end are to be ended by it.
    limits = TIGHT if job in ("loop", "sleep") else replace(TIGHT, max_seconds=10)
    with pytest.raises(IntakeError) as caught:
        sandbox.run(job, argument, "scan.png", limits)
    # Whatever happened, the next reader is served.
    assert isinstance(sandbox.run("read", RECORD, "rec", LIMITS), EcgRecord)
    return caught.value


@pytest.mark.parametrize(
    ("job", "told"),
    [
        ("eat_memory", "took more memory"),
        ("loop", "took longer than 1 s"),
        ("crash", "crashed"),
        ("leave", "crashed"),
        ("recurse", "was stopped"),
        ("answer_nonsense", "crashed"),
        ("fill_disk", "crashed|could not be read"),
        ("open_many_files", "could not be read"),
    ],
)
@pytest.mark.usefixtures("hostile")
def test_misbehaving_reader_costs_one_file_and_the_cause_is_told(job: str, told: str) -> None:
    error = refused(job)
    assert "scan.png " in error.reason
    with pytest.raises(IntakeError, match=told):
        raise error
    assert error.hint


@pytest.fixture
def locked_in(hostile: None) -> None:
    """Skips where this machine cannot lock readers in whole, as Linux 5.13 and later do."""
    if sandbox.run("still_open", None, "x", LIMITS) != 0:
        pytest.skip("this kernel has not both Landlock and seccomp")


@pytest.mark.parametrize(
    "job",
    [
        "call_home",
        "fork_for_ever",
        "start_program",
        "end_parent",
        "change_mode",
        "change_times",
        "make_device",
        "share_memory",
        "set_clock",
        "name_file_twice",
    ],
)
@pytest.mark.usefixtures("locked_in")
def test_captured_reader_reaches_neither_network_nor_processes(job: str) -> None:
    error = refused(job)
    assert error.reason == (
        "Reading scan.png was stopped: the file made its reader reach for the network, another "
        "program or another file, as malicious files do."
    )
    assert "Do not open it elsewhere" in error.hint


@pytest.mark.skipif(platform.machine() != "x86_64", reason="numbers of calls are the machine's")
@pytest.mark.usefixtures("locked_in")
def test_a_call_on_no_list_is_not_there() -> None:
    assert sandbox.run("unknown_call", None, "x", LIMITS) == errno.ENOSYS


@pytest.mark.usefixtures("locked_in")
def test_limits_may_be_asked_for_and_not_set() -> None:
    assert sandbox.run("change_limit", None, "x", LIMITS) == LIMITS.max_seconds


@pytest.mark.usefixtures("locked_in")
@pytest.mark.parametrize("name", SAMPLES)
def test_every_format_is_read_behind_the_locks(name: str) -> None:
    bundle = Bundle("case", SAMPLES[name].files)
    there = sandbox.run("read", bundle, "case", LIMITS)
    here = read_case(bundle, LIMITS)
    assert type(there) is type(here)
    if isinstance(there, EcgRecord) and isinstance(here, EcgRecord):
        assert there.leads == here.leads
        np.testing.assert_array_equal(there.signals_mv, here.signals_mv)


def test_nothing_is_read_where_a_lock_is_asked_for_and_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    less = (
        "from ecg_core.intake.isolation import jail\n"
        "def no(scratch): raise OSError\n"
        "jail.LOCKS = ((jail.LOCKS[0][0], no), jail.LOCKS[1])\n{serve}"
    )
    start = sandbox._START.replace("; {serve}", "\n" + less).replace("; from", "\nfrom")
    monkeypatch.setattr(sandbox, "_START", start)
    monkeypatch.setattr(sandbox, "_worker", sandbox._Worker())
    assert isinstance(sandbox.run("read", RECORD, "rec", LIMITS), EcgRecord)
    lacking = sandbox.lacking_locks()
    assert "the files outside (Landlock)" in lacking
    assert health.locks().ok and "refuses a lock on the files outside" in health.locks().what
    monkeypatch.setenv(jail.REQUIRED, "1")
    with pytest.raises(IntakeError, match="Nothing is read on this machine") as refusal:
        sandbox.run("read", RECORD, "rec", LIMITS)
    assert jail.REQUIRED in refusal.value.hint
    assert not health.locks().ok
    monkeypatch.setenv(jail.REQUIRED, "0")
    assert isinstance(sandbox.run("read", RECORD, "rec", LIMITS), EcgRecord)
    sandbox._worker.stop()


@pytest.mark.usefixtures("locked_in")
def test_captured_reader_reaches_no_file_of_others(tmp_path: Path) -> None:
    secret = tmp_path / "pseudonym.key"
    secret.write_text("the key")
    for job in ("read_from", "write_to", "remove"):
        assert "another program or another file" in refused(job, str(secret)).reason
    assert "another program or another file" in refused("write_to", str(tmp_path / "new")).reason
    assert "another program or another file" in refused("read_from", "/proc/self/environ").reason
    assert [path.name for path in tmp_path.iterdir()] == ["pseudonym.key"]
    assert secret.read_text() == "the key"


@pytest.mark.usefixtures("hostile")
def test_decoders_may_have_threads() -> None:
    assert sandbox.run("threads", None, "x", LIMITS) == 4


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_what_the_kernel_refuses_is_told_and_the_rest_holds(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom ecg_core.intake.isolation import jail\n"
        "def refused(scratch): raise OSError('not here')\n"
        "jail.LOCKS = (('the one', refused), jail.LOCKS[1])\n"
        "jail.lock(Path(sys.argv[1]))\n"
        "import os\n"
        "try: os.fork(); forked = True\n"
        "except PermissionError: forked = False\n"
        "print(jail.still_open(), forked)"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], cwd=root, stdout=subprocess.PIPE, text=True
    )
    missing, forked = done.stdout.split()
    assert int(missing) & 1 and (int(missing) & 2 or forked == "False")
    with caplog.at_level(logging.WARNING):
        jail.tell(1)
    assert "without a lock on the files outside (Landlock)" in caplog.text
    assert "network" not in caplog.text


def test_the_app_logs_what_its_readers_are_not_locked_from(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sandbox, "run", lambda *_: 2)
    with caplog.at_level(logging.WARNING):
        sandbox.warm_up()
    assert "without a lock on network and processes (seccomp)" in caplog.text


@pytest.mark.usefixtures("hostile")
def test_reader_that_only_waits_is_ended_by_the_clock() -> None:
    assert "took longer" in refused("sleep", 60).reason


@pytest.mark.usefixtures("hostile")
def test_refusal_comes_through_word_for_word() -> None:
    error = refused("refuse")
    assert (error.reason, error.hint) == ("A reason.", "A hint.")


@pytest.mark.usefixtures("hostile")
def test_what_an_error_quotes_from_the_file_is_neither_logged_nor_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG):
        error = refused("quote")
    assert "ValueError at worker.py" in caplog.text
    assert "Doe" not in caplog.text + str(error)


@pytest.mark.usefixtures("hostile")
def test_scratch_folder_is_private_and_goes_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Other tests read files meanwhile, and have scratch folders of their own.
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert sandbox.run("scratch", None, "x", LIMITS) > 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("hostile")
def test_secrets_of_the_app_do_not_reach_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ECG_DATABASE_URL", "postgresql://user:password@host/db")
    sandbox._worker.stop()
    assert sandbox.run("environment", "ECG_DATABASE_URL", "x", LIMITS) == 0
    assert sandbox.run("environment", "PATH", "x", LIMITS) == 1


def test_worker_killed_between_two_files_is_started_again() -> None:
    first = read(RECORD)
    process = sandbox._worker._process
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    second = read(RECORD)
    np.testing.assert_array_equal(first.signals_mv, second.signals_mv)


def test_many_readers_at_once_each_get_their_own_ecg() -> None:
    bundles = [split(by_hand(HEADER, np.full((1000, 1), i), "rec"))[0] for i in range(1, 25)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(read, bundles))
    assert [round(float(ecg.signals_mv[0, 0]) * 1000) for ecg in found] == list(range(1, 25))


def test_worker_that_cannot_be_started_is_told_apart_from_a_damaged_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sandbox, "_worker", sandbox._Worker())
    monkeypatch.setattr(sandbox.sys, "executable", "/nowhere/python")
    with pytest.raises(IntakeError, match="no reading process could be started") as caught:
        read(RECORD)
    assert caught.value.reason.startswith("rec was not read")
    assert "memory or processes have run out" in caught.value.hint
    # The machine is at fault, not the file: once it can, the same file is read.
    monkeypatch.undo()
    assert isinstance(read(RECORD), EcgRecord)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_worker_ends_with_the_app_however_it_ends() -> None:
    code = (
        "import os\nfrom ecg_core.intake.isolation import sandbox\nsandbox.warm_up()\n"
        "print(sandbox._worker._process.pid, flush=True)\nos.kill(os.getpid(), 9)"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, stdout=subprocess.PIPE)
    worker = int(done.stdout)
    status = Path(f"/proc/{worker}/stat")
    ended = False
    for _ in range(100):
        try:
            # Without an init process it stays as a zombie, which is as ended as can be.
            ended = status.read_text().split()[2] == "Z"
        except (FileNotFoundError, ProcessLookupError):
            ended = True
        if ended:
            break
        time.sleep(0.1)
    assert ended, "the worker outlives the app"


def test_trusted_files_are_read_without_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "run", None)
    here = read_here(RECORD)
    monkeypatch.undo()
    there = read(RECORD)
    np.testing.assert_array_equal(here.signals_mv, there.signals_mv)
    assert (here.sha256, here.leads, here.fs_hz) == (there.sha256, there.leads, there.fs_hz)


def test_one_large_file_is_read_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    at_work: list[int] = []
    seen: list[int] = []

    def asked(*_given: object) -> int:
        at_work.append(1)
        seen.append(len(at_work))
        time.sleep(0.05)
        at_work.pop()
        return 0

    monkeypatch.setattr(sandbox, "_asked", asked)
    monkeypatch.setattr(sandbox, "LARGE_BYTES", 100)
    for size, most in ((100, 1), (99, 2)):
        seen.clear()
        upload = Upload("page.jpg", bytes(size))
        given = [Bundle("page", (upload,)), upload] * 2
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda one: sandbox.run("read", one, "page", LIMITS), given))
        assert max(seen) == most
