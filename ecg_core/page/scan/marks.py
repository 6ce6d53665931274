"""Telling the marks on a straightened picture apart: waves and pulses, and all other ink."""

from __future__ import annotations

import cv2
import numpy as np

from ecg_core.page.doubts import quality
from ecg_core.page.doubts.quality import refuse
from ecg_core.page.scan.connected import pieces_of
from ecg_core.page.scan.flat import Flat
from ecg_core.page.scan.ink import RASTER, Ink, Straight, separate
from ecg_core.page.scan.rows import keep_traces, vertical_runs
from ecg_core.page.values import PageError

BESIDE_MM, MOSTLY = 5.0, 0.6
"""A piece of which more than this lies farther beside the ruled paper is no trace."""
THICKEST_MM = 1.8
"""Half of a trace is thinner than this, unless it is blurred."""
LEAST_TRACE = 0.003
"""Less of a page is never trace."""


def flat_of(straight: Straight, ruled_mm: tuple[float, float, float, float]) -> Flat:
    """The marks of a straightened picture; traces in colour are tried when there are no dark ones.

    ruled_mm: left, top, right and bottom of the ruled paper: waves may leave it, but do not begin
    beyond it, where table tops and edges of paper are.
    Raises PageError when nothing on it can be a trace.
    """
    problem: PageError | None = None
    best: tuple[float, Ink, np.ndarray] | None = None
    for coloured in (False, True):
        ink = separate(straight.picture, straight.shown, coloured)
        if ink.contrast < quality.NO_CONTRAST:
            problem = problem or refuse("not_an_ecg")
            continue
        if ink.contrast < quality.MIN_CONTRAST or ink.contrast < quality.MIN_SNR * ink.noise:
            problem = problem or refuse("too_blurred", contrast=ink.contrast, noise=ink.noise)
            continue
        traces = _on_paper(keep_traces(ink.cover), straight, ruled_mm)
        share = float(traces.mean())
        if best is None or share > 3.0 * best[0]:
            best = (share, ink, traces)
        if share > LEAST_TRACE:
            break
    if best is None:
        assert problem is not None
        raise problem
    _, ink, traces = best
    _, start, end = vertical_runs(traces[:, ::7])
    if len(start) and float(np.median(end - start)) > THICKEST_MM * RASTER:
        raise refuse("too_blurred", contrast=ink.contrast, noise=ink.noise)
    picture = straight.picture
    if not straight.shown.all():
        picture = picture.copy()
        picture[~straight.shown] = 255
    trace = np.zeros_like(ink.cover)
    np.copyto(trace, ink.cover, where=traces)
    return Flat(
        picture,
        trace,
        ink.cover - trace,
        straight.shown,
        float(RASTER),
        straight.corner_mm,
    )


def _on_paper(
    traces: np.ndarray, straight: Straight, ruled_mm: tuple[float, float, float, float]
) -> np.ndarray:
    """Traces less the pieces that lie mostly beside the ruled paper."""
    corner = np.array(straight.corner_mm)
    low = np.maximum((np.array(ruled_mm[:2]) - corner - BESIDE_MM) * RASTER, 0).round().astype(int)
    high = np.maximum((np.array(ruled_mm[2:]) - corner + BESIDE_MM) * RASTER, 0).round().astype(int)
    beside = traces.copy()
    beside[low[1] : high[1], low[0] : high[0]] = False
    if not beside.any():
        return traces
    count, labels, stats = pieces_of(traces.astype(np.uint8))
    off = np.bincount(labels[beside], minlength=count)
    gone = off > MOSTLY * stats[:, cv2.CC_STAT_AREA]
    gone[0] = False
    return np.asarray(traces & ~gone[labels])
