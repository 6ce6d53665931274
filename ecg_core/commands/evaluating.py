"""`evaluate`: score a labelled data set, keep the rows as evidence, print the figures."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ecg_core import network
from ecg_core.commands.files import ALL_READ, SOME_REJECTED, WRONG_USAGE, bundles, complain, emit
from ecg_core.network.registry import STRIP_MODEL, models_folder
from ecg_core.page.layouts import DEFAULT_LAYOUT, LAYOUTS

if TYPE_CHECKING:
    from ecg_core.evidence.own_sets.sets import LabelledSet
    from ecg_core.network.card import ModelCard
    from ecg_core.network.classifier import Classifier
    from ecg_core.training.data import ptbxl


def register(subparsers: Any) -> None:
    """Add the subcommand."""
    parser: argparse.ArgumentParser = subparsers.add_parser("evaluate", help="measure the model")
    parser.add_argument("--dataset", choices=("ptb-xl", "strips", "labelled"), default="ptb-xl")
    parser.add_argument("--root", type=Path, required=True, metavar="DIR")
    parser.add_argument("--split", type=int, choices=(9, 10), help="PTB-XL fold")
    parser.add_argument(
        "--labels",
        type=Path,
        metavar="CSV",
        help="with --dataset labelled: one row per ECG; not where DIR is a set of the app",
    )
    parser.add_argument("--condition", default="clean")
    parser.add_argument("--layout", choices=tuple(LAYOUTS), default=DEFAULT_LAYOUT)
    parser.add_argument("--limit", type=int, help="only about this many recordings")
    parser.add_argument("--model", choices=network.list_models() or None)
    parser.add_argument(
        "--all", action="store_true", help="every layout, then carry the figures into the card"
    )
    parser.add_argument(
        "--tasks",
        action="store_true",
        help="the benchmark's six tasks and triage by both rules, from evidence on clean pages",
    )
    parser.add_argument(
        "--coherence",
        action="store_true",
        help="count contradictions in what is said, and how often serious labels are urgent",
    )
    parser.add_argument(
        "--printed",
        action="store_true",
        help="with --coherence: from end to end, each ECG printed and its page read",
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="default: the model's evidence")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Evaluate and print one JSON line per figure."""
    if arguments.dataset == "labelled":
        return _labelled(arguments)
    if arguments.dataset == "strips":
        return _strips(arguments)
    if arguments.split is None:
        complain("Name the fold: --split 9 chooses, --split 10 reports.")
        return WRONG_USAGE
    from ecg_core.evidence import forms
    from ecg_core.evidence.figures import carried
    from ecg_core.page.drawn.damage import CONDITIONS
    from ecg_core.training import evaluate, release
    from ecg_core.training.data import ptbxl, restated
    from ecg_core.training.tasks import twelve_leads

    if arguments.condition not in CONDITIONS:
        complain(f"Unknown condition; there are {', '.join(CONDITIONS)}")
        return WRONG_USAGE
    classifier = network.load(arguments.model)
    codes = [one.code for one in classifier.card.statements]
    try:
        data = ptbxl.load(arguments.root, codes=codes)
    except FileNotFoundError as error:
        complain(f"No PTB-XL at {arguments.root}: {error}")
        return WRONG_USAGE
    data = restated.taught_by(classifier.card.triage_rule, data, arguments.root)
    home = models_folder() / classifier.card.name
    folder = arguments.out or home / "evidence"
    if arguments.tasks:
        return _tasks(classifier.card, data, arguments.root, home, folder)
    if arguments.coherence:
        return _coherence(classifier, data, arguments, folder)
    if arguments.all:
        sets = twelve_leads.evidence(classifier, data, arguments.split)
        evaluate.write_all(classifier, sets, folder)
        for figure in release.carry_figures(home).figures:
            emit(asdict(figure))
        return ALL_READ
    found = twelve_leads.answered(
        classifier, data, arguments.split, arguments.condition, arguments.layout, arguments.limit
    )
    forms.write(found, classifier.card, folder)
    for figure in carried.of_pages(found):
        emit(asdict(figure))
    return ALL_READ


def _tasks(card: ModelCard, data: ptbxl.PtbXl, root: Path, home: Path, folder: Path) -> int:
    """The benchmark's six tasks, triage by both rules: printed, and kept as evidence."""
    from ecg_core.evidence import forms
    from ecg_core.evidence.figures import definitions, six_tasks
    from ecg_core.training.data import restated, scp_tasks

    cases = forms.read_all(home, card)[0]
    at = np.searchsorted(data.ecg_ids, cases.case_ids)
    again = restated.restated(root, cases.case_ids, data.signals_uv[at])
    stages = {"infarction of stage I or I–II": again.early, "infarction of stage II": again.recent}
    tasks = [
        six_tasks.figure(cases, one.task, one.parts, one.truth)
        for one in scp_tasks.labels(root, cases.case_ids)
    ]
    defined = list(definitions.figures(cases, again.triage, stages))
    for name, found in ((six_tasks.FILE_NAME, tasks), (definitions.FILE_NAME, defined)):
        text = "".join(one.line() + "\n" for one in found)
        (folder / name).write_text(text, encoding="utf-8")
        for one in found:
            emit(asdict(one))
    return ALL_READ


