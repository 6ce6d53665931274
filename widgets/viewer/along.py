"""The strip model's answer along a long record: computed once, after the ECG is on the screen."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING

import streamlit as st

from ecg_core import network
from ecg_core.intake.values import EcgRecord
from ecg_core.network.values import ModelIdentity
from ecg_core.page.layouts import PAGE_SECONDS, STRIP
from ecg_core.signal.bands import Band
from widgets.desk.bars import percent
from widgets.session import models
from widgets.session.words import _

if TYPE_CHECKING:
    from ecg_core.network.classifier import Classifier
    from ecg_core.network.strips import WindowAnswer

KEPT = 12
LONGEST_S = 3600.0
"""Longer records are read where the reader looks only: a day would take minutes."""
_LOCK = Lock()


@st.cache_resource(show_spinner=False)
def _lanes() -> OrderedDict[tuple[str, Band, ModelIdentity], tuple[WindowAnswer, ...]]:
    return OrderedDict()


def lane(sha256: str, band: Band) -> list[dict[str, object]]:
    """What the overview shows of the answers so far; empty before `read_along`."""
    return [_block(answer) for answer in _lanes().get((sha256, band, _reader().identity), ())]


def read_along(sha256: str, band: Band, record: EcgRecord) -> bool:
    """Answer every ten seconds of a record of up to an hour; whether that was new.

    Raises ModelUnavailableError.
    """
    if not PAGE_SECONDS < record.duration_s <= LONGEST_S:
        return False
    if (sha256, band, _reader().identity) in _lanes():
        return False
    with st.spinner(_("Reading the whole record")):
        answers(sha256, band, record)
    return True


def answers(sha256: str, band: Band, record: EcgRecord) -> tuple[WindowAnswer, ...]:
    """What the strip model says of every ten seconds of a record, worked out once.

    Raises ModelUnavailableError.
    """
    from ecg_core.network import strips

    key = (sha256, band, _reader().identity)
    with _LOCK:
        if key not in _lanes():
            _lanes()[key] = strips.along(record, _reader(), band)
            while len(_lanes()) > KEPT:
                _lanes().popitem(last=False)
        return _lanes()[key]


def _reader() -> Classifier:
    return models.classifier(network.model_for(STRIP))


def _block(answer: WindowAnswer) -> dict[str, object]:
    """Ten seconds of the lane: what is flagged there, in words."""
    flagged = [f"{_(f.name)} {percent(f.probability)}" for f in answer.findings if f.flagged]
    doubt = "; ".join(_(reason.text) for reason in answer.reasons)
    said = ", ".join(flagged) or _("nothing flagged")
    return {
        "t0": answer.start_s,
        "t1": answer.start_s + answer.duration_s,
        "state": "doubt" if doubt else "flagged" if flagged else "clear",
        "text": _("Not answered: {why}", why=doubt) if doubt else said,
    }
