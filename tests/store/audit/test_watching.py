"""The watch over the chain: what a look says, and what a walk finds without being asked."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ecg_core.store.audit import checkpoints, walked, watching
from ecg_core.store.audit.anchor import ChainPlace
from ecg_core.store.audit.canonical import utc_text
from ecg_core.store.audit.watching import ChainWatch, Watcher
from ecg_core.store.cases.store import Store
from tests.store.audit.test_chain import unguarded

EVENTS = 8


def harm(folder: Path, command: str) -> None:
    """Change what is stored and put the guards back, as somebody does who means to be unseen."""
    with closing(sqlite3.connect(folder / "ecg-triage.db")) as raw:
        guards = raw.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    with closing(unguarded(folder)) as raw:
        raw.execute(command)
        for (text,) in guards:
            raw.execute(text)


def test_a_look_says_when_all_was_checked_and_what_is_new(folder: Path) -> None:
    with closing(Store.open(folder)) as store:
        watch = ChainWatch(store)
        watch.walk()
        state = watch.state()
        assert (state.report.ok, state.report.events, state.new) == (True, EVENTS, 0)
        for number in range(3):
            store.record_failure(f"{number}")
        later = watch.state()
        assert (later.whole_utc, later.new) == (state.whole_utc, 3)
        assert later.whole_utc and "the 3 since then follow from them" in later.report.what
        watch.walk()
        assert watch.state().new == 0


def test_a_row_changed_after_the_check_is_found_by_the_next_walk(folder: Path) -> None:
    with closing(Store.open(folder)) as store:
        watch = ChainWatch(store)
        watch.walk()
        harm(folder, "UPDATE events SET actor = 'Dr Eve' WHERE seq = 3")
        # What was checked before is not looked at again while somebody waits.
        assert watch.state().report.ok
        assert watch.walk().first_broken_seq == 3
        state = watch.state()
        assert (state.report.ok, state.report.first_broken_seq) == (False, 3)


def test_a_new_event_that_does_not_follow_breaks_the_look_until_a_walk_is_whole(
    folder: Path,
) -> None:
    with closing(Store.open(folder)) as store:
        watch = ChainWatch(store)
        watch.walk()
        store.record_failure("later")
        harm(folder, f"UPDATE events SET actor = 'Dr Eve' WHERE seq = {EVENTS + 1}")
        assert watch.state().report.first_broken_seq == EVENTS + 1
        harm(folder, f"UPDATE events SET actor = 'ECG Triage' WHERE seq = {EVENTS + 1}")
        assert not watch.state().report.ok
        assert watch.walk().ok and watch.state().report.ok


def test_a_long_chain_is_first_told_by_its_end(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "AT_ONCE", 3)
    with closing(Store.open(folder)) as store:
        watch = ChainWatch(store)
        state = watch.state()
        assert (state.whole_utc, state.report.since) == ("", EVENTS - 3)
        assert state.report.what == "The last 3 of 8 events are in order."


def test_a_chain_rewritten_whole_is_told_by_its_own_checkpoints(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(checkpoints.KEY, checkpoints.new_key()[0])
    with closing(Store.open(folder)) as store:
        assert checkpoints.keep_up(store, folder) == ()
        watch = ChainWatch(store)
        assert watch.walk().ok
        # Another key signs now: what the earlier one signed is no fault.
        monkeypatch.setenv(checkpoints.KEY, checkpoints.new_key()[0])
        assert watch.walk().ok
        monkeypatch.delenv(checkpoints.KEY)
        text = (folder / checkpoints.OWN).read_text()
        root = checkpoints.read_file(folder / checkpoints.OWN)[0].root
        (folder / checkpoints.OWN).write_text(text.replace(root, "ab" * 32))
        assert "at least one is not what it was" in watch.walk().what


def test_the_background_walks_without_being_asked_and_rests_between(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "FIRST_S", 0.0)
    rests: list[float] = []
    with closing(Store.open(folder)) as store:
        watch = ChainWatch(store)
        assert watch.walk(rest=rests.append).ok
        assert len(rests) >= 2 and all(worked_s >= 0 for worked_s in rests)
        harm(folder, "UPDATE events SET actor = 'Dr Eve' WHERE seq = 2")
        watcher = Watcher(lambda: watch)
        watcher.start()
        for _ in range(200):
            if not watch.state().report.ok:
                break
            watcher._stop.wait(0.02)
        watcher.stop()
        watcher._thread.join(5)
        assert watch.state().report.first_broken_seq == 2


def test_a_signed_walk_goes_for_the_next_start_and_only_what_is_new_is_walked(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(checkpoints.KEY, checkpoints.new_key()[0])
    monkeypatch.setattr(watching, "AT_ONCE", 3)
    with closing(Store.open(folder)) as store:
        assert ChainWatch(store).walk().ok
        store.record_failure("later")
        after_start = ChainWatch(store)
        state = after_start.state()
        assert (state.report.ok, state.signed, state.new) == (True, True, 1)
        assert "as that walk was signed; the 1 since" in state.report.what
        # A minute later the background walks the one new event, not the whole chain.
        assert after_start.follow().since == EVENTS
        assert after_start.walk().since == 0 and not after_start.state().signed
        # Another key's mark, or a mark that was touched, is none.
        for text in (checkpoints.new_key()[0], None):
            if text is not None:
                monkeypatch.setenv(checkpoints.KEY, text)
            else:
                monkeypatch.delenv(checkpoints.KEY)
            assert ChainWatch(store).state().whole_utc == ""


def test_hashes_rewritten_under_a_signed_walk_are_told_at_the_next_look(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(checkpoints.KEY, checkpoints.new_key()[0])
    with closing(Store.open(folder)) as store:
        watch = ChainWatch(store)
        assert watch.walk().ok
        harm(folder, f"UPDATE events SET hash = '{'ab' * 32}' WHERE seq = 2")
        for known in (watch, ChainWatch(store)):
            assert "at least one is not what it was" in known.follow().what
            assert not known.state().report.ok
        # No hash at all is told as well, and the whole walk names the event.
        harm(folder, "UPDATE events SET hash = 'none' WHERE seq = 2")
        assert watch.walk().first_broken_seq == 2


def test_a_mark_is_no_checkpoint_and_a_checkpoint_no_mark(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(checkpoints.KEY, checkpoints.new_key()[0])
    with closing(Store.open(folder)) as store:
        assert ChainWatch(store).walk().ok
        checkpoints.keep_up(store, folder)
        walked.path_of(store).write_text((folder / checkpoints.OWN).read_text())
        # A checkpoint says that the chain was so, not that anybody walked it.
        assert walked.last(store) is None


def test_a_long_chain_is_walked_whole_the_less_often_the_longer_it_takes(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(checkpoints.KEY, checkpoints.new_key()[0])
    with closing(Store.open(folder)) as store:
        watch = ChainWatch(store)
        watch.walk()
        # Signed 25 minutes ago: 5 s of work are due again after 1,000 s, 10 s after 2,000 s.
        ago = utc_text(datetime.now(UTC) - timedelta(minutes=25))
        walked.sign(store, watch.state().report.end or ChainPlace(0, ""), ago)
        watch._took_s = 10.0
        assert watch.follow().since == EVENTS
        watch._took_s = 5.0
        assert watch.follow().since == 0
