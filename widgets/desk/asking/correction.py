"""Correcting by hand how a scan is read: corners, orientation, layout, speed and gain.

What is set is a draft of the session until the reader takes it over; only then is the ECG read
again by the model and stored, with what was set.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import streamlit as st

from ecg_core.intake.values import EcgScan, IntakeError
from ecg_core.page.by_hand import single_rows
from ecg_core.page.correction import (
    GAINS_MM_PER_MV,
    SINGLE_LEADS,
    SPEEDS_MM_PER_S,
    Correction,
    turn,
)
from ecg_core.page.layouts import SCANNED, STRIP
from ecg_core.page.scan.geometry.homography import projected
from ecg_core.page.values import EcgPage, PageError
from ecg_core.page.viewed import Waves
from ecg_core.read_as import ReadAs
from ecg_core.store.cases.store import StoreError
from widgets.session.text import plain
from widgets.session.words import _, noted
from widgets.viewer.component import Component
from widgets.viewer.paper import paper
from widgets.viewer.pictures import data_url
from widgets.viewer.sheet import layout_name

SHOWN_PX = 1400
"""The picture to set corners on is sent to the browser no larger than this."""

_COMPONENT = Component("ecg_corners", "viewer", "corners.html", "corners.css", ("corners",))


@dataclass(frozen=True)
class Correcting:
    """A scan that is corrected. key: what tells it from the session's others.

    view: how it is read now. page, waves: what another way to read it gives; they raise PageError
    where that is none. take: has it read like this from now on.
    """

    key: str
    scan: EcgScan
    view: ReadAs
    page: Callable[[ReadAs], EcgPage]
    waves: Callable[[ReadAs], Waves | None]
    take: Callable[[ReadAs], None]


def offer(key: str) -> None:
    """A button that opens the correction of a scan."""
    if st.button(_("Correct by hand"), icon=":material/crop_rotate:", key=f"correct_{key}"):
        begin(key)


def begin(key: str, draft: ReadAs | None = None) -> None:
    """Open the correction of a scan. draft: what it begins with, instead of how it is read."""
    if draft is not None:
        _drafts()[key] = draft
    st.session_state["correcting"] = key
    st.rerun()


def is_open(key: str) -> bool:
    """Whether the reader is correcting this scan."""
    return st.session_state.get("correcting") == key


def correction_screen(one: Correcting) -> None:
    """The scan with its corners, what can be set, and the page that this gives."""
    draft = _drafts().setdefault(one.key, one.view)
    picture, controls = st.columns([2.2, 1], gap="large")
    with picture:
        strip = draft.scan_layout == STRIP
        st.caption(
            _(
                "Drag the corners around the one to three rows that are the strip, ten "
                "seconds long; a corner also moves with the arrow keys."
            )
            if strip
            else _(
                "Drag the corners to the edges of the ECG, or move a corner with the "
                "arrow keys. Leave them alone when the whole sheet is to be read."
            )
        )
        _corners(one.key, one.scan, draft)
    with controls:
        _turns(one.key, draft)
        draft = _scale(one.key, draft)
        rows = st.container()
        _ending(one, draft)
    st.subheader(_("How it is read now"))
    try:
        page = one.page(draft)
    except PageError as error:
        reason = f"{_(error.remark.text)} {_(error.remark.hint)}"
        st.warning(
            _("Not readable like this. {reason}", reason=plain(reason)), icon=":material/block:"
        )
        return
    with rows:
        _leads(one.key, draft, single_rows(page))
    names = dict.fromkeys(box.lead for box in page.boxes)
    st.caption(f"{layout_name(page.layout)}: {', '.join(names)}")
    paper(page, one.waves(draft), None, key=f"draft_paper_{one.key}")


def _drafts() -> dict[str, ReadAs]:
    held: dict[str, ReadAs] = st.session_state.setdefault("corrections", {})
    return held


def _set(sha256: str, draft: ReadAs) -> None:
    _drafts()[sha256] = draft


def _corners(sha256: str, scan: EcgScan, draft: ReadAs) -> None:
    height, width = scan.pixels.shape[:2]
    turns = draft.correction.quarter_turns or 0
    key = f"corners_{sha256}"

    def moved() -> None:
        shares = st.session_state[key].get("corners")
        if not shares:
            return
        size = np.array(_turned_size(width, height, turns))
        upright = np.asarray(shares, float) * size - 0.5
        corners = projected(np.linalg.inv(turn(turns, width, height)), upright)
        now = _drafts()[sha256]
        try:
            changed = replace(now.correction, corners_px=tuple(map(tuple, corners.tolist())))
        except ValueError:
            st.session_state["corner_problem"] = _("These four corners enclose no page.")
        else:
            _set(sha256, replace(now, correction=changed))

    _COMPONENT(
        key=key,
        data={
            "id": f"{sha256}-{turns}",
            "picture": _picture(sha256, turns, scan),
            "corners": _shares(draft.correction, width, height),
        },
        on_corners_change=moved,
    )
    if problem := st.session_state.pop("corner_problem", ""):
        st.warning(problem, icon=":material/warning:")


def _turned_size(width: int, height: int, turns: int) -> tuple[int, int]:
    return (height, width) if turns % 2 else (width, height)


def _shares(correction: Correction, width: int, height: int) -> Sequence[Sequence[float]] | None:
    """The corners as shares of the turned picture, clockwise from its top left."""
    if correction.corners_px is None:
        return None
    turns = correction.quarter_turns or 0
    upright = projected(turn(turns, width, height), np.array(correction.corners_px))
    shares = (upright + 0.5) / np.array(_turned_size(width, height, turns))
    around = shares - shares.mean(axis=0)
    shares = shares[np.argsort(np.arctan2(around[:, 1], around[:, 0]))]
    return np.roll(shares, -int(np.argmin(shares.sum(axis=1))), axis=0).tolist()


@st.cache_data(max_entries=16, show_spinner=False)
def _picture(sha256: str, turns: int, _scan: EcgScan) -> str:
    pixels = _scan.pixels
    shrink = min(SHOWN_PX / max(pixels.shape[:2]), 1.0)
    if shrink < 1.0:
        pixels = cv2.resize(pixels, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    return data_url(np.ascontiguousarray(np.rot90(pixels, -turns)), lossless=False)


def _turns(sha256: str, draft: ReadAs) -> None:
    turns = draft.correction.quarter_turns or 0
    with st.container(horizontal=True, gap="small"):
        for label, icon, step in (
            (noted("Turn left"), ":material/rotate_left:", 3),
            (noted("Turn right"), ":material/rotate_right:", 1),
        ):
            if st.button(_(label), icon=icon, key=f"{label}_{sha256}"):
                turned = replace(draft.correction, quarter_turns=(turns + step) % 4)
                _set(sha256, replace(draft, correction=turned))
                st.rerun()


def _scale(sha256: str, draft: ReadAs) -> ReadAs:
    """Layout, speed and gain; None leaves them to the program."""
    found = draft.correction
    offered = list(dict.fromkeys([None, *SCANNED, STRIP, draft.scan_layout]))
    layout = st.selectbox(
        _("Layout"),
        offered,
        index=offered.index(draft.scan_layout),
        format_func=lambda name: layout_name(name) if name else _("As found"),
        key=f"scan_layout_{sha256}",
    )
    speed = st.segmented_control(
        _("Paper speed, mm/s"),
        SPEEDS_MM_PER_S,
        default=found.speed_mm_per_s,
        format_func=lambda value: _("{value:g}", value=value),
        key=f"speed_{sha256}",
        help=_("Leave blank to read it from the page."),
    )
    gain = st.segmented_control(
        _("Gain, mm/mV"),
        GAINS_MM_PER_MV,
        default=found.gain_mm_per_mv,
        format_func=lambda value: _("{value:g}", value=value),
        key=f"gain_{sha256}",
        help=_("Leave blank to read it from the page."),
    )
    changed = replace(found, speed_mm_per_s=speed, gain_mm_per_mv=gain)
    draft = replace(draft, scan_layout=layout, correction=changed)
    _set(sha256, draft)
    return draft


def _leads(key: str, draft: ReadAs, shown: tuple[str, ...]) -> None:
    """What the rows of one lead show: a strip's, or those below twelve leads."""
    if not shown:
        return
    with st.container(horizontal=True, gap="small"):
        chosen = tuple(
            st.selectbox(
                _("Strip shows") if len(shown) == 1 else _("Strip {number} shows", number=number),
                SINGLE_LEADS,
                index=SINGLE_LEADS.index(lead) if lead in SINGLE_LEADS else 0,
                key=f"row_{number}_{lead}_{key}",
                width=110,
            )
            for number, lead in enumerate(shown, 1)
        )
    if chosen != shown:
        _set(key, replace(draft, correction=replace(draft.correction, leads=chosen)))
        st.rerun()


def _ending(one: Correcting, draft: ReadAs) -> None:
    if st.button(
        _("Read it like this"),
        icon=":material/check:",
        type="primary",
        key=f"take_{one.key}",
        width="stretch",
    ):
        _close(one, draft)
    with st.container(horizontal=True, gap="small"):
        if st.button(
            _("Undo my corrections"), icon=":material/restart_alt:", key=f"none_{one.key}"
        ):
            _close(one, replace(one.view, scan_layout=None, correction=Correction()))
        if st.button(_("Cancel"), key=f"cancel_{one.key}"):
            _close(one, one.view)


def _close(one: Correcting, view: ReadAs) -> None:
    draft = _drafts().pop(one.key, one.view)
    st.session_state["correcting"] = None
    if view != one.view:
        try:
            with st.spinner(_("Reading it again")):
                one.take(view)
        except (PageError, IntakeError, StoreError) as error:
            _drafts()[one.key] = draft
            st.session_state["correcting"] = one.key
            st.error(plain(_(str(error))), icon=":material/block:")
            return
    st.rerun()
