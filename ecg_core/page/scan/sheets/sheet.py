"""What a picture shows as a printed thing: rows, columns, the lead and the scale of every piece."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from scipy.ndimage import uniform_filter1d
from scipy.signal import find_peaks

from ecg_core.page.scan.sheets.beside_rows import BEATS_WITH, resting_beside
from ecg_core.page.scan.sheets.columns import Division
from ecg_core.page.scan.sheets.dividers import Dividers, Marks
from ecg_core.page.scan.sheets.pulses import Pulse
from ecg_core.page.scan.sheets.rows import Row, agreements, steps_of
from ecg_core.page.scan.sheets.text import Name, Print

BEAT_MM = 5.0
"""Beats are at least so far apart."""
WAVE_MM = (3.0, 10.0)
"""T is looked for so far behind the spikes, P as far before them."""
BESIDE_MM = 0.3
"""A wave's sides stand within this of its trace."""


@dataclass(frozen=True)
class Piece:
    """One lead's part of a row.

    x0_mm, x1_mm: on the flat picture. start_s, end_s: the time it shows, from the first sample of
    the sheet. baseline_mm: height of its zero line.
    """

    lead: str
    row: int
    column: int
    x0_mm: float
    x1_mm: float
    baseline_mm: float
    start_s: float
    end_s: float
    gain_mm_per_mv: float = 10.0
    speed_mm_per_s: float = 25.0


@dataclass(frozen=True)
class Said:
    """What one law says of a sheet: a log-likelihood and a sentence."""

    law: str
    value: float
    text: str


