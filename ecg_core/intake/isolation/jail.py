"""What a child that parses a file from outside cannot do, by the kernel's own refusal.

Landlock: read anything but Python's and this package's own files, or write anywhere but in its
scratch folder. Seccomp: open a socket, start a program or a process, look into others. Neither
needs root. Where a kernel or container lacks one of them, the other holds, and the app's log says
what is missing; limits on memory, time and files (`worker`) hold everywhere.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import sys
from collections.abc import Callable
from pathlib import Path

from ecg_core.intake.isolation import landlock

log = logging.getLogger(__name__)

_READABLE = ("/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/localtime", "/dev/urandom")
"""Beside Python and this package: shared libraries. Not /proc, which tells of other processes."""
_NETWORK = ("socket", "socketpair", "connect", "bind", "listen", "accept", "accept4")
_PROGRAMS = ("execve", "execveat", "fork", "vfork", "kill", "personality")
_OTHERS = ("ptrace", "process_vm_readv", "process_vm_writev", "pidfd_open", "pidfd_getfd", "kcmp")
_ROOMS = ("mount", "umount2", "pivot_root", "chroot", "setns", "unshare", "open_by_handle_at")
_KERNEL = ("bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "init_module", "finit_module")
_KEYS = ("add_key", "request_key", "keyctl", "kexec_load", "reboot")
_REFUSED = (*_NETWORK, *_PROGRAMS, *_OTHERS, *_ROOMS, *_KERNEL, *_KEYS)
_CLONE_THREAD = 0x10000


def _lock_files(scratch: Path) -> None:
    reading = landlock.READ_FILE | landlock.READ_DIR
    own = (sys.prefix, sys.base_prefix, str(Path(__file__).parents[2]))
    allowed = dict.fromkeys(map(Path, (*own, *_READABLE)), reading)
    landlock.restrict(allowed | {scratch: landlock.rights()})


def _lock_calls(scratch: Path) -> None:
    import pyseccomp

    refusal = pyseccomp.ERRNO(errno.EPERM)
    rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    for name in _REFUSED:
        # Names that this architecture or library does not know cannot be called either.
        if pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name) >= 0:
            rules.add_rule(refusal, name)
    # Threads of decoders are welcome, processes are not. clone3 hides its flags from a filter; told
    # that it is not there, libraries call clone instead.
    process = pyseccomp.Arg(0, pyseccomp.MASKED_EQ, _CLONE_THREAD, 0)
    rules.add_rule(refusal, "clone", process)
    rules.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")
    rules.load()


LOCKS: tuple[tuple[str, Callable[[Path], None]], ...] = (
    ("the files outside (Landlock)", _lock_files),
    ("network and processes (seccomp)", _lock_calls),
)
"""What is locked, and how; in this order, since the second may refuse what the first needs."""

_open: int = 0


def preload() -> None:
    """Import what locking needs, so that children need not; what is missing is told later."""
    with contextlib.suppress(ImportError, OSError, RuntimeError):
        __import__("pyseccomp")


def lock(scratch: Path) -> None:
    """Lock this process in for good; `still_open` then says what could not be locked."""
    global _open
    _open = 0
    for place, (_, locked) in enumerate(LOCKS):
        try:
            locked(scratch)
        except Exception:
            # Whatever a library raises where the kernel refuses: the file is read all the same.
            _open |= 1 << place


def still_open() -> int:
    """The locks that this process could not have: bit n for row n of `LOCKS`."""
    return _open


def tell(still_open: int) -> None:
    """Log what children can reach on this machine."""
    for place, (what, _) in enumerate(LOCKS):
        if still_open >> place & 1:
            log.warning("files are read without a lock on %s, which this machine refuses", what)
