"""Background reading: every ECG is written down first, and none is lost with its worker."""

from __future__ import annotations

import io
import json
import shutil
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Barrier, BrokenBarrierError, Event

import pytest
from PIL import Image

from ecg_core.intake import split, with_next
from ecg_core.intake.isolation.limits import FileLimits
from ecg_core.intake.values import Bundle, Upload
from ecg_core.network.classifier import Classifier
from ecg_core.store.background import inbox as inbox_room
from ecg_core.store.background import tasks
from ecg_core.store.background.inbox import Inbox
from ecg_core.store.background.jobs import MOST_ATTEMPTS, Jobs, JobState
from ecg_core.store.cases.room_schema import JobRow
from ecg_core.store.cases.store import Store
from tests.intake.documents import RED_BLUE
from tests.network.models import write_model

DEMO = Path(__file__).parents[3] / "assets" / "demo"


class One:
    """One model for pages of every layout."""

    def __init__(self, model: Classifier) -> None:
        self._model = model

    def to(self, layout: str) -> Classifier:
        return self._model


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> One:
    folder = tmp_path_factory.mktemp("models") / "small"
    write_model(folder, seed=1, arranged=True)
    return One(Classifier(folder))


def normal(name: str = "normal") -> Bundle:
    names = (f"{name}.hea", f"{name}.dat")
    return Bundle(name, tuple(Upload(n, (DEMO / n).read_bytes()) for n in names))


def junk() -> Bundle:
    return Bundle("holiday.png", (Upload("holiday.png", b"no picture"),))


def test_a_pile_is_read_and_what_cannot_be_read_says_why(store: Store, model: One) -> None:
    jobs = Jobs(store)
    ids = jobs.submit([normal(), junk()], "Ward 3", "Dr Ada")
    assert (jobs.unfinished(), jobs.progress().waiting) == (ids, 2)
    assert [jobs.run(one, model) for one in ids] == [JobState.DONE, JobState.REFUSED]
    progress = jobs.progress()
    assert (progress.waiting, progress.done, progress.refused, progress.total) == (0, 1, 1, 2)
    (refusal,) = jobs.refused()
    assert refusal.name == "holiday.png" and refusal.reason
    # A person may take it up, and say how it is to be read.
    assert (refusal.list_name, jobs.files(refusal.id)) == ("Ward 3", junk())
    (line,) = store.search()
    events = store.reopen(line.id).events
    assert [event.actor for event in events] == ["Dr Ada", "ECG Triage"]
    # Done once more, it is the same case.
    assert jobs.run(ids[0], model) is JobState.DONE
    assert store.count() == 1
    jobs.settled(refusal.id, line.id)
    assert jobs.refused() == [] and jobs.progress().refused == 0


def test_a_page_of_a_document_is_the_page_that_is_read(store: Store, model: One) -> None:
    scan = Image.open(DEMO / "stemi_export.png").convert("RGB")
    buffer = io.BytesIO()
    Image.new("RGB", (300, 400), "white").save(
        buffer, "PDF", save_all=True, append_images=[scan], resolution=150
    )
    pages = split([Upload("report.pdf", buffer.getvalue())])
    jobs = Jobs(store)
    states = [jobs.run(job, model) for job in jobs.submit(pages, "Ward", "Test")]
    assert states == [JobState.REFUSED, JobState.DONE]


def test_two_pages_that_are_one_ecg_stay_so(store: Store) -> None:
    whole = with_next(split([Upload("report.pdf", RED_BLUE)])[0])
    jobs = Jobs(store)
    (job,) = jobs.submit([whole], "Ward", "Test")
    assert jobs.files(job) == whole


def test_a_job_written_down_by_an_older_version_is_read(store: Store, model: One) -> None:
    jobs = Jobs(store)
    (job,) = jobs.submit([normal()], "Ward", "Test")
    with store.changing() as session:
        row = session.get(JobRow, job)
        row.files = json.dumps(json.loads(row.files)["files"])
    assert jobs.run(job, model) == JobState.DONE


def test_a_job_whose_worker_died_is_done_by_the_next(store: Store, model: One) -> None:
    jobs = Jobs(store)
    (job,) = jobs.submit([normal()], "", "Dr Ada")
    assert jobs._begin(job) is not None  # a worker took it, and died
    assert jobs.unfinished() == []
    jobs.release()
    assert jobs.unfinished() == [job]
    assert jobs.run(job, model) is JobState.DONE


