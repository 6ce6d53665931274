"""`train CONFIG [--resume]`: teacher, network, release, evidence."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path
from typing import Any

from ecg_core.commands.files import ALL_READ, WRONG_USAGE, complain


def register(subparsers: Any) -> None:
    """Add the subcommand."""
    parser: argparse.ArgumentParser = subparsers.add_parser("train", help="train and release")
    parser.add_argument("config", type=Path, metavar="CONFIG")
    parser.add_argument(
        "--data", type=Path, default=Path("../data"), help="folder holding ptb-xl/ and nstdb/"
    )
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="checkpoints and logs")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    parser.add_argument("--threads", type=int, default=2)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Train as the configuration says; weights and card land beside it."""
    import torch

    from ecg_core.evidence import forms
    from ecg_core.network.classifier import Classifier
    from ecg_core.training import evaluate, loop, release, tasks

    torch.set_num_threads(arguments.threads)
    try:
        task = tasks.read(arguments.config, arguments.data, arguments.runs)
    except (OSError, ValueError, TypeError, KeyError) as error:
        complain(f"{arguments.config} is no training configuration: {error}")
        return WRONG_USAGE
    folder, run_folder = arguments.config.parent, arguments.runs / task.config.name
    weights = loop.train(task, run_folder, resume=arguments.resume)
    card = release.release(task, weights, folder)
    shutil.copyfile(run_folder / "log.jsonl", folder / "training.jsonl")
    classifier = Classifier(folder)
    evaluate.write_all(classifier, task.evidence(classifier), forms.folder_of(folder, card))
    release.carry_figures(folder)
    return ALL_READ
