"""Intervals against experts' wave borders: `python -m benchmarks.signal.qtdb --qtdb DIR`.

The QT Database (Laguna et al., Computers in Cardiology 1997): 105 records of two leads at 250 Hz,
in each of which an expert set the borders of some 30 to 50 beats by eye. Each record is cut into
ten seconds, as the app measures them, from its first annotated beat on; measured alone, and
compared with the median of the expert's intervals of the usual beats within, of which the measured
interval is one: paced beats among conducted ones have another. Left out are windows with fewer than
three such beats, and of a quantity those in which fewer than half of them have it.
Limits of the delineation were chosen on these records, so its errors elsewhere may be larger.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import wfdb

from ecg_core.intake.values import EcgRecord
from ecg_core.signal.measurements import measure
from ecg_core.signal.values import BeatKind

RESULTS = Path(__file__).parents[1] / "results" / "qtdb.jsonl"
KEYS = ("pr", "qrs", "qt")
BEATS = frozenset("NLRABVQ")
WINDOW_S, LEAD_IN_S, EDGE_S = 10.0, 0.6, 0.5
LEAST_BEATS = 3
FAR_MS, LONG_PR_MS = 40.0, 200.0
LEADS = ("II", "V1")
"""Names of two leads that are measured alike; most records do not say theirs."""
P_BEFORE_S = 0.5
SAME_S = 0.15
"""An expert's beat and a measured one so near each other are the same."""


@dataclass(frozen=True)
class Borders:
    """One beat of an expert, in seconds; NaN where the expert set no such border."""

    at_s: float
    p_start_s: float
    qrs_start_s: float
    qrs_end_s: float
    t_end_s: float

    def interval_ms(self, key: str) -> float:
        """PR, QRS or QT of this beat."""
        start_s = self.p_start_s if key == "pr" else self.qrs_start_s
        end_s = {"pr": self.qrs_start_s, "qrs": self.qrs_end_s, "qt": self.t_end_s}[key]
        return 1e3 * (end_s - start_s)


def borders(path: Path, expert: str, fs_hz: float) -> tuple[Borders, ...]:
    """The borders of an annotation file: brackets whose number names the wave (0 P, 1 QRS, 2 T)."""
    marks = wfdb.rdann(str(path), expert)
    symbols, numbers, times = marks.symbol, marks.num, np.asarray(marks.sample) / fs_hz
    beats = [at for at, symbol in enumerate(symbols) if symbol in BEATS]
    ends = [*beats[1:], len(symbols)]
    found, before = [], 0
    for beat, end in zip(beats, ends, strict=True):
        opened = {
            int(numbers[at]): float(times[at])
            for at in range(before, beat)
            if symbols[at] == "(" and times[beat] - times[at] < P_BEFORE_S
        }
        closed: dict[int, float] = {}
        for at in range(beat + 1, end):
            if symbols[at] == "p":
                break
            if symbols[at] == ")":
                closed.setdefault(int(numbers[at]), float(times[at]))
        nan = float("nan")
        found.append(
            Borders(
                float(times[beat]),
                opened.get(0, nan),
                opened.get(1, nan),
                closed.get(1, nan),
                closed.get(2, nan),
            )
        )
        before = beat + 1
    return tuple(found)


def windows(root: Path, expert: str) -> Iterator[dict[str, Any]]:
    """One row for ten seconds: the expert's medians, what was measured, and why it is blank."""
    for header in sorted(root.glob("*.hea")):
        path = header.with_suffix("")
        if not path.with_suffix(f".{expert}").exists():
            continue
        file = wfdb.rdrecord(str(path))
        signals = file.p_signal.T.astype(np.float32)
        duration_s = signals.shape[1] / file.fs
        whole = EcgRecord(path.name, "", signals, LEADS, LEADS, file.fs, duration_s)
        beats = borders(path, expert, file.fs)
        start_s = beats[0].at_s - LEAD_IN_S
        while start_s + WINDOW_S < duration_s and start_s < beats[-1].at_s:
            row = _window(whole, beats, start_s)
            if row is not None:
                yield {"expert": expert, "record": path.name} | row
            start_s += WINDOW_S


