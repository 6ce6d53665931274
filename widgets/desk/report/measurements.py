"""Measurements as in the header of a printed ECG: one compact block, blank where not measurable."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ecg_core.signal.values import QUANTITIES, Measurement, Measurements, Quality
from widgets.session.words import _, decimals, noted
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
        table = pd.DataFrame(
            {
                _("Lead"): [lead.lead for lead in found.leads],
                _("ST at J (mV)"): [round(lead.st_j_mv, 2) for lead in found.leads],
                _("ST at J + 60 ms"): [round(lead.st_j60_mv, 2) for lead in found.leads],
                _("Q (mV)"): [round(lead.q_mv, 2) for lead in found.leads],
                _("R (mV)"): [round(lead.r_mv, 2) for lead in found.leads],
                _("S (mV)"): [round(lead.s_mv, 2) for lead in found.leads],
                _("T (mV)"): [
                    None if lead.t_mv is None else round(lead.t_mv, 2) for lead in found.leads
                ],
                _("Beats"): [lead.beats for lead in found.leads],
                _("Quality"): [_(str(lead.quality)) for lead in found.leads],
            }
        )
        heights = dict.fromkeys(table.columns[1:-2], "g")
        st.dataframe(
            decimals(table, heights),
            hide_index=True,
            alt=_("ST level and waves of every lead"),
        )
    for key, quantity in QUANTITIES.items():
        if found.values[key].why:
            st.caption(f"{_(quantity.name)}: {_(found.values[key].why)}")
    st.caption(
        _(
            "Global intervals on the median beat of all leads. QT by the tangent "
            "method. Levels against the baseline just before the QRS complex."
        )
    )


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
