"""`predict PATH…`: one JSON object a case."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, cast

from ecg_core import network
from ecg_core.answer import Answer, answer
from ecg_core.commands import by_hand
from ecg_core.commands.ahead import Ahead, Made, make, processes_wanted
from ecg_core.commands.files import (
    ALL_READ,
    SOME_REJECTED,
    WRONG_USAGE,
    bundles,
    complain,
    emit,
    named,
)
from ecg_core.intake import Bundle, with_next
from ecg_core.network.statements import TRIAGE_CLASSES
from ecg_core.page.halves import belong, lacks
from ecg_core.page.layouts import DEFAULT_LAYOUT
from ecg_core.page.ten_seconds import is_longer
from ecg_core.page.values import EcgPage
from ecg_core.prepared import Refusal
from ecg_core.read_as import AS_IT_COMES, ReadAs
from ecg_core.report.plain import measurements_to_plain, narrative_to_plain
from ecg_core.triage.verdict import verdict_to_plain

UNSURE = frozenset({"pages_unlike", "pages_rates", "pages_rate_unknown"})
"""Remarks on two pages over which they are not joined unasked."""


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
    parser.add_argument(
        "--start",
        type=float,
        metavar="SECONDS",
        help="where the ten seconds of longer records begin; their most urgent ones unless given",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Predict every case; a rejected one never stops the others."""
    answering = network.Answering(arguments.model)
    read_as = replace(by_hand.read_as(arguments), start_s=arguments.start)
    leads = tuple(map(str.strip, arguments.signals.split(","))) if arguments.signals else ()
    cases = ((name, replace(found, leads=leads)) for name, found in bundles(arguments.paths))
    code = ALL_READ
    ahead = Ahead(processes_wanted())

    def load_model() -> None:
        answering.to(arguments.layout or DEFAULT_LAYOUT)

    try:
        made = ahead.each(cases, read_as, meanwhile=load_model)
        answered = (predict(answering, name, one, read_as, done) for name, one, done in made)
        for case in joined(answered, answering):
            code = SOME_REJECTED if case.line["status"] == "rejected" else code
            emit(case.line)
    except FileNotFoundError as error:
        complain(f"No such file: {error}")
        return WRONG_USAGE
    finally:
        ahead.close()
    return code


@dataclass(frozen=True, eq=False)
class Case:
    """One case read. line: the contract's object. page: None of a rejected one."""

    name: str
    bundle: Bundle
    line: dict[str, object]
    page: EcgPage | None
    read_as: ReadAs


def predict(
    answering: network.Answering,
    name: str,
    bundle: Bundle,
    read_as: ReadAs,
    made: Made | None = None,
) -> Case:
    """Answer one case. made: what another process made of it."""
    made = made or make(bundle, read_as)
    started = time.perf_counter() - made.seconds
    head: dict[str, object] = {"input": name, "sha256": bundle.sha256}
    found = made.found
    said = found if isinstance(found, Refusal) else answer(found, answering, read_as=read_as)
    if isinstance(said, Refusal):
        line = head | {"status": "rejected", "reasons": [str(said)]}
        return Case(name, bundle, line, None, read_as)
    line = head | _line(said)
    line["elapsed_ms"] = round((time.perf_counter() - started) * 1e3, 1)
    return Case(name, bundle, line, said.page, read_as)


def joined(cases: Iterable[Case], answering: network.Answering) -> Iterator[Case]:
    """The cases; in place of two pages that follow one another and plainly belong together, limb
    leads on one and chest leads on the other, the one ECG that they are.

    Where they may belong together, both lines say so, with the path that reads them so ("join").
    """
    held: Case | None = None
    for case in cases:
        whole = None if held is None else _together(held, case, answering)
        if whole is not None and not UNSURE & set(cast("dict[str, object]", whole.line["quality"])):
            held = None
            yield whole
            continue
        if whole is not None and held is not None:
            for one, other in ((held, case), (case, held)):
                one.line["join"] = whole.name
                said = (
                    f"Page {(other.bundle.part or 0) + 1} shows the other leads and may be of the "
                    f"same ECG: look, and read both as one with {whole.name}."
                )
                one.line["reasons"] = [*cast("list[str]", one.line["reasons"]), said]
        if held is not None:
            yield held
        held = case if case.page is not None and lacks(case.page) else None
        if held is None:
            yield case
    if held is not None:
        yield held


def _together(one: Case, other: Case, answering: network.Answering) -> Case | None:
    """Both pages read as one ECG, where they make one."""
    part, after = one.bundle.part, other.bundle.part
    follow = part is not None and after == part + 1 and one.bundle.files == other.bundle.files
    if not follow or one.bundle.with_next or other.bundle.with_next or other.read_as != AS_IT_COMES:
        return None
    if one.page is None or other.page is None or not belong(one.page, other.page):
        return None
    head, page, _ = one.name.rpartition("#page=")
    # Cases of a folder bear names that are no paths.
    path = head if page else one.name.removesuffix(one.bundle.name) + one.bundle.files[0].name
    bundle = with_next(one.bundle)
    found = predict(answering, named(path, bundle), bundle, one.read_as)
    return found if found.page is not None else None


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
        "measurements": measurements_to_plain(said.measurements)["measurements"],
        "verdict": verdict_to_plain(said.verdict),
        "draft": narrative_to_plain(said.draft),
        "model": {"name": model.name, "version": model.version, "sha256": model.weights_sha256},
    } | _of_some(said)


def _of_some(said: Answer) -> dict[str, object]:
    """What only some lines hold: where in a longer record its ten seconds are; a question."""
    found: dict[str, object] = {}
    if said.record is not None and is_longer(said.record):
        found["start_s"] = said.page.start_s
    if said.page.question is not None:
        found["question"] = said.page.question.as_json()
    return found