def test_a_job_that_brings_down_its_worker_is_given_up(store: Store, model: One) -> None:
    jobs = Jobs(store)
    (job,) = jobs.submit([normal()], "", "Dr Ada")
    for _ in range(MOST_ATTEMPTS):
        assert jobs._begin(job) is not None
        jobs.release()
    assert jobs.run(job, model) is JobState.FAILED
    assert "brought the program down" in jobs.refused()[0].reason
    with store.snapshot() as session:
        assert session.get_one(JobRow, job).case_id is None
    assert store.verify().ok


def test_the_queue_does_what_waits_and_a_lost_queue_loses_nothing(
    store: Store, model: One, tmp_path: Path
) -> None:
    jobs = Jobs(store)
    jobs.submit([normal(), junk()], "", "Dr Ada")
    huey = tasks.queue(tmp_path / "queue")
    tasks.work(store, huey, None, Event(), alone=True, answering=model, until_done=True)
    assert (jobs.progress().done, jobs.progress().refused) == (1, 1)


class Together(One):
    """Answers once two ECGs are asked about at the same time; counts those that met another."""

    def __init__(self, model: One) -> None:
        super().__init__(model.to(""))
        self.both = Barrier(2, timeout=20)
        self.met: list[int] = []

    def to(self, layout: str) -> Classifier:
        with suppress(BrokenBarrierError):
            self.met.append(self.both.wait())
        return super().to(layout)


def test_two_ecgs_are_read_beside_one_another(store: Store, model: One, tmp_path: Path) -> None:
    jobs = Jobs(store)
    jobs.submit([normal(), normal("anterior_stemi")], "", "Dr Ada")
    both = Together(model)
    work = partial(tasks.work, store, tasks.queue(tmp_path / "queue"), None, Event(), True)
    work(both, until_done=True, at_once=2)
    assert jobs.progress().done == 2 and sorted(both.met) == [0, 1]


def test_what_was_begun_before_is_read_alone(store: Store, model: One, tmp_path: Path) -> None:
    jobs = Jobs(store)
    (first, _) = jobs.submit([normal(), normal("anterior_stemi")], "", "Dr Ada")
    # Its worker was brought down, by it or by the other.
    assert jobs._begin(first) is not None
    jobs.release()
    assert jobs.were_tried()
    both = Together(model)
    both.both = Barrier(2, timeout=0.1)
    work = partial(tasks.work, store, tasks.queue(tmp_path / "queue"), None, Event(), True)
    work(both, until_done=True, at_once=2)
    assert jobs.progress().done == 2 and both.met == []


def test_the_inbox_takes_whole_records_once_they_rest(
    store: Store, model: One, tmp_path: Path
) -> None:
    folder = tmp_path / "inbox"
    inbox = Inbox(folder, store)
    shutil.copy(DEMO / "normal.hea", folder)
    assert inbox.look() == []  # perhaps it still grows
    shutil.copy(DEMO / "normal.dat", folder)
    (folder / "Ward 3").mkdir()
    (folder / "Ward 3" / "holiday.png").write_bytes(b"no picture")
    assert inbox.look() == []
    jobs = inbox.look()
    assert len(jobs) == 2
    with store.snapshot() as session:
        rows = [session.get_one(JobRow, job) for job in jobs]
        assert {(row.name, row.list_name) for row in rows} == {
            ("normal", "Inbox"),
            ("holiday.png", "Inbox: Ward 3"),
        }
    assert inbox.look() == []
    taken = sorted(path.name for path in (folder / "taken").rglob("*") if path.is_file())
    assert taken == ["holiday.png", "normal.dat", "normal.hea"]
    assert not [path for path in folder.glob("*") if path.is_file()]


def test_the_inbox_leaves_links_and_what_is_larger_than_an_ecg(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(inbox_room, "LIMITS", FileLimits(max_file_bytes=100))
    secret = tmp_path / "cookie.key"
    secret.write_bytes(b"a key")
    folder = tmp_path / "inbox"
    inbox = Inbox(folder, store)
    (folder / "key.png").symlink_to(secret)
    (folder / "Ward").symlink_to(tmp_path, target_is_directory=True)
    (folder / "vast.png").write_bytes(bytes(101))
    (folder / "small.png").write_bytes(bytes(100))
    (made,) = [job for _ in range(4) for job in inbox.look()]
    with store.snapshot() as session:
        assert session.get_one(JobRow, made).name == "small.png"
    assert (folder / "vast.png").exists()
    assert caplog.text.count("vast.png is larger than an ECG may be") == 1
    # A link that takes the place of a file between look and reading is not followed either.
    with pytest.raises(OSError, match="symbolic links"):
        inbox_room._read(folder / "key.png")
