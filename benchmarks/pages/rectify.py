"""How well scans are read: printed, degraded, read again and compared with the record's own page.

`python -m benchmarks.pages.rectify --ptbxl DIR [--pages DIR] [--photos DIR] [--records N] --out
FILE` writes one JSON line per reading and goes on where it was interrupted. Beside the degradations
it turns and mirrors pages, prints layouts that only printers know, other speeds and gains, and
times photographs of twelve megapixels from their bytes to the answer (`--latency`).
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from ecg_core import network
from ecg_core.intake import Upload, read, split
from ecg_core.intake.values import EcgRecord, EcgScan
from ecg_core.page.correction import turn
from ecg_core.page.drawn.damage import CONDITIONS, degrade
from ecg_core.page.drawn.from_record import from_record
from ecg_core.page.drawn.printed import GRIDS, PrintedPage, PrintStyle, print_record
from ecg_core.page.layouts import (
    CANVAS_MARGIN_MM,
    GAIN_MM_PER_MV,
    LAYOUTS,
    PAGE_WIDTH_MM,
    SCANNED,
    SPEED_MM_PER_S,
)
from ecg_core.page.scan.geometry.homography import projected
from ecg_core.page.scan.rectify import read_scan
from ecg_core.page.scan.scan_reading import ScanReading
from ecg_core.page.values import PX_PER_MM, PageError, Severity
from ecg_core.preparing import page_of
from ecg_core.signal.bands import Band

TOLERANCE_MM = 1.0
INKED = 96
WRONG_MM = 10.0
"""Boxes farther off show another lead, or another time."""
SAID = {
    "orientation_assumed",
    "names_differ",
    "limbs_disagree",
    "missing_leads",
    "einthoven",
    "rows_apart",
}
"""Doubts that send the reader back to the layout or the orientation of the original."""
GRID_NAMES = tuple(name for name in GRIDS if name != "none")
SCALES = ((50.0, 10.0), (25.0, 5.0), (25.0, 20.0), (50.0, 5.0))
ROOMY = ("3x4", "3x4+1R", "6x2")
"""Layouts whose rows leave room for 20 mm/mV."""
INSIDE_MM = 3.0
LATENCY_PRINTS = 12


@dataclass(frozen=True)
class Agreement:
    """A scan's page against the truth: relative scale error, box error (mm), ink F1."""

    scale_error: float
    box_error_mm: float
    ink_f1: float | None


def compare(
    reading: ScanReading,
    record: EcgRecord,
    printed: PrintedPage,
    homography: np.ndarray,
    gain_mm_per_mv: float = GAIN_MM_PER_MV,
) -> Agreement:
    """Compare a reading of a degraded print with the record's own page.

    homography: 3 × 3, from pixels of `printed` to pixels of the scan that was read. Ink is compared
    where the record's page has the same layout and scale.
    """
    sheet_to_px = np.array(
        [[printed.px_per_mm, 0, -0.5], [0, printed.px_per_mm, -0.5], [0, 0, 1.0]]
    )
    sheet_to_scan = homography @ sheet_to_px
    tall = GAIN_MM_PER_MV / gain_mm_per_mv

    def on_page(points: list[tuple[float, float]]) -> np.ndarray:
        return reading.on_page(projected(sheet_to_scan, np.array(points)))

    errors, scales = [], []
    for found, true in zip(reading.page.boxes, printed.boxes, strict=False):
        middle = (true.y0_mm + true.y1_mm) / 2
        # A little inside: where the paper ran faster, every column moves for itself.
        ends = on_page([(true.x0_mm + INSIDE_MM, middle), (true.x1_mm - INSIDE_MM, middle)])
        sides = on_page([((true.x0_mm + true.x1_mm) / 2, middle + d) for d in (-5, 5)])
        length = SPEED_MM_PER_S * (true.end_s - true.start_s)
        inset = INSIDE_MM * length / (true.x1_mm - true.x0_mm)
        errors += [
            abs(ends[0, 0] - inset - found.x0_mm),
            abs(ends[1, 0] + inset - found.x1_mm),
        ]
        scales += [
            abs((ends[1, 0] - ends[0, 0]) / (length - 2 * inset) - 1.0),
            abs((sides[1, 1] - sides[0, 1]) / (10.0 * tall) - 1.0),
        ]
    agreed = None
    if printed.layout.name in LAYOUTS and reading.sheet.scale.speed == 25.0 and tall == 1.0:
        truth = from_record(record, printed.layout.name, Band.AS_RECORDED).ink
        top_mm = printed.origin_mm[1] - CANVAS_MARGIN_MM
        top = on_page([(printed.origin_mm[0] + PAGE_WIDTH_MM / 2, top_mm)])
        moved = _shifted(truth, float(top[0, 1]), reading.page.ink.shape)
        agreed = ink_f1(reading.page.ink, moved)
    return Agreement(float(np.mean(scales)), float(np.max(errors)), agreed)


