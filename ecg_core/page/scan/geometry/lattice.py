"""Which lattices of lines a picture may show: px per mm and direction, several, best first.

One spectrum, averaged over small tiles, shows printed lines as peaks along two directions at right
angles, at the same distances on both: a printed grid is as wide as it is high. A candidate takes
two peaks for lines of 1 mm, or for what 5 mm lines and their overtones leave, and is judged by all
the others: lines of 1 mm speak first, those of 5 mm support, and peaks where such a grid has none
speak against it. Nothing asks for bold lines: many prints have none.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from scipy import fft

TILE, PADDED = 256, 512
"""Spectra are taken of so many pixels a side, and told to so many places."""
BLANK = 0.02
"""Tiles with so small a part of the usual contrast show nothing."""
LEAST_PEAK, MOST_PEAKS = 0.35, 120
"""Peaks stand out of their surroundings so far (natural log of amplitude); the highest count."""
ORDERS = np.array([5, 1, 2, 3, 4, 10])
"""What a peak may be, in cycles per 5 mm."""
MAX_TURN_DEG, MAX_SHEAR_DEG, MAX_STRETCH = 46.0, 6.0, 1.3
SEEN_MM = (40.0, 800.0)
"""So much paper lies along the longer side of a picture."""
USUAL_MM = 280.0
HIGHEST = 0.48
"""Cycles per pixel beyond which nothing is told."""
FINE, SECOND, BOLD, BETWEEN, LEFT, SHARE = 1.0, 0.3, 1.0, 1.5, 1.0, 1.0
"""Weights of lines of 1 mm, their overtone, lines of 5 mm, peaks halfway between lines, strong
peaks elsewhere along the axes, and of how much of all lines a candidate explains."""
COARSE = 0.4
"""Wide cells are looked at once more on a copy so much smaller, which shows their bold lines."""
PLAIN_PX = (3.6, 9.0)
"""Cells of 1 mm this wide are not wide, nor so narrow that they could be parts of wide ones."""
SAME_SCALE, SAME_TURN_DEG = 0.03, 2.0
DIAGONAL, LINED, LESS = 0.06, 1.0, 3.0
"""Diagonals miss the crossings of a lattice by no more than this; what has diagonals, and lines of
its own that stand out so far (natural log), is the lattice, unless so much less speaks for it."""
MOST = 8
TWINS_DEG, TWIN_OFF_DEG, TWIN_SCORE = 22.6, 1.5, 1.5
"""Dots every millimetre along lines of 5 mm have waves a fifth aslant, to either side alike: two
lattices that are turned against each other by twice the angle whose tangent is a fifth."""
LEAST_MORE = 0.01
"""By so much the one between them comes before both."""


@dataclass(frozen=True, eq=False)
class Lattice:
    """A candidate: frequencies (x and y, cycles per px) of its lines of 1 mm across and down.

    score: higher is better, comparable within one picture. fine, bold: how far lines of 1 mm and
    of 5 mm stand out of their surroundings (natural log of amplitude), on the weaker axis.
    """

    across: np.ndarray
    down: np.ndarray
    score: float
    fine: float
    bold: float

    @property
    def px_per_mm(self) -> tuple[float, float]:
        """Pixels per mm across and down."""
        return float(1.0 / np.hypot(*self.across)), float(1.0 / np.hypot(*self.down))

    @property
    def angle_deg(self) -> float:
        """Direction of the lines that run across, positive clockwise."""
        return float(np.degrees(np.arctan2(self.across[1], self.across[0])))

    def is_diagonal_of(self, other: Lattice) -> bool:
        """Whether its lines run through the crossings of the other's, aslant."""
        sums = np.stack([self.across, self.down]) @ np.linalg.inv([other.across, other.down])
        whole = np.rint(sums)
        aslant = np.abs(whole).min() > 0 or abs(whole[0, 1] * whole[1, 0]) > 0
        return bool(aslant and np.abs(sums - whole).max() < DIAGONAL)

    def is_like(self, other: Lattice, scale: float, turn_deg: float) -> bool:
        """Whether both scales differ by less than `scale` (natural log), and the turn, too."""
        ratios = np.log(np.divide(self.px_per_mm, other.px_per_mm))
        near = abs(self.angle_deg - other.angle_deg) < turn_deg
        return near and float(np.abs(ratios).max()) < scale


