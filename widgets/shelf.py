"""Dropped files, held for the session's readers until their case is stored."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from ecg_core.intake.values import Bundle

LIMIT_BYTES = 256 * 1024 * 1024


class Shelf:
    """Bundles by the hash of their bytes; the oldest go when the shelf is full."""

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        self._limit = limit_bytes
        self._bundles: OrderedDict[str, Bundle] = OrderedDict()
        self._lock = Lock()

    def put(self, bundle: Bundle) -> str:
        """Keep a bundle; returns the key to fetch it by."""
        sha256 = bundle.sha256
        with self._lock:
            self._bundles[sha256] = bundle
            self._bundles.move_to_end(sha256)
            while len(self._bundles) > 1 and self._held_bytes() > self._limit:
                self._bundles.popitem(last=False)
        return sha256

    def get(self, sha256: str) -> Bundle | None:
        """The bundle, or None when it is no longer here."""
        with self._lock:
            if sha256 in self._bundles:
                self._bundles.move_to_end(sha256)
            return self._bundles.get(sha256)

    def _held_bytes(self) -> int:
        return sum(len(file.data) for bundle in self._bundles.values() for file in bundle.files)
