"""Back-up and restore, daily anchors, health, events: what a service needs to trust its data."""

from __future__ import annotations

import io
import json
import shutil
import stat
import tarfile
from contextlib import closing
from pathlib import Path

import pytest

from ecg_core.cli import main
from ecg_core.evidence import tags
from ecg_core.evidence.own_sets import sets
from ecg_core.network import registry
from ecg_core.store.audit import chain, checkpoints, daily
from ecg_core.store.audit.canonical import sha256_bytes
from ecg_core.store.audit.watching import ChainWatch
from ecg_core.store.cases import events
from ecg_core.store.cases.events import EventFilter
from ecg_core.store.cases.schema import Action
from ecg_core.store.cases.store import Store, StoreError
from ecg_core.store.upkeep import health, looking
from ecg_core.store.upkeep.backup import backup, restore
from tests.network.models import write_model
from tests.store.audit.test_chain import unguarded
from tests.store.stored_cases import add, agrees, case

EVENTS = 8
"""Events of `folder`, see conftest."""


def test_a_restored_back_up_is_the_same_and_goes_on(folder: Path, tmp_path: Path) -> None:
    with closing(Store.open(folder)) as store:
        # A back-up is taken while the program works.
        saved = backup(folder, None, tmp_path / "saved.tar")
        before = [store.reopen(line.id) for line in store.search()]
    assert saved.events == EVENTS
    found = restore(tmp_path / "saved.tar", tmp_path / "new", None)
    assert (found.events, found.files) == (EVENTS, saved.files)
    with closing(Store.open(tmp_path / "new")) as store:
        for old in before:
            again = store.reopen(old.id)
            assert again.checks.ok
            assert (again.prediction, again.events) == (old.prediction, old.events)
            assert store.original(old.id, 1)
        add(store, case(77))
        assert store.verify(blobs=True).ok


def test_a_damaged_back_up_is_refused(folder: Path, tmp_path: Path) -> None:
    backup(folder, None, tmp_path / "saved.tar")
    with tarfile.open(tmp_path / "saved.tar") as archive:
        archive.extractall(tmp_path / "open", filter="data")
    blob = next(path for path in (tmp_path / "open" / "blobs").glob("??/*"))
    blob.write_bytes(b"other")
    with tarfile.open(tmp_path / "bad.tar", "w") as archive:
        archive.add(tmp_path / "open", ".")
    with pytest.raises(StoreError, match="damaged: blobs/"):
        restore(tmp_path / "bad.tar", tmp_path / "new", None)
    (tmp_path / "none.tar").write_bytes(b"no tar")
    with pytest.raises(StoreError, match="no whole back-up"):
        restore(tmp_path / "none.tar", tmp_path / "other", None)
    with tarfile.open(tmp_path / "torn.tar", "w") as archive:
        archive.add(tmp_path / "open" / "ecg-triage.db", "ecg-triage.db")
    with pytest.raises(StoreError, match="holds no manifest"):
        restore(tmp_path / "torn.tar", tmp_path / "torn", None)
    with pytest.raises(StoreError, match="not empty"):
        restore(tmp_path / "saved.tar", folder, None)


@pytest.mark.parametrize(
    "name", ["cookie.key", "blobs/../cookie.key", "blobs/ff/unnamed", "labelled/link"]
)
def test_a_back_up_with_something_more_is_refused_before_it_is_unpacked(
    folder: Path, tmp_path: Path, name: str
) -> None:
    backup(folder, None, tmp_path / "saved.tar")
    with tarfile.open(tmp_path / "saved.tar", "a") as archive:
        info = tarfile.TarInfo(name)
        if name.endswith("link"):
            info.type, info.linkname = tarfile.SYMTYPE, "/etc"
        archive.addfile(info, io.BytesIO())
    with pytest.raises(StoreError, match="does not belong in it"):
        restore(tmp_path / "saved.tar", tmp_path / "new", None)
    assert not list((tmp_path / "new").iterdir())


@pytest.mark.parametrize("name", ["cookie.key", "blobs/../factor.key", "labelled/../cookie.key"])
def test_a_back_up_whose_manifest_names_a_key_is_refused(
    folder: Path, tmp_path: Path, name: str
) -> None:
    backup(folder, None, tmp_path / "saved.tar")
    known = b"a key that somebody else knows"
    with (
        tarfile.open(tmp_path / "saved.tar") as saved,
        tarfile.open(tmp_path / "forged.tar", "w") as forged,
    ):
        for member in saved.getmembers():
            data = saved.extractfile(member).read()  # type: ignore[union-attr]
            if member.name == "manifest.json":
                told = json.loads(data)
                told["files"][name] = sha256_bytes(known)
                data = json.dumps(told).encode()
            member.size = len(data)
            forged.addfile(member, io.BytesIO(data))
        info = tarfile.TarInfo(name)
        info.size = len(known)
        forged.addfile(info, io.BytesIO(known))
    with pytest.raises(StoreError, match="does not belong in it"):
        restore(tmp_path / "forged.tar", tmp_path / "new", None)
    assert not list((tmp_path / "new").iterdir())


