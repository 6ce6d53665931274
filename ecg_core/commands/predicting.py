"""`predict PATH…`: one JSON object a case."""

from __future__ import annotations

import argparse
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from ecg_core import network
from ecg_core.answer import Answer, ReadAs, Refusal, answer
from ecg_core.commands import by_hand
from ecg_core.commands.files import ALL_READ, SOME_REJECTED, WRONG_USAGE, bundles, complain, emit
from ecg_core.commands.measuring import plain
from ecg_core.intake import Bundle, warm_up
from ecg_core.network.statements import TRIAGE_CLASSES
from ecg_core.page.layouts import DEFAULT_LAYOUT
from ecg_core.report.plain import narrative_to_plain
from ecg_core.triage.verdict import verdict_to_plain


def register(subparsers: Any) -> None:
    """Add the subcommand."""
    parser: argparse.ArgumentParser = subparsers.add_parser("predict", help="read ECGs")
    parser.add_argument("paths", nargs="+", metavar="PATH")
    parser.add_argument("--json", action="store_true", help="JSON lines (the default)")
    parser.add_argument("--model", choices=network.list_models() or None)
    by_hand.add(parser)
    parser.add_argument(
        "--signals",
        metavar="II,V5",
        help="the leads of a record's signals, in their order, where the file does not name them",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Predict every case; a rejected one never stops the others."""
    answering = network.Answering(arguments.model)
    # What everyone needs is loaded before the first ECG is timed, the readers beside the network.
    with ThreadPoolExecutor(1) as beside:
        beside.submit(warm_up)
        answering.to(arguments.layout or DEFAULT_LAYOUT)
    read_as = by_hand.read_as(arguments)
    leads = tuple(map(str.strip, arguments.signals.split(","))) if arguments.signals else ()
    code = ALL_READ
    try:
        for name, found in bundles(arguments.paths):
            bundle = replace(found, leads=leads)
            line = predict(answering, name, bundle, read_as)
            code = SOME_REJECTED if line["status"] == "rejected" else code
            emit(line)
    except FileNotFoundError as error:
        complain(f"No such file: {error}")
        return WRONG_USAGE
    return code


def predict(
    answering: network.Answering, name: str, bundle: Bundle, read_as: ReadAs
) -> dict[str, object]:
    """One case as the contract's object."""
    started = time.perf_counter()
    head: dict[str, object] = {"input": name, "sha256": bundle.sha256}
    said = answer(bundle, answering, read_as=read_as)
    if isinstance(said, Refusal):
        return head | {"status": "rejected", "reasons": [str(said)]}
    line = head | _line(said)
    return line | {"elapsed_ms": round((time.perf_counter() - started) * 1e3, 1)}


def _line(said: Answer) -> dict[str, object]:
    page, prediction, model = said.page, said.prediction, said.prediction.model
    return {
        "status": "abstained" if prediction.abstained else "ok",
        "reasons": [reason.text for reason in prediction.reasons],
        "triage": dict(zip(map(str, TRIAGE_CLASSES), prediction.triage, strict=True)),
        "superclasses": {f.code: f.probability for f in prediction.superclasses},
        "findings": {f.code: f.probability for f in prediction.findings},
        "priority": str(said.verdict.priority),
        "rule": said.verdict.rule_id,
        "layout": page.layout,
        "px_per_mm": page.source_px_per_mm,
        "quality": {r.code: {"severity": str(r.severity), "text": r.text} for r in page.remarks},
        "measurements": plain(said.measurements)["measurements"],
        "verdict": verdict_to_plain(said.verdict),
        "draft": narrative_to_plain(said.draft),
        "model": {"name": model.name, "version": model.version, "sha256": model.weights_sha256},
    } | ({} if page.question is None else {"question": page.question.as_json()})