@dataclass(frozen=True, eq=False)
class Seen:
    """What was seen on a flat picture, under one set of rows, whatever is printed there."""

    rows: tuple[Row, ...]
    pulses: tuple[Pulse, ...]
    ink: np.ndarray
    trace: np.ndarray
    shown: np.ndarray
    px_per_mm: float

    @cached_property
    def baselines_mm(self) -> np.ndarray:
        """Heights of the rows' zero lines."""
        return np.array([row.baseline_px for row in self.rows]) / self.px_per_mm

    @cached_property
    def edges_mm(self) -> tuple[float, float]:
        """Where the picture begins on the left and ends on the right, along most rows."""
        ends = []
        for row in self.rows:
            seen = np.flatnonzero(
                self.shown[min(max(round(row.baseline_px), 0), len(self.shown) - 1)]
            )
            ends.append((seen[0], seen[-1] + 1) if len(seen) else (0, self.shown.shape[1]))
        left, right = np.median(ends, axis=0) / self.px_per_mm
        return float(left), float(right)

    @cached_property
    def agreements(self) -> list[float]:
        """How each row beats with the others."""
        return agreements(self.rows)

    @cached_property
    def pulse_mm(self) -> float | None:
        """Height of the pulses."""
        heights = [pulse.height_mm for pulse in self.pulses]
        return float(np.median(heights)) if heights else None

    @cached_property
    def beats_px(self) -> np.ndarray:
        """Columns in which the rows beat together."""
        return beats_of(self.rows)

    def beats_below_px(self, main: int) -> np.ndarray:
        """The same by the rows below the first `main`, where these beat with all others: nothing
        begins in them half-way, which rows of several leads leap at."""
        below = [
            row
            for row, agreed in zip(self.rows[main:], self.agreements[main:], strict=True)
            if agreed > BEATS_WITH
        ]
        return beats_of(tuple(below)) if below else self.beats_px

    @cached_property
    def alike(self) -> float:
        """How much the beats of all rows look the same: least correlation of two mean beats,
        less what their heights differ; 0 for one row, or too few beats."""
        if len(self.rows) < 2:
            return 0.0
        found = [mean_beat(row) for row in self.rows]
        beats = [beat for beat in found if beat is not None]
        if len(beats) < len(found):
            return 0.0
        least = 1.0
        for beat in beats[1:]:
            corr = float(np.corrcoef(beats[0], beat)[0, 1])
            heights = np.ptp(beat), np.ptp(beats[0])
            least = min(least, corr - abs(1.0 - min(heights) / max(*heights, 1e-6)))
        return least

    @cached_property
    def forward(self) -> float:
        """Natural log of how much larger the waves right of the spikes are than those left."""
        near, far = (round(mm * self.px_per_mm) for mm in WAVE_MM)
        width = len(self.rows[0].curve_px)
        beats = self.beats_px[(self.beats_px > far) & (self.beats_px < width - far)]
        if len(beats) < 3:
            return 0.0
        after = before = 1e-3
        for row in self.rows:
            level = row.curve_px - uniform_filter1d(row.curve_px, round(50 * self.px_per_mm))
            right = level[beats[:, None] + np.arange(near, far)]
            left = level[beats[:, None] - np.arange(near + 1, far + 1)]
            # The line between two waves is where it spends most of its time.
            base = np.median(np.concatenate([left, right], axis=1), axis=1, keepdims=True)
            after += float(np.abs(right - base).mean(axis=1).sum())
            before += float(np.abs(left - base).mean(axis=1).sum())
        return float(np.log(after / before))

    @cached_property
    def extra(self) -> float:
        """Share of the columns in which a trace rests where no row is, along one height; more
        than one where several rows were missed."""
        return resting_beside(self.rows, self.trace, self.pitch_mm, self.spans_px)

    @cached_property
    def extra_but_rules(self) -> float:
        """The same of a page without a grid, on which a straight line is ruled, or an edge."""
        return resting_beside(self.rows, self.trace, self.pitch_mm, self.spans_px, but_rules=True)

    @cached_property
    def spans_px(self) -> tuple[int, int]:
        """First and last column (exclusive) of most rows."""
        left, right = np.median([row.span_px for row in self.rows], axis=0)
        return round(float(left)), round(float(right))

    def named_rows(self, names: tuple[Name, ...], shift: float) -> np.ndarray:
        """The row of every name, -1 for none. shift: how far above its row a name stands."""
        if not names:
            return np.zeros(0, int)
        if (names, shift) not in self._named_rows:
            self._named_rows[names, shift] = self._rows_of(names, shift)
        return self._named_rows[names, shift]

    def _rows_of(self, names: tuple[Name, ...], shift: float) -> np.ndarray:
        lines = self.baselines_mm - shift * self.pitch_mm
        off = np.abs(np.array([name.y_mm for name in names])[:, None] - lines[None])
        near = off.min(axis=1) <= 0.75 * self.pitch_mm
        return np.where(near & ~self._waves(names), off.argmin(axis=1), -1)

    def _waves(self, names: tuple[Name, ...]) -> np.ndarray:
        """Names that may be a wave's steep sides: strokes where a row's trace runs."""
        found = []
        for name in names:
            crossed = False
            if set(name.lead) == {"I"}:
                x0, x1 = name.x0_mm - BESIDE_MM, name.x1_mm + BESIDE_MM
                part = slice(max(round(x0 * self.px_per_mm), 0), max(round(x1 * self.px_per_mm), 1))
                for row in self.rows:
                    heights = row.curve_px[part][row.filled[part]] / self.px_per_mm
                    if heights.size:
                        crossed |= heights.min() < name.y1_mm and heights.max() > name.y0_mm
            found.append(crossed)
        return np.array(found, bool)

    def marks(self, main: int) -> Marks:
        """What may mark columns of the first rows."""
        if main not in self._marks:
            self._marks[main] = self._dividers.marks(main, self.beats_below_px(main))
        return self._marks[main]

    @cached_property
    def known(self) -> dict[Hashable, dict[Callable[[Draft], Said], Said]]:
        """What laws said of drafts under these rows, by where their pieces lie."""
        return {}

    @cached_property
    def limbs(self) -> dict[tuple[tuple[tuple[float, float], str, int], ...], float | None]:
        """What limb leads leave unexplained, by where they lie."""
        return {}

    @cached_property
    def _named_rows(self) -> dict[tuple[tuple[Name, ...], float], np.ndarray]:
        return {}

    @cached_property
    def _dividers(self) -> Dividers:
        return Dividers(self.ink, self.trace, self.rows)

    @cached_property
    def _marks(self) -> dict[int, Marks]:
        return {}

    @cached_property
    def pitch_mm(self) -> float:
        """Usual distance between neighbouring rows."""
        if len(self.rows) < 2:
            return 40.0
        return float(np.median(np.diff([row.baseline_px for row in self.rows]))) / self.px_per_mm


def beats_of(rows: tuple[Row, ...]) -> np.ndarray:
    """Columns in which rows beat together."""
    busy = steps_of(rows).sum(axis=0)
    tall = 0.4 * float(np.percentile(busy, 98))
    far = max(round(BEAT_MM * rows[0].px_per_mm), 1)
    peaks, _ = find_peaks(busy, height=max(tall, 1e-6), distance=far)
    return np.asarray(peaks)


