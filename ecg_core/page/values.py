"""The canonical ECG page: the one picture the network reads, true to scale."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from ecg_core.arrays import unpacked

PX_PER_MM = 2.0
"""Resolution of the ink that the network reads."""
PEN_MM = 0.5
"""Width of the pen on pages drawn from records; ink of scans is brought near it."""

PREPROCESSING_VERSION = "page-5"
"""Changes whenever the same bytes would give another page."""
SAME_FROM_RECORDS = ("page-1", "page-2", "page-3", "page-4", "page-5")
"""Versions that draw the same pages from records: weights trained on one read pages of all."""


class Severity(StrEnum):
    """How much a remark matters: a note, a reason for doubt, a reason to refuse."""

    NOTE = "note"
    DOUBT = "doubt"
    REFUSE = "refuse"


@dataclass(frozen=True)
class Remark:
    """One named, measurable thing about the quality of a page."""

    code: str
    severity: Severity
    text: str
    hint: str = ""


@dataclass(frozen=True)
class Option:
    """One answer to a question: what it says, and what choosing it would set by hand."""

    text: str
    set: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class SheetQuestion:
    """The one thing that a person who sees the picture should say about it."""

    code: str
    text: str
    options: tuple[Option, ...]

    def as_json(self) -> dict[str, object]:
        """As the command line tells it."""
        return {
            "code": self.code,
            "text": self.text,
            "options": [{"text": o.text, "set": dict(o.set)} for o in self.options],
        }

    @staticmethod
    def from_json(told: dict[str, Any]) -> SheetQuestion:
        """The question that `as_json` told."""
        return SheetQuestion(
            told["code"],
            told["text"],
            tuple(Option(o["text"], tuple(o["set"].items())) for o in told["options"]),
        )


class PageError(Exception):
    """A scan or record that gives no page: the remark says why and what to do."""

    def __init__(self, remark: Remark) -> None:
        super().__init__(f"{remark.text} {remark.hint}".strip())
        self.remark = remark


@dataclass(frozen=True)
class LeadBox:
    """Where one lead lies on the page (mm from the top left) and what time it shows (s).

    span: 1 of leads on a second sheet, whose time begins anew; nothing is timed across sheets.
    """

    lead: str
    x0_mm: float
    y0_mm: float
    x1_mm: float
    y1_mm: float
    start_s: float
    end_s: float
    span: int = 0

    @property
    def area_mm2(self) -> float:
        """Area of the box in mm²."""
        return (self.x1_mm - self.x0_mm) * (self.y1_mm - self.y0_mm)

    @property
    def pixels(self) -> tuple[slice, slice]:
        """Rows and columns of the page's ink that lie in the box."""
        x0, y0, x1, y1 = (
            max(round(mm * PX_PER_MM), 0) for mm in (self.x0_mm, self.y0_mm, self.x1_mm, self.y1_mm)
        )
        return slice(y0, y1), slice(x0, x1)


@dataclass(frozen=True, eq=False)
class Trace:
    """A drawn waveform, for display and measurement: the box it lies in and its samples.

    box: index into the page's boxes. mv: float32 samples, NaN where nothing is drawn.
    baseline_mm: page height of 0 mV.
    """

    box: int
    mv: np.ndarray
    fs_hz: float
    baseline_mm: float


@dataclass(frozen=True, eq=False)
class SheetPicture:
    """A sheet as it is printed, on the scale of the page: pulses, margins, columns where they were.

    jpeg: its picture, as high as the page's canvas. left_mm: where its left edge lies, in mm of the
    canvas. starts_mm: where each box of the page begins on it, in mm of the canvas. named: whether
    the name of the box's lead is printed there.
    """

    jpeg: bytes
    left_mm: float
    width_mm: float
    starts_mm: tuple[float, ...]
    named: tuple[bool, ...]


