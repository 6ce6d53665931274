"""All print on a flat picture: lead names with their places, and what is said of speed and gain."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

import cv2
import numpy as np

from ecg_core.page.scan.connected import pieces_of
from ecg_core.page.scan.print.lettering import read
from ecg_core.page.scan.print.likely_print import may_be_print
from ecg_core.page.scan.sheets.scale import PrintedScale, told_by
from ecg_core.page.scan.sheets.strokes import strokes_of

HEIGHT_MM, WIDTH_MM = (1.2, 9.0), (0.25, 14.0)
"""Letters, and words of them, that can be a lead's name."""
GAP_MM = 1.3
"""Letters of a name stand closer together than this."""
MAX_WORDS = 64
LINE_MM, LINE_GAP_MM, MAX_LINES = 7.0, 3.0, 40
LETTER = 0.4
RULE_MM = 10.0
"""An upright line this long is no letter."""
LOWERED = 0.2
"""A lowered digit reaches up beside its letter by so much of its height."""
BESIDE_MM = 2.5
"""Lines whose middles are no farther apart stand beside one another."""
PARTLY = re.compile(r"(?i)limb|extrem|glied|chest|brust|precord|torac|v\s*:|конечн|грудн")
"""A line that tells the gain of some leads, and not of others."""
STROKES, NAMED = frozenset({"I", "II", "III"}), 4
"""Once so many other names are read of words that stand alone, words of lines, and much smaller
ones, need not be."""
USUAL, SMALLER = 12, 0.7
"""Names are as tall as the usual of the largest words, or hardly less."""

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


@dataclass(frozen=True, eq=False)
class Print:
    """What is printed: lead names, and lines of text.

    unread: left, top, right and bottom (mm, n × 4) of words that were read as no name. An "I" is
    taken for a name only where it is called a lead: strokes pass for it.
    """

    names: tuple[Name, ...]
    lines: tuple[str, ...]
    unread: np.ndarray = field(default_factory=lambda: np.zeros((0, 4)))


def lead_of(text: str) -> str:
    """The lead a text names, or an empty string.

    >>> lead_of("aVR"), lead_of("Vl"), lead_of("ll"), lead_of("-aVR"), lead_of("V4R")
    ('aVR', 'V1', 'II', '-aVR', 'V4R')
    >>> lead_of("Lead II"), lead_of("V9"), lead_of("DIII"), lead_of("25 mm/s")
    ('II', 'V9', 'III', '')
    >>> lead_of("|aVF"), lead_of("1V3"), lead_of("laVL"), lead_of("14V"), lead_of("II")
    ('aVF', 'V3', 'aVL', '', 'II')
    """
    plain = re.sub(r"[\s.:,;_'`°\"*()=~]", "", text)
    minus = plain[:1] in ("-", "–", "—", "−") or plain[-1:] in ("-", "−")
    plain = plain.strip("-–—−")
    plain = re.sub(r"^(?:[Ll]ead|LEAD|[Aa]bl|Ableitung|Отведение)(?=.)", "", plain)
    # Some recorders put a bar before each name, where the column begins.
    plain = re.sub(r"^[|lI1!\[(](?=[aA4@][VUvuYy].$|[Vv][1-9]$)", "", plain)
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


