"""What a child that parses a file from outside cannot do, by the kernel's own refusal.

Landlock: read anything but Python's and this package's own files, or write anywhere but in its
scratch folder. Seccomp: anything but the calls on a list: no socket, program, process or signal.
Neither needs root. Where a kernel or container lacks one of them, the other holds, and the app's
log says what is missing; with `ECG_REQUIRE_JAIL=1` no file is read then. Limits on memory, time
and files (`worker`) hold everywhere.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path

from ecg_core.intake.isolation import landlock

log = logging.getLogger(__name__)

_READABLE = ("/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/localtime", "/dev/urandom")
"""Beside Python and this package: shared libraries. Not /proc, which tells of other processes."""
_MEMORY = "brk mmap munmap mremap mprotect madvise mincore"
_FILES = (
    "read readv pread64 preadv preadv2 write writev pwrite64 pwritev pwritev2 open openat close "
    "close_range lseek stat lstat fstat newfstatat statx access faccessat readlink readlinkat "
    "getdents getdents64 getcwd fcntl dup dup2 dup3 ftruncate truncate fsync fdatasync unlink "
    "unlinkat rename renameat renameat2 mkdir mkdirat rmdir flock fadvise64 fallocate sendfile "
    "copy_file_range statfs fstatfs umask chdir pipe pipe2 ioctl"
)
_WAITING = "poll ppoll select pselect6 nanosleep clock_nanosleep restart_syscall pause"
_ANSWERING = "sendto recvfrom shutdown"
"""On the socket to the app, which is open before: no other can be opened."""
_THREADS = (
    "futex set_robust_list get_robust_list rseq gettid getpid getppid sched_yield "
    "sched_getaffinity set_tid_address membarrier"
)
_ENDING = "exit exit_group rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack alarm"
_ASKING = (
    "clock_gettime clock_getres gettimeofday time times getrusage getrlimit getcpu uname sysinfo "
    "getuid geteuid getgid getegid getrandom arch_prctl"
)
_ALLOWED = " ".join((_MEMORY, _FILES, _WAITING, _ANSWERING, _THREADS, _ENDING, _ASKING)).split()
"""Calls that readers of files make, and threads of their decoders. What is on no list is answered
as by a kernel that does not know it, so that libraries take another way."""
_NETWORK = "socket socketpair connect bind listen accept accept4 sendmsg sendmmsg recvmsg recvmmsg"
_PROGRAMS = "execve execveat fork vfork kill tkill tgkill pidfd_send_signal rt_sigqueueinfo"
_OTHERS = (
    "ptrace process_vm_readv process_vm_writev pidfd_open pidfd_getfd kcmp personality setpriority "
    "sched_setaffinity sched_setscheduler setsid setpgid"
)
_ROOMS = "mount umount2 pivot_root chroot setns unshare open_by_handle_at mknod mknodat"
_MARKS = (
    "chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat utime utimes utimensat "
    "futimesat setxattr lsetxattr fsetxattr link linkat symlink symlinkat"
)
_SHARED = "shmget shmat shmctl semget semop semctl msgget msgsnd msgrcv mq_open memfd_create"
_CLOCKS = "settimeofday clock_settime clock_adjtime adjtimex stime"
_KERNEL = "bpf perf_event_open userfaultfd io_uring_setup init_module finit_module syslog"
_KEYS = "add_key request_key keyctl kexec_load reboot"
_REFUSED = " ".join(
    (_NETWORK, _PROGRAMS, _OTHERS, _ROOMS, _MARKS, _SHARED, _CLOCKS, _KERNEL, _KEYS)
).split()
"""Calls that are refused by name: a file that makes its reader try one is malicious."""
_CLONE_THREAD = 0x10000
_SET_NAME = 15
"""Of prctl: the name of a thread."""


def _lock_files(scratch: Path) -> None:
    reading = landlock.READ_FILE | landlock.READ_DIR
    own = (sys.prefix, sys.base_prefix, str(Path(__file__).parents[2]))
    allowed = dict.fromkeys(map(Path, (*own, *_READABLE)), reading)
    landlock.restrict(allowed | {scratch: landlock.rights()})


def _lock_calls(scratch: Path) -> None:
    import pyseccomp

    refusal = pyseccomp.ERRNO(errno.EPERM)
    rules = pyseccomp.SyscallFilter(pyseccomp.ERRNO(errno.ENOSYS))

    def known(names: list[str]) -> list[str]:
        # Names that this architecture or library does not know cannot be called either.
        return [n for n in names if pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, n) >= 0]

    for name in known(_ALLOWED):
        rules.add_rule(pyseccomp.ALLOW, name)
    for name in known(_REFUSED):
        rules.add_rule(refusal, name)
    # Threads of decoders are welcome, processes are not. clone3 hides its flags from a filter; told
    # that it is not there, as by default, libraries call clone instead.
    thread = pyseccomp.Arg(0, pyseccomp.MASKED_EQ, _CLONE_THREAD, _CLONE_THREAD)
    process = pyseccomp.Arg(0, pyseccomp.MASKED_EQ, _CLONE_THREAD, 0)
    rules.add_rule(pyseccomp.ALLOW, "clone", thread)
    rules.add_rule(refusal, "clone", process)
    # Limits may be asked for, not set.
    rules.add_rule(pyseccomp.ALLOW, "prlimit64", pyseccomp.Arg(2, pyseccomp.EQ, 0))
    rules.add_rule(refusal, "prlimit64", pyseccomp.Arg(2, pyseccomp.NE, 0))
    rules.add_rule(pyseccomp.ALLOW, "prctl", pyseccomp.Arg(0, pyseccomp.EQ, _SET_NAME))
    rules.load()


LOCKS: tuple[tuple[str, Callable[[Path], None]], ...] = (
    ("the files outside (Landlock)", _lock_files),
    ("network and processes (seccomp)", _lock_calls),
)
"""What is locked, and how; in this order, since the second may refuse what the first needs."""

REQUIRED = "ECG_REQUIRE_JAIL"

_open: int = 0


def is_required() -> bool:
    """Whether nothing may be read without every lock (`ECG_REQUIRE_JAIL=1`)."""
    return os.environ.get(REQUIRED, "") not in ("", "0")


def lacking(still_open: int) -> tuple[str, ...]:
    """In words, what `still_open` says is not locked."""
    return tuple(what for place, (what, _) in enumerate(LOCKS) if still_open >> place & 1)


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
    for what in lacking(still_open):
        log.warning("files are read without a lock on %s, which this machine refuses", what)
