"""What curation finds out about a folder of ECG pages, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from ecg_core.evidence.probes.values import Probe
from ecg_core.page.values import EcgPage


@dataclass(frozen=True)
class PageFile:
    """One image: its path below the folder, with `/`, and the class folder it lies in."""

    path: str
    label: str

    @property
    def name(self) -> str:
        """File name without its folders."""
        return self.path.rsplit("/", 1)[-1]


class Fate(StrEnum):
    """What becomes of a file, and why."""

    KEPT = "kept"
    UNREADABLE = "unreadable file"
    EXACT = "exact duplicate"
    SAME_PIXELS = "same pixels"
    NEAR = "near-duplicate"
    CONFLICT = "label conflict"


@dataclass(frozen=True, eq=False)
class PageReading:
    """One image as intake and page saw it.

    sha256: of the file. pixels_sha256: of the decoded pixels with their shape. page: None when the
    scan was refused; refusal then is the code of the remark. trace_rows: first and last pixel row
    of the trace area, header above and footer below. size_px: height and width.
    """

    sha256: str
    pixels_sha256: str
    size_px: tuple[int, int]
    trace_rows: tuple[int, int]
    page: EcgPage | None
    refusal: str = ""

    @property
    def quality(self) -> str:
        """The codes of all remarks worth a doubt, or of the refusal."""
        if self.page is None:
            return f"not read: {self.refusal}"
        return ", ".join(r.code for r in self.page.remarks if r.severity != "note") or "read"


@dataclass(frozen=True, eq=False)
class Fingerprint:
    """What curation remembers of one readable image; its ink stays in the store.

    hash: perceptual, uint8 × 32, of the arranged ink when `placed`, of the picture otherwise.
    cpu_s: what reading and hashing took.
    """

    sha256: str
    pixels_sha256: str
    trace_rows: tuple[int, int]
    placed: bool
    hash: np.ndarray
    quality: str
    layout: str
    px_per_mm: float
    cpu_s: float


@dataclass(frozen=True)
class PrintHashes:
    """What the page's header and footer say, as keyed hashes: "" where nothing was found.

    identifier: of the printed identity. day: of the date. text: everything read, in clear. It
    feeds the leakage probe and is written nowhere. cpu_s: what reading it took.
    """

    identifier: str = ""
    day: str = ""
    text: str = ""
    cpu_s: float = 0.0


@dataclass(frozen=True)
class Copy:
    """Two files that show the same recording: indices, how it was found, ink in common (0 to 1)."""

    first: int
    second: int
    fate: Fate
    likeness: float


@dataclass(frozen=True)
class ManifestRow:
    """One file of the folder and what becomes of it.

    copy_of: the file that stands for it ("" when it stands for itself). group: files of one group
    must not be divided between training and testing. identifier, day: keyed hashes.
    """

    file: str
    label: str
    kept: bool
    reason: str
    copy_of: str
    likeness: float
    group: str
    quality: str
    layout: str
    px_per_mm: float
    identifier: str
    day: str
    sha256: str
    pixels_sha256: str


@dataclass(frozen=True, eq=False)
class Curation:
    """The whole result: one row per file, the copies found, the probes and how it was done.

    printed: whether header and footer were read. cost_s: CPU seconds by step. pairs: how many the
    index compared, how many were near, how many were copies.
    """

    files: tuple[PageFile, ...]
    rows: tuple[ManifestRow, ...]
    copies: tuple[Copy, ...]
    probes: tuple[Probe, ...]
    printed: bool
    cost_s: dict[str, float]
    pairs: dict[str, int]

    @property
    def kept(self) -> np.ndarray:
        """Indices of the files that are kept."""
        return np.flatnonzero([row.kept for row in self.rows])