def _window(whole: EcgRecord, beats: tuple[Borders, ...], start_s: float) -> dict[str, Any] | None:
    first_s, last_s = start_s + EDGE_S, start_s + WINDOW_S - EDGE_S
    inside = [beat for beat in beats if first_s <= beat.at_s < last_s]
    if len(inside) < LEAST_BEATS:
        return None
    found = measure(whole.window(start_s, WINDOW_S))
    usual_s = [start_s + beat.time_s for beat in found.beats if beat.kind is BeatKind.USUAL]
    inside = [beat for beat in inside if any(abs(beat.at_s - at_s) < SAME_S for at_s in usual_s)]
    row: dict[str, Any] = {"start_s": round(start_s, 1), "beats": len(inside)}
    for key in KEYS:
        known = np.array([beat.interval_ms(key) for beat in inside])
        known = known[np.isfinite(known)]
        enough = len(known) >= max(LEAST_BEATS, 0.5 * len(inside))
        one = found.values[key]
        row[key] = {
            "expert_ms": float(np.median(known)) if enough else None,
            "measured_ms": None if one.value is None else round(one.value, 1),
            "quality": str(one.quality),
            "code": one.code,
        }
    return row


def summary(rows: list[dict[str, Any]], expert: str) -> Iterator[dict[str, Any]]:
    """Bias, standard deviation and far errors of each interval, by window and by record."""
    for key in KEYS:
        asked = [row for row in rows if row[key]["expert_ms"] is not None]
        errors: dict[str, list[float]] = {}
        for row in asked:
            if row[key]["measured_ms"] is not None:
                error = row[key]["measured_ms"] - row[key]["expert_ms"]
                errors.setdefault(row["record"], []).append(error)
        if not errors:
            continue  # this expert set no such borders
        every = np.concatenate([np.array(one) for one in errors.values()])
        record = np.array([float(np.median(one)) for one in errors.values()])
        yield {
            "expert": expert,
            "what": key,
            "windows": len(asked),
            "records": len({row["record"] for row in asked}),
            "blank": len(asked) - len(every),
            "measured_without_expert": sum(
                row[key]["expert_ms"] is None and row[key]["measured_ms"] is not None
                for row in rows
            ),
        } | {
            f"{name}_{what}": value
            for name, errors_ms in (("window", every), ("record", record))
            for what, value in _figures(errors_ms).items()
        }


def long_pr(rows: list[dict[str, Any]], expert: str) -> Iterator[dict[str, Any]]:
    """Of how many records a PR over 200 ms is found, missed (blank or shorter), or wrongly said."""
    by_record: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if row["pr"]["expert_ms"] is not None:
            by_record.setdefault(row["record"], []).append(row["pr"])
    said, true = [], []
    for some in by_record.values():
        found = [one["measured_ms"] for one in some if one["measured_ms"] is not None]
        true.append(np.median([one["expert_ms"] for one in some]) > LONG_PR_MS)
        said.append(bool(found) and np.median(found) > LONG_PR_MS)
    if true:
        is_long, says = np.array(true), np.array(said)
        yield {
            "expert": expert,
            "long_pr_records": len(true),
            "right": int((is_long & says).sum()),
            "missed": int((is_long & ~says).sum()),
            "false": int((~is_long & says).sum()),
        }


def experts_apart(one: list[dict[str, Any]], two: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """How far apart two experts are, by record, on those that both marked."""
    for key in KEYS:
        medians: list[dict[str, float]] = []
        for rows in (one, two):
            known: dict[str, list[float]] = {}
            for row in rows:
                if row[key]["expert_ms"] is not None:
                    known.setdefault(row["record"], []).append(row[key]["expert_ms"])
            medians.append({name: float(np.median(some)) for name, some in known.items()})
        both = sorted(medians[0].keys() & medians[1].keys())
        if len(both) > 1:
            apart = np.array([medians[1][name] - medians[0][name] for name in both])
            yield {"experts_apart": key} | _figures(apart)


def _figures(errors_ms: np.ndarray) -> dict[str, float | int]:
    middle = float(np.median(errors_ms))
    return {
        "n": len(errors_ms),
        "bias_ms": round(float(errors_ms.mean()), 1),
        "sd_ms": round(float(errors_ms.std(ddof=1)), 1),
        "median_ms": round(middle, 1),
        "robust_sd_ms": round(1.48 * float(np.median(np.abs(errors_ms - middle))), 1),
        "far": int((np.abs(errors_ms) > FAR_MS).sum()),
    }


def main() -> None:
    """Write every window and the figures of them to the result file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--qtdb", type=Path, required=True, metavar="DIR")
    parser.add_argument("--out", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    every = {expert: list(windows(arguments.qtdb, expert)) for expert in ("qone", "qtwo")}
    with arguments.out.open("w", encoding="utf-8") as out:
        for expert, rows in every.items():
            for row in (*rows, *summary(rows, expert), *long_pr(rows, expert)):
                print(json.dumps(row), file=out)
        for row in experts_apart(every["qone"], every["qtwo"]):
            print(json.dumps(row), file=out)


if __name__ == "__main__":
    main()
