"""Watching the chain: checked whole again and again in the background, and what is new at once.

A row that somebody changes after a check would pass as checked for ever if only new events were
looked at. So the whole chain is walked again without being asked, slowly enough to disturb nobody,
and whoever looks is told when that was last done and how many events came since. Where there is a
key, a walk is signed (`walked`): the next start goes on from it, and between two walks of a long
chain only what came after is walked.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ecg_core.store.audit import checkpoints, walked
from ecg_core.store.audit.anchor import ChainPlace
from ecg_core.store.audit.canonical import utc_now
from ecg_core.store.audit.verification import ChainReport
from ecg_core.store.cases.store import Store
from ecg_core.store.upkeep.errors import StoreError

_log = logging.getLogger(__name__)

AT_ONCE = 2000
"""Events that are checked while somebody waits, as long as the whole chain was not checked."""
FIRST_S, AGAIN_S = 20.0, 900.0
"""Seconds after the start to the first walk, and from the end of one walk to the next."""
REST = 3.0
"""The walk rests this many times as long as it works: it shares the processor with readers."""
WHOLE_REST = 200.0
"""Between two walks over a whole chain that was signed lies this many times what one takes."""


@dataclass(frozen=True)
class ChainState:
    """What is known of the chain now.

    whole_utc: when all events were last checked, "" when that was not done since the start and no
    earlier walk is signed. new: events that came since; they were checked when this was asked for.
    signed: whether that walk was one before the start, known by its signature.
    """

    report: ChainReport
    whole_utc: str = ""
    new: int = 0
    signed: bool = False


class ChainWatch:
    """What this process knows of a store's chain. Safe between threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._whole: tuple[ChainReport, str] | None = None
        self._end: ChainPlace | None = None
        self._signed = False
        self._took_s = 0.0

    def state(self) -> ChainState:
        """The chain as far as it can be checked at once: what is new, or the last events.

        A fault that was found stays until the whole chain was found to be in order again.
        """
        if self._whole is None:
            self._go_on_from_mark()
        with self._lock:
            whole, end, signed = self._whole, self._end, self._signed
        if whole is not None and not whole[0].ok:
            return ChainState(*whole)
        report = self._store.verify(since=end or self._store.link_before_end(AT_ONCE))
        if whole is None:
            if report.checked_whole:
                self._keep(report, utc_now())
                return self.state()
            return ChainState(report)
        if not report.ok:
            self._keep(report, whole[1])
            return ChainState(report, whole[1])
        with self._lock:
            if self._whole is whole:
                self._end = report.end
        new = report.events - whole[0].events
        what = f"All {whole[0].events} events were in order at {whole[1][:16].replace('T', ' ')}"
        what += " UTC, as that walk was signed" if signed else " UTC"
        what += f"; the {new} since then follow from them." if new else "."
        return ChainState(replace(report, since=0, what=what), whole[1], new, signed)

    def walk(
        self, blobs: bool = False, rest: Callable[[float], object] | None = None
    ) -> ChainReport:
        """Check the whole chain, and the checkpoints that were signed here. Raises StoreError.

        rest: given how long it worked, in seconds, after every thousand events.
        """
        started, work_s = utc_now(), time.thread_time()
        report = self._store.verify(blobs, pause=None if rest is None else _resting(rest))
        if report.ok:
            wrong = checkpoints.compare_own(self._store)
            if wrong:
                report = replace(report, ok=False, what=wrong[0])
        self._keep(report, started)
        self._took_s = time.thread_time() - work_s
        if report.ok and report.end is not None:
            walked.sign(self._store, report.end, started)
        return report

    def follow(self, rest: Callable[[float], object] | None = None) -> ChainReport:
        """Check what came after the last signed walk, and that the hashes before it are those that
        were signed; the whole chain where no walk is signed, or one is due. Raises StoreError."""
        mark = walked.last(self._store)
        broken = self._whole is not None and not self._whole[0].ok
        if mark is None or broken or self._whole_is_due(mark.walked_utc):
            return self.walk(rest=rest)
        report = self._after(mark, None if rest is None else _resting(rest))
        if not report.ok:
            self._keep(report, mark.walked_utc)
        return report

    def _go_on_from_mark(self) -> None:
        """Know what a walk found that was signed before this start, and what came after it."""
        mark = walked.last(self._store)
        if mark is not None:
            report = self._after(mark)
            first = replace(report, events=mark.end.seq) if report.ok else report
            self._keep(first, mark.walked_utc, signed=True)

    def _after(
        self, mark: walked.SignedWalk, pause: Callable[[], None] | None = None
    ) -> ChainReport:
        if mark.wrong:
            return ChainReport(False, mark.end.seq, None, mark.wrong)
        return self._store.verify(since=mark.end, pause=pause)

    def _whole_is_due(self, walked_utc: str) -> bool:
        """Whether all was last walked long ago, as long as that takes; or the clock moved."""
        since = datetime.now(UTC) - datetime.fromisoformat(walked_utc)
        return not 0 <= since.total_seconds() < max(AGAIN_S / 2, WHOLE_REST * self._took_s)

    def _keep(self, report: ChainReport, checked_utc: str, signed: bool = False) -> None:
        with self._lock:
            self._whole = (report, checked_utc)
            self._end = report.end if report.ok else None
            self._signed = signed


def _resting(rest: Callable[[float], object]) -> Callable[[], None]:
    began = time.perf_counter()

    def pause() -> None:
        nonlocal began
        rest(time.perf_counter() - began)
        began = time.perf_counter()

    return pause


class Watcher:
    """A thread that walks the chain again and again."""

    def __init__(self, watch: Callable[[], ChainWatch]) -> None:
        self._watch = watch
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._walk, name="watch-chain", daemon=True)

    def start(self) -> None:
        """Begin to walk."""
        self._thread.start()

    def stop(self) -> None:
        """Walk no more; a walk on its way ends where it is without resting."""
        self._stop.set()

    def _walk(self) -> None:
        wait_s = FIRST_S
        while not self._stop.wait(wait_s):
            wait_s = AGAIN_S
            try:
                report = self._watch().follow(lambda worked_s: self._stop.wait(REST * worked_s))
            except (OSError, StoreError) as error:
                _log.error("The audit chain could not be checked: %s", error)
                continue
            if not report.ok:
                _log.error("The audit chain is broken: %s", report.what)
