"""What a maker of foreign inputs hands on, and the files it packs them in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ecg_core.intake.values import EcgRecord, Upload
from ecg_core.page.drawn.printed import PrintStyle, print_record

PX_PER_MM = 5.0
"""Resolution of drawn sheets: 127 dpi."""


@dataclass(frozen=True)
class Foreign:
    """One input as a reader would drop it: its kind, a name, and its files."""

    kind: str
    name: str
    files: tuple[Upload, ...]


@dataclass(frozen=True)
class Maker:
    """One kind of input and what makes all of its inputs from a generator."""

    kind: str
    draw: Callable[[np.random.Generator], Iterator[tuple[str, tuple[Upload, ...]]]]

    def make(self, rng: np.random.Generator) -> Iterator[Foreign]:
        """The inputs, numbered."""
        for number, (what, files) in enumerate(self.draw(rng)):
            yield Foreign(self.kind, f"{number:02d} {what}", files)


def png(pixels: np.ndarray) -> tuple[Upload, ...]:
    """A picture (uint8, height × width × 3, RGB) as a PNG file."""
    return (Upload("picture.png", _coded(".png", pixels, [])),)


def jpeg(pixels: np.ndarray, quality: int = 85) -> tuple[Upload, ...]:
    """The same as a JPEG file."""
    return (Upload("picture.jpg", _coded(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])),)


def _coded(suffix: str, pixels: np.ndarray, options: list[int]) -> bytes:
    whole = np.clip(np.rint(pixels), 0, 255).astype(np.uint8)
    return cv2.imencode(suffix, np.ascontiguousarray(whole[:, :, ::-1]), options)[1].tobytes()


def wfdb_files(
    signals_mv: np.ndarray, leads: Sequence[str], fs_hz: float, units_per_mv: int = 1000
) -> tuple[Upload, ...]:
    """A record (leads × samples, mV) as WFDB header and 16-bit signal file."""
    units = np.clip(np.rint(signals_mv * units_per_mv), -32767, 32767).astype("<i2")
    lines = [f"record {len(leads)} {fs_hz:g} {units.shape[1]}"]
    for lead, row in zip(leads, units, strict=True):
        checksum = int(np.int16(row.astype(np.int64).sum() & 0xFFFF).item())
        lines.append(f"record.dat 16 {units_per_mv}/mV 16 0 {row[0]} {checksum} 0 {lead}")
    header = ("\n".join(lines) + "\n").encode()
    return (Upload("record.hea", header), Upload("record.dat", units.T.tobytes()))


def print_waves(
    signals_mv: np.ndarray,
    leads: tuple[str, ...],
    fs_hz: float,
    layout: str,
    style: PrintStyle,
) -> np.ndarray:
    """Signals printed by the same printer that prints ECG sheets; pixels."""
    record = EcgRecord(
        "waves", "", signals_mv.astype(np.float32), leads, leads, fs_hz, signals_mv.shape[1] / fs_hz
    )
    return print_record(record, layout, PX_PER_MM, style).pixels