def ink_f1(found: np.ndarray, truth: np.ndarray) -> float:
    """F1 of inked pixels, each counted as right within `TOLERANCE_MM` of the other's ink."""
    side = 2 * round(TOLERANCE_MM * PX_PER_MM) + 1
    near = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    one, two = (picture > INKED for picture in (found, truth))
    if not one.any() or not two.any():
        return 0.0
    precision = cv2.dilate(two.astype(np.uint8), near)[one].mean()
    recall = cv2.dilate(one.astype(np.uint8), near)[two].mean()
    return float(2 * precision * recall / max(precision + recall, 1e-9))


def _shifted(truth: np.ndarray, top_mm: float, shape: tuple[int, ...]) -> np.ndarray:
    """A page moved down so that its first row begins at `top_mm`, cut to `shape`."""
    move = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, round(top_mm * PX_PER_MM)]])
    return cv2.warpAffine(truth, move, (shape[1], shape[0]), flags=cv2.INTER_NEAREST)


@dataclass(frozen=True)
class Case:
    """One print to be degraded, turned and read."""

    group: str
    layout: str
    grid: str
    condition: str
    number: int
    quarter_turns: int = 0
    mirrored: bool = False
    speed_mm_per_s: float = SPEED_MM_PER_S
    gain_mm_per_mv: float = GAIN_MM_PER_MV

    def style(self) -> PrintStyle:
        """What the sheet looks like."""
        n = self.number
        return PrintStyle(
            grid=self.grid,
            label=("above", "below", "on")[n % 3],
            pulse=("left", "right", "none")[n // 2 % 3],
            separators=("ticks", "full", "none")[n // 3 % 3],
            speed_mm_per_s=self.speed_mm_per_s,
            gain_mm_per_mv=self.gain_mm_per_mv,
        )


def cases_of(number: int) -> Iterator[Case]:
    """What is done with one record: every condition, and one of each other kind."""
    layout, grid = tuple(LAYOUTS)[number % len(LAYOUTS)], GRID_NAMES[number % len(GRID_NAMES)]
    for condition in CONDITIONS:
        yield Case(condition, layout, grid, condition, number)
    photo = ("colour_scan", "phone_photo")[number % 2]
    yield Case("turned", layout, grid, photo, number, quarter_turns=1 + number % 3)
    yield Case("mirrored", layout, grid, photo, number, number % 4, mirrored=True)
    rare = tuple(name for name in SCANNED if name not in LAYOUTS)
    yield Case("printers' layouts", rare[number % len(rare)], grid, photo, number)
    speed, gain = SCALES[number % len(SCALES)]
    other = Case("other scales", ROOMY[number % len(ROOMY)], grid, photo, number)
    yield replace(other, speed_mm_per_s=speed, gain_mm_per_mv=gain)


def read_case(case: Case, record: EcgRecord) -> dict[str, object]:
    """Print, degrade, turn and read one case."""
    printed = print_record(record, case.layout, style=case.style())
    sheet = degrade(case.condition, printed.pixels, case.number)
    height, width = sheet.pixels.shape[:2]
    move = turn(case.quarter_turns, width, height) @ sheet.homography
    pixels = np.rot90(sheet.pixels, -case.quarter_turns)
    if case.mirrored:
        pixels = pixels[:, ::-1]
        move = np.array([[-1.0, 0, pixels.shape[1] - 1], [0, 1, 0], [0, 0, 1]]) @ move
    row: dict[str, object] = asdict(case) | {"record": record.name}
    began = time.process_time()
    try:
        reading = read_scan(EcgScan("scan", "0" * 64, np.ascontiguousarray(pixels)))
    except PageError as error:
        return row | {"read": False, "reason": error.remark.code}
    row |= {
        "read": True,
        "found_layout": reading.page.layout,
        "cpu_ms": 1000 * (time.process_time() - began),
        "doubts": [r.code for r in reading.page.remarks if r.severity is Severity.DOUBT],
    }
    error_mm = float("inf")
    if reading.page.layout == case.layout:
        agreement = compare(reading, record, printed, move, case.gain_mm_per_mv)
        error_mm = agreement.box_error_mm
        row |= asdict(agreement)
    # A page turned or mirrored unnoticed, or shifted by a column, has boxes far from the truth.
    wrong = case.mirrored or error_mm > WRONG_MM
    said = bool(SAID & {r.code for r in reading.page.remarks})
    return row | {"wrong": wrong, "silently_wrong": wrong and not said}


def timed_photographs(
    folder: Path | None, prints: list[EcgRecord], pixels: float = 12e6
) -> Iterator[dict[str, object]]:
    """Twelve-megapixel JPEGs from their bytes to the answer, on the machine as it is."""
    classifier = network.load()
    pictures = [] if folder is None else [cv2.imread(str(p)) for p in sorted(folder.glob("*.jpg"))]
    for number, record in enumerate(prints[:LATENCY_PRINTS]):
        printed = print_record(record, style=PrintStyle(grid=GRID_NAMES[number % len(GRID_NAMES)]))
        pictures.append(degrade("phone_photo", printed.pixels, number).pixels[:, :, ::-1])
    for number, picture in enumerate(pictures):
        assert picture is not None
        grow = float(np.sqrt(pixels / (picture.shape[0] * picture.shape[1])))
        large = cv2.resize(picture, None, fx=grow, fy=grow, interpolation=cv2.INTER_CUBIC)
        coded = cv2.imencode(".jpg", large, [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes()
        began, cpu = time.perf_counter(), time.process_time()
        try:
            page = page_of(read(split((Upload("photo.jpg", coded),))[0]))
            classifier.predict(page)
            answered = True
        except PageError:
            answered = False
        yield {
            "group": "12 megapixels",
            "number": number,
            "answered": answered,
            "wall_ms": 1000 * (time.perf_counter() - began),
            "cpu_ms": 1000 * (time.process_time() - cpu),
        }


def picture_cases(name: str, folder: Path) -> Iterator[dict[str, object]]:
    """Every JPEG or PNG below a folder: what was found; a person judges the overlays."""
    files = sorted(p for p in folder.rglob("*") if p.suffix.lower() in (".jpg", ".jpeg", ".png"))
    for path in files:
        pixels = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if pixels is None:
            continue
        row: dict[str, object] = {"group": name, "record": path.name}
        scan = EcgScan("scan", "0" * 64, np.ascontiguousarray(pixels[:, :, ::-1]))
        began = time.process_time()
        try:
            page = read_scan(scan).page
        except PageError as error:
            yield row | {"read": False, "reason": error.remark.code}
            continue
        yield row | {
            "read": True,
            "found_layout": page.layout,
            "leads": [box.lead for box in page.boxes],
            "px_per_mm": page.source_px_per_mm,
            "cpu_ms": 1000 * (time.process_time() - began),
            "doubts": [r.code for r in page.remarks if r.severity is Severity.DOUBT],
        }


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ptbxl", type=Path, required=True, help="PTB-XL folder")
    parser.add_argument("--pages", type=Path, help="folder of scanned pages")
    parser.add_argument("--photos", type=Path, help="folder of photographs")
    parser.add_argument("--records", type=int, default=36)
    parser.add_argument("--latency", action="store_true", help="time large photographs, too")
    parser.add_argument("--out", type=Path, required=True, help="the JSON lines")
    arguments = parser.parse_args()
    done = _done(arguments.out)
    with arguments.out.open("a", encoding="utf-8") as out:
        for row in _all_cases(arguments, done):
            print(json.dumps(row), file=out, flush=True)


def key(row: dict[str, object]) -> str:
    """What tells one case from another."""
    return f"{row['group']} {row.get('record', '')} {row.get('number', '')}"


def _done(path: Path) -> set[str]:
    if not path.exists():
        return set()
    return {key(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()}


def _all_cases(arguments: argparse.Namespace, done: set[str]) -> Iterator[dict[str, object]]:
    for name, folder in (("photographs", arguments.photos), ("scanned pages", arguments.pages)):
        if folder is not None and not any(one.startswith(name) for one in done):
            yield from picture_cases(name, folder)
    chosen = records(arguments.ptbxl, arguments.records)
    for number, record in enumerate(chosen):
        for case in cases_of(number):
            if key(asdict(case) | {"record": record.name}) not in done:
                yield read_case(case, record)
    if arguments.latency and not any(one.startswith("12 megapixels") for one in done):
        yield from timed_photographs(arguments.photos, chosen)


def records(root: Path, count: int) -> list[EcgRecord]:
    """Records spread evenly over fold 9; nothing else of PTB-XL is read."""
    import pandas as pd

    from ecg_core.leads import STANDARD_LEADS
    from ecg_core.training.data import ptbxl

    table = pd.read_csv(root / "ptbxl_database.csv", index_col="ecg_id")
    fold = table[table["strat_fold"] == ptbxl.CHOOSE_FOLD]
    some = fold.iloc[np.linspace(0, len(fold) - 1, count).astype(int)]
    signals_uv = ptbxl.microvolts(root, some["filename_lr"].tolist())
    return [
        EcgRecord(
            name=str(ecg_id),
            sha256="0" * 64,
            signals_mv=signal_uv.astype(np.float32) / 1000.0,
            leads=STANDARD_LEADS,
            original_leads=STANDARD_LEADS,
            fs_hz=ptbxl.FS_HZ,
            file_duration_s=10.0,
        )
        for ecg_id, signal_uv in zip(some.index, signals_uv, strict=True)
    ]


if __name__ == "__main__":
    main()
