"""Runs intake's jobs in a worker process with limits on memory and time.

One worker is kept for the whole process and shared by all threads; it forks a child for each
job (`worker.serve`). A child that dies, hangs or answers nonsense costs that one file.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import pickle
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from ecg_core.intake.isolation import jail
from ecg_core.intake.isolation.limits import LIMITS, FileLimits
from ecg_core.intake.isolation.transfer import Answer, Failure, TransferError, blob_sizes, decode
from ecg_core.intake.isolation.worker import LENGTH, WALL_PER_CPU_SECOND, Job
from ecg_core.intake.values import Bundle, IntakeError, Upload

log = logging.getLogger(__name__)

AT_ONCE = 2
"""Children that may run at the same time; further readers wait their turn. A page of 62 megapixels
takes one of them 0.8 GB."""
LARGE_BYTES = 2_000_000
"""Files of this size may hold such a page: one of them is read at a time."""

_ROOT = Path(__file__).resolve().parents[3]
_START = (
    "import sys; sys.path.insert(0, {root!r}); "
    "from ecg_core.intake.isolation import worker; {serve}"
)
_LONGEST_HEAD = 64_000_000
_GRACE_S = 5.0
# A child asks for the memory of a picture anew; in pages of 4 KiB that takes longer than decoding.
_LARGE_PAGES = ":".join(
    f"glibc.malloc.{name}={value}"
    for name, value in (("hugetlb", 1), ("mmap_threshold", 1 << 30), ("trim_threshold", 1 << 30))
)
_KEPT_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "OPENBLAS_CORETYPE")


class _Worker:
    """The kept process, and the socket over which it is given jobs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._owner = 0

    def connect(self) -> socket.socket:
        """A socket to a fresh child. Raises OSError when no worker can be started."""
        ours, theirs = socket.socketpair()
        with theirs, self._lock:
            try:
                socket.send_fds(self._running(), [b"j"], [theirs.fileno()])
            except OSError:
                self._stop()
                socket.send_fds(self._running(), [b"j"], [theirs.fileno()])
        return ours

    def start(self) -> None:
        """Start the process if it does not run."""
        with self._lock:
            self._running()

    def stop(self) -> None:
        """End the process; the next job starts another."""
        with self._lock:
            self._stop()

    def _running(self) -> socket.socket:
        if self._owner != os.getpid():
            # A fork of the app: the worker belongs to its parent.
            self._process = self._control = None
        if self._process is not None and self._process.poll() is not None:
            self._stop()
        if self._control is None:
            self._control = self._started()
        return self._control

    def _started(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        with theirs:
            serve = f"worker.serve({theirs.fileno()})"
            environment = {k: os.environ[k] for k in _KEPT_ENVIRONMENT if k in os.environ}
            # One thread: a process with threads cannot be forked safely.
            environment |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
            environment |= {"GLIBC_TUNABLES": _LARGE_PAGES}
            # Libraries quote file contents in their warnings: nothing of it may reach a log.
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-c", _START.format(root=str(_ROOT), serve=serve)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env=environment,
            )
        self._owner = os.getpid()
        return ours

    def _stop(self) -> None:
        if self._control is not None:
            self._control.close()
        if self._process is not None and self._owner == os.getpid():
            # It holds nothing, and may be in the midst of importing what nobody needs any more.
            self._process.kill()
            self._process.wait()
        self._process = self._control = None


_worker = _Worker()
_slots = threading.BoundedSemaphore(AT_ONCE)
_large = threading.Lock()
atexit.register(_worker.stop)


def warm_up() -> None:
    """Start the worker, so that the first file need not wait; logs what it is not locked from."""
    # A machine that cannot start it says so when a file is read.
    with contextlib.suppress(OSError, IntakeError):
        _worker.start()
        if isinstance(found := run("still_open", None, "The reading process", LIMITS), int):
            jail.tell(found)


def lacking_locks() -> tuple[str, ...]:
    """In words, which locks this machine refuses. Raises IntakeError when nothing can be read."""
    found = run("still_open", None, "The reading process", LIMITS)
    return jail.lacking(found) if isinstance(found, int) else ()


