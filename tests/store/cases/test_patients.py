"""Which cases are of one patient: pseudonyms in the store, their key, and linking anew."""

from __future__ import annotations

import json
import os
import stat
import tarfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import delete

from ecg_core.cli import main
from ecg_core.intake.values import Bundle, Upload
from ecg_core.store.cases.adding import NewCase
from ecg_core.store.cases.patients import link_all
from ecg_core.store.cases.room_schema import CasePatientRow
from ecg_core.store.cases.schema import Action
from ecg_core.store.cases.store import CaseFilter, Store, StoreError
from ecg_core.store.people import keys
from ecg_core.store.upkeep.backup import backup
from tests.store.stored_cases import add, case

ONE, OTHER = "a" * 32, "b" * 32
NUMBER = "4711-0815"


def of(patient: str, number: int) -> NewCase:
    return replace(case(number), patient=patient)


def of_file(number: int) -> NewCase:
    """A case whose header names the patient `NUMBER`."""
    new, name = case(number), f"rec{number}"
    signals = f"{name}.dat 16 1000 16 0 0 0 0 II"
    header = f"{name} 1 500 1000\n{signals}\n# Patient ID: {NUMBER}\n"
    signal = np.full(1000, number, "<i2").tobytes()
    files = (Upload(f"{name}.hea", header.encode()), Upload(f"{name}.dat", signal))
    bundle = Bundle(new.bundle.name, files)
    page = replace(new.page, source_sha256=bundle.sha256)
    return replace(new, bundle=bundle, page=page)


def names(store: Store, patient: str) -> list[str]:
    return [line.name for line in store.search(CaseFilter(patient=patient))]


def test_cases_of_one_patient_are_found_together(store: Store) -> None:
    ids = [add(store, of(patient, n)) for n, patient in enumerate([ONE, OTHER, ONE, ""])]
    assert names(store, ONE) == ["rec2", "rec0"]
    assert names(store, OTHER) == ["rec1"]
    assert [store.reopen(one).patient for one in ids] == [ONE, OTHER, ONE, ""]
    assert store.verify(blobs=True).ok


def test_an_old_case_learns_its_patient_when_it_is_opened_again(store: Store) -> None:
    first = add(store, of("", 1))
    assert add(store, of(ONE, 1)) == first
    assert store.reopen(first).patient == ONE
    # Files that name nobody take nothing away.
    add(store, of("", 1))
    assert store.reopen(first).patient == ONE
    # Two events of the case, and one that fixes whose it is.
    assert (store.verify().ok, store.verify().events) == (True, 3)


