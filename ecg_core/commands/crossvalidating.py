"""`crossval DIR`: the four-class page set as published and honestly, or the model unchanged."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from ecg_core.commands.files import ALL_READ, WRONG_USAGE, complain, emit

if TYPE_CHECKING:
    from ecg_core.evidence.four_classes.answers import MethodAnswers
    from ecg_core.evidence.four_classes.compared import ComparedMethod, Protocol
    from ecg_core.studies.crossval.pages import LabelledPages


def register(subparsers: Any) -> None:
    """Add the subcommand."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "crossval", help="cross-validate on the four-class pages, as published and honestly"
    )
    parser.add_argument("root", type=Path, metavar="DIR", help="the folder that was curated")
    parser.add_argument(
        "--manifest", type=Path, required=True, metavar="FILE", help="written by `curate`"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="for the evidence")
    parser.add_argument("--readings", type=Path, metavar="DIR", help="default: OUT/readings")
    parser.add_argument("--protocol", action="append", help="only this one, may be repeated")
    parser.add_argument("--method", action="append", help="only this one, may be repeated")
    parser.add_argument("--renew", action="store_true", help="repeat what is already there")
    parser.add_argument(
        "--zero-shot", action="store_true", help="instead: the model, never trained on these pages"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Answer what is not there yet, and print one JSON line per figure."""
    import pandas as pd

    from ecg_core.evidence.four_classes import folders
    from ecg_core.evidence.four_classes.compared import METHODS, PROTOCOLS
    from ecg_core.studies.crossval import pages
    from ecg_core.studies.curation.readings import STORE, ReadingStore

    if not arguments.root.is_dir() or not arguments.manifest.is_file():
        complain(f"No folder {arguments.root}, or no file {arguments.manifest}")
        return WRONG_USAGE
    for asked, known in ((arguments.protocol, PROTOCOLS), (arguments.method, METHODS)):
        if unknown := set(asked or ()) - {one.name for one in known}:
            names = ", ".join(one.name for one in known)
            complain(f"Unknown: {', '.join(sorted(unknown))}; there are: {names}")
            return WRONG_USAGE
    frame = pd.read_csv(arguments.manifest, keep_default_na=False)
    store = ReadingStore(arguments.readings or arguments.out / STORE)
    shown = pages.load(arguments.root, frame, folders.FOLDERS, store)
    if not len(shown):
        complain(f"{arguments.manifest} names none of: {', '.join(folders.FOLDERS)}")
        return WRONG_USAGE
    digest = pages.manifest_digest(frame)
    if arguments.zero_shot:
        _zero_shot(shown, digest)
    else:
        _cross_validate(arguments, shown, digest)
    return ALL_READ


def _zero_shot(shown: LabelledPages, digest: str) -> None:
    from ecg_core import network
    from ecg_core.studies.crossval import zero_shot

    classifier = network.load()
    rows = zero_shot.answer(classifier, shown)
    zero_shot.write(rows, classifier, digest)
    for figure in zero_shot.figures(rows):
        emit(asdict(figure))


def _cross_validate(arguments: argparse.Namespace, shown: LabelledPages, digest: str) -> None:
    from ecg_core.evidence.four_classes import figures, folders
    from ecg_core.evidence.four_classes.answers import MethodAnswers, file_name
    from ecg_core.evidence.four_classes.compared import METHODS, PROTOCOLS
    from ecg_core.studies.crossval.run import cross_validate, mean

    folder = arguments.out / figures.ANSWERS
    classes = tuple(folders.NAMES[name] for name in folders.FOLDERS)

    def answered(protocol: Protocol, method: ComparedMethod) -> MethodAnswers:
        if method.parts:
            found = [
                MethodAnswers.read(folder / file_name(protocol.name, part)) for part in method.parts
            ]
            return mean(method.name, found)
        title = f"{protocol.name}: {method.name}"
        with tqdm(desc=title, unit="fold", file=sys.stderr, mininterval=5) as bar:
            return cross_validate(
                shown, protocol, method, classes, digest, lambda done, folds: bar.update()
            )

    for protocol, method in product(PROTOCOLS, METHODS):
        asked = protocol.name in (arguments.protocol or [protocol.name])
        asked &= method.name in (arguments.method or [method.name])
        if not asked or not protocol.admits(method):
            continue
        path = folder / file_name(protocol.name, method.name)
        there = path.exists() and MethodAnswers.read(path).manifest_sha256 == digest
        if arguments.renew or not there or method.parts:
            answered(protocol, method).write(folder)
        emit(asdict(figures.figures(MethodAnswers.read(path))))
