"""The one question that a page leaves to whoever sees it, answered with one click."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import streamlit as st

from ecg_core.page.correction import SINGLE_LEADS
from ecg_core.page.values import EcgPage, Option, SheetQuestion
from ecg_core.page.viewed import Waves
from ecg_core.store.cases.room import Turn
from ecg_core.store.cases.workflow import CaseStatus
from widgets.desk.asking import question_pictures
from widgets.session.text import plain
from widgets.session.words import _
from widgets.viewer.sheet import layout_name

MOST = 5
"""Answers in a row, any other lead included."""


def may_answer(turn: Turn) -> bool:
    """Whether this person may still say how the ECG is to be read: nobody has begun to read it."""
    return turn.status is CaseStatus.NEW and turn.phase is not None and turn.taken_by is None


def ask(
    page: EcgPage,
    waves: Waves | None,
    rate_per_min: float | None,
    key: str,
    taken: Callable[[Option], None],
) -> None:
    """Ask what the page leaves open; nothing where it leaves nothing open.

    rate_per_min: as the page is read now. taken: called with the answer.
    """
    asked = page.question
    if asked is None:
        return
    pictures = question_pictures.pictures(page, asked)
    with st.container(key=f"question_{key}", border=True, gap="small"):
        st.markdown(f":orange[:material/help:] **{plain(_text(asked))}**")
        across = MOST if asked.code in ("lead", "rhythm") else len(asked.options)
        places = st.columns(max(across, 3), vertical_alignment="bottom", gap="small")
        for number, (place, option) in enumerate(zip(places, asked.options, strict=False)):
            with place:
                words = _words(asked, option)
                if (picture := pictures[number]) is not None:
                    st.image(
                        picture, width="stretch", alt=_("The page, if it is {words}", words=words)
                    )
                if told := _means(asked, option, waves, rate_per_min):
                    st.caption(told)
                label = words if number else _("{words} :gray[· as read now]", words=words)
                if st.button(label, key=f"answer_{asked.code}_{words}_{key}", width="stretch"):
                    taken(option)
        if asked.code in ("lead", "rhythm"):
            with places[len(asked.options)]:
                _another(asked, key, taken)


def _another(asked: SheetQuestion, key: str, taken: Callable[[Option], None]) -> None:
    """Any other lead than those that are likely."""
    likely = [option.text for option in asked.options]
    lead = st.selectbox(
        _("Another lead"),
        [lead for lead in SINGLE_LEADS if lead not in likely],
        index=None,
        placeholder=_("Another lead"),
        label_visibility="collapsed",
        key=f"another_{asked.code}_{key}",
    )
    if lead is not None:
        (what, leads), *_others = asked.options[0].set
        rows = leads.split(",")
        rows[rows.index(likely[0])] = lead
        taken(Option(lead, ((what, ",".join(rows)),)))


def _text(asked: SheetQuestion) -> str:
    if asked.code == "layout":
        return _("How is this page laid out?")
    return _(asked.text)


def _words(asked: SheetQuestion, option: Option) -> str:
    return layout_name(option.text) if asked.code == "layout" else _(option.text)


def _means(
    asked: SheetQuestion, option: Option, waves: Waves | None, rate_per_min: float | None
) -> str:
    """What an answer would make of the ECG, where that helps to choose."""
    if asked.code not in ("gain", "speed"):
        return ""
    now, then = (float(dict(one.set)[asked.code]) for one in (asked.options[0], option))
    if asked.code == "speed" and rate_per_min is not None:
        return _("{rate:.0f} beats a minute", rate=rate_per_min * then / now)
    if asked.code == "gain" and waves is not None:
        return _("tallest QRS {mv:.1f} mV", mv=_tallest_mv(waves) * now / then)
    return ""


def _tallest_mv(waves: Waves) -> float:
    """From the lowest to the highest of the lead that reaches farthest."""
    known = [lead[np.isfinite(lead)] for lead in waves.mv]
    return max(
        (float(np.ptp(np.percentile(lead, (0.2, 99.8)))) for lead in known if len(lead)),
        default=0.0,
    )
