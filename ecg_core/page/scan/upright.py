"""Reading rows and leads off a straightened picture, whichever way up it lies."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ecg_core.page.correction import Correction, turn
from ecg_core.page.doubts import quality
from ecg_core.page.doubts.quality import refuse, remark
from ecg_core.page.scan.calibration import calibrate
from ecg_core.page.scan.compose import Found
from ecg_core.page.scan.ink import RASTER, Ink, separate
from ecg_core.page.scan.lettering import printed_scale, words
from ecg_core.page.scan.naming import FEW_HITS, WHOLE
from ecg_core.page.scan.orientation import MIRRORED, RARE, SURE, WAYS, OrientationEvidence, weigh
from ecg_core.page.scan.rows import (
    Row,
    count_of_no_layout,
    find_rows,
    keep_traces,
    without_bars,
    without_rules,
)
from ecg_core.page.values import PageError, Remark

BY_LAW_ALONE = 0.03
"""What limb leads in Cabrera's order leave unexplained: six chest leads can come near it."""


@dataclass(frozen=True, eq=False)
class Lying:
    """How a picture lies, and what was read on it that way.

    sideways: it had to be turned by 90° clockwise first; then as `evidence.way` says.
    ink, traces: of the picture turned by 90° alone, if so.
    """

    sideways: bool
    ink: Ink
    traces: np.ndarray
    evidence: OrientationEvidence
    remarks: tuple[Remark, ...]

    @property
    def quarter_turns(self) -> int:
        """Clockwise quarter turns that bring the picture upright."""
        return self.sideways + 2 * self.evidence.way.turned

    def turn_mm(self, width_mm: float, height_mm: float) -> np.ndarray:
        """Homography that brings places (mm) of a picture upright."""
        # `turn` moves pixel centres: without their half pixel, it moves edges.
        half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])
        size = (round(width_mm * RASTER), round(height_mm * RASTER))
        raster = np.diag([RASTER, RASTER, 1.0])
        moved = half @ turn(self.quarter_turns, *size) @ np.linalg.inv(half)
        return np.linalg.inv(raster) @ moved @ raster

    def _printed(self) -> tuple[float | None, float | None]:
        """Speed and gain in header or footer."""
        return printed_scale(self.evidence.way.picture(self.ink.cover), self.evidence.rows)

    def found(self, picture: np.ndarray, shown: np.ndarray, correction: Correction) -> Found:
        """Everything upright. picture, shown: as they lay; what shows nothing becomes white."""
        picture[~shown] = 255
        way, panels = self.evidence.way, self.evidence.panels
        return Found(
            np.ascontiguousarray(np.rot90(picture, -self.quarter_turns)),
            way.picture(self.ink.cover),
            way.picture(self.traces),
            self.evidence.rows,
            panels,
            calibrate(panels.pulse, self._printed, correction),
        )


def find_upright(
    picture: np.ndarray, shown: np.ndarray, layout: str | None = None, free: bool = True
) -> Lying:
    """Read a straightened picture the way up for which most speaks.

    picture: uint8, height × width × 3, its edges on 5 mm lines. shown: bool, where it shows
    anything. layout: its name, when it is known. free: the orientation is not known.
    Raises PageError when nothing can be read, or when the page is mirrored.
    """
    problem: PageError | None = None
    best: Lying | None = None
    for sideways in (False, True) if free else (False,):
        seen, there = (
            (np.ascontiguousarray(np.rot90(part, -1)) for part in (picture, shown))
            if sideways
            else (picture, shown)
        )
        try:
            lying = _read(seen, there, layout, free, sideways)
        except PageError as error:
            problem = problem or error
            continue
        panels = lying.evidence.panels
        if panels.seen_mm / panels.stretch < quality.MIN_SEEN_MM:
            # Edges of paper, or a few rows seen from the side: the other way may show them whole.
            problem = problem or refuse("cut_off", seconds=panels.seen_mm / panels.stretch / 25.0)
            continue
        # What was found only by turning the picture must speak for itself.
        if sideways and not lying.evidence.speaks:
            continue
        if best is None or lying.evidence.score > best.evidence.score:
            best = lying
        if best.evidence.score >= SURE:
            break
    if best is None:
        assert problem is not None
        raise problem
    return replace(best, remarks=(*best.remarks, *_turned(best)))


def _turned(lying: Lying) -> tuple[Remark, ...]:
    turns = lying.quarter_turns
    return (remark("turned", degrees=90 * turns),) if turns else ()