def run(name: str, argument: object, label: str, limits: FileLimits) -> Answer:
    """The answer of a job in `jobs.JOBS`; label names the file to the reader.

    Raises IntakeError: the job's own, or one that says that reading took too much or failed.
    """
    turn = _large if _size(argument) >= LARGE_BYTES else contextlib.nullcontext()
    with (
        turn,
        _slots,
        tempfile.TemporaryDirectory(prefix="ecg-", ignore_cleanup_errors=True) as scratch,
    ):
        started = time.monotonic()
        try:
            connection = _worker.connect()
        except OSError as error:
            log.error("no worker could be started: %s", type(error).__name__)
            raise _not_started(label) from error
        try:
            job = Job(name, argument, limits, scratch, jail.is_required())
            answer = _asked(connection, job, started)
        except (OSError, EOFError, TransferError) as error:
            elapsed_s = time.monotonic() - started
            kind = type(error).__name__
            log.warning("job %s gave no answer after %.1f s: %s", name, elapsed_s, kind)
            raise _no_answer(label, elapsed_s, limits) from None
        finally:
            connection.close()
    if isinstance(answer, IntakeError):
        raise answer
    if isinstance(answer, Failure):
        log.error("job %s failed: %s at %s", name, answer.kind, answer.place)
        raise refusal_of(answer, label)
    return answer


def _size(argument: object) -> int:
    """Bytes of the files that a job is given."""
    files = argument.files if isinstance(argument, Bundle) else (argument,)
    return sum(len(file.data) for file in files if isinstance(file, Upload))


def _asked(connection: socket.socket, job: Job, started: float) -> Answer:
    deadline = started + job.limits.max_seconds * WALL_PER_CPU_SECOND + _GRACE_S
    connection.settimeout(deadline - time.monotonic())
    request = pickle.dumps(job, protocol=pickle.HIGHEST_PROTOCOL)
    # A child that died says more by what it answered before than by its broken pipe.
    with contextlib.suppress(BrokenPipeError):
        connection.sendall(LENGTH.pack(len(request)))
        connection.sendall(request)
    (size,) = LENGTH.unpack(_received(connection, LENGTH.size, deadline))
    if size > _LONGEST_HEAD:
        raise TransferError("answer too large")
    head = bytes(_received(connection, size, deadline))
    sizes = blob_sizes(head, job.limits.max_memory_bytes)
    return decode(head, [_received(connection, size, deadline) for size in sizes])


def _received(connection: socket.socket, size: int, deadline: float) -> bytearray:
    data = bytearray(size)
    view = memoryview(data)
    while view:
        # The time left is for the whole answer, not for every piece of it.
        connection.settimeout(max(deadline - time.monotonic(), 1e-3))
        got = connection.recv_into(view)
        if got == 0:
            raise EOFError
        view = view[got:]
    return data


def _not_started(label: str) -> IntakeError:
    return IntakeError(
        f"{label} was not read: no reading process could be started on this machine.",
        "Try again; if it stays so, tell support that memory or processes have run out.",
    )


def _no_answer(label: str, elapsed_s: float, limits: FileLimits) -> IntakeError:
    if elapsed_s >= limits.max_seconds:
        return IntakeError(
            f"Reading {label} was stopped: it took longer than {limits.max_seconds} s.",
            "Upload a smaller part of it, or an image of the ECG page.",
        )
    return IntakeError(
        f"Reading {label} was stopped: its reader crashed, as on damaged or malicious files.",
        "Export or copy it again, or upload an image of the ECG page instead.",
    )


def refusal_of(failure: Failure, label: str) -> IntakeError:
    """What the reader of the ECG is told of a failure."""
    if failure.kind == "MemoryError":
        return IntakeError(
            f"Reading {label} was stopped: it took more memory than one ECG may need.",
            "Upload a smaller part of it, or an image of the ECG page.",
        )
    if failure.kind == "PermissionError":
        return IntakeError(
            f"Reading {label} was stopped: the file made its reader reach for the network, another "
            "program or another file, as malicious files do.",
            "Do not open it elsewhere; ask where it comes from, or upload a photograph of the ECG.",
        )
    return IntakeError(
        f"{label} could not be read as an ECG; the file is damaged or unusual.",
        "Export or copy it again, or upload an image of the page instead.",
    )
