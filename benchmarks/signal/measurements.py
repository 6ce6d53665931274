"""Measurements against what is known: `python -m benchmarks.signal.measurements --mitdb DIR --ptbxl
DIR`.

Rate against the annotated beats of the MIT-BIH Arrhythmia Database, ten-second strips, alone and
with the record around them, as the app has it; intervals against synthetic beats, whose waves
begin and end where the model says; intervals against the labels of PTB-XL fold 10, on which
nothing was chosen; ECGs of fold 9, on which the reading of traces was chosen, printed and read
again, against the record, and a few of them as a coarse JPEG; and, with `--others DIR`, pages that
another program drew of such ECGs (ECG-Image-Kit, Shivashankara et al., Physiol Meas 2024): clean,
scanned, creased, small. Strips
with ventricular flutter waves or fewer than three beats are left out. The share of beats' votes
was chosen on DS1 and the paced records, the limits of waves on synthetic beats of other seeds, the
QT Database and PTB-XL fold 9.
"""

from __future__ import annotations

import argparse
import ast
import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd
import wfdb

from benchmarks.pages.rectify import records
from ecg_core.commands.files import bundles
from ecg_core.intake import read_here
from ecg_core.intake.values import EcgRecord, EcgScan
from ecg_core.leads import STANDARD_LEADS
from ecg_core.page.drawn.printed import GRIDS, PrintStyle, print_record
from ecg_core.page.recovered.measured import measure_page
from ecg_core.page.scan.rectify import from_scan
from ecg_core.page.values import EcgPage, PageError
from ecg_core.signal.measurements import measure
from ecg_core.signal.synthetic import beat_model
from ecg_core.signal.synthetic.beat_model import Conduction, Heart, synthesise
from ecg_core.training.data import ptbxl

RESULTS = Path(__file__).parents[1] / "results" / "measurements.jsonl"
BEATS = frozenset("NLRejAaJSVEF/fQ")
DS1 = frozenset(
    {"101", "106", "108", "109", "112", "114", "115", "116", "118", "119", "122"}
    | {"124", "201", "203", "205", "207", "208", "209", "215", "220", "223", "230"}
)
PACED = frozenset({"102", "104", "107", "217"})
STRIP_S = 10.0
CROWDED_S = 0.12
"""From J to the peak of T: less than hearts have (some 220 ms at rest, Johannesen et al., Clin
Pharmacol Ther 2014;96:549-58), but drawn here where a wide QRS meets a short QT at a high rate."""
NEAR_BPM = 2.0


def mitdb(root: Path, every: int) -> Iterator[dict[str, Any]]:
    """One row a record: strips, and in how many the rate is within 2 bpm."""
    for name in (root / "RECORDS").read_text().split():
        file = wfdb.rdrecord(str(root / name))
        marks = wfdb.rdann(str(root / name), "atr")
        symbols, times = np.array(marks.symbol), marks.sample / file.fs
        beats = times[np.isin(symbols, list(BEATS))]
        flutter = times[symbols == "!"]
        signals = file.p_signal.T.astype(np.float32)
        leads = ("II", "V1")
        whole = EcgRecord(name, "", signals, leads, leads, file.fs, signals.shape[1] / file.fs)
        row: dict[str, Any] = {"set": "mitdb", "record": name, "part": _part(name), "strips": 0}
        row |= {"alone": 0, "in_context": 0, "good": 0, "good_near": 0}
        for start_s in np.arange(0, whole.duration_s - STRIP_S, STRIP_S * every):
            inside = beats[(beats >= start_s) & (beats < start_s + STRIP_S)]
            waves = ((flutter >= start_s) & (flutter < start_s + STRIP_S)).any()
            if len(inside) < 3 or waves:
                continue
            true = 60 * (len(inside) - 1) / (inside[-1] - inside[0])
            row["strips"] += 1
            alone = measure(whole.window(float(start_s), STRIP_S)).values["rate"]
            around = measure(whole, float(start_s)).value("rate")
            near = alone.value is not None and abs(alone.value - true) <= NEAR_BPM
            row["alone"] += int(near)
            row["in_context"] += int(around is not None and abs(around - true) <= NEAR_BPM)
            row["good"] += int(alone.quality == "good")
            row["good_near"] += int(alone.quality == "good" and near)
        yield row


def _part(name: str) -> str:
    return "DS1" if name in DS1 else "paced" if name in PACED else "DS2"


