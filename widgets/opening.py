"""Opening ECGs: dropped files, demo ECGs, and those opened before in this session."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ecg_core import intake
from ecg_core.intake.values import Bundle, IntakeError, Upload
from widgets import engine, queue
from widgets.demos import Demo, demos
from widgets.text import plain


def opening_screen() -> None:
    """Drop zone, demo ECGs and the session's list."""
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.subheader("Open an ECG")
        _drop_zone()
        _opened_before()
    with right:
        st.subheader("Or try a demo ECG")
        with st.grid("auto", min_column_width=250, gap="small"):
            for demo in demos():
                _demo_card(demo)


def _drop_zone() -> None:
    # A new key empties the drop zone once its files are taken in.
    turn = st.session_state.setdefault("drop_turn", 0)
    files = st.file_uploader(
        "Drop the files of one or several ECGs",
        accept_multiple_files=True,
        key=f"drop_{turn}",
        help="Several ECGs may be dropped together. A WFDB record needs its header (.hea) and "
        "its signal file (.dat or .mat), or one ZIP of them.",
    )
    st.caption("Pictures (JPEG, PNG, HEIC, TIFF…), PDF, WFDB records (.hea with .dat), or a ZIP.")
    if files:
        uploads = [Upload(file.name, file.getvalue()) for file in files]
        st.session_state["drop_turn"] = turn + 1
        take_in(uploads)


def take_in(uploads: Sequence[Upload]) -> None:
    """Sort dropped files into ECGs, read each, and show the first that could be read."""
    with st.status(f"Reading {_count(len(uploads), 'file')}"):
        found = [_read(bundle) for bundle in intake.split(uploads)]
    queue.add(found)
    st.rerun()


def _read(bundle: Bundle, caption: str = "") -> queue.Entry:
    key = engine.shelf().put(bundle)
    try:
        engine.material(key)
    except IntakeError as error:
        return queue.Entry(key, bundle.name, error.reason, error.hint, caption)
    return queue.Entry(key, bundle.name, caption=caption)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _demo_card(demo: Demo) -> None:
    with st.container(gap=None):
        if st.button(demo.title, key=f"demo_{demo.id}", help=demo.caption, width="stretch"):
            queue.add([_read(demo.bundle(), demo.caption)])
            st.rerun()
        st.caption(demo.kind, text_alignment="center")


def _opened_before() -> None:
    if not queue.entries():
        return
    st.subheader("Opened in this session")
    for entry in queue.entries():
        icon = ":material/block:" if entry.reason else ":material/ecg_heart:"
        if entry.event is not None:
            icon = ":material/task_alt:"
        if st.button(plain(entry.label), key=f"again_{entry.sha256}", icon=icon, type="tertiary"):
            queue.show(entry.sha256)
            st.rerun()
