"""Planted shortcuts are exposed, clean sets are not, shuffled labels give chance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from ecg_core.evidence.own_sets import scoring, sets
from ecg_core.evidence.own_sets.answering import ANSWERED, CaseAnswer, CaseFiles, answer
from ecg_core.evidence.own_sets.checking import check
from ecg_core.evidence.own_sets.columns import guess, read_table
from ecg_core.evidence.own_sets.sets import LabelledSet, State
from ecg_core.evidence.probes import giveaways, leakage, prints, seeking, shortcuts
from ecg_core.evidence.probes.prints import PrintReader
from ecg_core.evidence.probes.shortcuts import Label, Look
from ecg_core.intake import read_here
from ecg_core.intake.values import Bundle, EcgScan, Upload
from ecg_core.page.drawn.printed import PrintStyle, print_record
from tests.evidence.own_sets.made_sets import DEMO, labelled_set, model, serial
from tests.page.sample_records import beating

pytestmark = pytest.mark.slow

N = 42
AREA = (60, 200, 40, 360)
ILL = np.arange(N) % 3 == 0


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sandbox and large forests are tested elsewhere."""
    monkeypatch.setattr(seeking, "read", read_here)
    monkeypatch.setattr(leakage, "TREES", 25)


def page(number: int, *, header: str = "", mark: bool = False) -> Bundle:
    """A small page with noise where its traces are, a time of day above, and what is planted."""
    rng = np.random.default_rng(number)
    pixels = np.full((240, 400, 3), 255, np.uint8)
    pixels[AREA[0] : AREA[1], AREA[2] : AREA[3]] = rng.integers(0, 255, (140, 320, 1))
    clock = f"{rng.integers(24):02d}:{rng.integers(60):02d} {rng.integers(10**6)} {header}"
    cv2.putText(pixels, clock, (20, 35), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (0, 0, 0), 1)
    if mark:
        cv2.circle(pixels, (380, 120), 3, (200, 30, 30), -1)
    name = f"{rng.integers(10**9):09d}.png"
    return Bundle(name, (Upload(name, cv2.imencode(".png", pixels)[1].tobytes()),))


def record(number: int, *, comment: str = "", name: str = "", fs_hz: int = 500) -> Bundle:
    """The normal demonstration ECG under another name, with a line of comment."""
    stem = f"{name}{np.random.default_rng(number).integers(10**9):09d}"
    first, *rest = (DEMO / "normal.hea").read_text().splitlines()
    fields = first.split()
    head = "\n".join((" ".join((stem, fields[1], str(fs_hz), *fields[3:])), *rest))
    text = f"{head}\n# Age: {40 + number % 37}\n{comment}\n".replace("normal.dat", f"{stem}.dat")
    data = (DEMO / "normal.dat").read_bytes()
    return Bundle(stem, (Upload(f"{stem}.hea", text.encode()), Upload(f"{stem}.dat", data)))


def made(
    folder: Path,
    bundle: Callable[[int, bool], Bundle],
    ill: np.ndarray = ILL,
    shown: np.ndarray = ILL,
    patients: np.ndarray | None = None,
) -> LabelledSet:
    """A scored set. shown: what is planted, case by case; ill: what the labels say."""
    found = [bundle(number, bool(shown[number])) for number in range(len(ill))]
    people = np.arange(len(ill)) if patients is None else patients
    lines = [f"{b.name},{p},{int(i)}" for b, p, i in zip(found, people, ill, strict=True)]
    table = read_table(("file,patient,MI\n" + "\n".join(lines)).encode())
    labels = check(table, guess(table), [b.name for b in found]).labels
    labelled = sets.create(folder, "Ward", found, labels, model())
    labelled.append([answered(b) for b in found])
    return labelled


def answered(bundle: Bundle) -> CaseAnswer:
    area = AREA if bundle.name.endswith(".png") else None
    return CaseAnswer(
        bundle.name, bundle.sha256, ANSWERED, "", (0.7, 0.1, 0.1, 0.1), (("MI", 0.2),),
        "3x4", "read", 1.0, area,
    )  # fmt: skip


def by_key(looks: tuple[Look, ...]) -> dict[str, Look]:
    return {one.key: one for one in looks}


