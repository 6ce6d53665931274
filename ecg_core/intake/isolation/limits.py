"""How much one upload may hold: large enough for any ECG, small enough for a small server."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FileLimits:
    """Upper (and a few lower) bounds, checked before anything is decoded.

    max_file_bytes: one uploaded or unpacked file. max_pixels: one image (A4 at 600 dpi has 35
    million). max_samples: all channels of the signal files read for one record (six hours of
    two leads at 360 Hz; reading takes about 30 bytes a sample). max_segments: of one WFDB
    record. max_ratio: unpacked to packed
    size of a ZIP member above `ratio_free_bytes`. max_vendor_bytes: files of recorders and
    archives, which libraries hold several times over. max_pages: pages or frames of one document.
    document_dpi: how finely a document's page is rendered; a grid line of 0.1 mm needs 300.
    max_memory_bytes, max_seconds: what reading one case may take in its worker process, beyond
    the worker's own libraries; seconds count processor time and, sixfold, time by the clock.
    """

    max_file_bytes: int = 150_000_000
    max_bundle_files: int = 512
    max_pixels: int = 64_000_000
    max_image_side: int = 32_000
    max_header_bytes: int = 256_000
    max_channels: int = 64
    max_segments: int = 200
    max_samples: int = 16_000_000
    max_vendor_bytes: int = 40_000_000
    max_pages: int = 40
    document_dpi: float = 300.0
    max_annotations: int = 200_000
    min_fs_hz: float = 50.0
    max_fs_hz: float = 50_000.0
    min_duration_s: float = 1.0
    max_archive_members: int = 2_000
    max_unpacked_bytes: int = 300_000_000
    max_ratio: float = 200.0
    ratio_free_bytes: int = 8_000_000
    max_memory_bytes: int = 1_500_000_000
    max_seconds: int = 20


LIMITS = FileLimits()
