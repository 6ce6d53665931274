"""Reading what is printed beside the traces: lead names, paper speed and gain.

Small pieces of ink that are no traces are cut out and read by a text recogniser, the one that
rapidocr ships in its wheel. It is called directly: a page needs a dozen narrow crops read in a
few hundredths of a second, without detection and without padding to whole text lines.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import onnxruntime

from ecg_core.page.scan.connected import pieces_of
from ecg_core.page.scan.ink import RASTER
from ecg_core.page.scan.rows import Row

HEIGHT_MM = (1.3, 6.5)
WIDTH_MM = (0.25, 14.0)
"""Letters, and words of them, that can be a lead's name."""
GAP_MM = 1.3
"""Letters of a name stand closer together than this."""
MAX_WORDS = 48
LINE_MM, LINE_GAP_MM, MAX_LINES = 9.0, 3.0, 10
"""Lines of print are this long, their words this close, and so many are read for the scale."""
CROP_PX = 48
MIN_SCORE = 0.5
GREYS = 4
"""Crops are read in so many steps from paper to ink: finer ones tell no letters apart."""
REMEMBERED = 4096
ALIKE = str.maketrans(
    {"l": "I", "|": "I", "!": "I", "1": "I", "i": "I", "U": "V", "u": "V", "v": "V"}
)
"""Letters that recognisers confuse in names as short as these."""


_Key = tuple[tuple[int, ...], bytes]


@dataclass(frozen=True)
class Name:
    """A lead's name read on a picture: which, and where its middle is (px)."""

    lead: str
    x_px: float
    y_px: float


@dataclass(frozen=True, eq=False)
class Words:
    """Pieces of print on a picture: left, top, right and bottom (px, n × 4), and its ink."""

    boxes_px: np.ndarray
    cover: np.ndarray

    def middles_px(self, turned: bool = False, mirrored: bool = False) -> np.ndarray:
        """Their middles (n × 2) once the picture is upright."""
        height, width = self.cover.shape
        middles = (self.boxes_px[:, :2] + self.boxes_px[:, 2:]) / 2
        if turned:
            middles = (width - 1, height - 1) - middles
        if mirrored:
            middles[:, 0] = width - 1 - middles[:, 0]
        return np.asarray(middles)

    def names(
        self, chosen: np.ndarray, turned: bool = False, mirrored: bool = False
    ) -> tuple[Name, ...]:
        """Lead names among some (bool, n), read as they stand, upside down or in a mirror, where
        they are once the picture is upright."""
        crops = []
        for x0, y0, x1, y1 in self.boxes_px[chosen]:
            crop = self.cover[max(y0 - 3, 0) : y1 + 3, max(x0 - 4, 0) : x1 + 4]
            if turned:
                crop = crop[::-1, ::-1]
            if mirrored:
                crop = crop[:, ::-1]
            crops.append(crop)
        return tuple(
            Name(lead, float(x), float(y))
            for (x, y), text in zip(
                self.middles_px(turned, mirrored)[chosen], read(crops), strict=True
            )
            if (lead := lead_of(text))
        )


def words(cover: np.ndarray, traces: np.ndarray, rows: tuple[Row, ...]) -> Words:
    """Pieces of print between the rows of a picture that may be lead names.

    cover: ink, 0 to 1. traces: bool, the ink that is trace. rows: of the traces.
    """
    baselines = [row.baseline_px for row in rows]
    half = float(np.median(np.diff(baselines))) / 2 if len(rows) > 1 else 20.0 * RASTER
    edges = (baselines[0] - half, baselines[-1] + half)
    top, bottom = (round(np.clip(y, 0, cover.shape[0])) for y in edges)
    near = cv2.dilate(traces[top:bottom].astype(np.uint8), np.ones((3, 3), np.uint8))
    letters = ((cover[top:bottom] > 0.4) & (near == 0)).astype(np.uint8)
    gap = np.ones((1, round(GAP_MM * RASTER)), np.uint8)
    joined = cv2.morphologyEx(letters, cv2.MORPH_CLOSE, gap)
    count, _, stats = pieces_of(joined)
    stats = stats[1:count]
    width, height = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    fits = (height >= HEIGHT_MM[0] * RASTER) & (height <= HEIGHT_MM[1] * RASTER)
    fits &= (width >= WIDTH_MM[0] * RASTER) & (width <= WIDTH_MM[1] * RASTER)
    found = stats[fits]
    # Where there are more, specks are: names are among the larger pieces.
    found = found[np.argsort(-found[:, cv2.CC_STAT_AREA], kind="stable")[:MAX_WORDS]]
    x0, y0 = found[:, cv2.CC_STAT_LEFT], found[:, cv2.CC_STAT_TOP] + top
    boxes = np.stack(
        [x0, y0, x0 + found[:, cv2.CC_STAT_WIDTH], y0 + found[:, cv2.CC_STAT_HEIGHT]], axis=1
    )
    return Words(boxes, np.where(traces, 0.0, cover))


def lead_of(text: str) -> str:
    """The lead a text names, or an empty string.

    >>> lead_of("aVR"), lead_of("Vl"), lead_of("ll"), lead_of("-aVR"), lead_of("25 mm/s")
    ('aVR', 'V1', 'II', '-aVR', '')
    """
    plain = re.sub(r"[\s.:,_'`]", "", text)
    minus = plain[:1] in ("-", "–", "—")
    plain = plain.lstrip("-–—")
    if found := re.fullmatch(r"[aA4][VUvu]([RLFrlf])", plain):
        return ("-" if minus and found[1] in "Rr" else "") + "aV" + found[1].upper()
    if found := re.fullmatch(r"[VUvu]([1-6lIi|!])", plain):
        return "V" + (found[1] if found[1].isdigit() else "1")
    limb = plain.translate(ALIKE)
    return limb if limb in ("I", "II", "III") else ""


