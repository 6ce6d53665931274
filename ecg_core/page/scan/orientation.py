"""Which way up a page lies: every way it could be read, and what speaks for each.

A grid looks the same from four sides and in a mirror. What does not: the calibration pulse stands
upright, lead names can be read, limb leads determine one another where the layout puts them, and
the large slow wave of a beat, T, comes after the spikes, not before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import uniform_filter1d
from scipy.signal import find_peaks

from ecg_core.page.doubts.quality import CLEAR_ENDS_MM
from ecg_core.page.layouts import PAGE_WIDTH_MM
from ecg_core.page.scan.ink import RASTER
from ecg_core.page.scan.lettering import Words
from ecg_core.page.scan.naming import WHOLE, Naming, every_second, may_be_name, settle
from ecg_core.page.scan.panels import Panels, find_panels
from ecg_core.page.scan.rows import Row

SURE = 2.0
"""A way of reading with so much evidence, or so much more than any other, is not doubted."""
MIRRORED = 1.0
"""A mirrored page is refused when so much more speaks for it than for any other way."""
ENOUGH = 4.0
"""With so much evidence other ways are not even tried, if names are part of it."""
NAMED = 2.0
"""So many names are not all I, II and III, which read the same in a mirror or upside down, as a
pulse stands upright in a mirror, and limb leads add up in one."""
PLENTY, MANY = 4.0, 3.0
"""More names read where they should be count no more; and so many need no others beside them."""
RARE = 1.0
"""So much must speak for a mirror, or for Cabrera's order unnamed, before anything else does."""
EXPECTED_RESIDUAL = 0.35
"""Limb leads that leave this unexplained speak neither for their places nor against them."""
WAVE_MM = (3.0, 10.0)
"""The T wave is looked for so far behind the spikes, in mm at 25 mm/s; P in the same before."""
BEAT_MM = 8.0


@dataclass(frozen=True)
class Way:
    """A way a picture may lie: upside down or not, seen in a mirror or not."""

    turned: bool = False
    mirrored: bool = False

    def picture(self, pixels: np.ndarray) -> np.ndarray:
        """A picture (height × width × …) brought upright."""
        if self.turned:
            pixels = pixels[::-1, ::-1]
        if self.mirrored:
            pixels = pixels[:, ::-1]
        return np.ascontiguousarray(pixels)

    def rows(self, rows: tuple[Row, ...], height: int) -> tuple[Row, ...]:
        """Rows found on the picture as it lies, as they are once it is upright."""
        if self.turned:
            rows = tuple(
                replace(_reversed(row), curve_px=height - 1.0 - row.curve_px[::-1])
                for row in rows[::-1]
            )
        return tuple(_reversed(row) for row in rows) if self.mirrored else rows


WAYS = (Way(), Way(turned=True), Way(mirrored=True), Way(turned=True, mirrored=True))


@dataclass(frozen=True, eq=False)
class OrientationEvidence:
    """What speaks for one way of reading a picture.

    naming: leads by their names and relations. forward: how much larger the waves behind the
    spikes are than those before them (natural log).
    """

    way: Way
    rows: tuple[Row, ...]
    panels: Panels
    naming: Naming
    forward: float

    @property
    def score(self) -> float:
        """All of it together; about 0 when nothing tells."""
        pulse = 2.0 if self.panels.pulse is not None else 0.0
        names = 1.5 * min(self.naming.hits, PLENTY) - 1.5 * min(self.naming.misses, PLENTY)
        limbs = 0.0
        if self.naming.residual is not None:
            limbs = float(
                np.clip(np.log(EXPECTED_RESIDUAL / max(self.naming.residual, 1e-3)), -2.0, 2.0)
            )
        rare = RARE * self.way.mirrored
        if self.panels.plan.name.endswith("Cabrera") and self.naming.hits < 1.0:
            rare += RARE
        return pulse + names + limbs + float(np.clip(self.forward, -1.0, 1.0)) - rare

    @property
    def named(self) -> bool:
        """Whether the names that were read tell the way up and a mirror."""
        return self.naming.hits >= NAMED

    @property
    def enough(self) -> bool:
        """Whether other ways need not be tried."""
        return self.named and self.score >= ENOUGH

    @property
    def speaks(self) -> bool:
        """Whether it can be believed of a picture in which nobody expected it: by its evidence,
        or because ten seconds of limb leads add up."""
        adds_up = self.naming.residual is not None and self.naming.residual < WHOLE
        long = abs(self.panels.seen_mm / self.panels.stretch - PAGE_WIDTH_MM) < CLEAR_ENDS_MM
        return self.score >= SURE or (self.score > 0.0 and adds_up and long)


def weigh(
    way: Way,
    cover: np.ndarray,
    rows: tuple[Row, ...],
    print_: Words,
    layout: str | None,
) -> OrientationEvidence | None:
    """Evidence for one way; None where no layout fits. cover, rows: of the picture as it lies."""
    upright = way.rows(rows, len(cover))
    panels = find_panels(way.picture(cover), upright, layout)
    if panels is None:
        return None
    # Every second name, where all of them agree, is as good as every one.
    middles = print_.middles_px(way.turned, way.mirrored)
    near = may_be_name(middles[:, 0] / RASTER, panels)
    half = every_second(panels, upright, middles)
    names = print_.names(near & half, way.turned, way.mirrored)
    settled, naming = settle(panels, upright, names, layout)
    if naming.hits < MANY or naming.misses > 0.0:
        names += print_.names(near & ~half, way.turned, way.mirrored)
        settled, naming = settle(panels, upright, names, layout)
    return OrientationEvidence(way, upright, settled, naming, forward(upright))


def forward(rows: tuple[Row, ...]) -> float:
    """Natural log of how much larger the waves right of the spikes are than those left of them."""
    busy = np.zeros(len(rows[0].curve_px))
    for row in rows:
        steps = np.abs(np.diff(row.curve_px, prepend=row.curve_px[0])) / RASTER
        busy += np.minimum(steps, 3.0) * row.filled
    busy = uniform_filter1d(busy, 2 * RASTER)
    if busy.max() <= 0:
        return 0.0
    beats, _ = find_peaks(
        busy, height=0.4 * float(np.percentile(busy, 98)), distance=round(BEAT_MM * RASTER)
    )
    near, far = (round(mm * RASTER) for mm in WAVE_MM)
    beats = beats[(beats > far) & (beats < len(busy) - far)]
    if len(beats) < 3:
        return 0.0
    after = before = 1e-3
    for row in rows:
        level = row.curve_px - uniform_filter1d(row.curve_px, 50 * RASTER)
        for beat in beats:
            right, left = level[beat + near : beat + far], level[beat - far : beat - near]
            # The line between two waves is where it spends most of its time.
            base = np.median(np.concatenate([left, right]))
            after += float(np.abs(right - base).mean())
            before += float(np.abs(left - base).mean())
    return float(np.log(after / before))


def _reversed(row: Row) -> Row:
    return Row(row.curve_px[::-1], row.filled[::-1], row.drawn[::-1])
