"""Every file of a folder once: its fingerprint, and what is printed on it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed

from ecg_core.intake import IntakeError
from ecg_core.studies.curation import identities
from ecg_core.studies.curation.hashes import ink_hash
from ecg_core.studies.curation.likeness import page_ink, picture_ink
from ecg_core.studies.curation.readings import ReadingStore, list_pages, read_kept, read_scan_file
from ecg_core.studies.curation.values import Fingerprint, PageFile, PrintHashes

Progress = Callable[[str, int, int], None]
"""Told the step, how many are done and how many there are."""


@dataclass(frozen=True, eq=False)
class Survey:
    """Every file with its fingerprint, or with why intake refused it; what is printed on it."""

    root: Path
    store: ReadingStore
    files: tuple[PageFile, ...]
    found: tuple[Fingerprint | str, ...]
    prints: dict[str, PrintHashes]

    def print_of(self, index: int) -> PrintHashes:
        """What is printed on a file; nothing when it was not read."""
        found = self.found[index]
        return (
            PrintHashes()
            if isinstance(found, str)
            else self.prints.get(found.pixels_sha256, PrintHashes())
        )

    def ink_of(self, index: int) -> np.ndarray:
        """Ink of a file that was read, as it is compared: uint8, the arranged page's size."""
        return _ink(self.root / self.files[index].path, self.store)


def survey_folder(
    root: Path, store: ReadingStore, key: bytes | None, processes: int, progress: Progress
) -> Survey:
    """Read a folder and, with a key, what is printed on its pages; equal pages once."""
    files = list_pages(root)
    found: list[Fingerprint | str] = []
    parallel = Parallel(n_jobs=processes, return_as="generator", batch_size=8)
    for fingerprint in parallel(delayed(_fingerprint)(root / f.path, store) for f in files):
        found.append(fingerprint)
        progress("read", len(found), len(files))
    prints: dict[str, PrintHashes] = {}
    if key is not None:
        once: dict[str, tuple[str, tuple[int, int]]] = {}
        for file, one in zip(files, found, strict=True):
            if isinstance(one, Fingerprint):
                once.setdefault(one.pixels_sha256, (file.path, one.trace_rows))
        read = identities.read_prints(root, list(once.values()), key, processes)
        for pixels, text in zip(once, read, strict=True):
            prints[pixels] = text
            progress("print", len(prints), len(once))
    return Survey(root, store, files, tuple(found), prints)


def _fingerprint(path: Path, store: ReadingStore) -> Fingerprint | str:
    began = time.process_time()
    try:
        reading = read_kept(path, store)
        ink = _ink(path, store)
    except IntakeError as error:
        return error.reason
    return Fingerprint(
        sha256=reading.sha256,
        pixels_sha256=reading.pixels_sha256,
        trace_rows=reading.trace_rows,
        placed=reading.page is not None,
        hash=ink_hash(ink),
        quality=reading.quality,
        layout=reading.page.layout if reading.page else "",
        px_per_mm=(reading.page.source_px_per_mm or 0.0) if reading.page else 0.0,
        cpu_s=time.process_time() - began,
    )


def _ink(path: Path, store: ReadingStore) -> np.ndarray:
    reading = read_kept(path, store)
    if reading.page is not None:
        return page_ink(reading.page)
    return picture_ink(read_scan_file(path).pixels)
