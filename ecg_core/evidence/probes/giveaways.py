"""What can be seen of a labelled case without its ECG: margins, header, name, kind of file."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np

from ecg_core.evidence.probes import leakage
from ecg_core.evidence.probes.prints import PrintReader
from ecg_core.intake.values import Bundle, EcgRecord, EcgScan

if TYPE_CHECKING:
    from sklearn.base import ClassifierMixin

HEAD_BYTES = 16_384
"""So much of a file is looked at for text."""
LINE = 200
PRINT = "print"
ABSENT = -1.0
"""Stands for what a file of this kind has not."""
BEST_PERCENT = 5
"""Of the pixels beside the traces only those are read that tell most: a mark may be small."""


@dataclass(frozen=True, eq=False)
class CaseWithoutEcg:
    """One case without its ECG. None where there is nothing of that kind.

    margins: uint8, 4 × height × width, above, below, left and right of the traces. print: text
    above and below them, of the pages that were read.
    """

    name: str
    margins: np.ndarray | None
    header: str
    recording: tuple[float, ...]
    print: str | None = None


@dataclass(frozen=True)
class Sight:
    """One way to look: its name for the reader, what it takes of a case, and what reads that."""

    key: str
    name: str
    take: Callable[[CaseWithoutEcg], Any]
    model: Callable[[], ClassifierMixin]


def _best_pixels() -> ClassifierMixin:
    from sklearn.feature_selection import SelectPercentile
    from sklearn.pipeline import make_pipeline

    return make_pipeline(SelectPercentile(percentile=BEST_PERCENT), leakage.forest())


SIGHTS: tuple[Sight, ...] = (
    Sight(
        "margins",
        "what is printed beside the traces",
        lambda seen: None if seen.margins is None else seen.margins.reshape(-1),
        _best_pixels,
    ),
    Sight(
        PRINT,
        "the words printed above and below the traces",
        lambda seen: seen.print,
        leakage.on_text,
    ),
    Sight("header", "the text in the files' headers", lambda s: s.header or None, leakage.on_text),
    Sight("name", "the file names", lambda seen: seen.name, leakage.on_text),
    Sight(
        "recording",
        "the kind of file: its type and size, sampling rate, length, number of leads, or pixels",
        lambda seen: np.array(seen.recording),
        leakage.forest,
    ),
)


def see(
    bundle: Bundle,
    ecg: EcgRecord | EcgScan,
    area: tuple[int, int, int, int] | None,
    reader: PrintReader,
) -> CaseWithoutEcg:
    """Look at one case. area: where its traces lie, as `CaseAnswer` has it. reader: of print."""
    name, kind = PurePosixPath(bundle.name).name.lower(), _kind(bundle)
    if isinstance(ecg, EcgRecord):
        size = float(sum(len(file.data) for file in bundle.files))
        signals = (ecg.fs_hz, ecg.file_duration_s, float(len(ecg.leads)), size)
        return CaseWithoutEcg(name, None, header_text(bundle), (kind, *signals, ABSENT, ABSENT))
    # How well pixels are compressed hangs on what is drawn: their bytes are no shortcut.
    height, width = map(float, ecg.pixels.shape[:2])
    size_px = (kind, *(ABSENT,) * 4, height, width)
    if area is None:
        return CaseWithoutEcg(name, None, "", size_px)
    return CaseWithoutEcg(
        name, margins(ecg.pixels, area), "", size_px, reader.read(ecg.pixels, area)
    )


def margins(pixels: np.ndarray, area: tuple[int, int, int, int]) -> np.ndarray:
    """Bands above, below, left and right of an area (uint8, 4 × height × width).

    pixels: uint8, height × width × 3. area: rows from and to, columns from and to.
    """
    top, bottom, left, right = area
    height, width = pixels.shape[:2]
    beside = np.swapaxes(pixels[top:bottom], 0, 1)
    return np.stack(
        [
            leakage.band(pixels, 0, top),
            leakage.band(pixels, bottom, height),
            leakage.band(beside, 0, left),
            leakage.band(beside, right, width),
        ]
    )


def header_text(bundle: Bundle) -> str:
    """Text at the head of a recording's files; samples, checksums and file names are left out."""
    headers = [file for file in bundle.files if file.name.lower().endswith(".hea")]
    if headers:
        return "\n".join(_wfdb(file.data) for file in headers)
    return "\n".join(_words(file.data) for file in bundle.files)


def _wfdb(data: bytes) -> str:
    """Comments whole; of every signal its format, gain and description, not its first samples."""
    kept = []
    for number, line in enumerate(data[:HEAD_BYTES].decode("latin-1").splitlines()):
        if line.startswith("#"):
            kept.append(line)
        elif number:
            fields = line.split()
            kept.append(" ".join((*fields[1:5], *fields[8:])))
        else:
            kept.append(" ".join(line.split()[1:]))
    return "\n".join(kept)


def _words(data: bytes) -> str:
    """Lines with letters in them: columns of samples have none."""
    runs = re.findall(rb"[\x20-\x7e\xa0-\xff]{6,}", data[:HEAD_BYTES])
    lines = (run.decode("latin-1")[:LINE] for run in runs)
    return "\n".join(line for line in lines if re.search(r"[A-Za-z]{3}", line))


def _kind(bundle: Bundle) -> float:
    """A number for the type of file, from its suffix."""
    suffix = PurePosixPath(bundle.files[0].name).suffix.lower()
    return float(int.from_bytes(suffix.encode()[:6], "big"))