def mean_beat(row: Row) -> np.ndarray | None:
    """A row's mean beat, from 8 mm before its steepest place to 10 mm behind; None for too few."""
    px = row.px_per_mm
    steps = steps_of((row,))[0]
    tall = 0.5 * float(np.percentile(steps, 98))
    peaks, _ = find_peaks(steps, height=max(tall, 1e-6), distance=round(BEAT_MM * px))
    before, behind = round(8 * px), round(10 * px)
    inside = [p for p in peaks if before <= p < len(steps) - behind]
    if len(inside) < 3:
        return None
    return np.median([row.curve_px[p - before : p + behind] for p in inside], axis=0)


SHIFTS = (0.0, 0.5, -0.25)
"""So far above their rows names may stand, in row pitches."""
BEFORE_MM, FIRST_BEFORE_MM, AFTER_MM, AFTER = 6.0, 28.0, 30.0, 0.55
"""A lead's name stands so far before or after the start of its column; the first has a margin.
Behind it, at most so much of the column's width."""


LEAST_USUAL, ALIKE_MM = 3, 2.0
"""So many names tell how high names stand above their rows, to within so much."""


@dataclass(frozen=True, eq=False)
class Owned:
    """Which names stand where.

    places: names by row and column, for each of `SHIFTS`; others at (-1, -1). unnamed: what columns
    without a name cost under each, once that was asked.
    """

    places: tuple[dict[tuple[int, int], frozenset[str]], ...]
    unnamed: dict[int, float] = field(default_factory=dict)


def owned(seen: Seen, names: tuple[Name, ...], division: Division, main: int) -> Owned:
    """Which names stand where the name of a piece should. main: rows that have the columns."""
    begins = np.array([x0 for x0, _ in division.edges()])
    baselines = seen.baselines_mm
    before = np.full(len(begins), BEFORE_MM)
    before[0] = FIRST_BEFORE_MM
    after = min(AFTER_MM, AFTER * division.width_mm)
    found = []
    for shift in SHIFTS:
        places: dict[tuple[int, int], set[str]] = {}
        heights: dict[tuple[int, int], list[tuple[float, str]]] = {}
        for name, row in zip(names, seen.named_rows(names, shift), strict=True):
            if row < 0:
                continue
            fits = (begins - before <= name.x0_mm) & (name.x0_mm <= begins + after)
            columns = np.flatnonzero(fits)
            column = int(columns[-1]) if len(columns) else -1
            place = (-1, -1) if column < 0 or (row >= main and column > 0) else (int(row), column)
            places.setdefault(place, set()).add(name.lead)
            up = float(baselines[row]) - name.y_mm
            heights.setdefault(place, []).append((up, name.lead))
        usual = [up for (row, _), some in heights.items() if 0 <= row < main for up, _ in some]
        for place, some in heights.items():
            if place[0] >= main and len(places[place]) > 1 and len(usual) >= LEAST_USUAL:
                places[place] = _as_high(some, float(np.median(usual)))
        found.append({place: frozenset(some) for place, some in places.items()})
    return Owned(tuple(found))


def _as_high(named: list[tuple[float, str]], usual_mm: float) -> set[str]:
    """Of several names at one place, those that stand as high above their row as names of other
    rows do: a caption names leads, too. named: how high each stands (mm), and its lead."""
    off = [abs(up - usual_mm) for up, _ in named]
    return {lead for (_, lead), far in zip(named, off, strict=True) if far < min(off) + ALIKE_MM}


@dataclass(frozen=True, eq=False)
class Draft:
    """A sheet as it may be, before its scale: who stands where.

    leads: row by row. simultaneous: rows show the same seconds. assumed: rows whose lead nothing
    told.
    """

    name: str
    seen: Seen
    print_: Print
    division: Division
    leads: tuple[tuple[str, ...], ...]
    main: int
    rarity: float
    own: Owned
    simultaneous: bool = True
    assumed: tuple[int, ...] = ()
    said: tuple[Said, ...] = field(default=())

    @property
    def score(self) -> float:
        """All laws together."""
        return sum(s.value for s in self.said)

    @property
    def shape(self) -> Hashable:
        """Where its pieces lie, whatever leads they show."""
        counts = tuple(len(row) for row in self.leads)
        return counts, self.main, self.division, self.simultaneous, self.assumed, self.print_.lines

    @property
    def named(self) -> bool:
        """Whether any lead's name is read where it should be; strokes pass for the name I."""
        return any(
            row >= 0 and self.leads[row][column] in read - {"I"}
            for own in self.own.places
            for (row, column), read in own.items()
        )

    def spans(self, row: int) -> tuple[tuple[float, float], ...]:
        """Begin and end (mm) of every piece of a row."""
        if len(self.leads[row]) == self.division.count and row < self.main:
            return self.division.edges()
        first = self.division.start_mm
        return ((first, max(self.division.end_mm, first + 1.0)),)
