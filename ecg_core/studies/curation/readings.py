"""Read every page of a folder once, and keep what was read beside the manifest."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from ecg_core.evidence.probes.trace_area import to_px
from ecg_core.intake import LIMITS, Bundle, EcgScan, IntakeError, Upload, read
from ecg_core.page.arrange import baselines_mm
from ecg_core.page.scan.rectify import read_scan
from ecg_core.page.scan.scan_reading import ScanReading
from ecg_core.page.values import EcgPage, PageError
from ecg_core.studies.curation.values import PageFile, PageReading

SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp")
STORE = "readings"
"""Folder in which commands keep readings."""
HEADER_SHARE, FOOTER_SHARE = 0.18, 0.06
"""Parts of a page taken for header and footer when its traces could not be placed."""


def list_pages(root: Path) -> tuple[PageFile, ...]:
    """The images below a folder, labelled by the folder directly below `root`, in natural order.

    Images directly in `root` have the label "". Symbolic links are left out.
    """
    paths = [
        path.relative_to(root)
        for path in root.rglob("*")
        if path.suffix.lower() in SUFFIXES and path.is_file() and not path.is_symlink()
    ]
    found = [PageFile(p.as_posix(), p.parts[0] if len(p.parts) > 1 else "") for p in paths]
    return tuple(sorted(found, key=lambda file: _natural(file.path)))


def _natural(text: str) -> list[tuple[int, str]]:
    return [
        (int(part), "") if part.isdigit() else (-1, part.lower())
        for part in re.split(r"(\d+)", text)
        if part
    ]


def read_scan_file(path: Path) -> EcgScan:
    """One image through intake, so that its limits hold. Raises IntakeError."""
    check_size(path)
    ecg = read(Bundle(path.name, (Upload(path.name, path.read_bytes()),)))
    if not isinstance(ecg, EcgScan):
        raise IntakeError(f"{path.name} is a recording, not a page.", "Curate folders of images.")
    return ecg


def check_size(path: Path) -> None:
    """Refuse a file over intake's limit before its bytes are read. Raises IntakeError."""
    if path.stat().st_size > LIMITS.max_file_bytes:
        raise IntakeError(
            f"{path.name} has over {LIMITS.max_file_bytes / 1e6:.0f} MB.", "Scan at 300 dpi."
        )


def read_page(path: Path) -> PageReading:
    """Read one image as the app reads an upload. Raises IntakeError for what is no image."""
    cv2.setNumThreads(1)
    scan = read_scan_file(path)
    height, width = scan.pixels.shape[:2]
    shape = repr(scan.pixels.shape).encode()
    plain = PageReading(
        sha256=scan.sha256,
        pixels_sha256=hashlib.sha256(shape + scan.pixels.tobytes()).hexdigest(),
        size_px=(height, width),
        trace_rows=(round(HEADER_SHARE * height), round((1 - FOOTER_SHARE) * height)),
        page=None,
    )
    try:
        reading = read_scan(scan)
    except PageError as error:
        return replace(plain, refusal=error.remark.code)
    return replace(
        plain,
        page=replace(reading.page, picture=None, sheet=None),
        trace_rows=_trace_rows(reading, height),
    )


def _trace_rows(reading: ScanReading, height_px: int) -> tuple[int, int]:
    """Pixel rows of the scan half a pitch above the first zero line and below the last."""
    boxes = reading.page.boxes
    baselines = sorted(set(np.round(baselines_mm(boxes), 3)))
    pitch = float(np.median(np.diff(baselines))) if len(baselines) > 1 else 40.0
    across = (boxes[0].x0_mm + boxes[-1].x1_mm) / 2
    rows = []
    for y_mm in (baselines[0] - pitch / 2, baselines[-1] + pitch / 2):
        rows.append(int(np.clip(round(to_px(reading, across, y_mm)[1]), 0, height_px)))
    return rows[0], rows[1]


@dataclass(frozen=True)
class ReadingStore:
    """Readings on disk by the file's hash, so that an interrupted run goes on where it was.

    Only ink is kept, never header or footer. Readings made by other page code are not found.
    """

    folder: Path

    def get(self, sha256: str) -> PageReading | None:
        """The reading of a file with that hash, or None."""
        try:
            plain = json.loads(self._path(sha256, ".json").read_text(encoding="utf-8"))
            ink = self._path(sha256, ".npz")
            page = EcgPage.from_bytes(ink.read_bytes()) if not plain["refusal"] else None
        except (OSError, ValueError, KeyError):
            return None
        return PageReading(
            sha256,
            plain["pixels_sha256"],
            tuple(plain["size_px"]),
            tuple(plain["trace_rows"]),
            page,
            plain["refusal"],
        )

    def put(self, reading: PageReading) -> None:
        """Keep a reading; the description is written last, so half a reading is never found."""
        described = self._path(reading.sha256, ".json")
        described.parent.mkdir(parents=True, exist_ok=True)
        if reading.page is not None:
            self._path(reading.sha256, ".npz").write_bytes(reading.page.to_bytes())
        plain = {
            "pixels_sha256": reading.pixels_sha256,
            "size_px": reading.size_px,
            "trace_rows": reading.trace_rows,
            "refusal": reading.refusal,
        }
        described.write_text(json.dumps(plain), encoding="utf-8")

    def _path(self, sha256: str, suffix: str) -> Path:
        return self.folder / _page_code() / sha256[:2] / f"{sha256}{suffix}"


def read_kept(path: Path, store: ReadingStore) -> PageReading:
    """The reading of an image, from the store when it is there. Raises IntakeError."""
    check_size(path)
    found = store.get(hashlib.sha256(path.read_bytes()).hexdigest())
    if found is None:
        found = read_page(path)
        store.put(found)
    return found


@cache
def _page_code() -> str:
    """Hash of the code that reads pages: other code, other readings."""
    digest = hashlib.sha256()
    for source in sorted((Path(__file__).parents[2] / "page").rglob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:12]