def synthetic(count: int) -> Iterator[dict[str, Any]]:
    """One row a synthetic ECG: errors of rate (bpm) and intervals (ms), null where blank."""
    rng = np.random.default_rng(20260101)
    while count:
        conduction = Conduction(str(rng.choice([c.value for c in Conduction], p=(0.6, 0.2, 0.2))))
        normal = conduction is Conduction.NORMAL
        heart = Heart(
            rate_bpm=float(rng.uniform(45, 120)),
            conduction=conduction,
            pr_s=float(rng.uniform(0.12, 0.24)),
            qtc_s=float(rng.uniform(0.36, 0.48)),
            qrs_stretch=float(rng.uniform(0.9, 1.4) if normal else rng.uniform(0.95, 1.2)),
            noise_mv=float(rng.uniform(0.004, 0.03)),
            wander_mv=float(rng.uniform(0.02, 0.2)),
            voltage=float(rng.uniform(0.6, 1.3)),
        )
        onset_s, qt_s = beat_model._onset_s(heart), beat_model._qt_s(heart)
        if 60 / heart.rate_bpm - heart.pr_s - qt_s < 0.04:
            continue  # P lies on the T wave before it
        count -= 1
        seed = int(rng.integers(1 << 30))
        fs_hz = float(rng.choice([100, 250, 500]))
        ecg = synthesise(heart, fs_hz=fs_hz, seed=seed)
        found = measure(
            EcgRecord("", "", ecg.signals_mv, STANDARD_LEADS, STANDARD_LEADS, fs_hz, 10.0)
        )
        times = [beat.time_s for beat in ecg.beats if 0 <= beat.time_s < 10]
        truth = {
            "rate": 60 / float(np.diff(times).mean()),
            "pr": 1e3 * heart.pr_s,
            "qrs": 1e3 * (beat_model._j_point_s(heart) - onset_s),
            "qt": 1e3 * qt_s,
        }
        row: dict[str, Any] = {"set": "synthetic", "conduction": conduction.value, "fs_hz": fs_hz}
        j_to_t_s = beat_model._t_wave(heart).centre_s - beat_model._j_point_s(heart)
        row["crowded"] = j_to_t_s < CROWDED_S
        for key, true in truth.items():
            value = found.value(key)
            row[key] = None if value is None else round(value - true, 1)
        yield row


LABELS: tuple[tuple[str, str, float, tuple[str, ...]], ...] = (
    ("QRS ≥ 120 ms: complete bundle branch block", "qrs", 120.0, ("CLBBB", "CRBBB")),
    ("PR > 200 ms: first-degree AV block", "pr", 200.0, ("1AVB",)),
    ("rate < 60 bpm: sinus bradycardia", "rate", -60.0, ("SBRAD",)),
    ("rate > 100 bpm: sinus tachycardia", "rate", 100.0, ("STACH",)),
    ("PR blank: atrial fibrillation", "pr", 0.0, ("AFIB",)),
)
"""What it says, quantity, limit (negative: below it; 0: blank), statements of PTB-XL."""


def labelled(root: Path, every: int) -> Iterator[dict[str, Any]]:
    """One row a label of PTB-XL fold 10: how often the measurement agrees with the readers."""
    table = pd.read_csv(root / "ptbxl_database.csv", index_col="ecg_id")
    rows = table[table["strat_fold"] == ptbxl.REPORT_FOLD].iloc[::every]
    statements = [set(ast.literal_eval(codes)) for codes in rows["scp_codes"]]
    found = []
    for signal_uv in ptbxl.microvolts(root, rows["filename_lr"].tolist()):
        mv = signal_uv.astype(np.float32) / 1000
        ecg = EcgRecord("", "", mv, STANDARD_LEADS, STANDARD_LEADS, 100.0, 10.0)
        found.append(measure(ecg))
    for words, key, limit, codes in LABELS:
        has = np.array([not said.isdisjoint(codes) for said in statements])
        values = [one.value(key) for one in found]
        if limit == 0.0:
            said = np.array([value is None for value in values])
        elif limit < 0:
            said = np.array([value is not None and value < -limit for value in values])
        else:
            edge = limit if key == "qrs" else np.nextafter(limit, np.inf)
            said = np.array([value is not None and value >= edge for value in values])
        yield {
            "set": "ptb-xl fold 10",
            "what": words,
            "labelled": int(has.sum()),
            "said": int((said & has).sum()),
            "others": int((~has).sum()),
            "not_said": int((~said & ~has).sum()),
        }


COARSE_PX_PER_MM, COARSE_PAGES, JPEG_QUALITY = 3.4, 40, 85
COMPARED = ("rate", "pr", "qrs", "qt")


