"""All print on a flat picture: lead names with their places, and what is said of speed and gain."""

from __future__ import annotations

import re
from dataclasses import dataclass

import cv2
import numpy as np

from ecg_core.page.scan.connected import pieces_of
from ecg_core.page.scan.lettering import read

HEIGHT_MM, WIDTH_MM = (1.2, 9.0), (0.25, 14.0)
"""Letters, and words of them, that can be a lead's name."""
GAP_MM = 1.3
"""Letters of a name stand closer together than this."""
MAX_WORDS = 64
LINE_MM, LINE_GAP_MM, MAX_LINES = 7.0, 3.0, 40
LETTER = 0.4

ALIKE = str.maketrans({"l": "I", "|": "I", "!": "I", "1": "I", "i": "I", "]": "I", "[": "I"})


@dataclass(frozen=True)
class Name:
    """A lead's name read on a picture, and its box (mm)."""

    lead: str
    x0_mm: float
    y0_mm: float
    x1_mm: float
    y1_mm: float
    text: str = ""

    @property
    def y_mm(self) -> float:
        """Height of its middle."""
        return (self.y0_mm + self.y1_mm) / 2


@dataclass(frozen=True)
class Print:
    """What is printed: lead names, and lines of text.

    An "I" is taken for a name only where it is called a lead: strokes pass for it.
    """

    names: tuple[Name, ...]
    lines: tuple[str, ...]


def lead_of(text: str) -> str:
    """The lead a text names, or an empty string.

    >>> lead_of("aVR"), lead_of("Vl"), lead_of("ll"), lead_of("-aVR"), lead_of("V4R")
    ('aVR', 'V1', 'II', '-aVR', 'V4R')
    >>> lead_of("Lead II"), lead_of("V9"), lead_of("DIII"), lead_of("25 mm/s")
    ('II', 'V9', 'III', '')
    """
    plain = re.sub(r"[\s.:,;_'`°\"*()=~]", "", text)
    minus = plain[:1] in ("-", "–", "—", "−") or plain[-1:] in ("-", "−")
    plain = plain.strip("-–—−")
    plain = re.sub(r"^(?:[Ll]ead|LEAD|[Aa]bl|Ableitung|Отведение)(?=.)", "", plain)
    if found := re.fullmatch(r"[aA4@][VUvuYy]([RLFrlfPE])", plain):
        third = {"P": "F", "E": "F"}.get(found[1].upper(), found[1].upper())
        return ("-" if minus and third == "R" else "") + "aV" + third
    if found := re.fullmatch(r"[VUvuY]([1-9lIi|!Z])(R|r)?", plain):
        digit = {"Z": "2"}.get(found[1], found[1] if found[1].isdigit() else "1")
        return f"V{digit}{'R' if found[2] else ''}"
    if found := re.fullmatch(r"C([1-6])", plain):
        return "V" + found[1]
    limb = re.sub(r"^D(?=[Il|1i])", "", plain).translate(ALIKE)
    if found := re.fullmatch(r"D([123])", plain):
        limb = "I" * int(found[1])
    return limb if limb in ("I", "II", "III") else ""


def print_of(text: np.ndarray, px_per_mm: float) -> Print:
    """Read the print. text: float, height × width, 0 to 1: ink that is no trace."""
    mask = (text > LETTER).astype(np.uint8)
    return Print(_names(mask, text, px_per_mm), _lines(mask, text, px_per_mm))


def _boxes(mask: np.ndarray, gap_mm: float, px_per_mm: float) -> np.ndarray:
    """Left, top, width, height of pieces of print joined over small gaps: n × 5 with area."""
    gap = np.ones((1, round(gap_mm * px_per_mm)), np.uint8)
    count, _, stats = pieces_of(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, gap))
    return np.asarray(stats[1:count])


def _names(mask: np.ndarray, text: np.ndarray, px: float) -> tuple[Name, ...]:
    found: list[Name] = []
    stats = _boxes(mask, GAP_MM, px)
    wide, tall = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    fits = (tall >= HEIGHT_MM[0] * px) & (tall <= HEIGHT_MM[1] * px)
    fits &= (wide >= WIDTH_MM[0] * px) & (wide <= WIDTH_MM[1] * px)
    some = stats[fits]
    some = some[np.argsort(-some[:, cv2.CC_STAT_AREA], kind="stable")[:MAX_WORDS]]
    crops = [_crop(text, box) for box in some]
    for box, said in zip(some, read(crops), strict=True):
        if lead := lead_of(said):
            x, y, w, h = (float(v) / px for v in box[:4])
            found.append(Name(lead, x, y, x + w, y + h, said))
    return tuple(found)


def _lines(mask: np.ndarray, text: np.ndarray, px: float) -> tuple[str, ...]:
    stats = _boxes(mask, LINE_GAP_MM, px)
    wide, tall = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    fits = (tall >= HEIGHT_MM[0] * px) & (tall <= HEIGHT_MM[1] * px) & (wide >= LINE_MM * px)
    # Footers tell more often than headers.
    some = stats[fits][np.argsort(-stats[fits][:, cv2.CC_STAT_TOP], kind="stable")][:MAX_LINES]
    return tuple(said for said in read([_crop(text, box) for box in some]) if said)


def _crop(text: np.ndarray, box: np.ndarray) -> np.ndarray:
    x, y, w, h = (int(v) for v in box[:4])
    return text[max(y - 3, 0) : y + h + 3, max(x - 4, 0) : x + w + 4]
