"""A run that goes on where its checkpoint stands."""

from pathlib import Path

import torch
from torch import nn

from ecg_core.training.run import TrainingRun

STEPS = 6


def start(folder: Path) -> TrainingRun:
    torch.manual_seed(0)
    return TrainingRun(
        folder,
        nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 1)),
        peak_rate=0.1,
        weight_decay=0.01,
        average_decay=0.9,
        steps=STEPS,
        rise=0.3,
        unit="steps",
        also={"teller": nn.Linear(4, 2)},
    )


def learn(run: TrainingRun, done: int, until: int) -> None:
    for step in range(done, until):
        hidden = run.network[0](torch.randn(8, 3))  # type: ignore[index]
        told = run.also["teller"](hidden).square().mean()
        run.step(run.network[1](hidden).square().mean() + told)  # type: ignore[index]
        run.keep(step + 1, {"step": step + 1})


def test_a_run_cut_off_ends_as_one_that_was_not(tmp_path: Path) -> None:
    whole = start(tmp_path / "whole")
    learn(whole, whole.begin(resume=False), STEPS)
    cut = start(tmp_path / "cut")
    learn(cut, cut.begin(resume=False), 4)
    again = start(tmp_path / "cut")
    done = again.begin(resume=True)
    assert done == 4
    learn(again, done, STEPS)
    assert again.finish().read_bytes() == whole.finish().read_bytes()
    assert len((tmp_path / "cut" / "log.jsonl").read_text().splitlines()) == STEPS


def test_a_fresh_run_forgets_the_old_log(tmp_path: Path) -> None:
    run = start(tmp_path)
    learn(run, run.begin(resume=False), 2)
    assert start(tmp_path).begin(resume=False) == 0
    assert not (tmp_path / "log.jsonl").exists()


def test_checkpoints_keep_the_names_that_earlier_runs_wrote(tmp_path: Path) -> None:
    run = start(tmp_path)
    learn(run, run.begin(resume=False), 1)
    state = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    parts = {"network", "teller", "average", "optimiser", "schedule"}
    assert set(state) == {*parts, "average_steps", "rng", "steps_done"}
