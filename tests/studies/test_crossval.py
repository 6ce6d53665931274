"""Cross-validation: protocols divide as they say, methods answer for pages they never saw."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest
import torch

from ecg_core.cli import main
from ecg_core.evidence.four_classes import figures, folders
from ecg_core.evidence.four_classes.answers import MethodAnswers, file_name
from ecg_core.evidence.four_classes.compared import METHODS, PROTOCOLS
from ecg_core.page.arrange import SIZE_PX
from ecg_core.page.drawn.from_record import from_record
from ecg_core.studies.crossval import networks, readout, views, zero_shot
from ecg_core.studies.crossval.methods import FITS
from ecg_core.studies.crossval.page_rate import beat_columns, rhythm
from ecg_core.studies.crossval.pages import LabelledPages, manifest_digest
from ecg_core.studies.crossval.protocols import FOLDS, select, split
from ecg_core.studies.crossval.run import cross_validate, mean
from tests.page.sample_records import beating

pytestmark = pytest.mark.slow

CLASSES = tuple(folders.NAMES.values())
HONEST = PROTOCOLS[-1]


def pages(n: int = 60, copies: int = 2) -> LabelledPages:
    """n files: pages of four classes in groups of three, every page `copies` times in a row."""
    rng = np.random.default_rng(0)
    single = np.arange(n) // copies
    labels = single % 4
    grey = rng.integers(0, 256, (n, 8, 8), dtype=np.uint8)[single]
    rates = 60.0 + 20 * labels + rng.normal(0, 2, n)
    return LabelledPages(
        files=np.array([f"p{i}" for i in range(n)]),
        labels=labels,
        groups=np.array([f"g{one // 3}" for one in single]),
        kept=np.arange(n) % copies == 0,
        pages=np.array([None] * n, dtype=object),
        ink=np.zeros((n, *SIZE_PX), np.uint8),
        rhythm=np.column_stack([rates, np.zeros((n, 4))]),
        whole=grey,
        traces=grey,
        header=grey,
    )


@pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda p: p.name)
def test_protocol_divides_as_it_says(protocol) -> None:
    shown = select(protocol, pages())
    assert len(shown) == (30 if protocol.curated else 60)
    tested = []
    for train, test in split(protocol, shown.labels, shown.groups):
        assert not set(train) & set(test)
        shared = set(shown.groups[train]) & set(shown.groups[test])
        assert bool(shared) is not protocol.grouped
        tested.extend(test)
    assert sorted(tested) == list(range(len(shown)))


def test_every_method_fits_or_is_a_mean_of_others_that_do() -> None:
    assert {m.name for m in METHODS if not m.parts} == set(FITS)
    assert {part for m in METHODS for part in m.parts} <= set(FITS)


def test_honest_protocol_admits_no_method_that_reads_the_print() -> None:
    left_out = {m.name for m in METHODS if not HONEST.admits(m)}
    assert left_out == {m.name for m in METHODS if m.print_needed}
    assert len(left_out) == 4


def test_memory_alone_wins_as_published_and_loses_once_copies_are_gone() -> None:
    """Pages are noise: nothing but their copies tells the class."""
    method = next(m for m in METHODS if m.name == "nearest page")
    found = {
        p.name: figures.figures(cross_validate(pages(400), p, method, CLASSES, "m")).accuracy.value
        for p in PROTOCOLS
    }
    assert found["as published"] > 0.75
    assert found["copies removed"] < 0.45
    assert found["honest"] < 0.45


@pytest.mark.parametrize("method", [m.name for m in METHODS if m.trivial])
def test_trivial_methods_give_probabilities(method: str) -> None:
    shown = pages(48)
    scores = FITS[method](shown.take(np.arange(24)), shown.take(np.arange(24, 48)), 4)
    assert scores.shape == (24, 4)
    assert scores.sum(axis=1) == pytest.approx(np.ones(24))


def test_rate_alone_learns_rates_and_nothing_of_pages_without_one() -> None:
    shown = pages(200)
    rate = FITS["heart rate alone"]
    train, test = shown.take(np.arange(100)), shown.take(np.arange(100, 200))
    told = rate(train, test, 4).argmax(axis=1)
    assert (told == test.labels).mean() > 0.9
    blind = replace(test, rhythm=np.full_like(test.rhythm, np.nan))
    assert np.ptp(rate(train, blind, 4), axis=0).max() == 0
    unknown = replace(train, rhythm=np.full_like(train.rhythm, np.nan))
    assert np.ptp(rate(unknown, test, 4), axis=0).max() == 0


def test_answers_come_back_from_disk(tmp_path: Path) -> None:
    method = next(m for m in METHODS if m.name == "majority")
    answers = cross_validate(pages(), PROTOCOLS[0], method, CLASSES, "0" * 64)
    path = answers.write(tmp_path / figures.ANSWERS)
    assert path.name == file_name("as published", "majority") == "as-published_majority.parquet"
    (again,) = figures.load(tmp_path)
    assert (again.protocol, again.method, again.classes) == ("as published", "majority", CLASSES)
    assert again.manifest_sha256 == "0" * 64
    assert np.array_equal(again.folds, answers.folds)
    assert set(again.folds) == set(range(FOLDS))
    assert again.scores == pytest.approx(answers.scores, abs=1e-6)
    assert figures.figures(again) == figures.figures(replace(answers, scores=again.scores))


def test_gains_compare_trained_methods_with_every_trivial_one() -> None:
    shown = select(HONEST, pages(120, copies=1))
    truth = np.eye(4)[shown.labels]
    names = [m.name for m in METHODS if m.trivial and HONEST.admits(m)]
    base = cross_validate(shown, HONEST, METHODS[0], CLASSES, "m")
    answers = [replace(base, method=name) for name in names]
    ours = replace(base, method=METHODS[-1].name, scores=truth)
    gains = figures.gains([*answers, ours])
    assert [g.over for g in gains] == names
    assert all(g.accuracy.low > 0 and g.balanced_accuracy.low > 0 for g in gains)
    with pytest.raises(ValueError, match="other pages"):
        figures.gains([*answers, replace(ours, files=ours.files[::-1])])


def test_mean_of_methods_tested_alike() -> None:
    shown = pages(40, copies=1)
    base = cross_validate(shown, HONEST, METHODS[0], CLASSES, "m")
    sure = replace(base, method="sure", scores=np.eye(4)[shown.labels], cpu_s=3.0)
    both = mean("both", [replace(base, cpu_s=1.0), sure])
    assert both.method == "both" and both.cpu_s == 4.0
    assert both.scores == pytest.approx((base.scores + np.eye(4)[shown.labels]) / 2)
    with pytest.raises(ValueError, match="not tested alike"):
        mean("both", [base, replace(sure, folds=sure.folds[::-1])])
    with pytest.raises(ValueError, match="does not fit"):
        cross_validate(shown, HONEST, METHODS[-1], CLASSES, "m")


@pytest.mark.parametrize("rate", [50.0, 75.0, 120.0])
def test_rhythm_of_a_page(rate: float) -> None:
    found = rhythm(from_record(beating(3, rate), "3x4+1R"))
    assert found.rate_bpm == pytest.approx(rate, rel=0.03)
    assert found.spread < 0.05
    assert 0.9 < found.shortest <= 1 <= found.longest < 1.1


def test_a_page_without_waves_has_no_rhythm() -> None:
    page = from_record(beating(3), "3x4+1R")
    blank = replace(page, ink=np.zeros_like(page.ink))
    assert len(beat_columns(blank)) == 0
    assert np.isnan(rhythm(blank).rate_bpm)


@pytest.fixture(scope="module")
def drawn() -> LabelledPages:
    """Two classes of real pages, told apart by their rate."""
    base = pages(8, copies=1)
    records = [beating(seed, 60.0 if seed % 2 else 120.0) for seed in range(8)]
    found = [from_record(record, "3x4+1R") for record in records]
    kept = np.empty(8, dtype=object)
    kept[:] = found
    from ecg_core.studies.curation.likeness import page_ink

    return replace(
        base,
        labels=np.arange(8) % 2,
        groups=np.array([f"g{i}" for i in range(8)]),
        pages=kept,
        ink=np.stack([page_ink(page) for page in found]),
        rhythm=np.array([list(vars(rhythm(page)).values()) for page in found]),
    )


def test_views_begin_with_the_page_itself_and_repeat(drawn: LabelledPages) -> None:
    seen = views.views(drawn.ink[:2])
    assert seen.shape[1] == 1 + views.WORN_COPIES
    plain = torch.from_numpy(drawn.ink[:1]).unsqueeze(1).float().div(255)
    body = views.released()
    whole = body.describe(plain)
    assert torch.allclose(views.moving().describe(seen[:1, 0].float()), whole, atol=0.05)
    assert not torch.equal(seen[0, 0], seen[0, 1])
    views._kept.clear()
    assert torch.equal(views.views(drawn.ink[:2]), seen)


@pytest.mark.parametrize("name", ["from_scratch", "fine_tuned"])
def test_networks_answer_and_leave_the_released_weights_alone(
    name: str, drawn: LabelledPages, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = 12 if name == "fine_tuned" else 2
    short = networks.Recipe(steps, head_rate=3e-3, trunk_rate=1e-3, batch=4, probe=0.25)
    monkeypatch.setattr(networks, "SCRATCH", short)
    monkeypatch.setattr(networks, "FINE_TUNED", short)
    before = {k: v.clone() for k, v in views.released().state_dict().items()}
    scores = getattr(networks, name)(drawn, drawn, 2)
    assert scores.sum(axis=1) == pytest.approx(np.ones(8), abs=1e-5)
    if name == "fine_tuned":
        assert (scores.argmax(axis=1) == drawn.labels).all()
    after = views.released().state_dict()
    assert all(torch.equal(before[k], after[k]) for k in before)


def test_readout_answers_every_page(drawn: LabelledPages) -> None:
    scores = readout.readout(drawn, drawn, 4)
    assert scores.shape == (8, 4)
    assert (scores[:, 2:] == 0).all()
    assert (scores.argmax(axis=1) == drawn.labels).all()


def test_strictly_normal_falls_with_every_abnormal_rhythm() -> None:
    columns = {f"p_scp_{code}": [0.0, 0.0] for code in zero_shot.NOT_STRICTLY_NORMAL}
    rows = pd.DataFrame({"p_NORM": [0.9, 0.9], **columns})
    first = zero_shot.SCORES[0]
    for code in zero_shot.NOT_STRICTLY_NORMAL:
        worse = rows.copy()
        worse.loc[1, f"p_scp_{code}"] = 0.5
        assert first.of(worse).tolist() == pytest.approx([0.9, 0.45])


def test_each_question_has_one_score_fixed_beforehand() -> None:
    first = {}
    for score in zero_shot.SCORES:
        first.setdefault(score.question.name, score.name)
    assert first == {
        "normal against the rest": "normal ECG, no abnormal rhythm or rate",
        "infarction of any age against the rest": "superclass MI",
    }


def test_manifest_digest_forgets_keyed_hashes() -> None:
    rows = {"file": ["a"], "label": ["x"], "kept": [True], "group": ["g"], "sha256": ["1"]}
    one = manifest_digest(pd.DataFrame({**rows, "identifier": ["8f"]}))
    assert one == manifest_digest(pd.DataFrame({**rows, "identifier": ["13"]}))
    assert one != manifest_digest(pd.DataFrame({**rows, "group": ["h"], "identifier": ["8f"]}))


def test_command_curates_then_answers_and_repeats_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "pages"
    for k, folder in enumerate(folders.FOLDERS):
        (root / folder).mkdir(parents=True)
        for i in range(5):
            blank = np.full((80, 120, 3), 200 + 10 * k + i, np.uint8)
            cv2.imwrite(str(root / folder / f"{i}.png"), blank)
    out = tmp_path / "out"
    assert main(["curate", str(root), "--out", str(out), "--no-print", "--processes", "1"]) == 0
    capsys.readouterr()
    command = ["crossval", str(root), "--manifest", str(out / "manifest.csv"), "--out", str(out)]
    command += ["--method", "majority"]
    assert main(command) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["protocol"] for line in lines] == [p.name for p in PROTOCOLS]
    assert all(line["n"] == 20 for line in lines)
    files = sorted((out / figures.ANSWERS).glob("*.parquet"))
    before = [(f.name, f.stat().st_mtime_ns) for f in files]
    assert len(files) == 3
    assert main(command) == 0
    assert [(f.name, f.stat().st_mtime_ns) for f in files] == before
    assert isinstance(MethodAnswers.read(files[0]), MethodAnswers)
    assert main([*command[:-1], "no such method"]) == 2
    assert main(["crossval", str(tmp_path / "none"), *command[2:]]) == 2
