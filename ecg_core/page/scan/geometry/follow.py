"""Where printed lines lie, from their phase: flat before perspective before bent, without a slip.

Lines of a lattice are demodulated once, in small blocks; what they differ by from any surface is
then told on a coarse raster of sites. One homography through the lines of 1 mm explains scans,
and photographs of flat sheets. A bend is added only where none does: first through the lines of
5 mm, which a bent sheet does not take for one another, then through those of 1 mm beside them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from ecg_core.page.scan.geometry.bend import SLOPED, Bend
from ecg_core.page.scan.geometry.homography import fitted_homography, projected
from ecg_core.page.scan.geometry.lattice import Lattice
from ecg_core.page.scan.geometry.phase import Family, Sites, slopes, trusted

FINE, COARSE = 5, 1
"""Carriers: cycles per 5 mm."""
SEEN = 0.4
"""Lines that stand out so far (natural log of amplitude) can be followed."""
FLAT_MM, FLAT_LOST = 0.08, 0.05
"""Lines of 1 mm that lie this near (rms) to one homography, and of which so few are nearer to a
neighbour, are those of a flat sheet."""
BENT_MM, BENT_LOST = 0.12, 0.06
BOLD_MM, BOLD_LOST = 0.25, 0.03
STIFF_MM = 0.1
"""Lines of 5 mm that lie this near to one homography need no bend."""
WORTH = 0.75
"""A bend must bring what is left down to this share to be believed."""
UPRIGHT_MM, DRAWN_MM, DRAWN_LOST, PLAIN = 0.5, 0.45, 0.06, 1.5
"""A grid nowhere farther off the rows and columns of pixels was never photographed. Programs draw
grids unevenly, in whole pixels; that is no bend of a sheet, where bold lines are as plain as this
(natural log of amplitude)."""
ROUGH_MM, ROUGH_LOST = 0.15, 0.1
"""Lines that lie farther from any surface are not known to be a grid's."""
MOST_SITES, MOST_SHARES = 4000, 80_000_000
"""Surfaces are fitted to so many sites; and sites times knots are fewer than any ECG sheet has."""
MIN_SAMPLES = 40


@dataclass(frozen=True, eq=False)
class Followed:
    """Where lines were found, in pixels of the picture they were followed on.

    to_mm: 3 × 3 homography to mm of a plane; 5 mm lines lie at multiples of 5 where they were
    told. bend: what a sheet that is not flat adds to it. residual_mm: rms of the lines about
    both. lost: share of the lines nearer to a neighbour than to where they should lie. covered:
    share of the picture. area_mm: left, top, right and bottom of that part in the plane.
    middle_px: its middle.
    """

    to_mm: np.ndarray
    bend: Bend | None
    residual_mm: float
    lost: float
    covered: float
    area_mm: tuple[float, float, float, float]
    middle_px: tuple[float, float]


@dataclass(frozen=True, eq=False)
class _Fit:
    to_mm: np.ndarray
    bend: Bend | None
    residual_mm: float
    lost: float

    def paper(self, places_px: np.ndarray) -> np.ndarray:
        """Where places (n × 2, px) lie on the paper: mm, n × 2."""
        flat = projected(self.to_mm, places_px)
        return flat if self.bend is None else flat + self.bend.at(flat)


def follow(lines: np.ndarray, lattice: Lattice) -> Followed | None:
    """Follow the lines of a lattice across a picture; None where they cannot be.

    lines: float32, height × width, how much darker than its surroundings each pixel is.
    """
    sites = Sites(lines, float(np.mean(lattice.px_per_mm)))
    if min(sites.shape) < 4:
        return None
    bold = Family.both(sites, lattice, COARSE)
    fine = Family.both(sites, lattice, FINE) if lattice.fine > SEEN else None
    found = _explained(sites, fine, bold if lattice.bold > SEEN else None, lattice.bold > PLAIN)
    return None if found is None else _summed(sites, *found, bold)


_Pair = tuple[Family, Family]


