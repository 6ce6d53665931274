"""Measurements as in the header of a printed ECG: one compact block, blank where not measurable."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ecg_core.signal.values import QUANTITIES, LeadMeasurement, Measurement, Measurements, Quality
from widgets.session.words import _, catalogue, noted
from widgets.viewer.component import Component

GROUPS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    (noted("Rate"), ("rate",), "bpm"),
    (noted("RR ± SD"), ("rr", "rr_sd"), "ms"),
    (noted("PR"), ("pr",), "ms"),
    (noted("QRS"), ("qrs",), "ms"),
    (noted("QT"), ("qt",), "ms"),
    (noted("QTcF / QTcB"), ("qtcf", "qtcb"), "ms"),
    (noted("P–QRS–T axes"), ("p_axis", "qrs_axis", "t_axis"), "°"),
)
"""Title, quantities and unit of each cell, in the order of a recorder's header."""
SCRIPTS = ("drawn", "lit", "header")
_COMPONENT = Component(
    "ecg_header",
    "viewer",
    '<div class="header"\n role="group" aria-label="Measurements"></div>',
    "header.css",
    SCRIPTS,
)
JOINTS = {"RR ± SD": " ± "}


def header(found: Measurements, key: str) -> None:
    """The block; it marks the numbers that the chosen sentence of the draft rests on."""
    _COMPONENT(key=f"header_{key}", data={"cells": [_cell(found, *group) for group in GROUPS]})
    notes = []
    if found.off_paper:
        notes.append(_("Measured on traces read off the page."))
    if any(one.quality is Quality.DOUBTFUL for one in found.values.values()):
        notes.append(_("? marks a doubtful number."))
    for sign in found.signs:
        notes.append(_(sign.text))
    if notes:
        st.caption(" ".join(notes))


def details(found: Measurements) -> None:
    """ST level and waves of every lead, and why a number is blank or doubtful."""
    if found.leads:
        st.caption(_("ST level and waves of every lead"))
        with st.container(key="by_lead"):
            st.markdown(by_lead(found.leads))
    for key, quantity in QUANTITIES.items():
        if found.values[key].why:
            st.caption(f"{_(quantity.name)}: {_(found.values[key].why)}")
    st.caption(
        _(
            "Global intervals on the median beat of all leads. QT by the tangent "
            "method. Levels against the baseline just before the QRS complex."
        )
    )


def by_lead(leads: Sequence[LeadMeasurement]) -> str:
    """A table in Markdown: a table of Streamlit's own costs more than the rest of the case."""

    def height(mv: float | None) -> str:
        # As many decimals everywhere, or the eye takes 0.6 for less than 0.46.
        return "–" if mv is None else catalogue().number(round(mv, 2) + 0.0, 2).replace("-", "−")

    titles = (
        _("Lead"),
        _("ST at J (mV)"),
        _("ST at J + 60 ms"),
        _("Q (mV)"),
        _("R (mV)"),
        _("S (mV)"),
        _("T (mV)"),
        _("Beats"),
        _("Quality"),
    )
    rows = [
        (
            one.lead,
            *map(height, (one.st_j_mv, one.st_j60_mv, one.q_mv, one.r_mv, one.s_mv, one.t_mv)),
            str(one.beats),
            _(str(one.quality)),
        )
        for one in leads
    ]
    sides = ("---", *("---:" for _title in titles[1:-1]), "---")
    return "\n".join(f"| {' | '.join(row)} |" for row in (titles, sides, *rows))


def with_unit(number: str, unit: str) -> str:
    """A number as it is written: rates by the minute.

    >>> with_unit("74", "bpm"), with_unit("98", "ms")
    ('74/min', '98 ms')
    """
    return f"{number}/min" if unit == "bpm" else f"{number} {unit}"


def _cell(found: Measurements, title: str, keys: tuple[str, ...], unit: str) -> dict[str, object]:
    numbers = JOINTS.get(title, " / ").join(_number(found.values[key]) for key in keys)
    blank = all(found.values[key].value is None for key in keys)
    return {
        "title": _(title),
        "keys": list(keys),
        "text": "–" if blank else with_unit(numbers, unit),
        "why": " ".join(dict.fromkeys(_(found.values[k].why) for k in keys if found.values[k].why)),
    }


def _number(one: Measurement) -> str:
    if one.value is None:
        return "–"
    return f"{one.value:.0f}" + (" ?" if one.quality is Quality.DOUBTFUL else "")