def candidates(lines: np.ndarray) -> tuple[Lattice, ...]:
    """Lattices that lines may form, best first; none where the picture shows no lines.

    lines: float32, height × width, how much darker than its surroundings each pixel is.
    """
    found = _lattices(lines)
    if found and PLAIN_PX[0] < np.mean(found[0].px_per_mm) < PLAIN_PX[1]:
        return tuple(found)
    small = cv2.resize(lines, None, fx=COARSE, fy=COARSE, interpolation=cv2.INTER_AREA)
    for lattice in _lattices(small):
        if np.mean(lattice.px_per_mm) < COARSE * PLAIN_PX[1]:
            continue
        # Fine lines and bold ones, five times as wide: chance has no such ratio.
        proven = float(np.clip(min(lattice.fine, lattice.bold), 0.0, 1.0))
        across, down = lattice.across * COARSE, lattice.down * COARSE
        found.append(replace(lattice, across=across, down=down, score=lattice.score + proven))
    return tuple(_different(sorted(found, key=lambda lattice: -lattice.score)))


def _without_diagonals(ranked: list[Lattice]) -> list[Lattice]:
    """Different lattices; none that are diagonals of one which shows lines itself."""
    different = _different(ranked)
    lined = [lattice for lattice in different if lattice.fine > LINED]
    return [
        lattice
        for lattice in different
        if not any(
            lattice.is_diagonal_of(other)
            for other in lined
            if other is not lattice and other.score > lattice.score - LESS
        )
    ]


def _different(ranked: list[Lattice]) -> list[Lattice]:
    kept: list[Lattice] = []
    for lattice in ranked:
        if not any(lattice.is_like(other, SAME_SCALE, SAME_TURN_DEG) for other in kept):
            kept.append(lattice)
        if len(kept) == MOST:
            break
    return kept


def _lattices(lines: np.ndarray) -> list[Lattice]:
    spectrum = _Spectrum.of(lines)
    if spectrum is None or len(spectrum.peaks) < 2:
        return []
    pairs = _pairs(spectrum.peaks, max(lines.shape))
    if not len(pairs):
        return []
    scores, fine, bold = _scores(spectrum, pairs, max(lines.shape))
    ranked = np.argsort(-scores)[: 40 * MOST]
    found = _without_diagonals(
        [
            Lattice(pairs[i, 0], pairs[i, 1], float(scores[i]), float(fine[i]), float(bold[i]))
            for i in ranked
        ]
    )
    return _different(sorted([*_between_twins(found), *found], key=lambda one: -one.score))


def _between_twins(found: list[Lattice]) -> list[Lattice]:
    """The lattice between two likely ones that are each other's mirror image: that of the dots."""
    best = found[0] if found else None
    for one in found:
        for other in found:
            apart = other.angle_deg - one.angle_deg
            if abs(apart - TWINS_DEG) > TWIN_OFF_DEG or not np.allclose(
                one.px_per_mm, other.px_per_mm, rtol=SAME_SCALE
            ):
                continue
            if best is None or min(one.score, other.score) < best.score - TWIN_SCORE:
                continue
            across, down = one.across + other.across, one.down + other.down
            top = max(one, other, key=lambda lattice: lattice.score)
            return [replace(top, across=across / 2, down=down / 2, score=top.score + LEAST_MORE)]
    return []


