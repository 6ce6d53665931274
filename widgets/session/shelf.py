"""Dropped files, held for the session's readers until their case is stored."""

from __future__ import annotations

import hashlib
import tempfile
from collections import OrderedDict
from dataclasses import dataclass, replace
from threading import Lock
from typing import IO

from ecg_core.intake.values import Bundle, Upload

MEMORY_BYTES = 128 * 1024 * 1024
DISK_BYTES = 4 * 1024 * 1024 * 1024
MOST_ON_DISK = 256
"""Each holds a file open: it has no name, so that nothing stays behind when the app is killed."""


@dataclass(frozen=True)
class _Laid:
    """A bundle whose bytes lie in an unnamed file, one upload after the other."""

    bundle: Bundle
    sizes: tuple[int, ...]
    file: IO[bytes]

    def taken_up(self) -> Bundle:
        self.file.seek(0)
        files = tuple(
            Upload(file.name, self.file.read(size))
            for file, size in zip(self.bundle.files, self.sizes, strict=True)
        )
        return replace(self.bundle, files=files)


class Shelf:
    """Bundles by their hash: in memory, older ones on disk; the oldest go when both are full."""

    def __init__(
        self,
        memory_bytes: int = MEMORY_BYTES,
        disk_bytes: int = DISK_BYTES,
        most_on_disk: int = MOST_ON_DISK,
    ) -> None:
        self._memory_bytes, self._disk_bytes = memory_bytes, disk_bytes
        self._most_on_disk = most_on_disk
        self._bundles: OrderedDict[str, Bundle] = OrderedDict()
        self._laid: OrderedDict[str, _Laid] = OrderedDict()
        self._lock = Lock()

    def put(self, bundle: Bundle) -> str:
        """Keep a bundle; returns the key to fetch it by: its hash, and of a record whose leads a
        person named, these besides."""
        key = bundle.sha256
        if bundle.leads:
            key += "-" + hashlib.sha256(",".join(bundle.leads).encode()).hexdigest()[:8]
        with self._lock:
            self._keep(key, bundle)
        return key

    def get(self, sha256: str) -> Bundle | None:
        """The bundle, or None when it is no longer here."""
        with self._lock:
            found = self._bundles.get(sha256)
            if found is None and sha256 in self._laid:
                found = self._laid[sha256].taken_up()
            if found is not None:
                self._keep(sha256, found)
            return found

    def _keep(self, sha256: str, bundle: Bundle) -> None:
        if sha256 in self._laid:
            self._laid.pop(sha256).file.close()
        self._bundles[sha256] = bundle
        self._bundles.move_to_end(sha256)
        while len(self._bundles) > 1 and self._held_bytes() > self._memory_bytes:
            self._lay_down(*self._bundles.popitem(last=False))

    def _lay_down(self, sha256: str, bundle: Bundle) -> None:
        sizes = tuple(len(file.data) for file in bundle.files)
        if sum(sizes) > self._disk_bytes:
            return
        file = tempfile.TemporaryFile(prefix="ecg-")  # noqa: SIM115 (open as long as it is held)
        try:
            for upload in bundle.files:
                file.write(upload.data)
            file.flush()
        except OSError:
            # A full disk: the bundle is gone, and its reader is told to drop it again.
            file.close()
            return
        empty = tuple(Upload(upload.name, b"") for upload in bundle.files)
        self._laid[sha256] = _Laid(replace(bundle, files=empty), sizes, file)
        while len(self._laid) > self._most_on_disk or self._laid_bytes() > self._disk_bytes:
            self._laid.popitem(last=False)[1].file.close()

    def _held_bytes(self) -> int:
        # Pages of one document share its bytes.
        files = {id(file.data): file for bundle in self._bundles.values() for file in bundle.files}
        return sum(len(file.data) for file in files.values())

    def _laid_bytes(self) -> int:
        return sum(sum(laid.sizes) for laid in self._laid.values())
