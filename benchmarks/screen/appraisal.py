"""How long a head of service waits: `python -m benchmarks.screen.appraisal [--ptbxl DIR]`.

Figures of the Performance page, computed without its caches on the shipped evidence, and how many
labelled ECGs a second are scored in the background (PTB-XL fold 9: records, and printed pages).
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from ecg_core import network
from ecg_core.evidence import forms
from ecg_core.evidence.figures import curves, rates
from ecg_core.evidence.own_sets import engines, sets
from ecg_core.evidence.own_sets.checking import check
from ecg_core.evidence.own_sets.columns import guess, read_table
from ecg_core.evidence.values import CaseSet
from ecg_core.intake.values import Bundle, Upload
from ecg_core.network.card import ModelCard

SPOKEN = ("acute_mi", "MI", "STTC", "CD", "HYP", "NORM")
REPEATS = 15
RESULTS = Path(__file__).parents[1] / "results" / "appraisal.jsonl"


def main() -> None:
    """Measure, print and keep the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ptbxl", type=Path, help="PTB-XL in its official layout")
    parser.add_argument("--records", type=int, default=600)
    parser.add_argument("--pages", type=int, default=80)
    arguments = parser.parse_args()
    card = network.card_of(network.default_model())
    rows = [*_page(card)]
    if arguments.ptbxl is not None:
        rows.append(_scoring("records", _records(arguments.ptbxl, arguments.records), card))
        rows.append(_scoring("printed pages", _pages(arguments.ptbxl, arguments.pages), card))
    RESULTS.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    for row in rows:
        print(json.dumps(row))


def _page(card: ModelCard) -> list[dict[str, object]]:
    def load() -> CaseSet:
        return forms.shown(card)[0]

    cases = load()
    counter = iter(range(10_000))

    def filtered() -> CaseSet:
        """Another tenth is left out every time, so that nothing is remembered."""
        return cases.take(np.arange(cases.n) % 10 != next(counter) % 10)

    return [
        _timed("first view: evidence, sentences, means", lambda: _summary(load())),
        _timed("summary after a filter", lambda: _summary(filtered())),
        _timed("one class with curves after a filter", lambda: _one_class(filtered())),
    ]


def _summary(cases: CaseSet) -> None:
    for code in SPOKEN:
        rates.at(cases.question(code), cases.patients)
    rates.averages(cases.asking(SPOKEN[1:]))
    assert cases.choice is not None
    rates.macro_f1(cases.choice, cases.patients)


def _one_class(cases: CaseSet) -> None:
    question = cases.question("MI")
    rates.at(question, cases.patients)
    curves.roc(question, cases.patients)
    curves.precision_recall(question, cases.patients)
    curves.decision_curve(question, cases.patients)


def _timed(what: str, work: Callable[[], object]) -> dict[str, object]:
    spent = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        work()
        spent.append((time.perf_counter() - started) * 1e3)
    low, high = np.percentile(spent, (50, 95))
    return {"what": what, "p50_ms": round(float(low), 1), "p95_ms": round(float(high), 1)}


def _records(root: Path, count: int) -> list[Bundle]:
    stems = sorted((root / "records100").rglob("*.hea"))
    chosen = stems[:: max(len(stems) // count, 1)][:count]
    return [
        Bundle(
            stem.stem,
            tuple(
                Upload(path.name, path.read_bytes()) for path in (stem, stem.with_suffix(".dat"))
            ),
        )
        for stem in chosen
    ]


def _pages(root: Path, count: int) -> list[Bundle]:
    from ecg_core.intake import read_here
    from ecg_core.intake.values import EcgRecord
    from ecg_core.page.drawn.printed import print_record

    found = []
    for bundle in _records(root, count):
        record = read_here(bundle)
        assert isinstance(record, EcgRecord)
        pixels = print_record(record).pixels
        _, data = cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
        found.append(Bundle(bundle.name, (Upload(f"{bundle.name}.jpg", data.tobytes()),)))
    return found


def _scoring(what: str, bundles: list[Bundle], card: ModelCard) -> dict[str, object]:
    """Cases a second, process start and model loading left out."""
    table = read_table(("file,MI\n" + "".join(f"{bundle.name},0\n" for bundle in bundles)).encode())
    checked = check(table, guess(table), [bundle.name for bundle in bundles])
    asked = sets.identity(card.name, card.version, card.weights_sha256)
    with tempfile.TemporaryDirectory() as folder:
        made = sets.create(Path(folder), what, bundles, checked.labels, asked)
        moments: list[float] = []
        for _ in engines.processes()(made.cases(), card.name, lambda: False):
            moments.append(time.perf_counter())
    warm = len(moments) // 5
    per_second = (len(moments) - 1 - warm) / (moments[-1] - moments[warm])
    return {"what": f"scored in the background: {what}", "n": len(moments), "per_s": per_second}


if __name__ == "__main__":
    main()
