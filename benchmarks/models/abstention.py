"""What the product does with inputs that are no twelve-lead ECG, and with good ones.

`python -m benchmarks.models.abstention [--model NAME] [--mitdb DIR] [--ptbxl DIR] [--out FILE]`
sends every input the way of an upload (intake, page, network), writes one JSON line each, and lists
every foreign input that was answered and every good one that was not.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.pages.foreign import suite
from benchmarks.pages.foreign.values import Foreign, jpeg, wfdb_files
from ecg_core import network
from ecg_core.answer import answer
from ecg_core.evidence.field import outcomes
from ecg_core.evidence.field.outcomes import InputOutcome
from ecg_core.intake import Bundle, Upload, split
from ecg_core.leads import STANDARD_LEADS
from ecg_core.network.classifier import Classifier
from ecg_core.network.who_answers import OneModel
from ecg_core.page.drawn import damage
from ecg_core.page.drawn.printed import GRIDS, PrintStyle, print_record
from ecg_core.page.layouts import LAYOUTS
from ecg_core.prepared import Refusal

DEMO = Path(__file__).parents[2] / "assets" / "demo"
STRIPS = ("one_minute_strip",)
"""Demonstration ECGs that do not show twelve leads."""
CLEAN_RECORDS, PRINTED_RECORDS = 100, 40
SEED = 0


def send(classifier: Classifier, group: str, one: Foreign) -> InputOutcome:
    """Send one input the way of an upload."""
    bundle = split(one.files)[0]
    outcome, reasons = _outcome(classifier, bundle)
    identity = classifier.identity
    return InputOutcome(
        group,
        one.kind,
        one.name,
        outcome,
        reasons,
        bundle.sha256,
        identity.name,
        identity.weights_sha256,
    )


def _outcome(classifier: Classifier, bundle: Bundle) -> tuple[str, tuple[str, ...]]:
    said = answer(bundle, OneModel(classifier))
    if isinstance(said, Refusal):
        refused = "refused as a page" if said.code else "refused by intake"
        return refused, (said.code or said.reason,)
    if said.prediction.abstained:
        return "abstained", tuple(reason.code for reason in said.prediction.reasons)
    return "answered", ()


def good(ptbxl_root: Path | None) -> Iterator[Foreign]:
    """Twelve-lead ECGs: the demonstration ones and, where PTB-XL is, fold 9 drawn and printed."""
    for entry in json.loads((DEMO / "catalogue.json").read_text(encoding="utf-8")):
        if entry["id"] not in STRIPS:
            files = tuple(Upload(name, (DEMO / name).read_bytes()) for name in entry["files"])
            yield Foreign("demonstration ECG", entry["id"], files)
    if ptbxl_root is None:
        return
    from ecg_core.training.data import ptbxl
    from ecg_core.training.data.recordings import record_of

    data = ptbxl.load(ptbxl_root, folds=(ptbxl.CHOOSE_FOLD,))
    rows = data.rows((ptbxl.CHOOSE_FOLD,))
    spread = np.linspace(0, len(rows) - 1, CLEAN_RECORDS + PRINTED_RECORDS).astype(int)
    rows = np.random.default_rng(SEED).permutation(rows[spread])
    for row in rows[:CLEAN_RECORDS]:
        files = wfdb_files(data.signals_uv[row] / 1000.0, STANDARD_LEADS, ptbxl.FS_HZ)
        yield Foreign("PTB-XL fold 9, record", f"ptbxl-{data.ecg_ids[row]}", files)
    layouts = tuple(LAYOUTS)
    grids = tuple(name for name in GRIDS if name != "none")
    named = damage.PROTOCOL
    for number, row in enumerate(rows[CLEAN_RECORDS:]):
        ecg_id = int(data.ecg_ids[row])
        layout, condition = layouts[number % len(layouts)], named[number % len(named)]
        record = record_of(data.signals_uv[row], ecg_id)
        style = PrintStyle(grid=grids[number % len(grids)])
        sheet = print_record(record, layout, style=style).pixels
        files = jpeg(damage.apply(condition, sheet, ecg_id), 95)
        name = f"ptbxl-{ecg_id}, {layout}, {condition}"
        yield Foreign("PTB-XL fold 9, printed page", name, files)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", choices=network.list_models() or None)
    parser.add_argument("--mitdb", type=Path, help="MIT-BIH Arrhythmia Database folder")
    parser.add_argument("--ptbxl", type=Path, help="PTB-XL folder")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--only", default="", help="only kinds that contain this word")
    parser.add_argument("--out", type=Path, help="write the JSON lines here")
    arguments = parser.parse_args()
    classifier = network.load(arguments.model)
    out = arguments.out.open("w", encoding="utf-8") if arguments.out else sys.stdout
    began = time.process_time()
    rows = []
    for group, inputs in (
        ("foreign", suite(arguments.seed, arguments.mitdb)),
        ("good", good(arguments.ptbxl)),
    ):
        for one in inputs:
            if arguments.only not in one.kind:
                continue
            rows.append(send(classifier, group, one))
            print(rows[-1].line(), file=out, flush=True)
    _summary(rows)
    print(f"{time.process_time() - began:.0f} s of CPU time", file=sys.stderr)


def _summary(rows: list[InputOutcome]) -> None:
    """Counts by kind, and every input on the wrong side, on stderr."""
    for count in outcomes.counts(rows):
        print(
            f"{count.group:8} {count.answered:4} of {count.n:4} answered  {count.kind}",
            file=sys.stderr,
        )
    for row in rows:
        if row.answered == (row.group == "foreign"):
            what = ", ".join(row.reasons)
            print(f"{row.outcome}: {row.kind}: {row.name} {what}", file=sys.stderr)


if __name__ == "__main__":
    main()
