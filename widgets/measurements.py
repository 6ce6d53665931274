"""Measurements as in the header of a printed ECG: one compact block, blank where not measurable."""

from __future__ import annotations

from collections.abc import Collection
from html import escape

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
JOINTS = {"RR ± SD": " ± "}


def header(found: Measurements, lit: Collection[str] = ()) -> None:
    """The block. lit: keys of numbers that the chosen sentence rests on."""
    cells = "".join(_cell(found, *group, lit) for group in GROUPS)
    style = (
        "display:flex;flex-wrap:wrap;gap:0.15rem 1.6rem;font-variant-numeric:tabular-nums;"
        "line-height:1.35"
    )
    st.html(f'<div style="{style}" role="group" aria-label="Measurements">{cells}</div>')
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


def _cell(
    found: Measurements, title: str, keys: tuple[str, ...], unit: str, lit: Collection[str]
) -> str:
    numbers = [_number(found.values[key]) for key in keys]
    joint = JOINTS.get(title, " / ")
    blank = all(found.values[key].value is None for key in keys)
    text = "–" if blank else escape(f"{joint.join(numbers)} {unit}")
    mark = ";background:rgba(27,100,128,0.18);border-radius:4px" if set(keys) & set(lit) else ""
    why = escape(" ".join(dict.fromkeys(found.values[k].why for k in keys if found.values[k].why)))
    return (
        f'<div title="{why}" style="padding:0 0.25rem{mark}">'
        f'<div style="font-size:0.72rem;opacity:0.7">{escape(title)}</div>'
        f'<div style="font-weight:600;white-space:nowrap">{text}</div></div>'
    )


def _number(one: Measurement) -> str:
    if one.value is None:
        return "–"
    return f"{one.value:.0f}" + (" ?" if one.quality is Quality.DOUBTFUL else "")