def _coherence(
    classifier: Classifier, data: ptbxl.PtbXl, arguments: argparse.Namespace, folder: Path
) -> int:
    """Contradictions, serious labels and firing lines: printed, and kept as evidence."""
    from ecg_core.training.judged import coherence, with_before

    printed = arguments.printed
    rows = coherence(classifier, data, arguments.root, arguments.split, arguments.limit, printed)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"verdict_{'printed_' if printed else ''}fold-{arguments.split}.jsonl"
    kept = path.read_text(encoding="utf-8").splitlines() if path.exists() else ()
    rows = with_before(rows, [json.loads(line) for line in kept])
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            emit(row)
    return ALL_READ


def _strips(arguments: argparse.Namespace) -> int:
    """MIT-BIH DS2 and PTB-XL fold 10 as rhythm strips. root: holds mitdb/ and ptb-xl/."""
    from ecg_core.evidence import forms
    from ecg_core.training import evaluate, release
    from ecg_core.training.tasks import strips

    classifier = network.load(arguments.model or STRIP_MODEL)
    home = arguments.out or classifier.folder
    try:
        folder = forms.folder_of(home, classifier.card)
        evaluate.write_all(classifier, strips.evidence(classifier, arguments.root), folder)
    except FileNotFoundError as error:
        complain(f"No MIT-BIH or PTB-XL under {arguments.root}: {error}")
        return WRONG_USAGE
    for figure in release.carry_figures(home).figures:
        emit(asdict(figure))
    return ALL_READ


def _labelled(arguments: argparse.Namespace) -> int:
    """One's own labelled ECGs: the same set, scoring and figures as on the Performance page."""
    from ecg_core.evidence.figures import rates
    from ecg_core.evidence.own_sets import engines, scoring
    from ecg_core.evidence.own_sets.as_cases import as_cases
    from ecg_core.evidence.own_sets.sets import LabelledSet
    from ecg_core.evidence.probes import shortcuts

    card = network.card_of(arguments.model or network.default_model())
    rejected = False
    if (arguments.root / "set.json").is_file():
        # Brought in on the page, where its columns were mapped.
        labelled: LabelledSet | None = LabelledSet(arguments.root)
    else:
        labelled, rejected = _new_set(arguments, card)
    if labelled is None:
        return WRONG_USAGE
    # Whoever types the command waits for it.
    scoring.score(labelled, engines.configured(behind=False))
    cases = as_cases(labelled, card)
    for question in (q for q in cases.questions if q.answerable):
        emit(
            {
                "set": str(labelled.folder),
                **asdict(rates.at(question, cases.patients)),
                **asdict(rates.areas(question, cases.patients)),
            }
        )
    for look in shortcuts.load(labelled) or ():
        emit(
            {"set": str(labelled.folder), "without_ecg": look.key, "leaks": look.leaks}
            | {"n": look.n, "auc": look.mean and asdict(look.mean)}
            | ({"words": [asdict(one) for one in look.words]} if look.words else {})
        )
        if look.leaks:
            complain(f"The labels can be told without the ECG, from {look.name} alone.")
    return SOME_REJECTED if cases.refused or rejected else ALL_READ


def _new_set(arguments: argparse.Namespace, card: ModelCard) -> tuple[LabelledSet | None, bool]:
    """A set of the files and the table, or None; and whether some rows were left out."""
    from ecg_core.evidence.own_sets import checking, columns, sets

    if arguments.labels is None or not arguments.labels.is_file():
        complain("Name the table of labels: --labels CSV.")
        return None, False
    try:
        table = columns.read_table(arguments.labels.read_bytes())
        found = [bundle for _, bundle in bundles([str(arguments.root)])]
        names = [bundle.name for bundle in found]
        checked = checking.check(table, columns.guess(table), names)
        for problem in checked.problems:
            complain(str(problem))
        labelled = sets.create(
            arguments.out or Path("var"),
            arguments.labels.stem,
            found,
            checked.labels,
            sets.identity(card.name, card.version, card.weights_sha256),
        )
    except (columns.TableError, FileNotFoundError, ValueError) as error:
        complain(str(error))
        return None, False
    return labelled, bool(checked.problems)
