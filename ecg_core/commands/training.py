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

    from ecg_core.network.classifier import Classifier
    from ecg_core.training import config, evaluate, release, strip_config, teacher, train
    from ecg_core.training.data import ptbxl

    try:
        if strip_config.is_strip(arguments.config):
            return _strip(arguments)
        chosen = config.read(arguments.config)
    except (OSError, ValueError, TypeError, KeyError) as error:
        complain(f"{arguments.config} is no training configuration: {error}")
        return WRONG_USAGE
    torch.set_num_threads(arguments.threads)
    data = ptbxl.load(arguments.data / "ptb-xl")
    noise_root, run_folder = arguments.data / "nstdb", arguments.runs / chosen.name
    soft = None
    if chosen.teacher_share > 0:
        answers = arguments.runs / "teacher.npz"
        if not answers.exists():
            teacher.write_answers(data, teacher.TeacherConfig(), answers)
        soft = train.load_teacher(answers)
    weights = train.train(chosen, data, noise_root, run_folder, soft, resume=arguments.resume)
    folder = arguments.config.parent
    release.release(chosen, data, noise_root, weights, folder)
    shutil.copyfile(run_folder / "log.jsonl", folder / "training.jsonl")
    evaluate.write_all(Classifier(folder), data, ptbxl.REPORT_FOLD, folder / "evidence")
    release.carry_figures(folder)
    return ALL_READ


def _strip(arguments: argparse.Namespace) -> int:
    """Train, release and measure the rhythm-strip network."""
    import torch

    from ecg_core.network.classifier import Classifier
    from ecg_core.training import strip_config, strip_evaluate, strip_release, strip_training

    chosen = strip_config.read(arguments.config)
    torch.set_num_threads(arguments.threads)
    run_folder = arguments.runs / chosen.name
    weights = strip_training.train(chosen, arguments.data, run_folder, resume=arguments.resume)
    folder = arguments.config.parent
    strip_release.release(chosen, arguments.data, weights, folder)
    shutil.copyfile(run_folder / "log.jsonl", folder / "training.jsonl")
    strip_evaluate.write_all(Classifier(folder), arguments.data, folder)
    strip_release.carry_figures(folder)
    return ALL_READ
