"""How the work behind the readers' backs steps aside: last for the processor and for the disk.

On a machine that does other work all the time it would hardly get on: `ECG_SCORING_PRIORITY=normal`
lets it run like everything else.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
from pathlib import Path

import psutil

LOWEST = 19
"""Niceness of a process that everybody else goes before."""
AUTOGROUP = Path("/proc/self/autogroup")
_DIE_WITH_PARENT = 1


def yield_to_readers() -> None:
    """Put every thread of this process, and what it starts from now on, behind everything else.

    Where the platform has it, work is done only while nobody wants the processor (`SCHED_IDLE`) or
    the disk; lowest priority otherwise. There is no way back without rights.
    """
    if os.environ.get("ECG_SCORING_PRIORITY") == "normal":
        return
    if sys.platform == "win32":
        psutil.Process().nice(psutil.IDLE_PRIORITY_CLASS)
        return
    os.nice(LOWEST)
    if sys.platform == "linux":
        # Linux keeps all of it by thread; a number of a thread is taken like one of a process.
        for thread in psutil.Process().threads():
            # Threads end, and containers may forbid one or another.
            with contextlib.suppress(OSError, psutil.Error):
                os.setpriority(os.PRIO_PROCESS, thread.id, LOWEST)
                os.sched_setscheduler(thread.id, os.SCHED_IDLE, os.sched_param(0))
                psutil.Process(thread.id).ionice(psutil.IOPRIO_CLASS_IDLE)
        _session_too()


def _session_too() -> None:
    """With the kernel's autogroups niceness counts only among the processes of one session."""
    if os.getsid(0) == os.getpid():
        with contextlib.suppress(OSError):
            AUTOGROUP.write_text(str(LOWEST))


def end_with_parent() -> None:
    """End when the parent ends, however it ends: a pool's worker would wait for work for ever."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGTERM)


def one_thread() -> None:
    """One thread for every library that would take more: there is a process for every core."""
    import cv2
    import torch
    from threadpoolctl import threadpool_limits

    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    threadpool_limits(1)
