"""What is read from files, held for all sessions within a budget of bytes."""

from __future__ import annotations

import ctypes
import tempfile
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from threading import Condition, Lock

import numpy as np

from ecg_core.intake.values import EcgRecord, EcgScan

SOURCES_BYTES = 384 * 1024 * 1024
"""Of decoded pages and signals: one page of 62 megapixels takes 186 MB."""
WORK_BYTES = 256 * 1024 * 1024
"""Of decoded pages that are being laid out at the same time; that takes as much again, and more."""


MAPPED_BYTES = 16 * 1024 * 1024
"""Larger pictures are held as files: each reader's screen has its own in hand while it waits."""


def size_of(source: EcgRecord | EcgScan) -> int:
    """Bytes that a record or scan takes."""
    return source.signals_mv.nbytes if isinstance(source, EcgRecord) else source.pixels.nbytes


class Held:
    """Records and scans by key, made once; the longest unused go when they take too much.

    One that is larger than the budget is given and not held. Large pictures lie in unnamed files,
    from which the system takes them into memory and drops them as it needs. Safe between threads:
    whoever asks for what somebody else is making waits for it.

    folder: where those files lie, on a disk; where the system keeps temporary files unless told.
    """

    def __init__(self, most_bytes: int = SOURCES_BYTES, folder: Path | None = None) -> None:
        self._most_bytes, self._folder = most_bytes, folder
        self._found: OrderedDict[str, EcgRecord | EcgScan] = OrderedDict()
        self._making: dict[str, Lock] = {}
        self._lock = Lock()

    @property
    def bytes(self) -> int:
        """How much is held."""
        with self._lock:
            return self._sum()

    def get(self, key: str, make: Callable[[], EcgRecord | EcgScan]) -> EcgRecord | EcgScan:
        """What is held under this key, made when it is not here. Raises what `make` raises."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
            making = self._making.setdefault(key, Lock())
        with making:
            with self._lock:
                if key in self._found:
                    return self._found[key]
            try:
                made = _on_disk(make(), self._folder)
            finally:
                with self._lock:
                    self._making.pop(key, None)
            with self._lock:
                if size_of(made) <= self._most_bytes:
                    self._found[key] = made
                while self._sum() > self._most_bytes:
                    self._found.popitem(last=False)
            return made

    def _sum(self) -> int:
        return sum(map(size_of, self._found.values()))


def _on_disk(source: EcgRecord | EcgScan, folder: Path | None) -> EcgRecord | EcgScan:
    """The same, a large picture with its pixels in a file that nobody else finds."""
    if isinstance(source, EcgRecord) or source.pixels.nbytes < MAPPED_BYTES:
        return source
    try:
        with tempfile.TemporaryFile(prefix="ecg-", dir=folder) as file:
            source.pixels.tofile(file)
            file.flush()
            # Copy on write: whoever writes into it does so for himself.
            pixels = np.memmap(file, np.uint8, "c", shape=source.pixels.shape)
    except OSError:
        # A full disk: it stays in memory.
        return source
    return replace(source, pixels=np.asarray(pixels))


class Desk:
    """A place to work on decoded pages at which only so many bytes fit at the same time.

    What is larger than the place is worked on alone. Small pages wait for a large one at most.
    """

    def __init__(self, most_bytes: int = WORK_BYTES) -> None:
        self._most_bytes, self._used = most_bytes, 0
        self._changed = Condition()

    @contextmanager
    def room_for(self, size: int) -> Iterator[None]:
        """Wait until this many bytes fit, and hold the room."""
        with self._changed:
            self._changed.wait_for(lambda: not self._used or self._used + size <= self._most_bytes)
            self._used += size
        try:
            yield
        finally:
            if size >= MAPPED_BYTES:
                _give_back()
            with self._changed:
                self._used -= size
                self._changed.notify_all()


def _give_back() -> None:
    """Let the system have the memory that was freed: glibc keeps it, thread by thread."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)
