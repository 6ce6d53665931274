"""Scans become pages: one geometry after the other is tried, and the likeliest reading taken."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from ecg_core.intake.values import EcgScan
from ecg_core.page.correction import Correction, view_of
from ecg_core.page.doubts import quality
from ecg_core.page.doubts.quality import refuse, remark
from ecg_core.page.scan.bare import is_bare
from ecg_core.page.scan.dotted import UNREAD, is_dotted, may_be_dotted, smoothed
from ecg_core.page.scan.geometry.grid import FoundGrid, find_grids, scaled
from ecg_core.page.scan.light import explained, light_on_dark
from ecg_core.page.scan.scan_reading import ScanReading
from ecg_core.page.scan.sheets import size
from ecg_core.page.scan.straight import without_grid
from ecg_core.page.scan.surround import with_dark_print, without_surround
from ecg_core.page.scan.under_grid import CLEARLY, POOR, read_under
from ecg_core.page.values import EcgPage, PageError

NOTHING_SEEN = {"not_an_ecg", "unclear_rows", "no_grid_no_trace", "cut_off", "unclear_scale"}
HARDLY_A_STRIP = -2.0
"""Where less speaks even for a strip, it may be a part of a larger sheet, at another scale."""
PARTS = (5.0 / 3.0, 5.0 / 4.0, 5.0 / 2.0, 2.0)
"""Millimetres in what passed for one: a third, a fourth, a half of 5 mm, or two lines of 1 mm."""


def from_scan(
    scan: EcgScan, layout: str | None = None, correction: Correction | None = None
) -> EcgPage:
    """Read the page off a scan: true to scale, upright, ink only.

    layout: name of the layout when the reader knows it; otherwise it is found. correction: what
    the reader set by hand.
    Raises PageError, with a reason from `quality.LIMITS`, when the scan cannot be read safely.
    """
    return read_scan(scan, layout, correction).page


def read_scan(
    scan: EcgScan,
    layout: str | None = None,
    correction: Correction | None = None,
    with_picture: bool = True,
) -> ScanReading:
    """As `from_scan`, with the geometry that was found.

    with_picture: the page keeps what the scan looks like; the network needs only its ink.
    """
    if scan.second_from is not None:
        raise refuse("two_pages")
    correction = correction or Correction()
    if is_dotted(scan.pixels):
        scan = replace(scan, pixels=smoothed(scan.pixels))
        return _read_or_say_why(scan, layout, correction, with_picture)
    try:
        return _read_or_say_why(scan, layout, correction, with_picture)
    except PageError as refusal:
        if refusal.remark.code in UNREAD and may_be_dotted(scan.pixels):
            with suppress(PageError):
                again = replace(scan, pixels=smoothed(scan.pixels))
                return _read_or_say_why(again, layout, correction, with_picture)
        raise


def _read_or_say_why(
    scan: EcgScan, layout: str | None, correction: Correction, with_picture: bool
) -> ScanReading:
    """As `read_scan`, of the picture as it is."""
    grids: list[FoundGrid] = []
    try:
        return _read_scan(scan, layout, correction, with_picture, grids)
    except PageError as refusal:
        height, width = scan.pixels.shape[:2]
        if min(height, width) < quality.SMALL_SIDE_PX and refusal.remark.code in NOTHING_SEEN:
            raise refuse(
                "too_small", width=width, height=height, least=quality.SMALL_SIDE_PX
            ) from None
        raise explained(scan.pixels, refusal, bool(grids)) from None


def _read_scan(
    scan: EcgScan,
    layout: str | None,
    correction: Correction,
    with_picture: bool,
    grids: list[FoundGrid],
) -> ScanReading:
    """As `read_scan`; a grid that was seen is left in `grids`, whatever comes after."""
    view = view_of(scan.pixels, correction.corners_px)
    if correction.corners_px is None:
        view = without_surround(with_dark_print(view))
    view = view.turned(correction.quarter_turns or 0)
    height, width = view.pixels.shape[:2]
    if min(height, width) < quality.MIN_SIDE_PX or max(height, width) < quality.MIN_LONG_PX:
        raise refuse("too_small", width=width, height=height, least=quality.MIN_SIDE_PX)
    if light_on_dark(view.pixels):
        view = replace(view, pixels=255 - view.pixels)
    grids.extend([] if is_bare(view.pixels) else find_grids(view.pixels))
    if not grids:
        lying, grid = without_grid(view, correction.quarter_turns is None)
        return read_under(scan, lying, grid, layout, correction, with_picture)
    problem: PageError | None = None
    poor: ScanReading | None = None
    likeliest: tuple[float, ScanReading] | None = None
    for grid in grids:
        try:
            found = read_under(scan, view, grid, layout, correction, with_picture)
        except PageError as error:
            problem = problem or error
            continue
        stretch = grid.px_per_mm[0] / grid.px_per_mm[1]
        odd, what = size.against(found.sheet, stretch, grid.guessed)
        if odd < size.UNLIKELY and found.sheet.score < (POOR if grid.wide else HARDLY_A_STRIP):
            # Its lines may be those of 5 mm, between which none are left.
            poor = poor or found
            continue
        if odd < size.UNLIKELY:
            if poor is not None and found.sheet.score < poor.sheet.score + CLEARLY:
                continue
            return found
        if odd >= size.IMPOSSIBLE and correction == Correction():
            problem = refuse("unclear_scale", what=what)
        elif likeliest is None or odd < likeliest[0]:
            likeliest = odd, found.with_remark(remark("scale_unlikely", what=what))
    if poor is not None:
        return poor
    if likeliest is not None:
        return likeliest[1]
    assert problem is not None
    if problem.remark.code == "unclear_time" and correction == Correction():
        # Columns and pulses contradict it alike: parts of a cell of 5 mm passed for millimetres.
        for times in PARTS:
            with suppress(PageError):
                # Lines that are none of a grid's bend what lies flat.
                other = scaled(replace(grids[0], bend=None), times)
                found = read_under(scan, view, other, layout, correction, with_picture)
                if size.against(found.sheet, 1.0, other.guessed)[0] < size.UNLIKELY:
                    return found
    if problem.remark.code == "unclear_scale":
        # What was taken for a grid is none: rows, creases or print.
        with suppress(PageError):
            lying, grid = without_grid(view, correction.quarter_turns is None)
            return read_under(scan, lying, grid, layout, correction, with_picture)
    raise problem
