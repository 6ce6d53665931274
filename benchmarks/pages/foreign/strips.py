"""True ECG, but never twelve leads: strips of the MIT-BIH Arrhythmia Database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import wfdb

from benchmarks.pages.foreign.values import Maker, jpeg, print_waves, wfdb_files
from ecg_core.intake.values import Upload
from ecg_core.leads import STANDARD_LEADS, canonical_lead
from ecg_core.page.drawn.damage import apply
from ecg_core.page.drawn.printed import PrintStyle
from ecg_core.page.layouts import LAYOUTS

Inputs = Iterator[tuple[str, tuple[Upload, ...]]]

SECONDS = 120


def makers(folder: Path) -> tuple[Maker, ...]:
    """Strips as records, as prints, and as pages that show one lead row after row."""
    names = sorted(path.stem for path in folder.glob("*.hea"))
    if not names:
        raise FileNotFoundError(f"no WFDB records in {folder}")

    def as_records(rng: np.random.Generator) -> Inputs:
        for number, name in enumerate(rng.choice(names, 18, replace=False)):
            mv, leads, fs_hz = _part(folder, str(name), rng)
            kept = 1 + number % len(leads)
            ten = round(10 * fs_hz)
            yield f"{name}, {kept} leads", wfdb_files(mv[:kept, :ten], leads[:kept], fs_hz)

    def as_prints(rng: np.random.Generator) -> Inputs:
        for number, name in enumerate(rng.choice(names, 16, replace=False)):
            mv, leads, fs_hz = _part(folder, str(name), rng)
            kept = 1 + number % len(leads)
            style = PrintStyle(grid=str(rng.choice(["pink", "red", "green", "none"])))
            pixels = print_waves(mv[:kept], leads[:kept], fs_hz, "strip", style)
            condition = ("clean", "colour_scan")[number // 2 % 2]
            shown = apply(condition, pixels, int(rng.integers(1 << 30)), 5.0)
            yield f"{name}, {kept} leads, {condition}", jpeg(shown)

    def as_pages(rng: np.random.Generator) -> Inputs:
        for number, name in enumerate(rng.choice(names, 12, replace=False)):
            mv, _, fs_hz = _part(folder, str(name), rng)
            layout, rows = (("12x1", 12), ("6x2", 6), ("3x4", 3))[number % 3]
            ten = round(10 * fs_hz)
            continued = mv[0, : rows * ten].reshape(rows, ten)
            style = PrintStyle(label="none", separators="none", header=(f"Holter, {name}",))
            # Each row shows its own ten seconds: every lead of a row holds the same signal.
            signals = np.stack([continued[_row(layout, lead)] for lead in STANDARD_LEADS])
            pixels = print_waves(signals, STANDARD_LEADS, fs_hz, layout, style)
            yield f"{name}, {rows} rows of one lead", jpeg(pixels)

    return (
        Maker("strip record, 1–2 leads", as_records),
        Maker("printed strip, 1–2 leads", as_prints),
        Maker("page of one lead, row after row", as_pages),
    )


def _row(layout: str, lead: str) -> int:
    return next(row for row, leads in enumerate(LAYOUTS[layout].rows) if lead in leads)


def _part(
    folder: Path, name: str, rng: np.random.Generator
) -> tuple[np.ndarray, tuple[str, ...], float]:
    """Two minutes from anywhere in a record: mV, standard lead names, sampling rate."""
    header = wfdb.rdheader(str(folder / name))
    first = int(rng.uniform(0, header.sig_len - (SECONDS + 1) * header.fs))
    last = first + round(SECONDS * header.fs)
    record = wfdb.rdrecord(str(folder / name), sampfrom=first, sampto=last)
    known = [canonical_lead(lead) or "II" for lead in record.sig_name]
    leads = tuple(dict.fromkeys(known))
    return record.p_signal.T[: len(leads)], leads, float(record.fs)
