"""What of several processes of the app only one does, on one data directory.

The first that starts has the turn as long as it lives, however it ends; then one of the others has.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock, Timeout

from ecg_core.store.upkeep.errors import StoreError

_log = logging.getLogger(__name__)


class First:
    """The turn of one process. lock: the file by which it is told; begin: called with the turn."""

    LOOK_S = 1.0

    def __init__(self, lock: Path, begin: Callable[[], None]) -> None:
        # The system lets go of it when the process is killed.
        self._lock = FileLock(lock, timeout=0, thread_local=False)
        self._begin = begin
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._wait, name="wait-for-turn", daemon=True)

    def start(self) -> None:
        """Begin at once where no other process has the turn, else when it ends."""
        if not self._begun():
            self._thread.start()

    def stop(self) -> None:
        """Leave the turn to others."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        self._lock.release()

    def _wait(self) -> None:
        while not self._stop.wait(self.LOOK_S):
            try:
                if self._begun():
                    return
            except (OSError, StoreError) as error:
                _log.error("The work of the process that ended waits: %s", error)

    def _begun(self) -> bool:
        try:
            self._lock.acquire()
        except Timeout:
            return False
        try:
            self._begin()
        except BaseException:
            self._lock.release()
            raise
        return True
