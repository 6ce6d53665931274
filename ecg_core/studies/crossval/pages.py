"""Labelled pages as methods see them: only what a protocol allows."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

from ecg_core.evidence.probes.leakage import band
from ecg_core.page.arrange import SIZE_PX
from ecg_core.page.values import EcgPage
from ecg_core.studies.crossval.page_rate import NO_RHYTHM, rhythm
from ecg_core.studies.curation.likeness import page_ink
from ecg_core.studies.curation.readings import ReadingStore, read_kept, read_scan_file

THUMBNAIL_PX = (32, 44)
"""Height and width of the thumbnails: no beat can be measured on them."""


@dataclass(frozen=True, eq=False)
class LabelledPages:
    """n pages with their labels; every field has n rows, so that `take` cuts them all.

    files: names. labels: int, index into the classes. groups: str. kept: whether curation keeps
    the file. pages: EcgPage, or None when the scan was not read; never with header or footer.
    ink: arranged ink (uint8, n × h × w, blank when not read). rhythm: the fields of `Rhythm`,
    n × 5, NaN when not measured. whole: thumbnails (uint8) of the files as distributed, print
    included. traces: thumbnails of the ink alone. header: grey header bands.
    """

    files: np.ndarray
    labels: np.ndarray
    groups: np.ndarray
    kept: np.ndarray
    pages: np.ndarray
    ink: np.ndarray
    rhythm: np.ndarray
    whole: np.ndarray
    traces: np.ndarray
    header: np.ndarray

    def __len__(self) -> int:
        return len(self.files)

    @property
    def rate_bpm(self) -> np.ndarray:
        """Heart rate of each page, NaN when not measured."""
        return np.asarray(self.rhythm[:, 0])

    def take(self, rows: np.ndarray) -> LabelledPages:
        """These rows only."""
        return LabelledPages(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})


WHAT_COUNTS = ["file", "label", "kept", "group", "sha256"]
"""Columns of the manifest that a protocol follows."""


def manifest_digest(manifest: pd.DataFrame) -> str:
    """SHA-256 of what protocols follow; hashes of identities, keyed anew each time, left out."""
    text = manifest[WHAT_COUNTS].to_csv(index=False, lineterminator="\n")
    return hashlib.sha256(text.encode()).hexdigest()


def load(
    root: Path, manifest: pd.DataFrame, classes: Sequence[str], store: ReadingStore
) -> LabelledPages:
    """All files of a manifest whose label is one of the classes, in its order.

    root: the folder that was curated. Equal files are read once. Raises IntakeError when a file
    that the manifest calls readable is not.
    """
    rows = manifest[manifest["label"].isin(classes) & manifest["sha256"].ne("")]
    seen: dict[str, tuple] = {}
    for row in rows.itertuples():
        if row.sha256 not in seen:
            seen[row.sha256] = _read(root / str(row.file), store)
    found = [seen[sha256] for sha256 in rows["sha256"]]
    pages, ink, rhythms, whole, traces, header = zip(*found, strict=True)
    kept_pages = np.empty(len(rows), dtype=object)
    kept_pages[:] = pages
    return LabelledPages(
        files=rows["file"].to_numpy(dtype=str),
        labels=np.array([classes.index(label) for label in rows["label"]]),
        groups=rows["group"].to_numpy(dtype=str),
        kept=rows["kept"].to_numpy(dtype=bool),
        pages=kept_pages,
        ink=np.stack(ink),
        rhythm=np.array(rhythms),
        whole=np.stack(whole),
        traces=np.stack(traces),
        header=np.stack(header),
    )


def _read(path: Path, store: ReadingStore) -> tuple:
    reading = read_kept(path, store)
    pixels = read_scan_file(path).pixels
    page: EcgPage | None = reading.page
    ink = np.zeros(SIZE_PX, np.uint8) if page is None else page_ink(page)
    return (
        page,
        ink,
        astuple(NO_RHYTHM if page is None else rhythm(page)),
        _thumbnail(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)),
        _thumbnail(ink),
        band(pixels, 0, reading.trace_rows[0]),
    )


def _thumbnail(grey: np.ndarray) -> np.ndarray:
    return np.asarray(cv2.resize(grey, THUMBNAIL_PX[::-1], interpolation=cv2.INTER_AREA))