def test_the_command_verifies_what_came_after_a_signed_walk(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ECG_DATABASE_URL", raising=False)
    private, public = checkpoints.new_key()
    verify = ["audit", "verify", "--new", "--data-dir", str(folder)]
    monkeypatch.setenv(checkpoints.PUBLIC_KEY, public)
    assert main(verify) == 3
    assert "No walk over the whole chain is signed" in capsys.readouterr().err
    monkeypatch.setenv(checkpoints.KEY, private)
    with closing(Store.open(folder)) as store:
        assert ChainWatch(store).walk().ok
        add(store, case(31))
    # Whoever only verifies needs the public key alone.
    monkeypatch.delenv(checkpoints.KEY)
    assert main(verify) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["ok"], said["events"], said["since"]) == (True, EVENTS + 2, EVENTS)
    with closing(unguarded(folder)) as connection:
        connection.execute(f"UPDATE events SET hash = '{'ab' * 32}' WHERE seq = 3")
    assert main(verify) == 3
    assert "at least one is not what it was" in capsys.readouterr().out


def test_labelled_sets_tags_and_checkpoints_come_along(folder: Path, tmp_path: Path) -> None:
    whole, being_made = folder / sets.FOLDER / "one", folder / sets.FOLDER / "two"
    for home in (whole, being_made):
        (home / "files").mkdir(parents=True)
        (home / "files" / "ab").write_bytes(b"ECG")
    (whole / "set.json").write_text("{}")
    (whole / "cases.partial").write_text("{")
    tag = tags.add(folder, "own", "one", "SR", "label", "Dr Ada")
    (folder / checkpoints.OWN).write_text("kept\n")
    backup(folder, None, tmp_path / "saved.tar")
    restore(tmp_path / "saved.tar", tmp_path / "new", None)
    back = tmp_path / "new"
    found = {p.relative_to(back).as_posix() for p in (back / sets.FOLDER).rglob("*") if p.is_file()}
    assert found == {"labelled/one/set.json", "labelled/one/files/ab"}
    assert (back / "labelled/one/files/ab").read_bytes() == b"ECG"
    assert tags.load(back, "own", "SR") == {"one": tag}
    assert (back / checkpoints.OWN).read_text() == "kept\n"
    assert stat.S_IMODE(back.stat().st_mode) == 0o700
    assert stat.S_IMODE((back / "ecg-triage.db").stat().st_mode) == 0o600