@dataclass(frozen=True, eq=False)
class Letters:
    """Print of a flat picture, found but not yet read: reading takes longer than all the rest.

    text: float, height × width, 0 to 1: ink that is no trace.
    """

    text: np.ndarray
    px_per_mm: float

    @cached_property
    def words(self) -> np.ndarray:
        """What may be a lead's name: left, top, width, height (px) and area, the largest first."""
        stats = self._boxes(GAP_MM)
        wide, tall = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
        px = self.px_per_mm
        fits = (tall >= HEIGHT_MM[0] * px) & (tall <= HEIGHT_MM[1] * px)
        fits &= (wide >= WIDTH_MM[0] * px) & (wide <= WIDTH_MM[1] * px)
        some = stats[fits]
        return some[np.argsort(-some[:, cv2.CC_STAT_AREA], kind="stable")[:MAX_WORDS]]

    @cached_property
    def lines(self) -> np.ndarray:
        """Lines of print, as `words`, from the bottom upwards: footers tell more often."""
        stats = self._boxes(LINE_GAP_MM)
        wide, tall = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
        px = self.px_per_mm
        fits = (tall >= HEIGHT_MM[0] * px) & (tall <= HEIGHT_MM[1] * px) & (wide >= LINE_MM * px)
        some = stats[fits]
        return some[np.argsort(-some[:, cv2.CC_STAT_TOP], kind="stable")][:MAX_LINES]

    def read(self) -> Print:
        """All of it."""
        names, unread = self._names(self.words)
        return Print(names, self._said(self.lines), unread)

    def scale(self) -> PrintedScale:
        """What lines tell of speed and gain."""
        _, top, _, tall, _ = self.lines.T
        return told_by(self._scale(self.lines, top + tall / 2))

    def glimpse(self, top_mm: float, bottom_mm: float, most: int = MAX_WORDS) -> Print:
        """Names between two heights, and lines as far as they tell speed and gain: of those between
        the heights, lines too long for a name. most: so many words at most, and half as many
        lines."""
        top, bottom = top_mm * self.px_per_mm, bottom_mm * self.px_per_mm
        middles = self.words[:, cv2.CC_STAT_TOP] + self.words[:, cv2.CC_STAT_HEIGHT] / 2
        beside = (middles >= top) & (middles <= bottom)
        alone = self._alone()
        first = self.words[beside & alone][:most]
        names, unread = self._names(first)
        few = sum(name.lead not in STROKES for name in names) < NAMED
        if few and (most == MAX_WORDS or 2 * len(first) < most):
            names, unread = self._names(self.words[beside][:most])
        middles = self.lines[:, cv2.CC_STAT_TOP] + self.lines[:, cv2.CC_STAT_HEIGHT] / 2
        beyond = (middles < top) | (middles > bottom)
        beyond |= self.lines[:, cv2.CC_STAT_WIDTH] > WIDTH_MM[1] * self.px_per_mm
        some = np.flatnonzero(beyond)[: max(most // 2, 1) if most < MAX_WORDS else MAX_LINES]
        return Print(names, self._scale(self.lines[some], middles[some]), unread)

    def _alone(self) -> np.ndarray:
        """Which words stand alone, and are no smaller than the others that do."""
        left, top, wide, tall, _ = self.words.T
        x, y = left + wide / 2, top + tall / 2
        alone = np.ones(len(self.words), bool)
        for x0, y0, w, h, _ in self.lines:
            if w > WIDTH_MM[1] * self.px_per_mm:
                alone &= ~((x >= x0) & (x <= x0 + w) & (y >= y0) & (y <= y0 + h))
        usual = float(np.median(tall[alone][:USUAL])) if alone.any() else 0.0
        return np.asarray(alone & (tall >= SMALLER * usual))

    def _scale(self, lines: np.ndarray, middles_px: np.ndarray) -> tuple[str, ...]:
        """What lines say until they tell speed and gain. middles_px: their heights."""
        said: tuple[str, ...] = ()
        until: float | None = None
        for line, middle in zip(lines, middles_px, strict=True):
            if until is not None and middle < until:
                break
            said += self._said(line[None])
            told = told_by(said)
            if until is None and told.speeds and told.limb and told.chest:
                if not any(PARTLY.search(one) for one in said):
                    break
                # Of limb and chest leads, one is told beside the other.
                until = middle - BESIDE_MM * self.px_per_mm
        return said

    @cached_property
    def _mask(self) -> np.ndarray:
        return (self._unruled > LETTER).view(np.uint8)

    def _boxes(self, gap_mm: float) -> np.ndarray:
        """Left, top, width, height and area of print joined over gaps: n × 5."""
        gap = np.ones((1, round(gap_mm * self.px_per_mm)), np.uint8)
        count, _, stats = pieces_of(cv2.morphologyEx(self._mask, cv2.MORPH_CLOSE, gap))
        return np.asarray(stats[1:count])

    @cached_property
    def _unruled(self) -> np.ndarray:
        """The print less upright lines: names touch those between columns."""
        mask = (self.text > LETTER).astype(np.uint8)
        tall = np.ones((round(RULE_MM * self.px_per_mm), 1), np.uint8)
        rule = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, tall))
        if not rule.any():
            return self.text
        wide = np.asarray(cv2.dilate(rule, np.ones((1, 3), np.uint8)))
        return np.where(wide > 0, 0.0, self.text).astype(np.float32)

    def _names(self, words: np.ndarray) -> tuple[tuple[Name, ...], np.ndarray]:
        """Names among words, and boxes (mm) of those that are none."""
        lowered = _lowered(words, self.px_per_mm)
        joined = [_around(words[letter], words[digit]) for letter, digit in lowered]
        boxes = np.concatenate([words, np.array(joined, words.dtype).reshape(-1, words.shape[1])])
        crops = [self._crop(box) for box in boxes]
        texts = read(crops)
        for place, (letter, digit) in enumerate(lowered, start=len(words)):
            if not lead_of(texts[place]):
                texts[place] = texts[letter] + texts[digit]
        found: list[Name] = []
        unread = []
        for box, crop, said in zip(boxes, crops, texts, strict=True):
            x, y, w, h = (float(v) / self.px_per_mm for v in box[:4])
            if lead := strokes_of(crop) or lead_of(said):
                found.append(Name(lead, x, y, x + w, y + h, said))
            else:
                unread.append((x, y, x + w, y + h))
        return tuple(found), np.array(unread, float).reshape(-1, 4)

    def _said(self, boxes: np.ndarray) -> tuple[str, ...]:
        crops = [self._crop(box) for box in boxes]
        return tuple(said for said in read([c for c in crops if may_be_print(c)]) if said)

    def _crop(self, box: np.ndarray) -> np.ndarray:
        x, y, w, h = (int(v) for v in box[:4])
        return self._unruled[max(y - 3, 0) : y + h + 3, max(x - 4, 0) : x + w + 4]


def _lowered(boxes: np.ndarray, px: float) -> list[tuple[int, int]]:
    """Pairs of boxes of print (n × 5): a letter, and a smaller digit lowered behind it."""
    x, y, wide, tall = (boxes[:, place] for place in range(4))
    pairs = []
    for letter, (left, top, width, height, _) in enumerate(boxes):
        gap = x - (left + width)
        beside = (gap > -0.3 * px) & (gap <= GAP_MM * px) & (wide <= width) & (tall <= height)
        up = (top + height - y) / tall
        lower = (y > top) & (y + tall > top + height) & (up >= LOWERED)
        pairs += [(letter, int(digit)) for digit in np.flatnonzero(beside & lower)]
    return pairs


def _around(one: np.ndarray, other: np.ndarray) -> tuple[int, ...]:
    """The box around two, area and all."""
    left, top = np.minimum(one[:2], other[:2])
    right, bottom = np.maximum(one[:2] + one[2:4], other[:2] + other[2:4])
    return int(left), int(top), int(right - left), int(bottom - top), int(one[4] + other[4])
