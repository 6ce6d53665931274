"""Training on a handful of made-up records: it learns, resumes to the bit, and releases."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import wfdb

from ecg_core.evidence import forms
from ecg_core.evidence.values import Kind
from ecg_core.network.architecture import Outputs
from ecg_core.network.classifier import Classifier, ModelError
from ecg_core.network.registry import default_model, models_folder
from ecg_core.network.statements import STATEMENTS
from ecg_core.training import config, evaluate, loop, losses, release, teacher
from ecg_core.training.data import batches, ptbxl
from ecg_core.training.data.pages import PageRecipe
from ecg_core.training.tasks import twelve_leads
from ecg_core.training.tasks.twelve_leads import TwelveLeadTask

pytestmark = pytest.mark.slow

TINY = config.TwelveLeadConfig(
    name="tiny",
    version="0",
    seed=3,
    epochs=2,
    batch=8,
    peak_rate=2e-3,
    weight_decay=0.01,
    average_decay=0.9,
    teacher_share=0.5,
    measured_weight=0.2,
    time_kernel=5,
    cell_features=4,
    stem=8,
    widths=(8, 16),
    depths=(1, 1),
    dropout=0.1,
    layouts=(("3x4+1R", 0.5), ("6x2", 0.5)),
    pages=PageRecipe(),
)


@pytest.fixture(autouse=True)
def _draw_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "WORKERS", 0)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> ptbxl.PtbXl:
    """60 records: infarction has a deep Q in every lead, normal has none."""
    rng = np.random.default_rng(0)
    n = 60
    ill = np.arange(n) % 2 == 0
    time_s = np.arange(1000) / 100
    beat = np.exp(-(((time_s % 0.8 - 0.4) / 0.025) ** 2))
    dip = np.exp(-(((time_s % 0.8 - 0.33) / 0.025) ** 2))
    waves = 900 * beat[None] - 900 * ill[:, None] * dip[None]
    signals = np.repeat(waves[:, None], 12, axis=1) + rng.normal(0, 20, (n, 12, 1000))
    file = tmp_path_factory.mktemp("signals") / "signals.npy"
    np.save(file, signals.astype(np.int16))
    codes = tuple(STATEMENTS)
    statements = np.zeros((n, len(codes)), bool)
    statements[ill, codes.index("IMI")] = True
    statements[~ill, codes.index("NORM")] = True
    supers = np.zeros((n, 5), bool)
    supers[np.arange(n), np.where(ill, 1, 0)] = True
    supers[:4, 2:] = True
    supers[40:48, 2:] = rng.random((8, 3)) < 0.5
    supers[48:, 2:] = np.arange(12)[:, None] % 3 == np.arange(3)
    return ptbxl.PtbXl(
        ecg_ids=np.arange(n),
        patient_ids=np.arange(n),
        folds=np.r_[np.arange(36) % 8 + 1, np.full(12, 9), np.full(12, 10)],
        age=np.full(n, 60.0),
        sex=np.zeros(n, int),
        device=np.full(n, "x"),
        site=np.zeros(n, int),
        signals_uv=np.lib.format.open_memmap(file, mode="r"),
        superclasses=supers,
        statements=statements,
        triage=np.where(ill, 2, 0).astype(np.int8),
        codes=codes,
    )


@pytest.fixture(scope="module")
def noise_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("nstdb")
    rng = np.random.default_rng(1)
    for kind in ("bw", "em", "ma"):
        wfdb.wrsamp(
            kind,
            fs=360,
            units=["mV", "mV"],
            sig_name=["n1", "n2"],
            p_signal=rng.normal(size=(20_000, 2)),
            fmt=["16", "16"],
            write_dir=str(root),
        )
    return root


def soft(data: ptbxl.PtbXl) -> Outputs:
    logits = Outputs(
        torch.from_numpy(data.superclasses * 6.0 - 3.0).float(),
        torch.from_numpy(data.statements * 6.0 - 3.0).float(),
        torch.zeros(len(data.folds), 4),
    )
    return losses.probabilities(logits, losses.TWELVE_LEADS)


def test_a_killed_run_resumes_to_the_same_weights(
    data: ptbxl.PtbXl, noise_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = TwelveLeadTask(TINY, data, noise_root, soft(data))
    whole = loop.train(task, tmp_path / "whole", resume=False)

    epochs = []
    real = loop.one_round

    def killed(*arguments: object) -> float:
        if len(epochs) == 1:
            raise KeyboardInterrupt
        epochs.append(1)
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(loop, "one_round", killed)
    with pytest.raises(KeyboardInterrupt):
        loop.train(task, tmp_path / "cut", resume=False)
    monkeypatch.setattr(loop, "one_round", real)
    resumed = loop.train(task, tmp_path / "cut", resume=True)
    assert len((tmp_path / "cut" / "log.jsonl").read_text().splitlines()) == 2
    assert resumed.read_bytes() == whole.read_bytes()


def test_bfloat16_learns_nearly_the_same(
    data: ptbxl.PtbXl, noise_root: Path, tmp_path: Path
) -> None:
    logs = []
    for precision in config.PRECISIONS:
        chosen = replace(TINY, epochs=1, precision=precision)
        loop.train(TwelveLeadTask(chosen, data, noise_root), tmp_path / precision, resume=False)
        logs.append(json.loads((tmp_path / precision / "log.jsonl").read_text()))
    assert logs[1]["loss"] == pytest.approx(logs[0]["loss"], rel=0.02)
    assert logs[1]["loss"] != logs[0]["loss"]


def test_teachers_are_imitated_together(data: ptbxl.PtbXl, tmp_path: Path) -> None:
    tiny = teacher.TeacherConfig(name="tiny", seed=1, epochs=1, batch=4, width=8)
    two = {one.name: one for one in (tiny, replace(tiny, name="other", kernel=5))}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(teacher, "TEACHERS", two)
        both = teacher.believed(("tiny", "other"), data, tmp_path)
        (one, other) = (teacher.believed((name,), data, tmp_path) for name in two)
    assert both.statements.shape == (60, len(data.codes))
    torch.testing.assert_close(both.triage, (one.triage + other.triage) / 2)
    torch.testing.assert_close(both.triage.sum(dim=1), torch.ones(60))
    assert not torch.equal(one.triage, other.triage)


def test_what_has_no_label_costs_nothing() -> None:
    outputs = Outputs(torch.zeros(2, 0), torch.tensor([[0.0, 9.0], [0.0, 0.0]]), torch.zeros(2, 2))
    truth = {
        "statements": torch.tensor([[1.0, float("nan")], [float("nan"), float("nan")]]),
        "triage": torch.tensor([-1, -1]),
    }
    # Only one answer has a label: −log ½, three times.
    assert float(losses.supervised(outputs, truth, losses.STRIPS)) == pytest.approx(3 * np.log(2))


def test_release_evaluate_and_load(
    data: ptbxl.PtbXl, noise_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = TwelveLeadTask(replace(TINY, epochs=1), data, noise_root)
    weights = loop.train(task, tmp_path / "run", resume=False)
    folder = tmp_path / "models" / "tiny"
    card = release.release(task, weights, folder)
    assert card.parameters < 1_000_000
    classifier = Classifier(folder)
    found = twelve_leads.answered(classifier, data, 10, "clean", "3x4+1R")
    evaluate.write_all(classifier, [found], forms.folder_of(folder, card))
    (again,) = forms.read_all(folder, card)
    assert again.n == 12
    truth = np.column_stack([question.truth for question in again.of_kind(Kind.SUPERCLASS)])
    np.testing.assert_array_equal(truth, data.superclasses[48:])
    assert again.choice is not None
    np.testing.assert_allclose(again.choice.scores.sum(axis=1), 1, atol=1e-5)
    carried = release.carry_figures(folder)
    assert carried.figures[0].n == 12
    assert carried.weights_sha256 == card.weights_sha256

    damaged = bytearray((folder / "weights.safetensors").read_bytes())
    damaged[-1] ^= 1
    (folder / "weights.safetensors").write_bytes(bytes(damaged))
    with pytest.raises(ModelError, match="SHA-256"):
        Classifier(folder)


def test_configuration_faults_are_named(tmp_path: Path) -> None:
    shipped = models_folder() / default_model() / "train.toml"
    chosen = config.read(shipped)
    assert isinstance(chosen, config.TwelveLeadConfig) and chosen.epochs > 0
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(shipped.read_text().replace('"12x1"', '"13x1"'))
    with pytest.raises(ValueError, match="13x1"):
        config.read(wrong)
    wrong.write_text(re.sub(r'"12x1" = [\d.]+', '"12x1" = 0.9', shipped.read_text()))
    with pytest.raises(ValueError, match="sum to"):
        config.read(wrong)
    wrong.write_text(shipped.read_text().replace('"bfloat16"', '"float16"'))
    with pytest.raises(ValueError, match="precision"):
        config.read(wrong)


def test_batches_are_not_drawn_from_some_folds_alone(data: ptbxl.PtbXl, noise_root: Path) -> None:
    part = replace(data, signals_uv=np.array(data.signals_uv))
    with pytest.raises(ValueError, match="not from some folds"):
        batches.DrawnBatches(part, noise_root, TINY, 0)
