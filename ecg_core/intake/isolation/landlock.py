"""Landlock by the kernel's own calls: three of them, whose numbers and structures never change.

Bits and structures are those of linux/landlock.h; the calls have these numbers on every machine.
A kernel before 5.13, or one built or started without Landlock, refuses them with OSError.
"""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_ON_FILES = EXECUTE | WRITE_FILE | READ_FILE | 1 << 14 | 1 << 15
"""What a rule on a file, not a folder, may allow; also truncation and calls on devices."""
_KNOWN_BITS = (0, 13, 14, 15, 15, 16)
"""Rights that the kernel knows, by the version of its interface; later ones know no fewer."""

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_VERSION, _PATH_BENEATH = 1, 1
_SET_NO_NEW_PRIVILEGES = 38


class _Ruleset(ctypes.Structure):
    _fields_ = (("handled_access_fs", ctypes.c_uint64),)


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32))


def version() -> int:
    """Version of the kernel's interface. Raises OSError where there is none."""
    return _call(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_ASK_VERSION))


def rights() -> int:
    """Every right on files that this kernel can refuse. Raises OSError."""
    known = _KNOWN_BITS[min(version(), len(_KNOWN_BITS) - 1)]
    return (1 << known) - 1


def restrict(allowed: dict[Path, int]) -> None:
    """From now on this process may do with files only what is allowed beneath these paths.

    allowed: rights by path, those that the kernel does not know left out; paths that are not
    there are skipped. It cannot be undone. Raises OSError where the kernel refuses.
    """
    every = rights()
    attributes = _Ruleset(every)
    ruleset = _call(
        _CREATE_RULESET,
        ctypes.byref(attributes),
        ctypes.c_size_t(ctypes.sizeof(attributes)),
        ctypes.c_uint32(0),
    )
    try:
        for path, may in allowed.items():
            if path.exists():
                _allow(ruleset, path, may & every & (-1 if path.is_dir() else _ON_FILES))
        _no_new_privileges()
        _call(_RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0))
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: Path, rights: int) -> None:
    folder = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = _PathBeneath(rights, folder)
        _call(
            _ADD_RULE,
            ctypes.c_int(ruleset),
            ctypes.c_int(_PATH_BENEATH),
            ctypes.byref(rule),
            ctypes.c_uint32(0),
        )
    finally:
        os.close(folder)


def _library() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _call(number: int, *arguments: object) -> int:
    answer: int = _library().syscall(ctypes.c_long(number), *arguments)
    if answer < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return answer


def _no_new_privileges() -> None:
    zero = ctypes.c_ulong(0)
    if _library().prctl(_SET_NO_NEW_PRIVILEGES, ctypes.c_ulong(1), zero, zero, zero) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