def everything(folder: Path) -> dict[str, tuple[bytes, int]]:
    """All files of a folder with their bytes and times."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


@pytest.mark.parametrize("harmed", [False, True])
def test_a_write_protected_copy_is_verified_and_left_as_it_is(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    harmed: bool,
) -> None:
    monkeypatch.delenv("ECG_DATABASE_URL", raising=False)
    # A copy made while the program worked has its last events in the log beside the database.
    with closing(Store.open(folder)) as store:
        add(store, case(31))
        copied = folder.with_name("copied")
        shutil.copytree(folder, copied)
    if harmed:
        next((copied / "blobs").glob("??/*")).write_bytes(b"other")
    for path in [*copied.rglob("*"), copied]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    before = everything(copied)
    # Root may write anywhere: the tests may run as root.
    monkeypatch.setattr(looking, "_writable", lambda _folder: False)
    assert main(["audit", "verify", "--data-dir", str(copied)]) == (3 if harmed else 0)
    said = json.loads(capsys.readouterr().out)
    assert (said["ok"], said["events"]) == (not harmed, EVENTS + 2)
    assert main(["audit", "anchor", "--data-dir", str(copied)]) == 0
    assert everything(copied) == before
    for path in [copied, *copied.rglob("*")]:
        path.chmod(0o755)


def test_no_database_is_made_where_there_is_none_to_verify(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ECG_DATABASE_URL", raising=False)
    assert main(["audit", "verify", "--data-dir", str(tmp_path)]) == 3
    assert "There is no database" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_back_up_of_a_broken_chain_says_so_when_it_comes_back(
    folder: Path, tmp_path: Path
) -> None:
    with closing(unguarded(folder)) as connection:
        connection.execute("UPDATE events SET actor = 'Eve' WHERE seq = 3")
    backup(folder, None, tmp_path / "saved.tar")
    with pytest.raises(StoreError, match="Event 3 was changed"):
        restore(tmp_path / "saved.tar", tmp_path / "new", None)


def test_the_commands(
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("ECG_DATABASE_URL", raising=False)
    archive = str(tmp_path / "saved.tar")
    assert main(["backup", archive, "--data-dir", str(folder)]) == 0
    assert json.loads(capsys.readouterr().out)["events"] == EVENTS
    assert main(["restore", archive, "--data-dir", str(tmp_path / "new")]) == 0
    capsys.readouterr()
    assert main(["audit", "anchor", "--data-dir", str(tmp_path / "new")]) == 0
    kept = tmp_path / "anchors.jsonl"
    kept.write_text(capsys.readouterr().out)
    verify = ["audit", "verify", "--anchors", str(kept), "--data-dir"]
    assert main([*verify, str(tmp_path / "new")]) == 0
    # Somebody writes another history of the same length.
    with closing(Store.open(tmp_path / "forged")) as store:
        for number in range(EVENTS // 2):
            add(store, case(50 + number))
    assert main([*verify, str(tmp_path / "forged")]) == 3
    assert "has another hash now" in capsys.readouterr().err


def test_daily_anchors_are_each_days_last_event(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in ("2026-02-01", "2026-02-02"):
        monkeypatch.setattr(chain, "utc_now", lambda day=day: f"{day}T10:00:00.000000Z")
        add(store, case(int(day[-1])))
    found = daily.anchors(store)
    assert [(anchor.day, anchor.seq) for anchor in found] == [("2026-02-02", 4), ("2026-02-01", 2)]
    assert daily.compare(store, found) == []


def test_recent_events_alone_can_be_checked(folder: Path) -> None:
    with closing(unguarded(folder)) as connection:
        connection.execute("UPDATE events SET actor = 'Eve' WHERE seq = 2")
        connection.commit()
    with closing(Store.open(folder)) as store:
        recent = store.verify(since=store.link_before_end(4))
        assert recent.ok and recent.what == "The last 4 of 8 events are in order."
        assert not store.verify(since=store.link_before_end(7)).ok
        assert store.verify().first_broken_seq == 2


def test_events_are_found_by_what_they_say(folder: Path) -> None:
    with closing(Store.open(folder)) as store, store.snapshot() as session:
        assert events.count(session, EventFilter()) == EVENTS
        (found,) = events.find(session, EventFilter(text="lead REVERSAL"))
        assert (found.seq, found.actor) == (8, "Dr Ben")
        assert [e.seq for e in events.find(session, EventFilter(Action.CASE_ADDED))] == [3, 1]
        assert "Dr Cid" in events.actors(session)
        words = events.change_in_words({"old": {"a": 1, "b": 2}, "new": {"a": 1, "b": None}})
        assert words == "b: 2 → –"


def test_other_weights_than_the_cards_are_named_by_hash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_model(tmp_path / "small", seed=1)
    monkeypatch.setenv("ECG_MODELS_DIR", str(tmp_path))
    monkeypatch.setattr(registry, "DEFAULT_MODEL", "small")
    assert [one.ok for one in health.weights()] == [True]
    weights = tmp_path / "small" / "weights.safetensors"
    expected = json.loads((tmp_path / "small" / "card.json").read_text())["weights_sha256"]
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    (found,) = health.weights()
    assert not found.ok
    assert f"its card says {expected}" in found.what
    weights.unlink()
    assert "cannot be read" in health.weights()[0].what


def test_a_clock_that_was_set_back_is_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.record_reading(add(store, case(1)), agrees(), "one")
    assert health.clock(store).ok
    monkeypatch.setattr(health, "utc_now", lambda: "2020-01-01T00:00:00.000000Z")
    found = health.clock(store)
    assert not found.ok and "set it right" in found.what


def test_a_full_or_read_only_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert health.disk(tmp_path / "not" / "there").ok
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=1000))
    assert not health.disk(tmp_path).ok


@pytest.mark.parametrize(
    ("limits", "ok", "told"),
    [
        ({"": "max", "system.slice": "max", "system.slice/ecg": "3000000000"}, True, "3.0 GB of "),
        ({"system.slice": "1000000000", "system.slice/ecg": "3000000000"}, False, "1.0 GB of "),
        ({"system.slice/ecg": "max"}, True, "No limit is known: all "),
        ({}, True, "No limit is known: all "),
    ],
)
def test_the_limit_of_memory_is_told_and_must_be_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limits: dict[str, str], ok: bool, told: str
) -> None:
    own = tmp_path / "own"
    own.write_text("1:name=x:/\n0::/system.slice/ecg\n")
    for group, limit in limits.items():
        folder = tmp_path / "groups" / group
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "memory.max").write_text(limit + "\n")
    whole = type("Memory", (), {"total": 8_000_000_000})
    monkeypatch.setattr(health.psutil, "virtual_memory", lambda: whole)
    line = health.memory(tmp_path / "groups", own)
    assert (line.name, line.ok) == ("memory", ok) and line.what.startswith(told)
    monkeypatch.setattr(whole, "total", 2_000_000_000)
    assert not health.memory(tmp_path / "groups", tmp_path / "nowhere").ok