def test_links_that_are_forgotten_are_forgotten_by_an_event(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = add(store, of(ONE, 1))
    assert main(["patients", "--forget", "--data-dir", str(tmp_path / "var")]) == 0
    assert json.loads(capsys.readouterr().out) == {"forgotten": 1}
    second = add(store, of(ONE, 2))
    assert [store.reopen(one).patient for one in (first, second)] == ["", ONE]
    assert store.verify().ok
    with store.changing() as session:
        session.execute(delete(CasePatientRow))
    assert store.verify().changed == (
        f"Case {second}: whose ECG it is was changed without an event.",
    )


def test_key_is_made_once_and_for_the_account_alone(store: Store, tmp_path: Path) -> None:
    key = store.pseudonym_key()
    path = tmp_path / "var" / keys.PSEUDONYM_KEY
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(key) == 64 and store.pseudonym_key() == key
    with closing(Store.open(tmp_path / "other")) as other:
        assert other.pseudonym_key() != key


def test_key_of_the_environment_goes_before_the_kept_one(
    store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ECG_PSEUDONYM_KEY", "0123456789abcdef")
    assert store.pseudonym_key() == b"0123456789abcdef"
    assert not (tmp_path / "var" / keys.PSEUDONYM_KEY).exists()
    monkeypatch.setenv("ECG_PSEUDONYM_KEY", "short")
    with pytest.raises(StoreError, match="fewer than 16"):
        store.pseudonym_key()


def test_damaged_key_is_named_and_never_used(store: Store, tmp_path: Path) -> None:
    (tmp_path / "var" / keys.PSEUDONYM_KEY).write_bytes(b"")
    with pytest.raises(StoreError, match=r"pseudonym\.key holds no key"):
        store.pseudonym_key()


def test_programs_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(keys.kept_key, [tmp_path / "new.key"] * 64))
    assert len(set(made)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["new.key"]


def test_neither_key_nor_number_leave_with_a_back_up_or_an_export(
    store: Store, tmp_path: Path
) -> None:
    add(store, of_file(1))
    link_all(store)
    key = store.pseudonym_key()
    store.export(tmp_path / "chain.jsonl", "jsonl")
    said = (tmp_path / "chain.jsonl").read_bytes()
    assert key not in said and NUMBER.encode() not in said
    backup(tmp_path / "var", None, tmp_path / "all.tar")
    with tarfile.open(tmp_path / "all.tar") as archive:
        assert keys.PSEUDONYM_KEY not in archive.getnames()
    database = (tmp_path / "var" / "ecg-triage.db").read_bytes()
    with tarfile.open(tmp_path / "all.tar") as archive:
        copied = archive.extractfile("ecg-triage.db")
        assert copied is not None
        database += copied.read()
    assert key not in database and NUMBER.encode() not in database


def test_stored_cases_are_linked_from_their_files(store: Store) -> None:
    first, second, nobody = add(store, of_file(1)), add(store, of_file(2)), add(store, case(3))
    assert (link_all(store).linked, link_all(store).changed) == (2, 0)
    patient = store.reopen(first).patient
    assert len(patient) == 32 and store.reopen(second).patient == patient
    assert store.reopen(nobody).patient == ""
    assert {event.action for event in store.reopen(first).events} == {
        Action.CASE_ADDED,
        Action.MACHINE_ANSWER,
    }
    # Six events of three cases, and one that says that cases were linked.
    assert (store.verify(blobs=True).ok, store.verify().events) == (True, 7)


def test_another_key_makes_other_pseudonyms_of_the_same_patients(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = add(store, of_file(1)), add(store, of_file(2))
    link_all(store)
    before = store.reopen(first).patient
    monkeypatch.setenv("ECG_PSEUDONYM_KEY", "the key of another hospital")
    found = link_all(store)
    assert (found.cases, found.linked, found.changed) == (2, 2, 2)
    after = store.reopen(first).patient
    assert after not in ("", before) and store.reopen(second).patient == after


def test_a_case_whose_files_are_gone_keeps_its_link(store: Store, tmp_path: Path) -> None:
    first = add(store, of_file(1))
    link_all(store)
    patient = store.reopen(first).patient
    for file in store.reopen(first).files:
        os.unlink(tmp_path / "var" / "blobs" / file.sha256[:2] / file.sha256[2:])
    assert link_all(store).changed == 0
    assert names(store, patient) == ["rec1"]


def test_the_command_says_how_many(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add(store, of_file(1))
    add(store, case(2))
    assert main(["patients", "--data-dir", str(tmp_path / "var")]) == 0
    assert json.loads(capsys.readouterr().out) == {"cases": 2, "linked": 1, "changed": 1}


def test_the_files_of_a_case_come_back_as_they_were_opened(store: Store) -> None:
    new = case(4)
    bundle = replace(new.bundle, part=7)
    whole = add(store, new)
    eighth = add(
        store, replace(new, bundle=bundle, page=replace(new.page, source_sha256=bundle.sha256))
    )
    two = replace(bundle, with_next=True)
    both = add(store, replace(new, bundle=two, page=replace(new.page, source_sha256=two.sha256)))
    assert (store.bundle(whole), store.bundle(eighth)) == (new.bundle, bundle)
    assert store.bundle(both) == two
