"""Cases that are read ahead in other processes: the same lines, in order, and none lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from ecg_core.cli import main
from ecg_core.commands import ahead
from ecg_core.commands.ahead import Ahead
from ecg_core.commands.files import bundles
from ecg_core.intake import Bundle
from ecg_core.prepared import Prepared, Refusal
from ecg_core.read_as import AS_IT_COMES, ReadAs
from tests.house.source import ROOT

DEMO = ROOT / "assets" / "demo"
RECORD, LONG = DEMO / "normal.hea", DEMO / "one_minute_strip.hea"


def timeless(line: str) -> dict[str, object]:
    return {key: value for key, value in json.loads(line).items() if key != "elapsed_ms"}


def test_a_command_of_its_own_says_what_one_process_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    paths = [str(RECORD), str(broken), str(LONG), str(RECORD)]
    assert main(["predict", *paths]) == 3
    here = [timeless(line) for line in capsys.readouterr().out.splitlines()]
    ran = subprocess.run(
        [sys.executable, "-m", "ecg_core", "predict", *paths, "no/such/file"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert ran.returncode == 2, "the last of them does not exist"
    said = [timeless(line) for line in ran.stdout.splitlines()]
    assert [one["input"] for one in said] == paths[:3], "a case that is named twice is one"
    for one, other in zip(said, here, strict=True):
        for key in ("triage", "superclasses", "findings"):
            # Other threads add up in another order.
            assert one.pop(key, None) == pytest.approx(other.pop(key, None), abs=1e-5)
        assert one == other


def test_what_is_sent_back_holds_all_that_an_answer_needs() -> None:
    cases = list(bundles([str(RECORD), str(LONG), str(DEMO / "stemi_export.png")]))
    beside = Ahead(2)
    said: list[str] = []
    try:
        found = list(beside.each(cases, AS_IT_COMES, lambda: said.append("loaded")))
    finally:
        beside.close()
    assert said == ["loaded"]
    assert [(name, bundle) for name, bundle, _ in found] == cases
    record, long, scan = (made.found for *_, made in found)
    assert isinstance(record, Prepared) and isinstance(long, Prepared)
    assert isinstance(scan, Prepared)
    assert record.page is not None and record.measurements is not None
    assert record.measurements.value("rate") == pytest.approx(68.1, abs=0.1)
    assert long.page is None, "a model says which of its seconds are shown"
    assert scan.page is not None and scan.measurements is not None
    assert all(one.files is None for one in (record, long, scan))


def test_a_lost_process_costs_no_case() -> None:
    cases = list(bundles([str(RECORD), str(DEMO / "hypertrophy.hea")]))
    beside = Ahead(1)
    try:
        with pytest.raises(BrokenProcessPool):
            beside._pool.submit(os._exit, 9).result()
        found = list(beside.each(cases, AS_IT_COMES))
    finally:
        beside.close()
    assert [(name, bundle) for name, bundle, _ in found] == cases
    assert not any(isinstance(made.found, Refusal) for *_, made in found)


def test_a_machine_that_starts_none_reads_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_: object) -> None:
        raise OSError("no shared memory")

    monkeypatch.setattr(ahead, "ProcessPoolExecutor", refuses)
    beside = Ahead(2)
    ((_, _, made),) = beside.each(bundles([str(RECORD)]), AS_IT_COMES)
    beside.close()
    assert isinstance(made.found, Prepared)


def test_a_path_that_is_not_there_is_told_after_the_cases_before_it() -> None:
    def named() -> Iterator[tuple[str, Bundle]]:
        yield next(bundles([str(RECORD)]))
        raise FileNotFoundError("no/such/file")

    here = Ahead(0).each(named(), AS_IT_COMES)
    name, _, made = next(here)
    assert name == str(RECORD) and isinstance(made.found, Prepared)
    with pytest.raises(FileNotFoundError):
        next(here)


def test_seconds_that_a_record_does_not_have_refuse_that_case() -> None:
    (case,) = bundles([str(LONG)])
    made = ahead.make(case[1], ReadAs(start_s=99.0))
    assert isinstance(made.found, Refusal) and "99" in str(made.found)