IN_PRINT = "the same word in the print, read as text"
PLANTED: dict[str, tuple[str, Callable[[int, bool], Bundle]]] = {
    "a word in the header": ("margins", lambda k, ill: page(k, header="STEMI" if ill else "OK")),
    IN_PRINT: ("print", lambda k, ill: page(k, header="STEMI" if ill else "OK")),
    "a mark beside the trace": ("margins", lambda k, ill: page(k, mark=ill)),
    "a comment": ("header", lambda k, ill: record(k, comment=f"# Dx: {164865005 if ill else 1}")),
    "file names": ("name", lambda k, ill: record(k, name="mi_" if ill else "ok_")),
    "sampling rate": ("recording", lambda k, ill: record(k, fs_hz=250 if ill else 500)),
}


@pytest.mark.parametrize("what", list(PLANTED))
def test_a_planted_shortcut_is_exposed(tmp_path: Path, what: str) -> None:
    key, bundle = PLANTED[what]
    found = by_key(seeking.look(made(tmp_path, bundle)))
    assert found[key].leaks
    assert found[key].n == N
    best = found[key].best
    assert best is not None and best.auc.value > 0.9
    assert (best.label, best.n, best.positives) == ("Myocardial infarction", N, 14)


def test_the_words_that_go_with_a_label_are_named_with_their_patients(tmp_path: Path) -> None:
    key, bundle = PLANTED[IN_PRINT]
    found = by_key(seeking.look(made(tmp_path, bundle)))
    (word,) = found[key].words
    assert (word.word, word.label) == ("stemi", "Myocardial infarction")
    assert (word.with_label, word.all_with) == (14, 14)
    assert (word.without_label, word.all_without) == (0, 28)


def asked_of(*truths: np.ndarray) -> tuple[Label, ...]:
    return tuple(Label(str(k), t, np.ones(len(t), bool)) for k, t in enumerate(truths))


def test_words_that_go_with_no_label_are_not_named() -> None:
    names = ("sinus", "normal", "male", "female", "ward", "smith")
    named = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        ill = rng.random(120) < 0.3
        texts = [" ".join(rng.permutation(names)[: rng.integers(1, 5)]) for _ in range(120)]
        named += bool(prints.going_with(texts, asked_of(ill, ~ill), np.arange(120)))
    # One set in a hundred may be accused by chance.
    assert named <= 3


def test_a_word_of_few_patients_is_not_named_however_often_it_is_printed() -> None:
    ill = np.arange(60) < 30
    texts = ["Mueller ill" if k < 12 else "ill" if k < 30 else "well" for k in range(60)]
    one_patient = np.where(np.arange(60) < 12, 0, np.arange(60))
    found = prints.going_with(texts, asked_of(ill), one_patient)
    assert {word.word for word in found} == {"ill", "well"}
    # Of thirty ECGs with the label twelve are of one patient; pages that were not read are out.
    assert found[0].all_with == 19
    halved = [text if k % 2 else None for k, text in enumerate(texts)]
    assert prints.going_with(halved, asked_of(ill), np.arange(60))[0].all_with == 15


def test_wherever_reading_ends_both_kinds_of_the_rarest_label_are_in() -> None:
    rare, half = np.arange(400) < 9, np.arange(400) % 2 == 0
    order = prints.order(asked_of(rare, half), 400)
    assert sorted(order.tolist()) == list(range(400))
    assert rare[order[:40]].sum() == 9
    assert 15 < half[order[:40]].sum() < 25


def test_reading_of_print_ends_after_enough_pages_or_time() -> None:
    pixels = cv2.imdecode(np.frombuffer(page(1, header="STEMI").files[0].data, np.uint8), 1)
    reader = PrintReader(most=2)
    assert [("STEMI" in text) if text else text for text in map(read_by(reader), [pixels] * 3)] == [
        True,
        True,
        None,
    ]
    slow = PrintReader(cpu_s=1e-6)
    assert slow.read(pixels, AREA) is not None
    assert slow.read(pixels, AREA) is None


def read_by(reader: PrintReader) -> Callable[[np.ndarray], str | None]:
    return lambda pixels: reader.read(pixels, AREA)


def clean_page(number: int, ill: bool) -> Bundle:
    return page(number)


def clean_record(number: int, ill: bool) -> Bundle:
    return record(number)


@pytest.mark.parametrize("bundle", [clean_page, clean_record])
def test_a_clean_set_is_not(tmp_path: Path, bundle: Callable[[int, bool], Bundle]) -> None:
    found = by_key(seeking.look(made(tmp_path, bundle)))
    assert ("margins" in found) is (bundle is clean_page)
    assert not any(one.leaks for one in found.values())
    assert ("print" in found) is (bundle is clean_page)
    # All recordings are of one kind: there is nothing that could tell them apart.
    assert found["recording"].mean is None


