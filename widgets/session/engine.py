"""The one way through for what is opened: bytes → page → prediction → attention → case.

Every cache is bounded and keyed by content hashes and the model's, so that a reader never sees
one ECG's answer under another, and nothing is computed twice. What is read is in `materials`, who
answers in `models`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from ecg_core import answer as answers
from ecg_core.answer import Answer
from ecg_core.intake.values import Bundle, EcgRecord, EcgScan
from ecg_core.network.statements import Triage
from ecg_core.network.values import Attention, ModelIdentity, Prediction
from ecg_core.page.layouts import STRIP
from ecg_core.page.ten_seconds import is_longer
from ecg_core.page.values import EcgPage, PageError
from ecg_core.read_as import AS_IT_COMES, ReadAs
from ecg_core.store.cases.room import Room
from ecg_core.store.cases.store import Store
from ecg_core.store.upkeep.settings import Settings
from ecg_core.triage.classed import verdict_class
from ecg_core.triage.priority import PriorityDecision
from server import place
from widgets.session import materials, models
from widgets.session.one_run import once
from widgets.session.words import _

if TYPE_CHECKING:
    from ecg_core.network.strips import WindowAnswer

DEMONSTRATION = "demonstration-"
"""Begins what stands for the case of an ECG that is shown and not stored."""


@dataclass(frozen=True, eq=False)
class Kept:
    """An answer as it is shown: what the machine says of the ECG, and the case it is stored as.

    priority: as stored, which is what the worklist sorts by. machine: the class with which a reader
    agrees, as stored. case_id: of a demonstration, of which nothing is stored, no case's. stored:
    of a long record that is looked at elsewhere, the answer that its case was stored with; priority
    and machine are those of the seconds on the screen then.
    """

    case_id: str
    said: Answer
    priority: PriorityDecision
    machine: Triage
    stored: Kept | None = None

    @property
    def page(self) -> EcgPage:
        """The page that was read."""
        return self.said.page

    @property
    def prediction(self) -> Prediction:
        """What the network says."""
        return self.said.prediction

    def priority_today(self) -> PriorityDecision:
        """The priority by the rule now in force; differs once a lead has changed the rule."""
        return self.said.priority_by(settings().priority_table)


def data_dir() -> Path:
    """Where the database and the original files live."""
    return place.data_dir()


def store() -> Store:
    """The one store of this process."""
    return place.store()


@st.cache_data(ttl=5, show_spinner=False)
def names() -> dict[str, str]:
    """Account → name of everybody, a few seconds old at most."""
    return place.accounts().names()


@st.cache_data(ttl=5, show_spinner=False)
def readers() -> dict[str, str]:
    """Account → name of everybody who may read, a few seconds old at most."""
    return place.accounts().readers()


def settings() -> Settings:
    """The settings in force."""
    return once("settings", lambda: store().settings())


def answer(
    room: Room,
    sha256: str,
    read_as: ReadAs,
    progress: Callable[[str], None],
    instead_of: str = "",
    list_name: str = "",
    told: Callable[[Answer], None] = lambda _said: None,
) -> Kept:
    """Read one ECG and keep the answer in this person's name; the same again is the same case.

    progress: told in words what is being done. instead_of: the case that it was before the reader
    said how it is to be read. list_name: the worklist that it goes on. told: the answer, before
    attention is looked for and it is stored. Raises IntakeError, PageError or StoreError.
    """
    said = _said(sha256, read_as, progress)
    told(said)
    own = _own(sha256, read_as, said, progress)
    model = own.prediction.model
    progress(_("Mapping where the model looked"))
    looked = models.attention(own.page, own.prediction.triage_class, model)
    files = materials.bundle(sha256)
    if instead_of:
        whole = own.with_files(files)
        case = answers.keep(room, whole, attention=looked, instead_of=instead_of)
        return Kept(case.id, own, case.priority, case.machine)
    kept = _kept(models.page_key(own.page), model, room, own, looked, files, list_name)
    if own is said:
        return kept
    machine = verdict_class(said.priority, said.prediction)
    return Kept(kept.case_id, said, said.priority, machine, kept)


def _own(sha256: str, read_as: ReadAs, said: Answer, progress: Callable[[str], None]) -> Answer:
    """The answer that a case is stored with: of a long record, always that to its most urgent
    seconds, so that all of them are one case. They may give no page; what is looked at is kept
    then.
    """
    source = materials.material(sha256)
    if not isinstance(source, EcgRecord) or not is_longer(source):
        return said
    as_it_comes = replace(AS_IT_COMES, record_layout=read_as.record_layout)
    as_it_comes = replace(as_it_comes, start_s=opened_at(sha256, as_it_comes))
    if replace(read_as, start_s=read_as.start_s or 0.0) == as_it_comes:
        return said
    try:
        return _said(sha256, as_it_comes, progress)
    except PageError:
        return said


def opened_at(
    sha256: str,
    read_as: ReadAs,
    along: Callable[[], Sequence[WindowAnswer]] | None = None,
) -> float:
    """Where a dropped long record is opened; along: as `answer.opened_at` takes it.

    Raises IntakeError or ModelUnavailableError.
    """
    source = materials.material(sha256)
    if not isinstance(source, EcgRecord):
        raise TypeError("only a record is longer than a page")
    return _opened_at(sha256, models.Loaded().to(STRIP).identity, read_as, source, along)


@st.cache_data(show_spinner=False, max_entries=96)
def _opened_at(
    sha256: str,
    model: ModelIdentity,
    read_as: ReadAs,
    _record: EcgRecord,
    _along: Callable[[], Sequence[WindowAnswer]] | None,
) -> float:
    return answers.opened_at(_record, models.Loaded(), read_as, along=_along)


def shown(sha256: str, read_as: ReadAs, progress: Callable[[str], None]) -> Kept:
    """Read a demonstration, of which nothing is stored. Raises IntakeError or PageError."""
    said = _said(sha256, read_as, progress)
    machine = verdict_class(said.priority, said.prediction)
    return Kept(f"{DEMONSTRATION}{sha256[:12]}", said, said.priority, machine)


def _said(sha256: str, read_as: ReadAs, progress: Callable[[str], None]) -> Answer:
    progress(_("Reading the file"))
    ecg = materials.material(sha256)
    progress(_("Laying out the page"))
    drawn = materials.page(sha256, read_as)
    progress(_("Waiting for the model"))
    model = models.Loaded().to(drawn.layout).identity
    progress(_("Reading the ECG"))
    return _answered(models.page_key(drawn), model, ecg, drawn)


@st.cache_resource(show_spinner=False, max_entries=96)
def _answered(
    page_key: str, model: ModelIdentity, _ecg: EcgRecord | EcgScan, _page: EcgPage
) -> Answer:
    """Without the pixels: ninety-six of them would take gigabytes."""
    return answers.answer_page(
        _ecg, _page, models.Loaded(), settings().priority_table
    ).without_source()


@st.cache_resource(show_spinner=False, max_entries=96)
def _kept(
    page_key: str,
    model: ModelIdentity,
    _room: Room,
    _said: Answer,
    _looked: Attention,
    _files: Bundle,
    list_name: str = "",
) -> Kept:
    whole = _said.with_files(_files)
    case = answers.keep(_room, whole, list_name=list_name, attention=_looked)
    return Kept(case.id, _said, case.priority, case.machine)
