"""How often swapped electrodes are suspected: PTB-XL fold 9 as recorded, and swapped by hand.

`python -m benchmarks.signal.reversal --ptbxl DIR` writes one JSON line per kind of input to stdout
(or --out). Each recording is judged as a record (ten seconds of twelve leads) and as a 3×4 page
shows it (2.5 s a lead, drawn and recovered without error).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import binomtest

from ecg_core.leads import STANDARD_LEADS
from ecg_core.page.layouts import LAYOUTS
from ecg_core.signal.reversal import Swap, suspicions
from ecg_core.training.data import ptbxl

Waves = dict[str, np.ndarray]


def as_recorded(waves: Waves) -> Waves:
    """Nothing swapped, as far as is known."""
    return waves


def arms(waves: Waves) -> Waves:
    """Right and left arm swapped."""
    return waves | {
        "I": -waves["I"],
        "II": waves["III"],
        "III": waves["II"],
        "aVR": waves["aVL"],
        "aVL": waves["aVR"],
    }


def labels(waves: Waves) -> Waves:
    """Leads II and III named for one another."""
    return waves | {"II": waves["III"], "III": waves["II"]}


INPUTS: tuple[tuple[Callable[[Waves], Waves], Swap | None], ...] = (
    (as_recorded, None),
    (arms, Swap.ARMS),
    (labels, Swap.LABELS),
)
"""What is done to a recording, and what should be suspected then."""

NAMES = {"as_recorded": "as recorded", "arms": "arms swapped", "labels": "II and III swapped"}


def as_printed(waves: Waves) -> Waves:
    """What a 3×4 page shows of each lead; NaN elsewhere."""
    shown = {}
    for box in LAYOUTS["3x4"].boxes():
        part = np.full(waves[box.lead].shape, np.nan)
        seconds = slice(round(box.start_s * ptbxl.FS_HZ), round(box.end_s * ptbxl.FS_HZ))
        part[seconds] = waves[box.lead][seconds]
        shown[box.lead] = part
    return shown


def measured(root: Path) -> list[dict[str, object]]:
    """One row for each kind of input: how many, and how often what was suspected."""
    data = ptbxl.load(root, folds=(ptbxl.CHOOSE_FOLD,))
    said: dict[tuple[str, str], Counter[str]] = {}
    rows = data.rows((ptbxl.CHOOSE_FOLD,))
    for row in rows:
        recorded = {
            lead: data.signals_uv[row, at].astype(float) / 1000.0
            for at, lead in enumerate(STANDARD_LEADS)
        }
        for change, _ in INPUTS:
            for source, waves in (
                ("record", change(recorded)),
                ("3x4 page", as_printed(change(recorded))),
            ):
                found = suspicions(waves, ptbxl.FS_HZ, off_paper=source != "record")
                counter = said.setdefault((change.__name__, source), Counter())
                counter.update(str(one.swap) for one in found)
    wanted = {change.__name__: swap for change, swap in INPUTS}
    return [
        {
            "input": name,
            "source": source,
            "n": len(rows),
            "suspected": sum(counter.values()),
            "rightly": counter[str(wanted[name])] if wanted[name] else 0,
            "by_kind": dict(counter),
        }
        for (name, source), counter in said.items()
    ]


def table(rows: list[dict[str, Any]]) -> str:
    """The rows as a Markdown table, with Wilson's 95 % interval."""
    lines = [
        "| recordings | judged as | n | suspected rightly | suspected wrongly |",
        "|---|---|---|---|---|",
    ]
    for row in rows:
        wrongly = row["suspected"] - row["rightly"]
        rightly = _share(row["rightly"], row["n"]) if row["input"] != "as_recorded" else ""
        lines.append(
            f"| {NAMES[row['input']]} | {row['source']} | {row['n']} | {rightly} "
            f"| {_share(wrongly, row['n'])} |"
        )
    return "\n".join(lines)


def _share(count: int, n: int) -> str:
    interval = binomtest(count, n).proportion_ci(method="wilson")
    return f"{count} = {count / n:.1%} ({interval.low:.1%} to {interval.high:.1%})"


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ptbxl", type=Path, required=True, help="PTB-XL folder")
    parser.add_argument("--out", type=Path, help="write the JSON lines here")
    arguments = parser.parse_args()
    out = arguments.out.open("w", encoding="utf-8") if arguments.out else sys.stdout
    for row in measured(arguments.ptbxl):
        print(json.dumps(row), file=out)


if __name__ == "__main__":
    main()
