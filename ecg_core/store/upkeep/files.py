"""Files that are there whole or not at all, and for nobody else."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def keep_private(folder: Path) -> None:
    """Make a folder for this account alone (0700), and all that this process writes later.

    Databases make files of their own beside theirs, with the modes that the umask leaves them.
    Raises OSError.
    """
    os.umask(0o077)
    folder.mkdir(parents=True, exist_ok=True)
    if folder.stat().st_uid == os.geteuid():
        folder.chmod(0o700)


def write_whole(path: Path, data: bytes, scratch: Path) -> None:
    """Write a file so that a crash leaves the old one, the new one, or none: never half.

    scratch: folder on the same disk for the unfinished file. Raises OSError.
    """
    _lasting(path.parent)
    handle, name = tempfile.mkstemp(dir=scratch)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


_ON_DISK: set[Path] = set()
"""Folders whose own names this process has brought to the disk."""


def _lasting(folder: Path) -> None:
    """Make a folder that a power cut does not take away with all that was synced in it."""
    if folder in _ON_DISK and folder.is_dir():
        return
    if not folder.parent.is_dir():
        _lasting(folder.parent)
    folder.mkdir(exist_ok=True)
    # Also of one that is there: whoever made it may not have come to this yet.
    _sync_folder(folder.parent)
    _ON_DISK.add(folder)


def _sync_folder(folder: Path) -> None:
    # The new name lives in the folder, which has to reach the disk as well.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
