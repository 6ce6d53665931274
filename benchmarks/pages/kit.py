"""Waveforms off pages that another program drew, by the measure of the digitisation competition.

`python -m benchmarks.pages.kit --kit DIR --ptbxl DIR [--out FILE]`: pages that ECG-Image-Kit drew
from recordings of PTB-XL fold 9 (`pages.csv`: file, condition, record), read as any upload. One
JSON line a page.

Of each lead the shift within 0.2 s that correlates best, then the offset by least squares; powers
of signal and of noise are summed over the twelve leads, II over its ten seconds, and their ratio is
the page's. A page that is refused has the ratio 1. The figure is the mean ratio over pages, in dB.
Heights of R waves are those of the leads so aligned (`benchmarks/pages/r_waves.py`).
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import wfdb
from scipy.signal import correlate, correlation_lags, resample_poly

from benchmarks.markdown import measured
from benchmarks.pages.r_waves import percent, r_ratios
from ecg_core.commands.files import bundles
from ecg_core.intake.reading import read_here
from ecg_core.intake.values import EcgScan, IntakeError
from ecg_core.leads import STANDARD_LEADS
from ecg_core.page.recovered import samples
from ecg_core.page.scan.rectify import from_scan
from ecg_core.page.values import PageError

FS_HZ = 500.0
SHIFT_S = 0.2
COLUMN_S = 2.5
CONDITIONS = {
    "a": "clean",
    "b": "scanned: turned, noisy, odd colours, cropped",
    "c": "creased and photographed",
    "d": "small",
}


def aligned(true_mv: np.ndarray, found_mv: np.ndarray) -> np.ndarray:
    """A lead as it was read (NaN for gaps), moved to where it fits the recorded one best.

    Both at `FS_HZ`. What the move leaves blank is NaN.
    """
    filled = np.where(np.isfinite(found_mv), found_mv, np.nanmean(found_mv))
    lags = correlation_lags(len(true_mv), len(filled))
    likeness = correlate(true_mv - true_mv.mean(), filled - filled.mean())
    near = np.abs(lags) <= round(SHIFT_S * FS_HZ)
    lag = int(lags[near][np.argmax(likeness[near])])
    moved = np.full(len(true_mv), np.nan)
    if lag >= 0:
        moved[lag:] = filled[: len(filled) - lag]
    else:
        moved[:lag] = filled[-lag:]
    return np.asarray(moved - np.nanmean(moved - true_mv))


def noise(true_mv: np.ndarray, found_mv: np.ndarray | None) -> float:
    """Power of the difference; of a lead that was not read, the signal's own."""
    if found_mv is None or not np.isfinite(found_mv).any():
        return float(np.sum(true_mv**2))
    return float(np.sum((true_mv - np.nan_to_num(aligned(true_mv, found_mv))) ** 2))


def page_row(file: Path, true_mv: np.ndarray) -> dict[str, Any]:
    """One page against its recording (mV, leads × samples at `FS_HZ`)."""
    try:
        ((_, bundle),) = bundles([str(file)])
        scan = read_here(bundle)
        assert isinstance(scan, EcgScan)
        recovery = samples.recover(from_scan(scan))
    except (IntakeError, PageError) as error:
        return {"read": False, "reason": str(error), "ratio": 1.0}
    record = recovery.as_record()
    at = np.arange(record.signals_mv.shape[1]) / record.fs_hz
    signal_power = noise_power = 0.0
    ratios: list[float] = []
    for row, lead in enumerate(STANDARD_LEADS):
        start_s = 0.0 if lead == "II" else COLUMN_S * (row // 3)
        end_s = 10.0 if lead == "II" else start_s + COLUMN_S
        true = true_mv[row, round(start_s * FS_HZ) : round(end_s * FS_HZ)]
        times = start_s + np.arange(len(true)) / FS_HZ
        found = None
        if lead in record.leads:
            own = record.signals_mv[record.leads.index(lead)]
            found = np.interp(times, at, own, right=np.nan)
            if np.isfinite(found).any():
                ratios += r_ratios(true, aligned(true, found), FS_HZ)
        signal_power += float(np.sum(true**2))
        noise_power += noise(true, found)
    return {
        "read": True,
        "ratio": round(signal_power / max(noise_power, 1e-9), 3),
        "left_out": list(recovery.left_out),
        "r_ratios": [round(one, 3) for one in ratios],
    }


def table(rows: list[dict[str, Any]]) -> str:
    """One line a condition."""
    lines = []
    for code, name in CONDITIONS.items():
        own = [row for row in rows if row["condition"] == code]
        if not own:
            continue
        ratios = np.array([row["ratio"] for row in own])
        heights = [one for row in own for one in row.get("r_ratios", ())]
        lines.append(
            (
                name,
                len(own),
                sum(not row["read"] for row in own),
                f"{10 * np.log10(ratios.mean()):.1f} dB",
                f"{np.median(10 * np.log10(ratios)):.1f} dB",
                percent(heights),
            )
        )
    head = (
        "pages",
        "n",
        "refused",
        "mean ratio",
        "median page",
        "R waves, n; median (5 % to 95 %)",
    )
    return measured(head, lines)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kit", type=Path, required=True, help="folder with pages.csv")
    parser.add_argument("--ptbxl", type=Path, required=True, help="PTB-XL folder")
    parser.add_argument("--out", type=Path, help="write the JSON lines here")
    arguments = parser.parse_args()
    out = arguments.out.open("w", encoding="utf-8") if arguments.out else sys.stdout
    rows = []
    with (arguments.kit / "pages.csv").open(encoding="utf-8") as listed:
        for page in csv.DictReader(listed):
            recorded = wfdb.rdrecord(str(arguments.ptbxl / page["record"])).p_signal
            true = resample_poly(recorded, 5, 1).T
            row = {"page": page["file"], "condition": page["condition"]}
            row |= page_row(arguments.kit / page["file"], true)
            rows.append(row)
            print(json.dumps(row), file=out, flush=True)
    print(table(rows), file=sys.stderr)


if __name__ == "__main__":
    main()
