"""The row over an opened ECG: the way along the opened ones, and how a record is looked at."""

from __future__ import annotations

from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ecg_core.intake.values import EcgRecord
from ecg_core.read_as import ReadAs
from ecg_core.signal.bands import Band
from widgets.desk import seconds
from widgets.session import engine, person, queue
from widgets.session.text import plain
from widgets.session.words import _, noted
from widgets.viewer import along
from widgets.viewer.navigator import navigator

BAND_NAMES: dict[Band, str] = {
    Band.DIAGNOSTIC: noted("Diagnostic 0.05–150 Hz"),
    Band.MONITOR: noted("Monitor 0.5–40 Hz"),
    Band.AS_RECORDED: noted("As recorded"),
}


def steps(bar: DeltaGenerator, entry: queue.Entry) -> None:
    """Back to the opening screen, and along the opened ECGs."""
    row = queue.entries()
    if bar.button(_("Open ECGs"), icon=":material/arrow_back:", key="leave"):
        queue.leave()
        st.rerun()
    if len(row) == 1:
        bar.markdown(
            f"**{plain(_(entry.name) if entry.demonstration else entry.name)}**", width="content"
        )
        return
    here = row.index(entry)
    chosen = bar.selectbox(
        _("Opened ECGs"),
        range(len(row)),
        index=here,
        format_func=lambda i: _(
            "{here} of {n} · {label}", here=i + 1, n=len(row), label=row[i].label
        ),
        # The list opens at the current ECG, however it became the current one.
        key=f"choose_{entry.sha256}_{len(row)}",
        label_visibility="collapsed",
        width=320,
    )
    if chosen is not None and chosen != here:
        queue.show(row[chosen].sha256)
        st.rerun()


def view_choice(bar: DeltaGenerator, record: EcgRecord, entry: queue.Entry) -> ReadAs:
    """Filter and ten seconds of a record."""
    # Another key for another filter: the list closes over what was chosen.
    chosen, key = entry.view.band, f"view_{entry.sha256}_{entry.view.band}"
    with bar.popover(_(BAND_NAMES[chosen]), icon=":material/tune:", key=key):
        band = st.radio(
            _("Filter"),
            list(Band),
            index=list(Band).index(chosen),
            format_func=lambda one: _(BAND_NAMES[one]),
            key=f"band_{entry.sha256}",
            persist_state="session",
        )
    start = entry.view.start_s
    if seconds.has_more(record):
        # Who reads blind sees no answer of any ten seconds before their own, nor where to look.
        blind = person.room().reads_blind()
        lane = [] if blind else along.lane(entry.sha256, entry.view.band)
        start = navigator(record, _opened_at(entry, record, blind), entry.sha256, lane)
    view = ReadAs(band or chosen, start)
    if view != entry.view:
        queue.update(entry.sha256, view=view)
        # The window's place on the overview and the name of the view are drawn above.
        st.rerun()
    return view


def _opened_at(entry: queue.Entry, record: EcgRecord, blind: bool) -> float:
    """Where a record is looked at first: at its most urgent ten seconds, blind at its beginning."""
    view = entry.view
    if view.start_s is not None or blind:
        return view.start_s or 0.0
    told = partial(along.answers, entry.sha256, view.band, record)
    short = record.duration_s <= along.LONGEST_S
    with st.spinner(_("Looking for the most urgent ten seconds")):
        return engine.opened_at(entry.sha256, view, told if short else None)