def printed(root: Path, count: int, px_per_mm: float = 8.0) -> Iterator[dict[str, Any]]:
    """One row a record of fold 9: its numbers off a print against those of its samples.

    px_per_mm: below 8 the picture is saved as JPEG, as coarse pictures are.
    """
    layouts, grids = ("3x4+1R", "3x4", "6x2", "12x1"), tuple(GRIDS)
    for number, record in enumerate(records(root, count)):
        layout, grid = layouts[number % len(layouts)], grids[number % (len(grids) - 1)]
        sheet = print_record(record, layout, px_per_mm, PrintStyle(grid=grid))
        coarse = px_per_mm < 8.0
        row: dict[str, Any] = {"set": "coarse" if coarse else "printed"}
        row |= {"record": record.name, "layout": layout}
        pixels = jpeg(sheet.pixels) if coarse else sheet.pixels
        try:
            page = from_scan(EcgScan("scan", "0" * 64, pixels))
        except PageError as error:
            yield row | {"refused": error.remark.code}
            continue
        yield row | _both(record, page)


def jpeg(pixels: np.ndarray) -> np.ndarray:
    """The same picture saved as JPEG and opened again."""
    saved = cv2.imencode(".jpg", pixels[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1]
    opened = cv2.imdecode(saved, cv2.IMREAD_COLOR)
    assert opened is not None
    return np.ascontiguousarray(opened[:, :, ::-1])


def drawn_by_others(root: Path, folder: Path | None) -> Iterator[dict[str, Any]]:
    """One row a page of another program: its numbers against those of the ECG drawn.

    folder: pages, and `pages.csv` with file, condition and record of each.
    """
    if folder is None:
        return
    with (folder / "pages.csv").open(encoding="utf-8", newline="") as table:
        pages = list(csv.DictReader(table))
    for page in pages:
        row: dict[str, Any] = {"set": "drawn by others"}
        row |= {key: page[key] for key in ("file", "condition", "layout")}
        ((_, bundle),) = bundles([str(folder / page["file"])])
        try:
            read = from_scan(scan) if isinstance(scan := read_here(bundle), EcgScan) else None
        except PageError as error:
            yield row | {"refused": error.remark.code}
            continue
        if read is not None:
            signals = wfdb.rdrecord(str(root / page["record"])).p_signal.T.astype(np.float32)
            leads = STANDARD_LEADS
            yield row | _both(EcgRecord("", "", signals, leads, leads, 100.0, 10.0), read)


def _both(record: EcgRecord, page: EcgPage) -> dict[str, Any]:
    """Numbers of the record and off the page, null where blank, and why the page's are doubtful."""
    known, found = measure(record), measure_page(page)
    return {
        key: [
            None if one is None else round(one, 1) for one in (known.value(key), found.value(key))
        ]
        + [found.values[key].code]
        for key in COMPARED
    }


PARTS: dict[str, str] = {
    "synthetic": "synthetic",
    "labels": "ptb-xl fold 10",
    "mitdb": "mitdb",
    "printed": "printed",
    "coarse": "coarse",
    "others": "drawn by others",
}
"""Name of a part: what its rows call their set."""


def main() -> None:
    """Write every row to the result file; rows of parts that are not asked for stay."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mitdb", type=Path, required=True, metavar="DIR")
    parser.add_argument("--ptbxl", type=Path, required=True, metavar="DIR")
    parser.add_argument("--every", type=int, default=1, help="only each so-many-th strip")
    parser.add_argument("--pages", type=int, default=200, help="so many are printed and read")
    parser.add_argument("--others", type=Path, metavar="DIR", help="pages of another program")
    parser.add_argument("--parts", nargs="+", choices=tuple(PARTS), default=tuple(PARTS))
    parser.add_argument("--out", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    made = {
        "synthetic": lambda: synthetic(300),
        "labels": lambda: labelled(arguments.ptbxl, arguments.every),
        "mitdb": lambda: mitdb(arguments.mitdb, arguments.every),
        "printed": lambda: printed(arguments.ptbxl, arguments.pages),
        "coarse": lambda: printed(arguments.ptbxl, COARSE_PAGES, COARSE_PX_PER_MM),
        "others": lambda: drawn_by_others(arguments.ptbxl, arguments.others),
    }
    kept = arguments.out.read_text(encoding="utf-8").splitlines() if arguments.out.exists() else []
    lines: list[str] = []
    for part, name in PARTS.items():
        if part in arguments.parts:
            lines += [json.dumps(row, ensure_ascii=False) for row in made[part]()]
        else:
            lines += [line for line in kept if json.loads(line)["set"] == name]
    arguments.out.write_text("".join(line + "\n" for line in lines), encoding="utf-8")


if __name__ == "__main__":
    main()
