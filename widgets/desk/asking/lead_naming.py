"""Naming the leads of a record whose file does not: each signal as a picture, with its choice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import streamlit as st

from ecg_core import intake
from ecg_core.intake.values import EcgRecord, IntakeError
from ecg_core.leads import STANDARD_LEADS
from widgets.session import materials, queue
from widgets.session.text import plain
from widgets.session.words import _, noted, why

NO_LEAD = noted("No lead")
SHOWN_S, PX_PER_S, PX_PER_MV, HEIGHT_PX = 4.0, 90, 40, 84
PAPER, INK = (255, 250, 248), (30, 34, 36)


def name_leads(entry: queue.Entry) -> None:
    """Ask which leads the signals of an opened record are; once they are named it is read."""
    st.subheader(_("Which leads are these signals?"))
    st.caption(
        _(
            "The file does not say. Nothing is read until you name them; your "
            "answer is kept with the case."
        )
    )
    pictures = _pictures(entry.sha256, len(entry.signals))
    usual = STANDARD_LEADS if len(entry.signals) == len(STANDARD_LEADS) else ()
    named: list[str] = []
    with st.grid("auto", min_column_width=300, gap="small"):
        for number, label in enumerate(entry.signals):
            with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
                offered = (*STANDARD_LEADS, NO_LEAD)
                chosen = st.selectbox(
                    plain(label) or _("Signal {n}", n=number + 1),
                    offered,
                    index=offered.index(usual[number]) if usual else None,
                    format_func=lambda one: _(one) if one == NO_LEAD else one,
                    placeholder=_("Which lead?"),
                    key=f"lead_{number}_{entry.sha256}",
                    width=130,
                )
                named.append(chosen or "")
                if number < len(pictures):
                    st.image(
                        pictures[number],
                        width=round(SHOWN_S * PX_PER_S),
                        alt=_("First seconds of {label}", label=label),
                    )
    problem = _problem(named)
    if st.button(
        _("Read it with these leads"),
        type="primary",
        icon=":material/check:",
        disabled=bool(problem),
        key=f"named_{entry.sha256}",
    ):
        _read(entry, tuple("" if lead == NO_LEAD else lead for lead in named))
    if problem:
        st.caption(problem)


def _problem(named: Sequence[str]) -> str:
    if not all(named):
        return _("Choose a lead for every signal, or say that it is none.")
    leads = [lead for lead in named if lead != NO_LEAD]
    if not leads:
        return _("At least one signal is a lead.")
    twice = sorted({lead for lead in leads if leads.count(lead) > 1})
    return _("Named twice: {leads}.", leads=", ".join(twice)) if twice else ""


def _read(entry: queue.Entry, leads: tuple[str, ...]) -> None:
    key = materials.shelf().put(replace(materials.bundle(entry.sha256), leads=leads))
    try:
        patient = materials.material(key).patient
    except IntakeError as error:
        st.error(why(error), icon=":material/block:")
        return
    queue.update(
        entry.sha256, sha256=key, reason="", hint="", signals=(), patient=patient, replaces=""
    )
    queue.show(key)
    st.rerun()


@st.cache_data(max_entries=8, show_spinner=False)
def _pictures(key: str, signals: int) -> list[np.ndarray]:
    """The first seconds of each signal (RGB), nothing where the file cannot be drawn."""
    # Any names will do to look at them.
    names = (*STANDARD_LEADS, *("" for _more in range(signals)))[:signals]
    try:
        record = intake.read(replace(materials.bundle(key), leads=names))
    except IntakeError:
        return []
    if not isinstance(record, EcgRecord):
        return []
    return [_picture(mv, record.fs_hz) for mv in record.signals_mv]


def _picture(mv: np.ndarray, fs_hz: float) -> np.ndarray:
    part = mv[: round(SHOWN_S * fs_hz)]
    picture = np.full((HEIGHT_PX, round(SHOWN_S * PX_PER_S), 3), PAPER, np.uint8)
    known = np.isfinite(part)
    if known.sum() < 2:
        return picture
    x = np.arange(len(part)) / fs_hz * PX_PER_S
    y = HEIGHT_PX / 2 - (part - float(np.median(part[known]))) * PX_PER_MV
    points = np.stack([x[known], y[known]], axis=1).round().astype(np.int32)
    cv2.polylines(picture, [points], False, INK, 1, cv2.LINE_AA)
    return picture