def scale_of(text: str) -> tuple[float | None, float | None]:
    """Paper speed (mm/s) and gain (mm/mV) that a line of print tells.

    >>> scale_of("25mm/s 10 mm/mV 0.05-150 Hz")
    (25.0, 10.0)
    """
    plain = text.replace(",", ".").lower()
    speed = re.search(r"(?<![\d.])(\d{2}(?:\.5)?)\s*m\s*[mn]\s*/\s*s", plain)
    gain = re.search(r"(?<![\d.])(\d{1,2}(?:\.5)?)\s*m\s*[mn]\s*/\s*m\s*[vu]", plain)
    return (float(speed[1]) if speed else None, float(gain[1]) if gain else None)


def printed_scale(cover: np.ndarray, rows: tuple[Row, ...]) -> tuple[float | None, float | None]:
    """Paper speed (mm/s) and gain (mm/mV) printed above or below the rows of a picture."""
    baselines = [row.baseline_px for row in rows]
    half = 0.3 * float(np.median(np.diff(baselines))) if len(rows) > 1 else 8.0 * RASTER
    letters = (cover > 0.4).astype(np.uint8)
    letters[max(round(baselines[0] - half), 0) : round(baselines[-1] + half)] = 0
    joined = cv2.morphologyEx(
        letters, cv2.MORPH_CLOSE, np.ones((1, round(LINE_GAP_MM * RASTER)), np.uint8)
    )
    count, _, stats = pieces_of(joined)
    stats = stats[1:count]
    width, height = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    fits = (height >= HEIGHT_MM[0] * RASTER) & (height <= HEIGHT_MM[1] * RASTER)
    lines = stats[fits & (width >= LINE_MM * RASTER)]
    # Footers tell more often than headers.
    lines = lines[np.argsort(-lines[:, cv2.CC_STAT_TOP], kind="stable")][:MAX_LINES]
    speed = gain = None
    for x, y, wide, tall, _ in lines:
        (text,) = read([cover[max(y - 3, 0) : y + tall + 3, max(x - 4, 0) : x + wide + 4]])
        told = scale_of(text)
        speed, gain = speed or told[0], gain or told[1]
        if speed and gain:
            break
    return speed, gain


def read(crops: list[np.ndarray]) -> list[str]:
    """Texts of small pictures of ink (0 to 1, height × width); "" where nothing is certain.

    A text depends on nothing but its own crop, so that what was read once is remembered: programs
    that print ECGs print their lead names alike, pixel by pixel.
    """
    coarse = [np.rint(crop * GREYS).astype(np.uint8) for crop in crops]
    keys = [(crop.shape, crop.tobytes()) for crop in coarse]
    recogniser = _recogniser()
    known = {key: text for key in keys if (text := recogniser.remembered(key)) is not None}
    new = {key: crop for key, crop in zip(keys, coarse, strict=True) if key not in known}
    by_width: dict[int, list[_Key]] = {}
    for key in new:
        height, width = key[0]
        wide = width / max(height, 1) * CROP_PX
        by_width.setdefault(int(np.ceil(max(wide, 24.0) / 32.0)) * 32, []).append(key)
    for width, alike in by_width.items():
        batch = np.ones((len(alike), 3, CROP_PX, width), np.float32)
        for place, key in enumerate(alike):
            crop = new[key].astype(np.float32) / GREYS
            own = min(round(crop.shape[1] / crop.shape[0] * CROP_PX), width)
            scaled = cv2.resize(crop, (max(own, 1), CROP_PX), interpolation=cv2.INTER_LINEAR)
            left = (width - scaled.shape[1]) // 2
            batch[place, :, :, left : left + scaled.shape[1]] = 1.0 - 2.0 * scaled
        for key, text in zip(alike, recogniser.texts(batch), strict=True):
            known[key] = text
            recogniser.remember(key, text)
    return [known[key] for key in keys]


class _Recogniser:
    """The text recogniser of rapidocr's wheel, on one thread."""

    def __init__(self, path: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
        self.input = self.session.get_inputs()[0].name
        letters = self.session.get_modelmeta().custom_metadata_map["character"].splitlines()
        self.letters = ["", *letters, " "]
        self.lock = threading.Lock()
        self._memory: OrderedDict[_Key, str] = OrderedDict()

    def remembered(self, key: _Key) -> str | None:
        """The text of a crop that was read before."""
        with self.lock:
            if key in self._memory:
                self._memory.move_to_end(key)
            return self._memory.get(key)

    def remember(self, key: _Key, text: str) -> None:
        """Keep a text, and forget the one that was not asked for the longest time."""
        with self.lock:
            self._memory[key] = text
            if len(self._memory) > REMEMBERED:
                self._memory.popitem(last=False)

    def texts(self, batch: np.ndarray) -> list[str]:
        """Greedy reading of n × 3 × 48 × width pictures between -1 (ink) and 1 (paper)."""
        with self.lock:
            (chances,) = self.session.run(None, {self.input: batch})
        best, sure = chances.argmax(axis=2), chances.max(axis=2)
        texts = []
        for row, chance in zip(best, sure, strict=True):
            new = (row != 0) & (row != np.roll(row, 1))
            new[0] = row[0] != 0
            certain = new.any() and float(chance[new].mean()) >= MIN_SCORE
            texts.append("".join(self.letters[i] for i in row[new]) if certain else "")
        return texts


@lru_cache(maxsize=1)
def _recogniser() -> _Recogniser:
    spec = find_spec("rapidocr")
    assert spec is not None and spec.origin is not None
    models = sorted((Path(spec.origin).parent / "models").glob("*_rec_small.onnx"))
    return _Recogniser(models[-1])
