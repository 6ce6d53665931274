"""Jobs that misbehave as a captured or broken reader would; the worker of a test imports them."""

from __future__ import annotations

import ctypes
import os
import resource
import socket
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ecg_core.intake.isolation import jobs
from ecg_core.intake.isolation.limits import FileLimits
from ecg_core.intake.values import IntakeError


def eat_memory(_: object, limits: FileLimits) -> int:
    held = []
    while True:
        held.append(bytearray(50_000_000))


def loop(_: object, limits: FileLimits) -> int:
    while True:
        pass


def sleep(seconds: float, limits: FileLimits) -> int:
    time.sleep(seconds)
    return 1


def crash(_: object, limits: FileLimits) -> int:
    ctypes.string_at(0)
    return 1


def leave(_: object, limits: FileLimits) -> int:
    os._exit(3)


def fill_disk(_: object, limits: FileLimits) -> int:
    with open("big", "wb") as file:
        while True:
            file.write(bytes(1_000_000))


def open_many_files(_: object, limits: FileLimits) -> int:
    return len([open(f"f{i}", "wb") for i in range(1000)])


def recurse(_: object, limits: FileLimits) -> int:
    sys.setrecursionlimit(10**9)
    return recurse(_, limits)


def quote(_: object, limits: FileLimits) -> int:
    raise ValueError("patient Jane Doe, born 1950")


def refuse(_: object, limits: FileLimits) -> int:
    raise IntakeError("A reason.", "A hint.")


def answer_nonsense(_: object, limits: FileLimits) -> Any:
    return {"kind": "record"}


def scratch(_: object, limits: FileLimits) -> int:
    with open("left behind", "wb") as file:
        file.write(b"x")
    return len(os.getcwd())


def call_home(_: object, limits: FileLimits) -> int:
    return socket.socket(socket.AF_INET, socket.SOCK_STREAM).fileno()


def fork_for_ever(_: object, limits: FileLimits) -> int:
    while True:
        os.fork()


def start_program(_: object, limits: FileLimits) -> int:
    os.execv("/bin/true", ["true"])
    return 1


def write_to(path: str, limits: FileLimits) -> int:
    with open(path, "w") as file:
        return file.write("taken over")


def read_from(path: str, limits: FileLimits) -> int:
    with open(path, "rb") as file:
        return len(file.read())


def remove(path: str, limits: FileLimits) -> int:
    os.unlink(path)
    return 1


def end_parent(_: object, limits: FileLimits) -> int:
    os.kill(os.getppid(), 9)
    return 1


def change_limit(_: object, limits: FileLimits) -> int:
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (1, 1))
    except ValueError:
        # What Python makes of EPERM.
        return resource.getrlimit(resource.RLIMIT_CPU)[0]
    return 0


def change_mode(_: object, limits: FileLimits) -> int:
    open("own", "w").close()
    os.chmod("own", 0o777)
    return 1


def change_times(_: object, limits: FileLimits) -> int:
    open("own", "w").close()
    os.utime("own", (0, 0))
    return 1


def make_device(_: object, limits: FileLimits) -> int:
    os.mkfifo("pipe")
    return 1


def share_memory(_: object, limits: FileLimits) -> int:
    return os.memfd_create("shared")


def set_clock(_: object, limits: FileLimits) -> int:
    time.clock_settime(time.CLOCK_REALTIME, 0.0)
    return 1


def name_file_twice(_: object, limits: FileLimits) -> int:
    open("own", "w").close()
    os.symlink("own", "other")
    return 1


def unknown_call(_: object, limits: FileLimits) -> int:
    """A call that is on neither list: seccomp itself, by which a filter is put in place."""
    library = ctypes.CDLL(None, use_errno=True)
    done = library.syscall(ctypes.c_long(317), 1, 0, None)
    return ctypes.get_errno() if done < 0 else 0


def threads(_: object, limits: FileLimits) -> int:
    with ThreadPoolExecutor(3) as pool:
        return sum(pool.map(len, ["ab", "c", "d"]))


def cpu_us(_: object, limits: FileLimits) -> int:
    return round(1e6 * time.process_time())


def environment(name: str, limits: FileLimits) -> int:
    return int(name in os.environ)


jobs.JOBS |= {
    job.__name__: job
    for job in (
        eat_memory,
        loop,
        sleep,
        crash,
        leave,
        fill_disk,
        open_many_files,
        recurse,
        quote,
        refuse,
        answer_nonsense,
        scratch,
        call_home,
        fork_for_ever,
        start_program,
        write_to,
        read_from,
        remove,
        end_parent,
        change_limit,
        change_mode,
        change_times,
        make_device,
        share_memory,
        set_clock,
        name_file_twice,
        unknown_call,
        threads,
        cpu_us,
        environment,
    )
}
