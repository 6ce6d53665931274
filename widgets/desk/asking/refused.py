"""A scan that was not read: why, and what a person who sees it can say instead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from ecg_core.page.layouts import STRIP
from ecg_core.page.values import EcgPage, PageError
from ecg_core.read_as import ReadAs
from widgets.desk.asking import correction
from widgets.desk.asking.question_pictures import labelled
from widgets.session.text import plain
from widgets.session.words import _
from widgets.viewer.sheet import layout_name

ROWS = ("3x4+1R", "3x4", "6x2", "12x1", "4x3+1R", STRIP)
"""Layouts that are tried where the rows of a page are not plain, the usual ones first."""
SCALES = ((25.0, 10.0), (50.0, 10.0), (25.0, 5.0))
"""Speed (mm/s) and gain (mm/mV) that are tried where the scale is not plain."""
LAYOUT_HELPS = frozenset({"unclear_rows", "rows_missing", "not_an_ecg"})
SCALE_HELPS = frozenset({"unclear_time", "unknown_calibration", "cut_off"})
BY_HAND_HELPS = LAYOUT_HELPS | SCALE_HELPS | {"mirrored", "rotated", "curved", "no_grid_no_trace"}
"""Codes of refusals that a person can cure by what they say of the page."""
MOST = 3


def refusal(name: str, reason: str, hint: str) -> None:
    """Why an ECG was not read, and what can be done."""
    st.error(
        _(
            "**{name} was not read.** {reason}  \n{hint}",
            name=plain(name),
            reason=plain(_(reason)),
            hint=plain(_(hint)),
        ),
        icon=":material/block:",
    )


def refused(
    name: str,
    error: PageError,
    key: str,
    view: ReadAs,
    page: Callable[[ReadAs], EcgPage],
    take: Callable[[ReadAs], None],
) -> None:
    """Say why a scan was not read, and offer what may cure it.

    page: what a way to read it gives; raises PageError where that is none. take: has it read so.
    """
    refusal(name, error.remark.text, error.remark.hint)
    code = error.remark.code
    if code not in BY_HAND_HELPS:
        return
    if ways := _ways(code, view):
        tried = f"tried_{key}"
        if st.button(
            _("Can you read it? Show how it may be laid out")
            if code in LAYOUT_HELPS
            else _("Can you read it? Show what scale it may have"),
            icon=":material/quiz:",
            type="primary",
            key=f"try_{key}",
        ):
            st.session_state[tried] = True
        if st.session_state.get(tried):
            _offer(key, ways, page, take)
    with st.container(horizontal=True):
        if st.button(_("Set how it should be read"), icon=":material/tune:", key=f"say_{key}"):
            correction.begin(key)
        if st.button(
            _("Read as a rhythm strip"),
            icon=":material/show_chart:",
            key=f"strip_{key}",
            help=_("One to three rows of ten seconds: rhythm only, no statement on infarction."),
        ):
            correction.begin(key, replace(view, scan_layout=STRIP))


def _ways(code: str, view: ReadAs) -> list[ReadAs]:
    """How a page that was refused may be read, the likeliest first."""
    if code in LAYOUT_HELPS:
        return [replace(view, scan_layout=layout) for layout in ROWS]
    if code in SCALE_HELPS:
        return [
            replace(
                view,
                correction=replace(view.correction, speed_mm_per_s=speed, gain_mm_per_mv=gain),
            )
            for speed, gain in SCALES
        ]
    return []


def _offer(
    key: str,
    ways: list[ReadAs],
    page: Callable[[ReadAs], EcgPage],
    take: Callable[[ReadAs], None],
) -> None:
    """Those ways that give a page, as small pictures; one click takes one."""
    found: list[tuple[ReadAs, EcgPage]] = []
    with st.spinner(_("Trying other ways of reading it")):
        for way in ways:
            try:
                found.append((way, page(way)))
            except PageError:
                continue
            if len(found) == MOST:
                break
    if not found:
        st.caption(_("None of the usual ways gives an ECG. Corners and orientation may help."))
        return
    st.markdown(_("**Which of these is it?**"))
    places = st.columns(MOST, vertical_alignment="bottom")
    for place, (way, drawn) in zip(places, found, strict=False):
        words = _words(way, drawn)
        with place:
            st.image(
                labelled(drawn, drawn.layout),
                width="stretch",
                alt=_("Read as {words}", words=words),
            )
            if st.button(words, key=f"as_{words}_{key}", width="stretch"):
                take(way)


def _words(way: ReadAs, drawn: EcgPage) -> str:
    by_hand = way.correction
    if way.scan_layout is not None:
        return layout_name(drawn.layout)
    return _(
        "{speed:g} mm/s, {gain:g} mm/mV", speed=by_hand.speed_mm_per_s, gain=by_hand.gain_mm_per_mv
    )