def _explained(
    sites: Sites, fine: _Pair | None, bold: _Pair | None, plain: bool
) -> tuple[_Fit, _Pair] | None:
    """The simplest surface that lines lie on, and the lines it was fitted to.

    plain: whether bold lines are plain to see.
    """
    flat = None if fine is None else _flat(fine)
    if fine is not None and flat is not None and _near(flat, FLAT_MM, FLAT_LOST):
        return flat, fine
    wide = None if bold is None else _flat(bold)
    if bold is not None and wide is not None:
        if plain and _near(wide, DRAWN_MM, DRAWN_LOST) and _upright(wide, sites):
            return wide, bold
        wide = _bent_if_worth(bold, wide)
    if bold is not None and wide is not None and _near(wide, BOLD_MM, BOLD_LOST):
        rough = (wide, bold) if _near(wide, ROUGH_MM, ROUGH_LOST) else None
        if fine is None:
            return rough
        if wide.bend is None:
            again = _flat(fine, wide.paper(sites.places))
            if again is not None and _near(again, FLAT_MM, FLAT_LOST):
                return again, fine
        bent = _bent(fine, wide, sloped=0, direct=3)
        sharp = bent is not None and _near(bent, BENT_MM, BENT_LOST)
        return (bent, fine) if bent is not None and sharp else rough
    if fine is None or flat is None:
        return None
    bent = _bent(fine, flat)
    paid = min(BENT_MM, WORTH * flat.residual_mm)
    if bent is not None and _near(bent, paid, BENT_LOST):
        plane = projected(flat.to_mm, sites.places)
        if not _slipped(fine, plane):
            return bent, fine
    return (flat, fine) if _near(flat, ROUGH_MM, ROUGH_LOST) else None


def _near(fit: _Fit, most_mm: float, most_lost: float) -> bool:
    return fit.residual_mm < most_mm and fit.lost < most_lost


def _upright(fit: _Fit, sites: Sites) -> bool:
    """Whether lines run along the pixels of the picture everywhere: no camera saw it."""
    corners = sites.places[[0, sites.shape[1] - 1, -1, -sites.shape[1]]]
    seen = fit.paper(corners)
    off = [
        np.polynomial.Polynomial.fit(corners[:, axis], seen[:, axis], 1)(corners[:, axis])
        for axis in (0, 1)
    ]
    return float(np.abs(seen - np.stack(off, axis=1)).max()) < UPRIGHT_MM


def _bent_if_worth(families: _Pair, flat: _Fit) -> _Fit:
    if flat.residual_mm < STIFF_MM:
        return flat
    bent = _bent(families, flat)
    return bent if bent is not None and bent.residual_mm < WORTH * flat.residual_mm else flat


def _flat(families: _Pair, paper: np.ndarray | None = None) -> _Fit | None:
    """One homography through two sets of lines, from where they lie about (mm at the sites)."""
    places = families[0].sites.places
    if paper is None:
        paper = np.stack([slopes(family).ravel() / family.turns for family in families], axis=1)
    for _ in range(3):
        samples = [_measured(family, paper, axis) for axis, family in enumerate(families)]
        if min(len(sample) for sample in samples) < MIN_SAMPLES:
            return None
        to_mm = fitted_homography(*samples)
        if not np.isfinite(to_mm).all():
            return None
        paper = projected(to_mm, places)
    return _judged(families, to_mm, None, paper)


