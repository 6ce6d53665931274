"""A hundred patients as a hundred dots: what a share means, with its interval."""

from __future__ import annotations

import base64
import html
import math
from collections.abc import Sequence

import streamlit as st

from ecg_core.evidence.figures import words
from ecg_core.evidence.figures.metrics import Interval
from ecg_core.evidence.figures.rates import Rates
from widgets.session.words import _

DOTS, ACROSS = 100, 20
PITCH, RADIUS = 11, 4
RIGHT, WRONG = "#2f8fc9", "#d55e00"
"""Okabe and Ito's blue and vermilion: what is found, what is flagged wrongly."""
PLAIN, RING = "#8a969b", "#5d696e"


def icon_arrays(rates: Sequence[Rates]) -> None:
    """For each question a hundred with it and a hundred without, and the sentence that says it."""
    with st.grid("auto", min_column_width=330, gap="medium"):
        for one in rates:
            with st.container(gap="xsmall"):
                if not (math.isnan(one.sensitivity.value) or math.isnan(one.specificity.value)):
                    st.html(figure(one))
                st.markdown(_(words.sentence(one)))
    st.caption(
        _(
            "Each dot is one ECG in a hundred. Solid: up to the lower end of the "
            "95 % interval. Ringed: up to the estimate. Pale: up to the upper end."
        )
    )


def figure(rates: Rates) -> str:
    """Both arrays as pictures for the eye; the sentence says the same in words."""
    alarms = Interval(
        1 - rates.specificity.value, 1 - rates.specificity.high, 1 - rates.specificity.low
    )
    named = rates.code == "NORM"
    found = _("100 with it: called normal") if named else _("100 with it: flagged")
    wrong = (
        _("100 without it: wrongly called normal")
        if named
        else _("100 without it: wrongly flagged")
    )
    parts = ((found, rates.sensitivity, RIGHT), (wrong, alarms, WRONG))
    drawn = "".join(
        f'<div style="flex:1 1 0"><small>{html.escape(what)}</small>{array(share, colour)}</div>'
        for what, share, colour in parts
    )
    return (
        f"<strong>{html.escape(_(rates.name))}</strong>"
        f'<div aria-hidden="true" style="display:flex;gap:1rem">{drawn}</div>'
    )


def array(share: Interval, colour: str) -> str:
    """A picture of a hundred dots."""
    low, value, high = counts(share)
    dots = "".join(_dot(number, low, value, high, colour) for number in range(DOTS))
    wide, tall = ACROSS * PITCH, DOTS // ACROSS * PITCH
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {tall}">{dots}</svg>'
    # Streamlit lets a picture through where it would take a drawing away.
    address = base64.b64encode(svg.encode()).decode()
    return f'<img alt="" width="100%" src="data:image/svg+xml;base64,{address}">'


def counts(share: Interval) -> tuple[int, int, int]:
    """Lower end, value and upper end of a hundred; the value alone where there is no interval.

    >>> counts(Interval(0.834, 0.791, 0.868)), counts(Interval(0.5, math.nan, math.nan))
    ((79, 83, 87), (50, 50, 50))
    """
    low, high = (share.value if math.isnan(end) else end for end in (share.low, share.high))
    return round(DOTS * low), round(DOTS * share.value), round(DOTS * high)


def _dot(number: int, low: int, value: int, high: int, colour: str) -> str:
    x, y = (number % ACROSS + 0.5) * PITCH, (number // ACROSS + 0.5) * PITCH
    fill, ring, opacity = "none", PLAIN, 0.6
    if number < low:
        fill, ring, opacity = colour, colour, 1.0
    elif number < value:
        fill, ring, opacity = colour, RING, 1.0
    elif number < high:
        fill, ring, opacity = colour, colour, 0.35
    return (
        f'<circle cx="{x:g}" cy="{y:g}" r="{RADIUS}" fill="{fill}" stroke="{ring}" '
        f'stroke-width="1.2" opacity="{opacity:g}"/>'
    )
