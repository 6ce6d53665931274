"""Sets on disk: scored, stopped, killed and resumed; the same figures by every engine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
import psutil
import pytest
from filelock import FileLock

from ecg_core import cli, network
from ecg_core.evidence.figures import rates
from ecg_core.evidence.own_sets import engines, scoring, sets
from ecg_core.evidence.own_sets.answering import CaseAnswer, CaseFiles, answer
from ecg_core.evidence.own_sets.as_cases import as_cases
from ecg_core.evidence.own_sets.engines import Stop
from ecg_core.evidence.own_sets.sets import LabelledSet, State
from ecg_core.evidence.probes import shortcuts
from ecg_core.intake import read
from tests.evidence.own_sets.made_sets import (
    DEMO,
    NAMES,
    TABLE,
    bundles,
    labelled_set,
    made_up,
    model,
    serial,
)

pytestmark = pytest.mark.slow


def test_a_set_is_scored_to_its_end(tmp_path: Path) -> None:
    labelled = labelled_set(tmp_path)
    assert scoring.state(labelled) is State.WAITING
    assert scoring.score(labelled, serial) is State.DONE
    assert scoring.state(labelled) is State.DONE
    assert set(labelled.answers()) == {bundle.name for bundle in bundles()}


def test_scoring_goes_on_where_it_was_killed(tmp_path: Path) -> None:
    labelled = labelled_set(tmp_path)
    asked: list[str] = []

    def dies(cases: Sequence[CaseFiles], model: str, stop: Stop) -> Iterator[CaseAnswer]:
        for number, case in enumerate(cases):
            asked.append(case.name)
            if number == 2:
                raise KeyboardInterrupt
            labelled.append([made_up(case)])

        yield from ()

    with pytest.raises(KeyboardInterrupt):
        scoring.score(labelled, dies)
    # And the last line was cut short, as by a full disk.
    with (labelled.folder / "answers.jsonl").open("a") as file:
        file.write('{"name": "half')
    assert labelled.done() == 2
    before = len(asked)

    def counted(cases: Sequence[CaseFiles], model: str, stop: Stop) -> Iterator[CaseAnswer]:
        asked.extend(case.name for case in cases)
        return serial(cases, model, stop)

    assert scoring.score(labelled, counted) is State.DONE
    assert len(asked) - before == 2
    assert labelled.done() == len(NAMES)


def test_a_cancelled_set_stops_and_can_go_on(tmp_path: Path) -> None:
    labelled = labelled_set(tmp_path)

    def cancelled_midway(
        cases: Sequence[CaseFiles], model: str, stop: Stop
    ) -> Iterator[CaseAnswer]:
        for case in cases:
            if stop():
                return
            yield made_up(case)
            labelled.cancel()

    assert scoring.score(labelled, cancelled_midway) is State.STOPPED
    assert scoring.state(labelled) is State.STOPPED
    assert 0 < labelled.done() < len(NAMES)
    labelled.cancel(False)
    assert scoring.score(labelled, serial) is State.DONE


def test_only_one_process_scores_a_set(tmp_path: Path) -> None:
    labelled = labelled_set(tmp_path)
    with FileLock(labelled.folder / scoring.LOCK):
        assert scoring.state(labelled) is State.RUNNING
        assert scoring.score(labelled, serial) is State.RUNNING
        assert labelled.done() == 0


def test_figures_rest_on_what_was_answered(tmp_path: Path) -> None:
    labelled = labelled_set(tmp_path)
    scoring.score(labelled, serial)
    card = network.card_of(network.default_model())
    cases = as_cases(labelled, card)
    assert (cases.n, cases.refused) == (3, 1)
    conduction = cases.question("CD")
    assert conduction.truth.tolist() == [False, True, False]
    found = rates.at(conduction, cases.patients)
    assert (found.sensitivity.value, found.specificity.value) == (1.0, 1.0)
    assert cases.choice is not None
    # Three were called normal; one of them is.
    assert rates.share_right(cases.choice, cases.patients).value == pytest.approx(1 / 3)
    sexes = next(d for d in cases.dimensions if d.name == "sex")
    assert sexes.values.tolist() == ["f", "m", "f"]
    assert not any(question.code == "MI" for question in cases.questions)


def test_labels_come_back_as_they_were_given(tmp_path: Path) -> None:
    labelled = labelled_set(tmp_path)
    labels = labelled.labels()
    assert labels.codes == ("CD",)
    assert labels.patients.tolist() == ["p1", "p2", "p3", "p3"]
    assert labels.triage.tolist() == [0, 3, 3, 2]
    np.testing.assert_array_equal(labels.known, np.ones((4, 1), bool))


def test_a_set_without_name_or_cases_is_refused(tmp_path: Path) -> None:
    labels = labelled_set(tmp_path).labels()
    with pytest.raises(ValueError, match="name"):
        sets.create(tmp_path, "  ", bundles(), labels, model())
    assert len(sets.list_sets(tmp_path)) == 1


def test_two_sets_never_share_a_name(tmp_path: Path) -> None:
    names = [labelled_set(tmp_path, "Ward").info.name for _ in range(3)]
    assert names == ["Ward", "Ward (2)", "Ward (3)"]


def test_files_that_are_no_ecg_are_refused_not_fatal(tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    path.write_bytes(b"\x89PNG no picture")
    found = answer(CaseFiles("x.png", (("x.png", str(path)),)), network.default_model())
    assert found.status == "refused"
    assert found.reason
    gone = answer(CaseFiles("y", (("y.png", str(tmp_path / "gone")),)), network.default_model())
    assert "gone" in gone.reason


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, CaseAnswer]:
    labelled = labelled_set(tmp_path_factory.mktemp("one"))
    return {case.name: answer(case, labelled.info.model) for case in labelled.cases()}


def same(found: LabelledSet, expected: dict[str, CaseAnswer]) -> None:
    answers = found.answers()
    assert set(answers) == set(expected)
    for name, one in answers.items():
        assert one.status == expected[name].status
        assert one.triage == pytest.approx(expected[name].triage, abs=1e-5)


@pytest.mark.timeout(600)  # What stands back for everything else waits on a busy machine.
@pytest.mark.skipif(sys.platform != "linux", reason="priorities by thread are Linux's")
def test_the_command_works_on_two_processes_behind_everything_else(
    tmp_path: Path, expected: dict[str, CaseAnswer]
) -> None:
    labelled = labelled_set(tmp_path)
    command = [sys.executable, "-m", "ecg_core", "score", str(labelled.folder), "--processes", "2"]
    running = psutil.Popen(command, stdout=subprocess.PIPE, text=True)
    standing: dict[int, tuple[int, int]] = {}
    disk: dict[int, list[object]] = defaultdict(list)
    while running.poll() is None:
        # Workers, and below each the process that reads its files.
        for one in running.children(recursive=True):
            with suppress(psutil.Error, ProcessLookupError):
                standing[one.pid] = (one.nice(), os.sched_getscheduler(one.pid))
                disk[one.pid].append(one.ionice().ioclass)
        # Looking takes time from what stands back.
        time.sleep(0.1)
    assert '"state": "done"' in running.communicate()[0]
    assert len(standing) >= 4
    assert set(standing.values()) == {(19, os.SCHED_IDLE)}
    # A process that is ending has given its place at the disk back already.
    lasting = [looks for looks in disk.values() if len(looks) > 5]
    assert len(lasting) >= 4
    assert all(psutil.IOPRIO_CLASS_IDLE in looks for looks in lasting)
    same(labelled, expected)


@pytest.mark.timeout(600)
@pytest.mark.skipif(sys.platform != "linux", reason="priorities by thread are Linux's")
def test_only_the_scoring_stands_back_not_what_reads_an_upload(tmp_path: Path) -> None:
    """Scoring driven from this process, as `evaluate` does, while it reads an upload itself."""
    labelled = labelled_set(tmp_path)
    read(bundles()[0])
    here, own = psutil.Process(), psutil.Process().nice()
    reading = here.children()
    assert [one.nice() for one in reading] == [own] * len(reading)
    for _ in engines.processes(1)(labelled.cases()[:1], labelled.info.model, lambda: False):
        back = []
        for one in here.children():
            # The tracker of multiprocessing's resources does nothing and stays as it is.
            if one not in reading and "resource_tracker" not in str(one.cmdline()):
                back += [one.nice(), *(below.nice() for below in one.children())]
        assert len(back) >= 2
        assert set(back) == {19}
        assert [one.nice() for one in reading] == [own] * len(reading)
    assert here.nice() == own


@pytest.mark.parametrize(("wanted", "niceness"), [("normal", 0), ("", 19)])
def test_a_busy_machine_may_score_like_everything_else(wanted: str, niceness: int) -> None:
    own = os.getpriority(os.PRIO_PROCESS, 0)
    code = (
        "import os; from ecg_core.evidence.own_sets import background as b; "
        "b.yield_to_readers(); print(os.getpriority(os.PRIO_PROCESS, 0))"
    )
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            code,
        ],
        env={**os.environ, "ECG_SCORING_PRIORITY": wanted},
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout) == max(own, niceness)


def test_names_may_hold_any_separator_but_a_line_feed(tmp_path: Path) -> None:
    labelled = labelled_set(tmp_path)
    odd = "a\u2028b\x85c\x0bd"
    labelled.append([made_up(CaseFiles(odd, ()))])
    assert labelled.done() == len(labelled.answers()) == 1
    assert odd in labelled.answers()


def test_counting_follows_the_file_whoever_writes_and_never_counts_half_a_line(
    tmp_path: Path,
) -> None:
    labelled = labelled_set(tmp_path)
    first, second = (made_up(CaseFiles(name, ())) for name in ("first", "second"))
    assert labelled.done() == 0
    labelled.append([first])
    assert labelled.done() == 1
    answers = labelled.folder / sets.ANSWERS
    line = answers.read_text().replace("first", "second")
    with answers.open("a") as file:
        file.write(line[:40])
        file.flush()
        assert labelled.done() == 1
        file.write(line[40:])
        file.flush()
        assert labelled.done() == 2
    labelled.append([second])
    assert labelled.done() == 2
    answers.write_text("")
    assert labelled.done() == 0


@pytest.mark.timeout(600)
def test_a_cluster_of_two_worker_processes(
    tmp_path: Path, expected: dict[str, CaseAnswer], monkeypatch: pytest.MonkeyPatch
) -> None:
    distributed = pytest.importorskip("distributed", reason="dask.distributed is not installed")
    labelled = labelled_set(tmp_path)
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        dashboard_address=None,
        host="127.0.0.1",
        silence_logs=50,
    ) as cluster:
        monkeypatch.setenv("ECG_DASK_SCHEDULER", cluster.scheduler_address)
        assert scoring.score(labelled, engines.configured()) is State.DONE
        if sys.platform == "linux":
            with distributed.Client(cluster) as client:
                asked = (os.getpriority, os.PRIO_PROCESS, 0)
                assert set(client.run(*asked).values()) == {19}
                # What computes is another thread than what listens.
                assert client.submit(*asked, pure=False).result() == 19
                assert client.submit(os.sched_getscheduler, 0).result() == os.SCHED_IDLE
    same(labelled, expected)


def test_the_command_gives_the_figures_of_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(engines, "configured", lambda behind: serial)
    monkeypatch.setattr(scoring, "configured", lambda: serial)
    ecgs, labels = tmp_path / "ecgs", tmp_path / "ward.csv"
    ecgs.mkdir()
    for name in NAMES:
        for suffix in (".hea", ".dat"):
            (ecgs / f"{name}{suffix}").write_bytes((DEMO / f"{name}{suffix}").read_bytes())
    labels.write_bytes(TABLE)
    arguments = ["evaluate", "--dataset", "labelled", "--root", str(ecgs)]
    code = cli.main([*arguments, "--labels", str(labels), "--out", str(tmp_path / "var")])
    # One of the four gave no page.
    assert code == 3
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (labelled,) = sets.list_sets(tmp_path / "var")
    cases = as_cases(labelled, network.card_of(network.default_model()))
    answerable = [asked for asked in cases.questions if asked.answerable]
    # Four cases are too few to look for shortcuts.
    assert shortcuts.load(labelled) == ()
    for line, asked in zip(lines, answerable, strict=True):
        assert line["code"] == asked.code
        found = rates.at(asked, cases.patients)
        assert line["sensitivity"]["value"] == found.sensitivity.value
        assert line["specificity"]["low"] == found.specificity.low
    # A set that the app made, with its columns mapped by hand, is named by its folder.
    cli.main(["evaluate", "--dataset", "labelled", "--root", str(labelled.folder)])
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == lines
