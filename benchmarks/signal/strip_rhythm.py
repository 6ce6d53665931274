"""Fibrillation that is said of strips: of ECGs in sinus rhythm, and of ECGs that show it.

`python -m benchmarks.signal.strip_rhythm --ptbxl DIR` (or `make bench-strip-rhythm`) shows the
recordings of PTB-XL's fold 10 as strips of one to three leads, asks for the answer as the app does,
and counts in benchmarks/results/strip_rhythm.jsonl, a JSON line for each choice of leads, of how
many atrial fibrillation or flutter is said. Sinus rhythm: a sinus statement, and none of another
rhythm, of ectopy, of arrhythmia, of a pacemaker or of block above the first degree.
"""

from __future__ import annotations

import argparse
import ast
import csv
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.markdown import measured
from benchmarks.pages.held_against import interval
from ecg_core import network
from ecg_core.answer import Answer, answer
from ecg_core.intake.values import EcgRecord
from ecg_core.leads import STANDARD_LEADS
from ecg_core.training.data import ptbxl

RESULTS = Path(__file__).parents[1] / "results" / "strip_rhythm.jsonl"
SHOWN = (("II",), ("II", "V1"), ("I", "II", "III"), ("I",))
SINUS = frozenset({"SR", "SBRAD", "STACH"})
FIBRILLATION = frozenset({"AFIB", "AFLT"})
NOT_PLAIN = FIBRILLATION | {
    *("SVARR", "SARRH", "SVTAC", "PSVT", "PACE", "PAC", "PVC", "PRC(S)", "BIGU", "TRIGU"),
    *("2AVB", "3AVB"),
}
"""Statements beside which a sinus rhythm is not plain."""
SAID = frozenset({"AF", "AFIB", "AFLT"})


def labels(root: Path) -> dict[int, frozenset[str]]:
    """Statements of every recording, by its number."""
    with (root / "ptbxl_database.csv").open(encoding="utf-8") as lines:
        return {
            int(row["ecg_id"]): frozenset(ast.literal_eval(row["scp_codes"]))
            for row in csv.DictReader(lines)
        }


def strip(signals_uv: np.ndarray, leads: tuple[str, ...]) -> EcgRecord:
    """Some leads of a recording of 12 × 1000 samples at 100 Hz."""
    at = [STANDARD_LEADS.index(lead) for lead in leads]
    return EcgRecord("strip", "0" * 64, signals_uv[at] / 1000.0, leads, leads, 100.0, 10.0)


def counted(root: Path, fold: int) -> list[dict[str, object]]:
    """A row for each choice of leads."""
    data, stated, models = ptbxl.load(root), labels(root), network.Answering()
    rows: list[dict[str, object]] = []
    for leads in SHOWN:
        group: dict[str, list[tuple[int, bool, bool]]] = {"sinus": [], "fibrillation": []}
        for place in data.rows((fold,)):
            number = int(data.ecg_ids[place])
            said = stated[number]
            plain = bool(said & SINUS) and not said & NOT_PLAIN
            if not plain and not said & FIBRILLATION:
                continue
            found = answer(strip(data.signals_uv[place], leads), models)
            if not isinstance(found, Answer):
                continue
            over = {
                one.code for one in found.prediction.findings if one.probability >= one.threshold
            }
            told = bool(found.facts.has(*SAID))
            group["sinus" if plain else "fibrillation"].append((number, bool(over & SAID), told))
        row: dict[str, object] = {"leads": " ".join(leads), "fold": fold}
        for name, some in group.items():
            row[name] = len(some)
            row[f"{name}_suggested"] = sum(one[1] for one in some)
            row[f"{name}_said"] = sum(one[2] for one in some)
        row["wrongly"] = [one[0] for one in group["sinus"] if one[2]]
        print(json.dumps(row), flush=True)
        rows.append(row)
    return rows


def table(rows: Sequence[dict[str, object]]) -> str:
    """For each choice of leads, of how many it is suggested by the network, and said."""

    def share(count: object, n: object) -> str:
        hits, of = int(str(count)), int(str(n))
        low, high = interval(hits, of)
        return f"{hits} of {of} = {100 * hits / of:.1f} % ({low:.1f} to {high:.1f})"

    return measured(
        ("leads", "sinus rhythm: suggested", "said", "fibrillation or flutter: suggested", "said"),
        [
            (
                row["leads"],
                row["sinus_suggested"],
                share(row["sinus_said"], row["sinus"]),
                row["fibrillation_suggested"],
                share(row["fibrillation_said"], row["fibrillation"]),
            )
            for row in rows
        ],
    )


def main() -> None:
    """Count, print and keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ptbxl", type=Path, required=True)
    parser.add_argument("--fold", type=int, default=ptbxl.REPORT_FOLD)
    arguments = parser.parse_args()
    rows = counted(arguments.ptbxl, arguments.fold)
    if arguments.fold == ptbxl.REPORT_FOLD:
        RESULTS.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


if __name__ == "__main__":
    main()
