"""Opening ECGs: dropped files, demo ECGs, and those opened before in this session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby

import streamlit as st
from streamlit.elements.lib.mutable_status_container import StatusContainer

from ecg_core import intake
from ecg_core.answer import ReadAs
from ecg_core.intake.values import Bundle, IntakeError, Upload
from ecg_core.page.by_hand import from_json
from ecg_core.store.cases.store import StoreError
from widgets.session import materials, person, queue
from widgets.session.demos import Demo, demos
from widgets.session.documents import keep, page_choosers
from widgets.session.submitting import submit
from widgets.session.text import plain

_LONG_LIST = 10
_LIST_PX = 380


def opening_screen() -> None:
    """Drop zone, pages to choose from, demo ECGs and the session's list."""
    page_choosers(_open_pages)
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.subheader("Open an ECG")
        _drop_zone()
        _opened_before()
    with right:
        st.subheader("Demonstration")
        st.caption(
            "For trying the program. Nothing of them is stored, and none goes on the worklist."
        )
        with st.grid("auto", min_column_width=250, gap="small"):
            for demo in demos():
                _demo_card(demo)


def _drop_zone() -> None:
    # A new key empties the drop zone once its files are taken in.
    turn = st.session_state.setdefault("drop_turn", 0)
    folder = st.segmented_control(
        "What to open",
        ["Files", "Folder", "Camera"],
        default="Files",
        required=True,
        key="drop_kind",
        label_visibility="collapsed",
    )
    if folder == "Camera":
        _photograph(turn)
        return
    files = st.file_uploader(
        "Drop the files of one or several ECGs"
        if folder != "Folder"
        else "Choose a folder: everything in it is opened",
        accept_multiple_files="directory" if folder == "Folder" else True,
        key=f"drop_{folder}_{turn}",
        help="Several ECGs may be dropped together. A WFDB record needs its header (.hea) and "
        "its signal files, or one ZIP of them. Of a PDF or a TIFF of several pages you choose "
        "the page.",
    )
    st.caption(
        "Pictures (JPEG, PNG, HEIC, TIFF…), PDF, DICOM, SCP-ECG, aECG, MUSE, Philips, EDF, BDF, "
        "WFDB records, or a ZIP."
    )
    if files:
        if folder == "Folder":
            # The browser sends them as they come.
            files = sorted(files, key=lambda file: file.name)
        uploads = [Upload(file.name, file.getvalue()) for file in files]
        st.session_state["drop_turn"] = turn + 1
        take_in(uploads)


def _photograph(turn: int) -> None:
    """A sheet of paper in front of the reader, on a phone in the hand."""
    taken = st.camera_input(
        "Photograph the whole sheet from straight above",
        key=f"camera_{turn}",
        resolution="1080p",
        help="All four margins in sight, in even light, without flash.",
    )
    if taken is not None:
        st.session_state["drop_turn"] = turn + 1
        take_in([Upload(f"Photograph {datetime.now():%H.%M.%S}.jpg", taken.getvalue())])


def take_in(uploads: Sequence[Upload]) -> None:
    """Sort dropped files into ECGs: one alone is opened at once, several go on the worklist.

    Documents of several pages are laid on the desk, for the reader to choose from.
    """
    with st.status(f"Sorting {_count(len(uploads), 'file')}") as status:
        cases = intake.split(uploads)
        singles = [case for case in cases if case.part is None]
        for _, pages in groupby((c for c in cases if c.part is not None), _document_of):
            keep(list(pages))
        _one_or_many(singles, status)
    st.rerun()


def _one_or_many(found: Sequence[Bundle], status: StatusContainer) -> None:
    """Open an ECG; several are written down and read in the background, the most urgent first.

    The same files in two folders are one ECG.
    """
    once: dict[str, Bundle] = {}
    for bundle in found:
        once.setdefault(bundle.sha256, bundle)
    bundles = list(once.values())
    if len(bundles) > 1:
        status.update(label=f"Putting {len(bundles)} ECGs on the worklist")
        try:
            submit(bundles)
        except StoreError as error:
            status.update(label=plain(f"{error.reason} {error.hint}"), state="error")
            st.stop()
        st.switch_page("pages/worklist.py")
    for bundle in bundles:
        status.update(label=f"Reading {plain(bundle.name)}")
        queue.add([entry_of(bundle)])


def _document_of(case: Bundle) -> int:
    return id(case.files[0])


def _open_pages(keys: Sequence[str]) -> None:
    try:
        pages = [materials.bundle(key) for key in keys]
    except IntakeError as error:
        st.error(plain(f"{error.reason} {error.hint}"), icon=":material/block:")
        return
    with st.status(f"Reading {_count(len(pages), 'page')}") as status:
        _one_or_many(pages, status)
    st.rerun()


def entry_of(bundle: Bundle, caption: str = "") -> queue.Entry:
    """An ECG that was dropped or taken up, read, or with the reason why it could not be."""
    # What a person said of these files when they were last stored holds still.
    correction, leads = person.room().set_by_hand(bundle.sha256)
    layout, by_hand = from_json(correction)
    view = ReadAs(scan_layout=layout, correction=by_hand)
    key = materials.shelf().put(replace(bundle, leads=leads))
    try:
        source = materials.material(key)
    except IntakeError as error:
        return queue.Entry(
            key, bundle.name, error.reason, error.hint, caption, signals=error.signals
        )
    except StoreError as error:
        return queue.Entry(key, bundle.name, error.reason, error.hint, caption)
    return queue.Entry(key, bundle.name, caption=caption, view=view, patient=source.patient)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _demo_card(demo: Demo) -> None:
    with st.container(gap=None):
        if st.button(demo.title, key=f"demo_{demo.id}", help=demo.caption, width="stretch"):
            opened = entry_of(demo.bundle(), demo.caption)
            queue.add([replace(opened, demonstration=True, view=ReadAs())])
            st.rerun()
        kind = f"{demo.kind} · **the model fails**" if demo.failed else demo.kind
        st.caption(kind, text_alignment="center", help=demo.failed or None)


def _opened_before() -> None:
    row = queue.entries()
    if not row:
        return
    st.subheader("Opened in this session")
    refused = sum(bool(entry.reason) for entry in row)
    if len(row) > _LONG_LIST:
        decided = sum(entry.event is not None for entry in row)
        st.caption(f"{len(row)} ECGs, {decided} decided, {refused} not read")
    with st.container(height=_LIST_PX if len(row) > _LONG_LIST else "content", border=False):
        for entry in row:
            icon = ":material/block:" if entry.reason else ":material/ecg_heart:"
            if entry.event is not None:
                icon = ":material/task_alt:"
            label, key = plain(entry.label), f"again_{entry.sha256}"
            if st.button(label, key=key, icon=icon, type="tertiary", help=entry.reason or None):
                queue.show(entry.sha256)
                st.rerun()
