"""Which ten seconds of a long record are judged before it is opened, and which come first."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ecg_core.intake.values import EcgRecord
from ecg_core.page.layouts import PAGE_SECONDS
from ecg_core.page.ten_seconds import starts_s
from ecg_core.page.values import EcgPage
from ecg_core.triage.priority import Priority, rank
from ecg_core.triage.table import RULES
from ecg_core.triage.verdict import Level, Verdict

if TYPE_CHECKING:
    # PyTorch takes seconds to import, which who opens no long record does not wait for.
    from ecg_core.network.strips import WindowAnswer

MOST_JUDGED = 12
"""Tens of seconds of one record that are judged before it is opened: two to three seconds' work."""
STILL = "no_waves"
"""Remark on a page on which hardly a wave is seen."""
MOST_ALONG = 360
"""Tens of seconds that the strip model reads along: all of an hour."""
_PLACES = {rule.id: place for place, rule in enumerate(RULES)}


def starts_to_judge(
    record: EcgRecord, along: Callable[[float], Sequence[WindowAnswer]]
) -> tuple[float, ...]:
    """Where the tens of seconds begin that are judged, in seconds from the record's start.

    All of up to two minutes. Of a longer record its beginning and those that the strip model calls
    least normal, `MOST_JUDGED` in all. along: its answers, one every so many seconds.
    """
    starts = starts_s(record.duration_s)
    if len(starts) <= MOST_JUDGED:
        return starts
    from ecg_core.network import strips

    found = along(max(PAGE_SECONDS, math.ceil(record.duration_s / MOST_ALONG)))
    return tuple(sorted({0.0, *strips.standing_out(found, MOST_JUDGED - 1)}))


def urgency(verdict: Verdict, page: EcgPage) -> tuple[int, int]:
    """Rank among the tens of seconds of one record, the most urgent first: priority, then the place
    of its line in the table, which begins with what is most pressing.

    Nearly every long record holds seconds of noise: what is not judged comes last, and is marked on
    the overview. A still line stays pressing, because asystole looks like that.
    """
    unjudged = verdict.level is Level.NOT_JUDGED
    if unjudged and not any(remark.code == STILL for remark in page.remarks):
        return len(Priority), 0
    return rank(verdict.priority), _PLACES[verdict.rule_id]