def _read(
    picture: np.ndarray, shown: np.ndarray, layout: str | None, free: bool, sideways: bool
) -> Lying:
    """Ink, rows and leads; traces in colour are tried when there are no dark ones."""
    problem: PageError | None = None
    for coloured in (False, True):
        ink = separate(picture, shown, coloured)
        if ink.contrast < quality.NO_CONTRAST:
            problem = problem or refuse("not_an_ecg")
            continue
        if ink.contrast < quality.MIN_CONTRAST or ink.contrast < quality.MIN_SNR * ink.noise:
            problem = problem or refuse("too_blurred", contrast=ink.contrast, noise=ink.noise)
            continue
        traces = kept = keep_traces(ink.cover)
        rows = find_rows(traces)
        for calmer in (without_bars, without_rules):
            if not rows:
                traces = calmer(traces)
                rows = find_rows(traces)
        if not rows:
            problem = problem or _no_rows(traces, kept, layout)
            continue
        evidence, remarks = _judged(ink, traces, rows, layout, free)
        if evidence is None:
            problem = problem or _other_rows(len(rows), layout)
            continue
        return Lying(sideways, ink, traces, evidence, remarks)
    assert problem is not None
    raise problem


def _no_rows(traces: np.ndarray, kept: np.ndarray, layout: str | None) -> PageError:
    """Why no layout's rows were found. kept: the traces before bars and rules were left out."""
    if traces.mean() < 0.003:
        return refuse("not_an_ecg")
    rows = count_of_no_layout(kept)
    return _other_rows(rows, layout) if rows else refuse("unclear_rows")


def _other_rows(rows: int, layout: str | None) -> PageError:
    if layout is None:
        return refuse("unknown_layout", rows=rows)
    return refuse("other_rows", rows=rows, layout=layout)


def _judged(
    ink: Ink, traces: np.ndarray, rows: tuple[Row, ...], layout: str | None, free: bool
) -> tuple[OrientationEvidence | None, tuple[Remark, ...]]:
    """The way up for which most speaks, and doubts about it. Raises PageError when mirrored."""
    print_ = words(ink.cover, traces, rows)
    first = weigh(WAYS[0], ink.cover, rows, print_, layout)
    if not free or (first is not None and first.enough):
        return first, _doubts(first, None, layout)
    others = [weigh(way, ink.cover, rows, print_, layout) for way in WAYS[1:]]
    ways = sorted((e for e in (first, *others) if e is not None), key=lambda e: -e.score)
    right = [e for e in ways if not e.way.mirrored]
    if not right:
        return None, ()
    best, ahead = right[0], ways[0]
    if ahead.way.mirrored and ahead.score >= SURE and ahead.score - best.score >= MIRRORED:
        raise refuse("mirrored", why=_why(ahead))
    other = ahead if ahead is not best else right[1] if len(right) > 1 else None
    mirrors = () if best.named else tuple(e for e in ways if e.way.mirrored and _as_well(best, e))
    if mirrors and not _scale_read(ink, best):
        for mirrored in mirrors:
            if _scale_read(ink, mirrored):
                raise refuse("mirrored", why="its print can only be read in a mirror")
        return best, tuple(
            dict.fromkeys((remark("orientation_assumed"), *_doubts(best, other, layout)))
        )
    return best, _doubts(best, other, layout)


def _as_well(best: OrientationEvidence, mirrored: OrientationEvidence) -> bool:
    """Whether hardly less speaks for a mirror, but for its being rare."""
    return best.score - (mirrored.score + RARE) < MIRRORED


def _scale_read(ink: Ink, evidence: OrientationEvidence) -> bool:
    """Whether paper speed or gain can be read in header or footer, that way up."""
    told = printed_scale(evidence.way.picture(ink.cover), evidence.rows)
    return any(value is not None for value in told)


def _doubts(
    best: OrientationEvidence | None, other: OrientationEvidence | None, layout: str | None
) -> tuple[Remark, ...]:
    if best is None:
        return ()
    found = []
    unsure = other is not None and best.score < SURE and best.score - other.score < SURE
    if unsure or (other is not None and other.score > best.score):
        found.append(remark("orientation_assumed"))
    naming, plan = best.naming, best.panels.plan
    if naming.misses > max(naming.hits, 1.5) and layout is None:
        raise refuse("names_contradict", layout=plan.name, leads=", ".join(naming.contradicted))
    if layout is None and _unnamed(best):
        raise refuse("unnamed_rows")
    if naming.misses >= max(1.0, 0.25 * naming.hits):
        found.append(remark("names_differ", leads=", ".join(naming.contradicted)))
    if naming.residual is not None and naming.residual > quality.MAX_UNEXPLAINED:
        found.append(remark("limbs_disagree", share=naming.residual))
    if naming.unusual_unnamed:
        found.append(remark("order_assumed", layout=plan.name))
    if plan.name.endswith("Cabrera"):
        found.append(remark("cabrera"))
    return tuple(found)


def _unnamed(evidence: OrientationEvidence) -> bool:
    """Whether six rows may be limb or chest leads: no separators, no names, no law that tells."""
    naming, panels = evidence.naming, evidence.panels
    if len(evidence.rows) != 6 or naming.hits >= FEW_HITS or panels.separators:
        return False
    most = BY_LAW_ALONE if panels.plan.name.endswith("Cabrera") else WHOLE
    return naming.residual is None or naming.residual > most


def _why(evidence: OrientationEvidence) -> str:
    if evidence.naming.hits >= 1.0:
        return "its lead names can only be read in a mirror"
    return "its leads only fit together in a mirror"