@dataclass(frozen=True, eq=False)
class _Spectrum:
    """Peaks of a mean spectrum: n × 2, cycles per px, x not negative. height: how far each stands
    out, natural log of amplitude; power: of each, relative. heights, powers: the same as square
    maps of `PADDED` + 1 places with zero frequency in the middle; 0 where there is no peak."""

    peaks: np.ndarray
    height: np.ndarray
    power: np.ndarray
    heights: np.ndarray
    powers: np.ndarray

    @staticmethod
    def of(lines: np.ndarray) -> _Spectrum | None:
        """The spectrum of a picture; None where it shows nothing or is too small."""
        full = _mean_power(lines)
        if full is None:
            return None
        log = 0.5 * np.log(full + full.max() * 1e-6 + 1e-20)
        around = cv2.blur(cv2.medianBlur(log, 5), (31, 31))
        above = log - around
        middle = PADDED // 2
        top = (above >= cv2.dilate(above, np.ones((9, 9), np.uint8))) & (above > LEAST_PEAK)
        y, x = np.nonzero(top)
        far = np.hypot(x - middle, y - middle)
        kept = (x >= middle) & (far > 4) & (far < HIGHEST * PADDED)
        y, x = y[kept], x[kept]
        best = np.argsort(-above[y, x])[:MOST_PEAKS]
        y, x = y[best], x[best]
        power = np.maximum(full - np.exp(2 * around), 0.0)
        blurred = cv2.blur(power, (5, 5))
        heights, powers = np.zeros_like(above), np.zeros_like(above)
        # A peak is as wide as the window makes it; the higher of two that touch stays on top.
        for px, py in zip(x[::-1], y[::-1], strict=True):
            height, strong = above[py, px], blurred[py, px]
            for at_x, at_y in ((px, py), (2 * middle - px, 2 * middle - py)):
                part = (slice(max(at_y - 2, 0), at_y + 3), slice(max(at_x - 2, 0), at_x + 3))
                heights[part] = np.maximum(heights[part], height)
                powers[part] = np.maximum(powers[part], strong)
        places = np.stack([_centre(above, x, y, 0), _centre(above, x, y, 1)], axis=1)
        return _Spectrum((places - middle) / PADDED, above[y, x], blurred[y, x], heights, powers)

    def at(self, values: np.ndarray, frequencies: np.ndarray) -> np.ndarray:
        """Values of a map at frequencies (… × 2); NaN beyond what is told."""
        beyond = np.abs(frequencies).max(axis=-1) >= HIGHEST
        place = np.rint(np.where(beyond[..., None], 0.0, frequencies) * PADDED).astype(int)
        place += PADDED // 2
        return np.where(beyond, np.nan, values[place[..., 1], place[..., 0]])


