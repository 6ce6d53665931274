"""Attention: whether the maps over the ECG tell anything about the answer."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ecg_core.evidence.attention import rows, summary
from ecg_core.evidence.attention.summary import Line
from widgets.performance import tables
from widgets.performance.context import Context
from widgets.session.words import Later, _, noted

GROUPS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    (
        noted("Does the answer hang on what the map shows?"),
        ("deletion", "insertion", "road"),
        noted(
            "The page is blanked, put back or filled in the order of the map, and the "
            "probability followed as a share of that on the whole page. The same is done with a "
            "map drawn at random and with the map of another ECG of the same class."
        ),
    ),
    (
        noted("Does the map forget when the network does?"),
        ("randomised",),
        noted(
            "Parts of the network get random weights. A map that stays the same shows the page, "
            "not the model."
        ),
    ),
    (
        noted("Does it find an abnormality put into known leads?"),
        ("planted", "control", "wave", "outside"),
        noted(
            "Leads of one wall of an infarction replace those of a normal ECG of the same rate. "
            "The control plants leads of another normal ECG: what attention gives those is owed "
            "to the seam. A planted wave changes one beat of three leads."
        ),
    ),
    (
        noted("Do two trainings look at the same place?"),
        ("agreement", "strangers"),
        noted(
            "The first release, trained from another start and in another network on the same "
            "recordings, is shown the same page, and as control another ECG of the class. "
            "Likeness is a rank correlation."
        ),
    ),
)


@st.cache_data(max_entries=4, show_spinner=Later("Reading the evidence on attention"))
def _lines(model_name: str, weights_sha256: str) -> tuple[tuple[Line, ...], str]:
    found = rows.load(model_name, weights_sha256)
    return summary.lines(found), found[0].split if found else ""


def show(context: Context) -> None:
    """One table a question, each with what a truthful map would show."""
    lines, split = _lines(context.card.name, context.card.weights_sha256)
    if not lines:
        st.info(_("Attention was not measured with this model."))
        return
    for title, tests, about in GROUPS:
        asked = [line for line in lines if line.test in tests]
        st.subheader(_(title))
        st.caption(_(about))
        st.dataframe(tables.spoken(_by_map(asked)), hide_index=True, height="content", alt=_(title))
        tables.csv_button(_table(asked), f"attention_{tests[0]}", f"attention_{tests[0]}")
    st.caption(
        _(
            "PTB-XL {split}, clean pages, ECGs that the network flags correctly; "
            "means with 95 % intervals by patient; differences from a random map "
            "are in the CSV. Where the model looked, not why.",
            split=_(split),
        )
    )


def _table(lines: list[Line]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Question": [line.question for line in lines],
            "Map": [line.map for line in lines],
            "Should be": [line.good for line in lines],
            "n": [line.n for line in lines],
            "Mean (95 % CI)": [line.value for line in lines],
            "Less a random map": [line.against_random for line in lines],
        }
    )


def _by_map(lines: list[Line]) -> pd.DataFrame:
    """One row a question, one column a map."""
    rows: dict[str, dict[str, object]] = {}
    for line in lines:
        row = rows.setdefault(
            line.question, {"Question": line.question, "Should be": line.good, "n": line.n}
        )
        row[line.map[0].upper() + line.map[1:]] = line.value
    return pd.DataFrame(rows.values()).fillna("")
