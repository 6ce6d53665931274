"""How well scans are read: printed, degraded, read again and compared with the record's own page.

`python -m benchmarks.rectify --ptbxl DIR [--pages DIR] [--photos DIR] [--records N]` writes one
JSON line per reading to stdout (or --out) and a table to stderr.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np

from ecg_core.intake.values import EcgRecord, EcgScan
from ecg_core.page.conditions import CONDITIONS, degrade
from ecg_core.page.follow import projected
from ecg_core.page.from_record import from_record
from ecg_core.page.layouts import CANVAS_MARGIN_MM, LAYOUTS, PAGE_WIDTH_MM
from ecg_core.page.printed import GRIDS, PrintedPage, PrintStyle, print_record
from ecg_core.page.rectify import Reading, read_scan
from ecg_core.page.values import PX_PER_MM, PageError
from ecg_core.signal.filters import Band

TOLERANCE_MM = 1.0
INKED = 96


@dataclass(frozen=True)
class Agreement:
    """A scan's page against the truth: relative scale error, box error (mm), ink F1."""

    scale_error: float
    box_error_mm: float
    ink_f1: float


def compare(
    reading: Reading, record: EcgRecord, printed: PrintedPage, homography: np.ndarray
) -> Agreement:
    """Compare a reading of a degraded print with the record's own page.

    homography: 3 × 3, from pixels of `printed` to pixels of the scan that was read.
    """
    sheet_to_px = np.array(
        [[printed.px_per_mm, 0, -0.5], [0, printed.px_per_mm, -0.5], [0, 0, 1.0]]
    )
    sheet_to_scan = homography @ sheet_to_px

    def on_page(points: list[tuple[float, float]]) -> np.ndarray:
        return reading.on_page(projected(sheet_to_scan, np.array(points)))

    errors, scales = [], []
    for found, true in zip(reading.page.boxes, printed.boxes, strict=False):
        middle = (true.y0_mm + true.y1_mm) / 2
        ends = on_page([(true.x0_mm, middle), (true.x1_mm, middle)])
        sides = on_page([((true.x0_mm + true.x1_mm) / 2, middle + d) for d in (-5, 5)])
        errors += [abs(ends[0, 0] - found.x0_mm), abs(ends[1, 0] - found.x1_mm)]
        scales += [
            abs((ends[1, 0] - ends[0, 0]) / (true.x1_mm - true.x0_mm) - 1.0),
            abs((sides[1, 1] - sides[0, 1]) / 10.0 - 1.0),
        ]
    truth = from_record(record, printed.layout.name, Band.AS_RECORDED).ink
    top_mm = printed.origin_mm[1] - CANVAS_MARGIN_MM
    top = on_page([(printed.origin_mm[0] + PAGE_WIDTH_MM / 2, top_mm)])
    return Agreement(
        float(np.mean(scales)),
        float(np.max(errors)),
        ink_f1(reading.page.ink, _shifted(truth, float(top[0, 1]), reading.page.ink.shape)),
    )


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


