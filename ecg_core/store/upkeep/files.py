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
    path.parent.mkdir(parents=True, exist_ok=True)
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


def _sync_folder(folder: Path) -> None:
    # The new name lives in the folder, which has to reach the disk as well.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
