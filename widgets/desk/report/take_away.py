"""What can be taken away of a scan or record: waveforms for other programs, a redacted picture."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field

import cv2
import numpy as np
import streamlit as st

from ecg_core.intake.values import EcgRecord, EcgScan, IntakeError
from ecg_core.page.by_hand import from_json
from ecg_core.page.correction import Correction
from ecg_core.page.recovered.samples import recover
from ecg_core.page.recovered.waveform_files import csv_text, stem, wfdb_zip
from ecg_core.page.scan.rectify import read_scan
from ecg_core.page.scan.redact import Redacted, is_available, redact
from ecg_core.page.values import EcgPage, PageError
from ecg_core.read_as import ReadAs
from ecg_core.store.cases.room import Room
from ecg_core.store.cases.store import StoredCase, StoreError
from ecg_core.store.people.roles import Permission
from widgets.session import dialogs, materials
from widgets.session.words import _

SHOWN_PX = 1400
"""The redacted picture is shown no wider than this; the download has all its pixels."""


def offer(sha256: str, source: EcgRecord | EcgScan, view: ReadAs) -> None:
    """A button for downloads of an opened ECG, without name, number or date."""
    dialogs.button(
        _("Export"),
        ":material/download:",
        f"away_{sha256}",
        _("Export waveforms and picture"),
        lambda: _take_away(sha256, source, view),
    )


def _take_away(sha256: str, source: EcgRecord | EcgScan, view: ReadAs) -> None:
    page = None
    with suppress(PageError):
        page = materials.page(sha256, view)
    _offers(sha256, source, page, Set(view.scan_layout, view.correction))


def offer_stored(room: Room, case: StoredCase) -> None:
    """The same of a stored case, from its original files and the very page that was read, for those
    who may export cases."""
    if room.account.may(Permission.EXPORT_CASE):
        dialogs.button(
            _("Waveforms"),
            ":material/download:",
            f"away_{case.id}",
            _("Export waveforms and picture"),
            lambda: _take_away_stored(case),
        )


def _take_away_stored(case: StoredCase) -> None:
    try:
        source = materials.stored_source(case.id)
        by_hand = Set(*from_json(case.page.correction))
    except (IntakeError, StoreError, ValueError):
        st.caption(_("The original files cannot be read any more; what the page shows is left."))
        source, by_hand = None, Set()
    _offers(case.input_sha256, source, case.page, by_hand)


@dataclass(frozen=True)
class Set:
    """What was set by hand when a scan was read."""

    layout: str | None = None
    correction: Correction = field(default_factory=Correction)


def _offers(
    sha256: str, source: EcgRecord | EcgScan | None, page: EcgPage | None, by_hand: Set
) -> None:
    st.subheader(_("Waveforms"))
    _waveforms(sha256, source, page)
    if isinstance(source, EcgScan):
        st.subheader(_("Redacted original"))
        _redacted(sha256, source, by_hand)


def _waveforms(sha256: str, source: EcgRecord | EcgScan | None, page: EcgPage | None) -> None:
    record = source if isinstance(source, EcgRecord) else None
    if record is None:
        try:
            recovery = recover(page) if page is not None else None
            record = recovery.as_record() if recovery is not None else None
        except ValueError:
            recovery = None
        if recovery is None or record is None:
            st.caption(_("No lead can be recovered from this picture."))
            return
        st.caption(
            _("Recovered from the picture, not recorded.")
            + " "
            + (
                _("Left out: {left_out}.", left_out=", ".join(recovery.left_out))
                if recovery.left_out
                else ""
            )
        )
    with st.container(horizontal=True):
        for label, make, kind in (
            ("CSV", lambda: csv_text(record), "csv"),
            ("WFDB (ZIP)", lambda: wfdb_zip(record), "zip"),
        ):
            st.download_button(
                label,
                make,
                file_name=f"{stem(record)}.{kind}",
                icon=":material/download:",
                key=f"waveforms_{kind}_{sha256}",
                on_click="ignore",
            )


def _redacted(sha256: str, scan: EcgScan, by_hand: Set) -> None:
    if not is_available():
        st.caption(
            _("Not on this server: the packages rapidocr and onnxruntime are not installed.")
        )
        return
    if not st.button(_("Redact the print"), icon=":material/ink_eraser:", key=f"paint_{sha256}"):
        return
    with st.spinner(_("Looking for print")):
        found = _paint(sha256, by_hand, scan)
    st.markdown(
        ":orange[:material/warning:] "
        + _(
            "{regions} pieces of print redacted; lead names and print on the "
            "traces stay. Check before you share it: handwriting may remain.",
            regions=found.regions,
        )
    )
    shrink = min(SHOWN_PX / found.pixels.shape[1], 1.0)
    shown = cv2.resize(found.pixels, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    st.image(shown, output_format="JPEG")
    coded = cv2.imencode(".png", np.ascontiguousarray(found.pixels[:, :, ::-1]))[1]
    st.download_button(
        _("Redacted picture (PNG)"),
        coded.tobytes(),
        file_name=f"ecg_{sha256[:12]}_redacted.png",
        icon=":material/download:",
        key=f"redacted_{sha256}",
        on_click="ignore",
    )


@st.cache_resource(show_spinner=False, max_entries=4)
def _paint(sha256: str, by_hand: Set, _scan: EcgScan) -> Redacted:
    reading = None
    with suppress(PageError):
        reading = read_scan(_scan, by_hand.layout, by_hand.correction)
    return redact(_scan.pixels, reading)