def printed_cases(records: list[EcgRecord]) -> Iterator[dict[str, object]]:
    """Every condition, with grid, layout and resolution changing from record to record."""
    layouts, grids = tuple(LAYOUTS), tuple(GRIDS)
    for number, record in enumerate(records):
        layout, grid = layouts[number % len(layouts)], grids[number % (len(grids) - 1)]
        printed = print_record(
            record,
            layout,
            style=PrintStyle(
                grid=grid,
                label=("above", "below", "on")[number % 3],
                pulse=("left", "right", "none")[number // 2 % 3],
                separators=("ticks", "full", "none")[number // 3 % 3],
            ),
        )
        for condition in CONDITIONS:
            sheet = degrade(condition, printed.pixels, number)
            row: dict[str, object] = {
                "condition": condition,
                "record": record.name,
                "layout": layout,
                "grid": grid,
            }
            yield row | _read(sheet.pixels, record, printed, sheet.homography)


def _read(
    pixels: np.ndarray,
    record: EcgRecord | None = None,
    printed: PrintedPage | None = None,
    homography: np.ndarray | None = None,
) -> dict[str, object]:
    began = time.process_time()
    try:
        reading = read_scan(EcgScan("scan", "0" * 64, pixels))
    except PageError as error:
        return {"read": False, "reason": error.remark.code}
    row: dict[str, object] = {
        "read": True,
        "found_layout": reading.page.layout,
        "px_per_mm": reading.page.source_px_per_mm,
        "cpu_ms": 1000 * (time.process_time() - began),
    }
    if record is not None and printed is not None and homography is not None:
        row["right_layout"] = reading.page.layout == printed.layout.name
        row |= asdict(compare(reading, record, printed, homography))
    return row


def picture_cases(name: str, folder: Path, every: int = 1) -> Iterator[dict[str, object]]:
    """Every `every`-th JPEG or PNG below a folder."""
    files = sorted(p for p in folder.rglob("*") if p.suffix.lower() in (".jpg", ".jpeg", ".png"))
    for path in files[::every]:
        pixels = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if pixels is not None:
            rgb = np.ascontiguousarray(pixels[:, :, ::-1])
            yield {"condition": name, "record": path.name} | _read(rgb)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ptbxl", type=Path, help="PTB-XL folder")
    parser.add_argument("--pages", type=Path, help="folder of scanned pages")
    parser.add_argument("--photos", type=Path, help="folder of photographs")
    parser.add_argument("--records", type=int, default=30)
    parser.add_argument("--every", type=int, default=1, help="take every n-th scanned page")
    parser.add_argument("--out", type=Path, help="write the JSON lines here")
    arguments = parser.parse_args()
    rows = []
    out = arguments.out.open("w") if arguments.out else sys.stdout
    for row in _all_cases(arguments):
        rows.append(row)
        print(json.dumps(row), file=out, flush=True)
    _table(rows)


def _all_cases(arguments: argparse.Namespace) -> Iterator[dict[str, object]]:
    if arguments.ptbxl:
        yield from printed_cases(records(arguments.ptbxl, arguments.records))
    if arguments.pages:
        yield from picture_cases("pages", arguments.pages, arguments.every)
    if arguments.photos:
        yield from picture_cases("photos", arguments.photos)


def records(root: Path, count: int) -> list[EcgRecord]:
    """Records spread evenly over fold 9."""
    from ecg_core.leads import STANDARD_LEADS
    from ecg_core.learning import ptbxl

    data = ptbxl.load(root)
    rows = data.rows((ptbxl.CHOOSE_FOLD,))
    return [
        EcgRecord(
            name=str(data.ecg_ids[row]),
            sha256="0" * 64,
            signals_mv=data.signals_uv[row].astype(np.float32) / 1000.0,
            leads=STANDARD_LEADS,
            original_leads=STANDARD_LEADS,
            fs_hz=ptbxl.FS_HZ,
            file_duration_s=10.0,
        )
        for row in rows[np.linspace(0, len(rows) - 1, count).astype(int)]
    ]


def _table(rows: list[dict[str, object]]) -> None:
    head = (
        "condition",
        "n",
        "read",
        "layout",
        "scale p50",
        "scale p95",
        "box p50",
        "box p95",
        "F1 p50",
        "F1 p5",
        "CPU ms p50",
    )
    print(" | ".join(head), file=sys.stderr)
    for name in dict.fromkeys(row["condition"] for row in rows):
        own = [row for row in rows if row["condition"] == name]
        read = [row for row in own if row["read"]]
        cells = [str(name), str(len(own)), str(len(read))]
        cells.append(str(sum(bool(row.get("right_layout")) for row in read)))
        for key, points, scale in (
            ("scale_error", (50, 95), 100.0),
            ("box_error_mm", (50, 95), 1.0),
            ("ink_f1", (50, 5), 1.0),
            ("cpu_ms", (50,), 1.0),
        ):
            values = [float(str(row[key])) * scale for row in read if key in row]
            cells += [f"{np.percentile(values, p):.3g}" if values else "-" for p in points]
        print(" | ".join(cells), file=sys.stderr)


if __name__ == "__main__":
    main()
