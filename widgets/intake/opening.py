"""Opening ECGs: dropped files, demo ECGs, and those opened before in this session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby

import streamlit as st
from streamlit.elements.lib.mutable_status_container import StatusContainer

from ecg_core import intake
from ecg_core.intake.values import Bundle, IntakeError, Upload
from ecg_core.page.by_hand import from_json
from ecg_core.read_as import ReadAs
from ecg_core.store.cases.store import StoreError
from widgets.intake.demos import Demo, demos
from widgets.intake.documents import keep, page_choosers
from widgets.intake.submitting import submit
from widgets.session import materials, person, queue
from widgets.session.text import plain
from widgets.session.words import _, counted, noted, why

SOURCES = {"Files": noted("Files"), "Folder": noted("Folder"), "Camera": noted("Camera")}
_LONG_LIST = 10
_LIST_PX = 380


def opening_screen() -> None:
    """Drop zone, pages to choose from, demo ECGs and the session's list."""
    page_choosers(_open_pages)
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.subheader(_("Open an ECG"))
        _drop_zone()
        _opened_before()
    with right:
        st.subheader(_("Demonstration"))
        st.caption(
            _("For trying the program. Nothing of them is stored, and none goes on the worklist.")
        )
        with st.grid("auto", min_column_width=250, gap="small"):
            for demo in demos():
                _demo_card(demo)


def _drop_zone() -> None:
    # A new key empties the drop zone once its files are taken in.
    turn = st.session_state.setdefault("drop_turn", 0)
    folder = st.segmented_control(
        _("What to open"),
        list(SOURCES),
        default="Files",
        required=True,
        format_func=lambda one: _(SOURCES[one]),
        key="drop_kind",
        label_visibility="collapsed",
    )
    if folder == "Camera":
        _photograph(turn)
        return
    files = st.file_uploader(
        _("Drop the files of one or several ECGs")
        if folder != "Folder"
        else _("Choose a folder: everything in it is opened"),
        accept_multiple_files="directory" if folder == "Folder" else True,
        key=f"drop_{folder}_{turn}",
        help=_(
            "Several ECGs may be dropped together. A WFDB record needs its header "
            "(.hea) and its signal files, or one ZIP of them. Of a PDF or a TIFF "
            "of several pages you choose the page."
        ),
    )
    st.caption(
        _(
            "Pictures (JPEG, PNG, HEIC, TIFF…), PDF, DICOM, SCP-ECG, aECG, MUSE, "
            "Philips, EDF, BDF, WFDB records, or a ZIP."
        )
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
        _("Photograph the whole sheet from straight above"),
        key=f"camera_{turn}",
        resolution="1080p",
        help=_("All four margins in sight, in even light, without flash."),
    )
    if taken is not None:
        st.session_state["drop_turn"] = turn + 1
        take_in([Upload(_photographed(datetime.now()), taken.getvalue())])


def _photographed(when: datetime) -> str:
    return _("Photograph") + f" {when:%H.%M.%S}.jpg"


def take_in(uploads: Sequence[Upload]) -> None:
    """Sort dropped files into ECGs: one alone is opened at once, several go on the worklist.

    Documents of several pages are laid on the desk, for the reader to choose from.
    """
    with st.status(counted("Sorting {n} file", "Sorting {n} files", len(uploads))) as status:
        cases = intake.split(uploads)
        singles = [case for case in cases if case.part is None]
        parts = (case for case in cases if case.part is not None)
        for _document, pages in groupby(parts, _document_of):
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
        status.update(label=_("Putting {n} ECGs on the worklist", n=len(bundles)))
        try:
            submit(bundles)
        except StoreError as error:
            status.update(label=why(error), state="error")
            st.stop()
        st.switch_page("pages/worklist.py")
    for bundle in bundles:
        status.update(label=_("Reading {name}", name=plain(bundle.name)))
        queue.add([entry_of(bundle)])


def _document_of(case: Bundle) -> int:
    return id(case.files[0])


def _open_pages(keys: Sequence[str]) -> None:
    try:
        pages = [materials.bundle(key) for key in keys]
    except IntakeError as error:
        st.error(why(error), icon=":material/block:")
        return
    with st.status(counted("Reading {n} page", "Reading {n} pages", len(pages))) as status:
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


def _demo_card(demo: Demo) -> None:
    with st.container(gap=None):
        if st.button(_(demo.title), key=f"demo_{demo.id}", help=_(demo.caption), width="stretch"):
            opened = entry_of(demo.bundle(), demo.caption)
            queue.add([replace(opened, demonstration=True, view=ReadAs())])
            st.rerun()
        kind = _(demo.kind)
        if demo.failed:
            kind = _("{kind} · **the model fails**", kind=kind)
        st.caption(kind, text_alignment="center", help=_(demo.failed) or None)


def _opened_before() -> None:
    row = queue.entries()
    if not row:
        return
    st.subheader(_("Opened in this session"))
    refused = sum(bool(entry.reason) for entry in row)
    if len(row) > _LONG_LIST:
        decided = sum(entry.event is not None for entry in row)
        st.caption(
            _(
                "{n} ECGs, {decided} decided, {refused} not read",
                n=len(row),
                decided=decided,
                refused=refused,
            )
        )
    with st.container(height=_LIST_PX if len(row) > _LONG_LIST else "content", border=False):
        for entry in row:
            icon = ":material/block:" if entry.reason else ":material/ecg_heart:"
            if entry.event is not None:
                icon = ":material/task_alt:"
            label, key = plain(entry.label), f"again_{entry.sha256}"
            if st.button(label, key=key, icon=icon, type="tertiary", help=_(entry.reason) or None):
                queue.show(entry.sha256)
                st.rerun()
