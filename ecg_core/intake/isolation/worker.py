"""The process that parses files from outside: one short-lived child for every job.

`serve` runs in a process of its own (started by `sandbox`): it imports the readers once and
then forks a child for each job, so that a job costs milliseconds, starts clean, and can take
neither the app nor another reader's ECG with it. A child gives up memory, processor time, files
and core dumps, and is locked in (`jail`), before it sees the first byte.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import pickle
import resource
import select
import signal
import socket
import struct
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from PIL import Image

from ecg_core.intake.isolation import jail, jobs
from ecg_core.intake.isolation.limits import FileLimits
from ecg_core.intake.isolation.transfer import Answer, encode, failure_of
from ecg_core.intake.values import IntakeError

LENGTH = struct.Struct("<Q")
WALL_PER_CPU_SECOND = 6
_OPEN_FILES = 64
# Imported by readers on first use, so that the app itself need not wait for them. What most files
# need comes first: a file that waits already is read as soon as that is here.
_PRELOADED = (
    "cv2",
    "wfdb",
    "defusedxml.ElementTree",
    "ecgdatakit.parsing.parsers.scp_ecg",
    "ecgdatakit.parsing.parsers.sierra_xml",
    "ecgdatakit.parsing.parsers.edf",
    "edfio",
    "pydicom",
    "pydicom.pixels",
    "scipy.signal",
)
_NEEDED_BY_MOST = 2
"""So many of them are imported before the first file is read."""
_QUIET_S = 1.0
"""The others once nothing was asked for so long."""


@dataclass(frozen=True)
class Job:
    """One call: the name of a function in `jobs.JOBS`, its argument, limits, a scratch folder.

    locked: whether it is refused where the machine lacks a lock of `jail`.
    """

    name: str
    argument: object
    limits: FileLimits
    scratch: str
    locked: bool = False


class _Stream(Protocol):
    def write(self, data: Any, /) -> object: ...

    def flush(self) -> object: ...


def serve(control_fd: int) -> None:
    """Fork a child for every socket that arrives, until the other side is closed."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control = socket.socket(fileno=control_fd)
    # What the children would otherwise each import or copy for themselves.
    Image.preinit()
    jail.preload()
    for name in _PRELOADED[:_NEEDED_BY_MOST]:
        importlib.import_module(name)
    # A program that has just begun imports on every core; what few files need waits for its turn.
    quiet_s = _QUIET_S
    for name in _PRELOADED[_NEEDED_BY_MOST:]:
        while select.select([control], [], [], quiet_s)[0]:
            if not _forked(control):
                return
            quiet_s = _QUIET_S
        importlib.import_module(name)
        quiet_s = 0.0
    gc.collect()
    gc.freeze()
    while _forked(control):
        pass


def _forked(control: socket.socket) -> bool:
    """Wait for a socket and fork a child for it; False once the other side is closed."""
    message, descriptors, _, _ = socket.recv_fds(control, 1, 1)
    for descriptor in descriptors:
        if os.fork() == 0:
            control.close()
            _child(descriptor)
        os.close(descriptor)
    return bool(message)


def _child(descriptor: int) -> None:
    try:
        with socket.socket(fileno=descriptor) as connection, connection.makefile("rwb") as stream:
            (size,) = LENGTH.unpack(stream.read(LENGTH.size))
            # From the app itself, never from outside: pickle is safe in this direction.
            job: Job = pickle.loads(stream.read(size))
            _give_up_rights(job.limits)
            tempfile.tempdir = job.scratch
            os.chdir(job.scratch)
            jail.lock(Path(job.scratch))
            _send(stream, _done(job))
    finally:
        # Nothing of the parent's (buffers, exit handlers) may run twice.
        os._exit(0)


def _give_up_rights(limits: FileLimits) -> None:
    seconds = limits.max_seconds
    signal.alarm(seconds * WALL_PER_CPU_SECOND)
    bounds = {
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_FSIZE: 2 * limits.max_unpacked_bytes,
        resource.RLIMIT_NOFILE: _OPEN_FILES,
        resource.RLIMIT_CORE: 0,
    }
    statm = Path("/proc/self/statm")
    if statm.exists():
        held = int(statm.read_text().split()[0]) * resource.getpagesize()
        bounds[resource.RLIMIT_AS] = held + limits.max_memory_bytes
    for what, most in bounds.items():
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))


def _done(job: Job) -> Answer:
    if job.locked and (lacking := jail.lacking(jail.still_open())) and job.name != "still_open":
        return IntakeError(
            f"Nothing is read on this machine: it refuses a lock on {' and '.join(lacking)}.",
            f"Tell support: {jail.REQUIRED} asks for every lock.",
        )
    try:
        return jobs.JOBS[job.name](job.argument, job.limits)
    except IntakeError as error:
        return error
    except Exception as error:
        return failure_of(error)


def _send(stream: _Stream, answer: Answer) -> None:
    head, blobs = encode(answer)
    stream.write(LENGTH.pack(len(head)))
    stream.write(head)
    for blob in blobs:
        stream.write(blob)
    stream.flush()
