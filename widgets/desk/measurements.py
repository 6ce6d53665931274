"""Measurements as in the header of a printed ECG: one compact block, blank where not measurable."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import streamlit as st

from ecg_core.signal.values import QUANTITIES, Measurement, Measurements, Quality

GROUPS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("Rate", ("rate",), "bpm"),
    ("RR ± SD", ("rr", "rr_sd"), "ms"),
    ("PR", ("pr",), "ms"),
    ("QRS", ("qrs",), "ms"),
    ("QT", ("qt",), "ms"),
    ("QTcF / QTcB", ("qtcf", "qtcb"), "ms"),
    ("P–QRS–T axes", ("p_axis", "qrs_axis", "t_axis"), "°"),
)
"""Title, quantities and unit of each cell, in the order of a recorder's header."""
SCRIPTS = ("drawn", "lit", "header")
ASSETS = Path(__file__).parents[2] / "assets" / "viewer"
_COMPONENT = st.components.v2.component(
    "ecg_header",
    html='<div class="header"\n role="group" aria-label="Measurements"></div>',
    css=(ASSETS / "header.css").read_text(encoding="utf-8"),
    js="\n".join((ASSETS / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS),
)
JOINTS = {"RR ± SD": " ± "}


def header(found: Measurements, key: str) -> None:
    """The block; it marks the numbers that the chosen sentence of the draft rests on."""
    _COMPONENT(key=f"header_{key}", data={"cells": [_cell(found, *group) for group in GROUPS]})
    notes = []
    if found.off_paper:
        notes.append("Measured on traces read off the page.")
    if any(one.quality is Quality.DOUBTFUL for one in found.values.values()):
        notes.append("? marks a doubtful number.")
    for sign in found.signs:
        notes.append(sign.text)
    if notes:
        st.caption(" ".join(notes))


def details(found: Measurements) -> None:
    """ST level and waves of every lead, and why a number is blank or doubtful."""
    if found.leads:
        st.dataframe(
            pd.DataFrame(
                {
                    "Lead": [lead.lead for lead in found.leads],
                    "ST at J (mV)": [round(lead.st_j_mv, 2) for lead in found.leads],
                    "ST at J + 60 ms": [round(lead.st_j60_mv, 2) for lead in found.leads],
                    "Q (mV)": [round(lead.q_mv, 2) for lead in found.leads],
                    "R (mV)": [round(lead.r_mv, 2) for lead in found.leads],
                    "S (mV)": [round(lead.s_mv, 2) for lead in found.leads],
                    "T (mV)": [
                        None if lead.t_mv is None else round(lead.t_mv, 2) for lead in found.leads
                    ],
                    "Beats": [lead.beats for lead in found.leads],
                    "Quality": [str(lead.quality) for lead in found.leads],
                }
            ),
            hide_index=True,
            alt="ST level and waves of every lead",
        )
    for key, quantity in QUANTITIES.items():
        if found.values[key].why:
            st.caption(f"{quantity.name}: {found.values[key].why}")
    st.caption(
        "Global intervals on the median beat of all leads. QT by the tangent method. Levels "
        "against the baseline just before the QRS complex."
    )


def _cell(found: Measurements, title: str, keys: tuple[str, ...], unit: str) -> dict[str, object]:
    numbers = JOINTS.get(title, " / ").join(_number(found.values[key]) for key in keys)
    blank = all(found.values[key].value is None for key in keys)
    return {
        "title": title,
        "keys": list(keys),
        "text": "–" if blank else f"{numbers} {unit}",
        "why": " ".join(dict.fromkeys(found.values[k].why for k in keys if found.values[k].why)),
    }


def _number(one: Measurement) -> str:
    if one.value is None:
        return "–"
    return f"{one.value:.0f}" + (" ?" if one.quality is Quality.DOUBTFUL else "")