def _mean_power(lines: np.ndarray) -> np.ndarray | None:
    """Mean power over tiles, each brought to like contrast; zero frequency in the middle."""
    height, width = lines.shape
    tile = min(TILE, height, width)
    window = np.outer(np.hanning(tile), np.hanning(tile)).astype(np.float32)
    tops = np.linspace(0, height - tile, int(np.ceil(height / tile)) + 1).astype(int)
    lefts = np.linspace(0, width - tile, int(np.ceil(width / tile)) + 1).astype(int)
    parts = [lines[y : y + tile, x : x + tile] for y in np.unique(tops) for x in np.unique(lefts)]
    contrast = np.array([float(part.var()) for part in parts])
    usual = float(np.percentile(contrast, 80))
    total = np.zeros((PADDED, PADDED // 2 + 1), np.float32)
    for part, own in zip(parts, contrast, strict=True):
        if own > BLANK * usual:
            wave = fft.rfft2((part - part.mean()) * window, (PADDED, PADDED))
            total += (wave.real**2 + wave.imag**2) / np.float32(own + 0.1 * usual)
    if not total.any():
        return None
    right = np.fft.fftshift(total, axes=0)
    left = np.roll(right[::-1, :0:-1], 1, axis=0)
    both = np.concatenate([left, right], axis=1)
    return np.concatenate([both, both[:1]])


def _centre(above: np.ndarray, x: np.ndarray, y: np.ndarray, axis: int) -> np.ndarray:
    """Where peaks lie along an axis (0: x), to a part of a place."""
    step = (1, 0) if axis == 0 else (0, 1)
    last = len(above) - 1
    one, middle, other = (
        above[np.clip(y + k * step[1], 0, last), np.clip(x + k * step[0], 0, last)]
        for k in (-1, 0, 1)
    )
    curve = np.minimum(one - 2 * middle + other, -1e-6)
    offset: np.ndarray = (x, y)[axis] + np.clip(0.5 * (one - other) / curve, -0.5, 0.5)
    return offset


def _pairs(peaks: np.ndarray, longer: int) -> np.ndarray:
    """Pairs of peaks nearly at right angles and equally far out, as lines of 1 mm: n × 2 × 2."""
    length = np.hypot(*peaks.T)
    angle = np.degrees(np.arctan2(peaks[:, 1], peaks[:, 0]))
    turned = (angle[None, :] - angle[:, None]) % 180.0 - 90.0
    stretch = np.abs(np.log(length[None, :] / length[:, None]))
    fits = (np.abs(turned) < MAX_SHEAR_DEG) & (stretch < np.log(MAX_STRETCH))
    first, second = np.nonzero(fits & (np.abs(angle)[:, None] <= MAX_TURN_DEG))
    one, other = peaks[first], peaks[second]
    side = np.sign(one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0])
    both = np.stack([one, other * side[:, None]], axis=1)
    pairs = (both[:, None] * (5.0 / ORDERS)[None, :, None, None]).reshape(-1, 2, 2)
    size = longer * np.hypot(pairs[..., 0], pairs[..., 1])
    seen = size.mean(axis=1)
    pairs = pairs[(seen > SEEN_MM[0]) & (seen < SEEN_MM[1]) & (size.max(axis=1) < longer)]
    _, once = np.unique(np.rint(pairs.reshape(-1, 4) * 4 * PADDED), axis=0, return_index=True)
    return pairs[once]


def _scores(
    spectrum: _Spectrum, pairs: np.ndarray, longer: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Score of every pair, and how far its lines of 1 mm and of 5 mm stand out."""

    def both(values: np.ndarray) -> np.ndarray:
        """Each axis counts, and the weaker one twice."""
        return np.asarray(0.5 * (values.min(axis=1) + values.mean(axis=1)))

    orders = np.arange(1, 13) / 5.0
    teeth = pairs[:, None] * orders[None, :, None, None]
    gaps = pairs[:, None] * (orders - 0.1)[None, :, None, None]
    height = np.nan_to_num(np.clip(spectrum.at(spectrum.heights, teeth), 0.0, 2.5))
    gap = np.nan_to_num(np.clip(spectrum.at(spectrum.heights, gaps), 0.0, 2.5))
    power = np.nan_to_num(spectrum.at(spectrum.powers, teeth))
    fine = both(height[:, 4])
    # Bold lines have all their overtones; every second one alone is another grid's.
    bold = both(0.5 * (height[:, :4].mean(axis=1) + height[:, [0, 2]].mean(axis=1)))
    between = np.sort(gap, axis=1)[:, -3:].mean(axis=(1, 2))
    score = FINE * fine + SECOND * both(height[:, 9]) + BOLD * bold - BETWEEN * between
    own = np.maximum(power[:, 4], np.exp(np.log(power[:, :4] + 1e-9).mean(axis=1))) + 1e-9
    # No overtone is stronger than the lines themselves.
    over = np.maximum(power[:, 5:9].max(axis=1), 0.7 * power[:, 9:].max(axis=1))
    score -= np.log(np.maximum(over / own, 1.0)).mean(axis=1).clip(0.0, 4.0)
    total = power.sum(axis=1)
    total = 2.0 * total.min(axis=1) + 0.5 * total.sum(axis=1)
    score += SHARE * np.log(total / max(float(total.max()), 1e-9) + 1e-3)
    length = np.hypot(pairs[..., 0], pairs[..., 1])
    for axis in (0, 1):
        rest = _unexplained(spectrum, pairs[:, axis] / length[:, axis, None], length[:, axis])
        score -= 0.5 * LEFT * np.log1p(rest / own[:, axis]).clip(0.0, 4.0)
    stretch = np.log(length[:, 0] / length[:, 1]) / 0.06
    score -= 0.125 * np.minimum(stretch**2, 6.0)
    shear = np.degrees((pairs[:, 0] * pairs[:, 1]).sum(axis=1) / length.prod(axis=1)) / 3.0
    score -= 0.0625 * shear**2
    turn = np.degrees(np.arctan2(pairs[:, 0, 1], pairs[:, 0, 0]))
    score -= 0.25 * (np.abs(turn) > 22.0)
    score -= 0.3 * np.log(longer * length.mean(axis=1) / USUAL_MM) ** 2
    return score, fine, bold


def _unexplained(spectrum: _Spectrum, unit: np.ndarray, length: np.ndarray) -> np.ndarray:
    """Power of the strongest peak along each axis (n × 2) that none of its lines explains."""
    peaks = spectrum.peaks
    along = np.abs(unit @ peaks.T)
    off = np.abs(unit[:, :1] * peaks[:, 1] - unit[:, 1:] * peaks[:, 0])
    order = along / length[:, None] * 5.0
    miss = np.abs(order - np.rint(order)) * length[:, None] / 5.0
    beside = (off < 2.5 / PADDED + 0.03 * along) & (along > 0.02)
    rest = beside & (miss > 2.0 / PADDED + 0.01 * along)
    return np.asarray(np.where(rest, spectrum.power[None, :], 0.0).max(axis=1))
