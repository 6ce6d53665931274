"""A witness of the chain's end outside the database, so that a cut tail is noticed."""

from __future__ import annotations

import json
import logging
import threading
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from ecg_core.store.upkeep.files import write_whole

_log = logging.getLogger(__name__)
_PATIENCE_S = 10.0


@dataclass(frozen=True)
class ChainPlace:
    """One place in the chain: the event's number and hash."""

    seq: int
    hash: str


class Anchor:
    """The furthest event that this data directory has seen committed.

    It may lag behind the chain (a program died between commit and here), never run ahead.
    """

    def __init__(self, path: Path, scratch: Path) -> None:
        self.path = path
        self.scratch = scratch
        self._lock = FileLock(path.with_suffix(".lock"), timeout=_PATIENCE_S, thread_local=False)
        # The file's lock keeps other processes out; threads of this one share it.
        self._turn = threading.Lock()

    def read(self) -> ChainPlace | None:
        """The furthest link seen, or None. Raises ValueError when the file is no anchor."""
        try:
            plain = json.loads(self.path.read_text(encoding="utf-8"))
            return ChainPlace(int(plain["seq"]), str(plain["hash"]))
        except FileNotFoundError:
            return None
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"The anchor {self.path} is damaged.") from error

    def begin(self, link: ChainPlace) -> None:
        """Start to witness a chain at this link, unless that was done. Raises OSError, Timeout."""
        if not self.path.exists():
            with self._turn, self._lock:
                if not self.path.exists():
                    self._write(link)

    def advance(self, link: ChainPlace) -> None:
        """Remember a committed link, unless a later one is remembered already.

        The event is stored by then, so that a failure here is logged and not raised. A lost or
        damaged anchor is left as it is: `verify` has to tell of it.
        """
        try:
            with self._turn, self._lock:
                seen = self.read()
                if seen is not None and seen.seq < link.seq:
                    self._write(link)
        except (OSError, ValueError, Timeout) as error:
            _log.warning("The chain anchor %s could not be moved on: %s", self.path, error)

    def _write(self, link: ChainPlace) -> None:
        write_whole(self.path, json.dumps(asdict(link)).encode(), self.scratch)