def test_shuffled_labels_give_chance(tmp_path: Path) -> None:
    labelled = made(tmp_path, lambda k, ill: page(k, mark=ill))
    names = [case.name for case in labelled.cases()]
    seen = list(seeking._see_all(labelled, names, labelled.answers(), lambda: False))
    everyone = np.ones(N, bool)
    values, alarms = [], 0
    for seed in range(8):
        label = Label("shuffled", np.random.default_rng(seed).permutation(ILL), everyone)
        found = seeking.tried(giveaways.SIGHTS[0], seen, (label,), np.arange(N))
        assert found is not None and found.mean is not None
        values.append(found.mean.value)
        alarms += found.leaks
    assert 0.4 < np.mean(values) < 0.6
    assert alarms <= 1


def test_pages_of_one_patient_are_not_divided(tmp_path: Path) -> None:
    # A number printed for each of fourteen patients, ill or well, tells nothing about the others.
    patients = np.arange(N) // 3
    ill = patients % 2 == 0
    labelled = made(
        tmp_path, lambda k, _: page(k, header=f"{patients[k] * 7919:05d}"), ill, patients=patients
    )
    (margins,) = (one for one in seeking.look(labelled) if one.key == "margins")
    assert not margins.leaks


def test_the_same_file_twice_is_one_patient() -> None:
    answers = [replace(answered(page(k % 3)), name=str(k)) for k in range(6)]
    groups = seeking._groups(np.array(list("abcdea")), answers)
    assert groups[0] == groups[3] == groups[5] == groups[2]
    assert len(set(groups.tolist())) == 2


def test_too_few_cases_are_not_judged(tmp_path: Path) -> None:
    labelled = labelled_set(tmp_path)
    assert shortcuts.load(labelled) is None
    assert scoring.score(labelled, serial) is State.DONE
    assert shortcuts.load(labelled) == ()


def test_what_was_found_is_kept_and_looked_for_once(tmp_path: Path) -> None:
    labelled = made(tmp_path, clean_page)
    assert scoring.state(labelled) is State.DONE
    assert scoring.unfinished(labelled)
    scoring.score(labelled, serial)
    found = shortcuts.load(labelled)
    assert found is not None and len(found) == 4
    assert not scoring.unfinished(labelled)
    path = labelled.folder / shortcuts.FILE_NAME
    before = path.stat().st_mtime_ns
    scoring.score(labelled, serial)
    assert path.stat().st_mtime_ns == before


def test_looking_can_be_stopped(tmp_path: Path) -> None:
    labelled = made(tmp_path, clean_page)
    assert seeking.look(labelled, lambda: True) == ()
    assert shortcuts.load(labelled) is None


def test_the_traces_of_a_page_are_left_out(tmp_path: Path) -> None:
    style = PrintStyle(header=("",), footer="")
    pixels = print_record(beating(1, 70.0), px_per_mm=5.0, style=style).pixels
    path = tmp_path / "page.png"
    cv2.imwrite(str(path), pixels[:, :, ::-1])
    found = answer(CaseFiles("page.png", (("page.png", str(path)),)), model().model)
    assert found.trace_area_px is not None
    ecg = read_here(Bundle("page.png", (Upload("page.png", path.read_bytes()),)))
    assert isinstance(ecg, EcgScan)
    beside = giveaways.margins(ecg.pixels, found.trace_area_px)
    assert beside.shape == (4, *leakage.BAND_PX)
    # Traces are all but black; beside them only calibration pulses are, on the left.
    top, bottom, left, right = found.trace_area_px
    dark = (ecg.pixels < 90).all(axis=2)
    assert dark[top:bottom, left:right].sum() > 10_000
    dark[:, :left] = dark[top:bottom, left:right] = False
    assert not dark.any()


def test_samples_are_no_header() -> None:
    text = giveaways.header_text(record(1, comment="# Dx: 164865005"))
    assert "# Dx: 164865005" in text and "# Age: 41" in text
    assert "1000" in text  # the gain of a lead
    rows = "\n".join(f"{k / 1000:.3f},{k / 500:.3f}" for k in range(200))
    table = Bundle("x.csv", (Upload("x.csv", f"Patient STEMI\n{rows}\n".encode()),))
    assert giveaways.header_text(table) == "Patient STEMI"