@dataclass(frozen=True, eq=False)
class EcgPage:
    """The canonical page.

    ink: uint8, height × width, 0 paper to 255 ink, `PX_PER_MM` pixels per mm.
    boxes: one per drawn lead, rhythm strips included. traces: only for pages drawn from records.
    picture: the rectified scan in colour (uint8, h × w × 3) on the same canvas, or None.
    source: "record" or "scan". source_px_per_mm: the resolution found in a scan.
    filter_name: the filter in force, as printed on the page ("" for scans).
    speed_mm_per_s, gain_mm_per_mv: of the canonical page, always 25 and 10.
    correction: what the reader set by hand on the scan, as JSON ("" for nothing).
    question: what a person should say about a scan that can be read in more than one way.
    sheet: what the scan looks like as it is printed, or None.
    """

    ink: np.ndarray
    layout: str
    boxes: tuple[LeadBox, ...]
    source: str
    source_name: str
    source_sha256: str
    filter_name: str = ""
    missing_leads: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()
    source_px_per_mm: float | None = None
    start_s: float = 0.0
    traces: tuple[Trace, ...] = ()
    picture: np.ndarray | None = None
    speed_mm_per_s: float = 25.0
    gain_mm_per_mv: float = 10.0
    correction: str = ""
    question: SheetQuestion | None = None
    sheet: SheetPicture | None = None

    @property
    def width_mm(self) -> float:
        """Width of the canvas in mm."""
        return self.ink.shape[1] / PX_PER_MM

    @property
    def height_mm(self) -> float:
        """Height of the canvas in mm."""
        return self.ink.shape[0] / PX_PER_MM

    @property
    def shown(self) -> np.ndarray:
        """Columns of the ink in which some lead is shown: bool; all of a page without boxes."""
        columns = np.zeros(self.ink.shape[1], bool)
        for box in self.boxes:
            columns[round(box.x0_mm * PX_PER_MM) : round(box.x1_mm * PX_PER_MM)] = True
        return columns if columns.any() else ~columns

    @property
    def sha256(self) -> str:
        """Hash of what the network reads: ink, its shape and the preprocessing version."""
        return self.sha256_of(PREPROCESSING_VERSION)

    def sha256_of(self, preprocessing_version: str) -> str:
        """The hash that the page had when an earlier version of this program prepared it."""
        head = f"{preprocessing_version} {self.ink.shape}".encode()
        return hashlib.sha256(head + np.ascontiguousarray(self.ink).tobytes()).hexdigest()

    def to_bytes(self) -> bytes:
        """The page as one compressed NumPy archive; `from_bytes` gives it back unchanged."""
        plain = {
            name: getattr(self, name)
            for name in (
                "layout",
                "source",
                "source_name",
                "source_sha256",
                "filter_name",
                "missing_leads",
                "source_px_per_mm",
                "start_s",
                "speed_mm_per_s",
                "gain_mm_per_mv",
                "correction",
            )
        }
        plain["question"] = None if self.question is None else self.question.as_json()
        plain["boxes"] = [asdict(box) for box in self.boxes]
        plain["remarks"] = [asdict(remark) for remark in self.remarks]
        plain["traces"] = [
            {"box": t.box, "fs_hz": t.fs_hz, "baseline_mm": t.baseline_mm} for t in self.traces
        ]
        arrays = {f"trace_{i}": trace.mv for i, trace in enumerate(self.traces)}
        if self.picture is not None:
            arrays["picture"] = self.picture
        if self.sheet is not None:
            shown = asdict(self.sheet)
            arrays["sheet"] = np.frombuffer(shown.pop("jpeg"), np.uint8)
            plain["sheet"] = shown
        buffer = io.BytesIO()
        np.savez_compressed(
            buffer, ink=self.ink, plain=np.array(json.dumps(plain)), allow_pickle=False, **arrays
        )
        return buffer.getvalue()

    @staticmethod
    def from_bytes(data: bytes) -> EcgPage:
        """The page that `to_bytes` wrote. Raises ValueError when the bytes are no page."""
        archive = unpacked(data)
        plain = json.loads(str(archive["plain"]))
        traces = tuple(
            Trace(mv=archive[f"trace_{i}"], **t) for i, t in enumerate(plain.pop("traces"))
        )
        boxes = tuple(LeadBox(**box) for box in plain.pop("boxes"))
        remarks = tuple(
            Remark(**{**r, "severity": Severity(r["severity"])}) for r in plain.pop("remarks")
        )
        asked = plain.pop("question", None)
        shown = plain.pop("sheet", None)
        return EcgPage(
            question=None if asked is None else SheetQuestion.from_json(asked),
            ink=archive["ink"],
            boxes=boxes,
            remarks=remarks,
            traces=traces,
            picture=archive["picture"] if "picture" in archive else None,
            missing_leads=tuple(plain.pop("missing_leads")),
            sheet=None
            if shown is None
            else SheetPicture(
                archive["sheet"].tobytes(),
                shown["left_mm"],
                shown["width_mm"],
                tuple(shown["starts_mm"]),
                tuple(shown["named"]),
            ),
            **plain,
        )


def ink_of(data: bytes) -> np.ndarray:
    """The ink alone of the page that `EcgPage.to_bytes` wrote: nothing else of it is unpacked."""
    return unpacked(data, ["ink"])["ink"]
