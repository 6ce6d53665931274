"""When the list is drawn anew while ECGs are read in the background."""

from __future__ import annotations

import time

import pytest

from ecg_core.store.background.jobs import Progress
from widgets.intake.batch import LIST_S, _Listed, _listed

NONE_READ = Progress(waiting=31, done=5, refused=0)


@pytest.mark.parametrize(
    ("done", "waiting", "ago_s", "old"),
    [(6, 30, 0.1, False), (6, 30, LIST_S + 0.1, True), (6, 0, 0.1, True), (5, 31, 60.0, False)],
    ids=["too soon", "later", "the last", "nothing new"],
)
def test_the_list_follows_at_a_calm_pace(done: int, waiting: int, ago_s: float, old: bool) -> None:
    listed = _Listed(5, 31, time.monotonic() - ago_s, first=False)
    assert listed.is_old(Progress(waiting, done, 0)) == old


def test_the_first_verdict_of_a_pile_is_shown_at_once_however_often_the_list_was_drawn() -> None:
    listed = _listed(NONE_READ, _listed(Progress(0, 5, 0), None))
    listed = _listed(NONE_READ, listed)
    one_read = Progress(waiting=30, done=6, refused=0)
    assert not listed.is_old(NONE_READ)
    assert listed.is_old(one_read)
    listed = _listed(one_read, listed)
    assert not listed.is_old(Progress(waiting=29, done=7, refused=0))
