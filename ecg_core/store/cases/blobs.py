"""Bytes kept under their own hash: what is read back is what was put in, or an error."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ecg_core.store.audit.canonical import sha256_bytes
from ecg_core.store.upkeep.errors import StoreError
from ecg_core.store.upkeep.files import write_whole

_FORGOTTEN_S = 24 * 3600
"""An unfinished file this old belongs to a program that died."""
WRITTEN_AT_ONCE = 8


class Blobs:
    """Files named by the SHA-256 of their bytes, in folders by its first two letters."""

    def __init__(self, folder: Path, to_write: bool = True) -> None:
        self.folder = folder
        self.scratch = folder / "unfinished"
        if not to_write:
            return
        self.scratch.mkdir(parents=True, exist_ok=True)
        for old in self.scratch.iterdir():
            if old.stat().st_mtime < time.time() - _FORGOTTEN_S:
                old.unlink(missing_ok=True)

    def path(self, sha256: str) -> Path:
        """Where the bytes with this hash lie."""
        return self.folder / sha256[:2] / sha256[2:]

    def put(self, data: bytes) -> str:
        """Keep these bytes, on the disk when this returns; gives their hash. Raises OSError."""
        sha256 = sha256_bytes(data)
        if not self.intact(sha256):
            write_whole(self.path(sha256), data, self.scratch)
        return sha256

    def put_all(self, contents: Sequence[bytes]) -> list[str]:
        """Keep all of these, on the disk when this returns; gives their hashes. Raises OSError."""
        # Waiting for the disk takes longest, and it takes many files together.
        with ThreadPoolExecutor(WRITTEN_AT_ONCE) as threads:
            return list(threads.map(self.put, contents))

    def get(self, sha256: str) -> bytes:
        """The bytes with this hash. Raises StoreError naming the blob when they are not."""
        try:
            data = self.path(sha256).read_bytes()
        except FileNotFoundError as error:
            raise StoreError(f"Stored bytes are missing: {sha256}.", _RESTORE) from error
        if sha256_bytes(data) != sha256:
            raise StoreError(f"Stored bytes have changed on disk: {sha256}.", _RESTORE)
        return data

    def intact(self, sha256: str) -> bool:
        """Whether the bytes with this hash are there and unchanged."""
        try:
            return sha256_bytes(self.path(sha256).read_bytes()) == sha256
        except FileNotFoundError:
            return False


_RESTORE = "Restore the folder 'blobs' of the data directory from a backup."