def _bent(families: _Pair, fit: _Fit, sloped: int = 3, direct: int = 2) -> _Fit | None:
    """A fit with a bend; None where there are more places than any ECG sheet has.

    Slopes come first: from one place to the next a line cannot be taken for its neighbour,
    however far the sheet lies off in the end.
    """
    sites = families[0].sites
    plane = projected(fit.to_mm, sites.places)
    bend = Bend.over(plane) if fit.bend is None else fit.bend
    if sites.x.size * bend.weights[0].size > MOST_SHARES:
        return None
    index = np.arange(sites.x.size).reshape(sites.shape)
    every = max(1, int(np.ceil(np.sqrt(sites.x.size / MOST_SITES))))
    some = index[every // 2 :: every, every // 2 :: every].ravel()
    pair = max(2, every)
    one = np.concatenate([index[::pair, :-1:pair].ravel(), index[:-1:pair, ::pair].ravel()])
    other = np.concatenate([index[::pair, 1::pair].ravel(), index[1::pair, ::pair].ravel()])
    everywhere = bend.design(plane)
    design = everywhere[some]
    rows = everywhere[other] - everywhere[one] if sloped else design
    for byslopes in [True] * sloped + [False] * direct:
        paper = plane + (everywhere @ bend.weights.reshape(2, -1).T)
        surfaces = []
        for axis, family in enumerate(families):
            z = family.on(paper, axis)
            weight, known = trusted(z).ravel(), bend.weights[axis].ravel()
            z = z.ravel()
            if byslopes:
                step = np.angle(z[other] * z[one].conj()) / family.turns
                trust = np.minimum(weight[other], weight[one])
                surface = bend.fitted(rows, rows @ known + step, trust, SLOPED)
                moved = design @ (surface.ravel() - known) * family.turns
                left = z[some] * np.exp(-1j * moved) * weight[some]
                surface += np.angle(left.sum()) / family.turns
            else:
                goal = design @ known + np.angle(z[some]) / family.turns
                surface = bend.fitted(design, goal, weight[some])
            surfaces.append(surface)
        bend = replace(bend, weights=np.stack(surfaces))
    paper = plane + (everywhere @ bend.weights.reshape(2, -1).T)
    return _judged(families, fit.to_mm, bend, paper)


def _judged(families: _Pair, to_mm: np.ndarray, bend: Bend | None, paper: np.ndarray) -> _Fit:
    squares, lost = [], []
    for axis, family in enumerate(families):
        z = family.on(paper, axis)
        weight, rest = trusted(z), np.angle(z)
        squares.append(float(np.average((rest / family.turns) ** 2, weights=weight)))
        lost.append(float(weight[np.abs(rest) > np.pi / 2].sum() / weight.sum()))
    return _Fit(to_mm, bend, float(np.sqrt(np.mean(squares))), max(lost))


def _slipped(families: Iterable[Family], plane: np.ndarray) -> bool:
    """Whether phase does not close round some four neighbouring sites: a line begins or ends."""
    for axis, family in enumerate(families):
        z = family.on(plane, axis)
        across, down = np.angle(z[:, 1:] * z[:, :-1].conj()), np.angle(z[1:] * z[:-1].conj())
        around = across[:-1] + down[:, 1:] - across[1:] - down[:, :-1]
        seen = trusted(z) > 0
        inside = seen[:-1, :-1] & seen[1:, :-1] & seen[:-1, 1:] & seen[1:, 1:]
        if (np.abs(around[inside]) > np.pi).any():
            return True
    return False


def _summed(sites: Sites, fit: _Fit, families: _Pair, bold: _Pair) -> Followed:
    """The fit with 5 mm lines at multiples of 5, and the part of the picture it holds for."""
    paper = fit.paper(sites.places)
    shift = np.zeros(2)
    for axis, family in enumerate(bold):
        z = family.on(paper, axis)
        agreed = z.sum() / max(float(np.abs(z).sum()), 1e-12)
        off = float(np.angle(agreed)) / family.turns
        shift[axis] = off if families is bold else round(off)
    bend = fit.bend
    if bend is not None:
        origin = (bend.origin_mm[0] + shift[0], bend.origin_mm[1] + shift[1])
        bend = replace(bend, origin_mm=origin)
    seen = np.ones(sites.shape, bool)
    for axis, family in enumerate(families):
        seen &= trusted(family.on(paper, axis)) > 0
    inside = seen.ravel() if seen.any() else np.ones(seen.size, bool)
    (left, top), (right, bottom) = np.percentile(paper[inside] + shift, (1, 99), axis=0)
    middle = sites.places[inside].mean(axis=0)
    move = np.array([[1.0, 0, shift[0]], [0, 1.0, shift[1]], [0, 0, 1.0]])
    return Followed(
        move @ fit.to_mm,
        bend,
        fit.residual_mm,
        fit.lost,
        float(seen.mean()),
        (float(left), float(top), float(right), float(bottom)),
        (float(middle[0]), float(middle[1])),
    )


def _measured(family: Family, paper: np.ndarray, axis: int) -> np.ndarray:
    """Where a set of lines lies: x, y (px), position (mm), weight; n × 4."""
    z = family.on(paper, axis).ravel()
    weight, rest = trusted(z), np.angle(z)
    keep = np.flatnonzero((weight > 0) & (np.abs(rest) < 0.7 * np.pi))
    keep = keep[:: max(1, len(keep) // MOST_SITES)]
    position = paper[keep, axis] + rest[keep] / family.turns
    return np.column_stack([family.sites.places[keep], position, weight[keep]])
