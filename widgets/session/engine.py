"""The cached way through: bytes → record or scan → page → prediction → attention → case.

Every cache is bounded and keyed by content hashes and the model's, so that a reader never sees
one ECG's answer under another, and nothing is computed twice.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from ecg_core import answer as answers
from ecg_core import intake, network
from ecg_core.answer import Answer, ReadAs, page_of
from ecg_core.intake.values import Bundle, EcgRecord, EcgScan, IntakeError
from ecg_core.network.statements import Triage
from ecg_core.network.values import Attention, ModelIdentity, Prediction
from ecg_core.page import from_record
from ecg_core.page.recovered.samples import recover
from ecg_core.page.ten_seconds import ten_seconds
from ecg_core.page.values import EcgPage, PageError
from ecg_core.page.viewed import Waves, waves_of_page, waves_of_record
from ecg_core.signal.filters import Band
from ecg_core.store.cases.room import Room
from ecg_core.store.cases.store import Store, StoredCase, StoreError
from ecg_core.store.people.roles import Permission
from ecg_core.store.upkeep.settings import Settings
from ecg_core.triage.classed import verdict_class
from ecg_core.triage.priority import PriorityDecision
from server import place
from widgets.session.held import Desk, Held, size_of
from widgets.session.shelf import Shelf

if TYPE_CHECKING:
    # Importing the classifier imports torch, which the first paint must not wait for.
    from ecg_core.network.classifier import Classifier

DEMONSTRATION = "demonstration-"
"""Begins what stands for the case of an ECG that is shown and not stored."""


@dataclass(frozen=True, eq=False)
class Kept:
    """An answer as it is shown: what the machine says of the ECG, and the case it is stored as.

    priority: as stored, which is what the worklist sorts by. machine: the class with which a reader
    agrees, as stored. case_id: of a demonstration, of which nothing is stored, no case's.
    """

    case_id: str
    said: Answer
    priority: PriorityDecision
    machine: Triage

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
    return store().settings()


@st.cache_resource(show_spinner=False)
def shelf() -> Shelf:
    """Dropped files of all sessions, by hash."""
    return Shelf()


class ModelUnavailableError(Exception):
    """A model cannot be used: it is not here, it is damaged, or its weights are others."""


def classifier(name: str | None = None) -> Classifier:
    """A model, loaded once; the default one unless named. Raises ModelUnavailableError."""
    return _classifier(name or network.default_model())


@st.cache_resource(show_spinner=False, max_entries=3)
def _classifier(name: str) -> Classifier:
    from ecg_core.network.classifier import ModelError

    try:
        return network.load(name)
    except (KeyError, ModelError) as error:
        raise ModelUnavailableError(f"The model cannot be used: {error.args[0]}.") from error


def judge(identity: ModelIdentity) -> Classifier:
    """The model that gave an answer, with the very weights. Raises ModelUnavailableError."""
    with suppress(ModelUnavailableError):
        for name in network.answering_models():
            if name == identity.name and classifier(name).identity == identity:
                return classifier(name)
    return _judge(identity)


@st.cache_resource(show_spinner=False, max_entries=3)
def _judge(identity: ModelIdentity) -> Classifier:
    from ecg_core.network.classifier import ModelError

    try:
        return network.load_judge(identity)
    except network.WeightsGoneError as error:
        raise ModelUnavailableError(str(error)) from error
    except ModelError as error:
        raise ModelUnavailableError(
            f"The model {identity.name}, which read this ECG, cannot be used: {error}."
        ) from error


def check_judge(identity: ModelIdentity) -> None:
    """Raises ModelUnavailableError when the weights that gave an answer are not here."""
    try:
        network.judge_folder(identity)
    except network.WeightsGoneError as error:
        raise ModelUnavailableError(str(error)) from error


def _load_all() -> None:
    # A missing model is reported where it is needed, not from the background.
    with suppress(ModelUnavailableError):
        targets(classifier().identity)
    # Libraries and models stay: collecting garbage need not walk over them again and again.
    gc.collect()
    gc.freeze()


@st.cache_resource(show_spinner=False)
def warm_up() -> None:
    """Start the process that reads files, and loading the default model, in the background."""
    Thread(target=intake.warm_up, name="start-reader", daemon=True).start()
    Thread(target=_load_all, name="load-model", daemon=True).start()


def bundle(sha256: str) -> Bundle:
    """A dropped bundle. Raises IntakeError when it has left memory."""
    found = shelf().get(sha256)
    if found is None:
        raise IntakeError("This file is no longer in memory.", "Drop it again.")
    return found


@st.cache_resource(show_spinner=False)
def held() -> Held:
    """Records and scans of all sessions, dropped ones and those of stored cases."""
    return Held(folder=store().scratch)


@st.cache_resource(show_spinner=False)
def _desk() -> Desk:
    return Desk()


def material(sha256: str) -> EcgRecord | EcgScan:
    """The record or scan in a dropped bundle. Raises IntakeError."""
    return held().get(
        f"dropped {sha256}", lambda: intake.read(bundle(sha256), key=store().pseudonym_key())
    )


@st.cache_resource(show_spinner=False, max_entries=80)
def preview(sha256: str) -> np.ndarray:
    """A page of a document as a small picture (RGB). Raises IntakeError."""
    return intake.preview(bundle(sha256)).pixels


@st.cache_resource(show_spinner=False, max_entries=48)
def page(sha256: str, read_as: ReadAs) -> EcgPage:
    """The page of a dropped bundle. Raises IntakeError or PageError."""
    source = material(sha256)
    with _desk().room_for(size_of(source)):
        return page_of(source, read_as)


@st.cache_resource(show_spinner=False, max_entries=48)
def waves(sha256: str, read_as: ReadAs) -> Waves | None:
    """The leads of a dropped ECG: of a record its signals, of a scan what was recovered."""
    source = material(sha256)
    if isinstance(source, EcgRecord):
        return waves_of_record(ten_seconds(source, read_as.start_s), read_as.band)
    return recovered(page(sha256, read_as))


def recovered(drawn: EcgPage) -> Waves | None:
    """The leads that the traces of a scan's page show."""
    return waves_of_page(replace(drawn, traces=recover(drawn).traces))


def stored(room: Room, case_id: str) -> StoredCase:
    """A stored case, to compare with. Raises StoreError."""
    room.actor.require(Permission.OPEN_CASE)
    return _stored(case_id, room)


@st.cache_resource(show_spinner=False, max_entries=12)
def _stored(case_id: str, _room: Room) -> StoredCase:
    return _room.reopen(case_id)


def stored_files(case_id: str) -> Bundle:
    """The original files of a stored case, as they were opened. Raises StoreError."""
    return store().bundle(case_id)


def stored_source(case_id: str) -> EcgRecord | EcgScan:
    """The record or scan that a stored case was read from. Raises IntakeError or StoreError."""
    return held().get(
        f"stored {case_id}",
        lambda: intake.read(stored_files(case_id), key=store().pseudonym_key()),
    )


def stored_waves(case: StoredCase) -> Waves | None:
    """The leads of a stored case."""
    return _stored_waves(case.id, case.page.sha256, case)


@st.cache_resource(show_spinner=False, max_entries=24)
def _stored_waves(case_id: str, page_sha256: str, _case: StoredCase) -> Waves | None:
    """From its original files where they still give the very page, else what the page shows."""
    shown = _case.page
    if shown.source == "scan":
        return recovered(shown)
    source = stored_record(_case)
    if source is not None:
        seen = ten_seconds(source, shown.start_s)
        with suppress(PageError, KeyError, ValueError):
            for band in Band:
                if from_record(seen, shown.layout, band).sha256 == shown.sha256:
                    return waves_of_record(seen, band)
    return waves_of_page(shown)


def stored_record(case: StoredCase) -> EcgRecord | None:
    """The record in a stored case's original files, None where there is none."""
    try:
        source = held().get(
            f"files {case.id} {case.input_sha256}", lambda: intake.read(store().bundle(case.id))
        )
    except (IntakeError, StoreError):
        return None
    return source if isinstance(source, EcgRecord) else None


def attention(page: EcgPage, target: str, model: ModelIdentity, method: str = "") -> Attention:
    """Where a model looked on a page for one target; "" is the default method.

    Raises ModelUnavailableError.
    """
    return _attend(_key(page), model, target, method, page)


@st.cache_resource(show_spinner=False, max_entries=96)
def _attend(
    page_key: str, model: ModelIdentity, target: str, method: str, _page: EcgPage
) -> Attention:
    return answers.attention(judge(model), _page, target, method)


def methods() -> tuple[tuple[str, str], ...]:
    """Methods of attention: (key, name), the default first."""
    from ecg_core.network.attention import METHODS

    return tuple((method.key, method.name) for method in METHODS.values())


@st.cache_data(show_spinner=False, max_entries=24)
def caution(model: ModelIdentity, method: str) -> str:
    """What the evidence holds against a method of attention; "" where nothing is."""
    from ecg_core.evidence.attention import rows
    from ecg_core.evidence.attention.caution import caution as weigh

    return weigh(rows.load(model.name, model.weights_sha256), method)


def targets(model: ModelIdentity) -> tuple[tuple[str, str], ...]:
    """What a model's attention can be shown for: (key, plain name)."""
    from ecg_core.network import explain

    return explain.targets(judge(model))


def _key(page: EcgPage) -> str:
    # Remarks and boxes differ while the ink is the same, and answers may rest on them.
    return (
        f"{page.sha256}-{page.source_sha256}-{page.layout}-{page.filter_name}-{page.start_s}"
        f"{page.correction}"
    )


class Loaded:
    """The models that answer new ECGs, loaded once a process."""

    def to(self, layout: str) -> Classifier:
        """Who answers a page of this layout. Raises ModelUnavailableError."""
        return classifier(network.model_for(layout))


def answer(
    room: Room,
    sha256: str,
    read_as: ReadAs,
    progress: Callable[[str], None],
    instead_of: str = "",
    list_name: str = "",
) -> Kept:
    """Read one ECG and keep the answer in this person's name; the same again is the same case.

    progress: told in words what is being done. instead_of: the case that it was before the reader
    said how it is to be read. list_name: the worklist that it goes on. Raises IntakeError,
    PageError or StoreError.
    """
    said = _said(sha256, read_as, progress)
    model = said.prediction.model
    progress("Looking where the model looked")
    looked = attention(said.page, said.prediction.triage_class, model)
    if instead_of:
        whole = said.with_files(bundle(sha256))
        case = answers.keep(room, whole, attention=looked, instead_of=instead_of)
        return Kept(case.id, said, case.priority, case.machine)
    return _kept(_key(said.page), model, room, said, looked, bundle(sha256), list_name)


def shown(sha256: str, read_as: ReadAs, progress: Callable[[str], None]) -> Kept:
    """Read a demonstration, of which nothing is stored. Raises IntakeError or PageError."""
    said = _said(sha256, read_as, progress)
    machine = verdict_class(said.priority, said.prediction)
    return Kept(f"{DEMONSTRATION}{sha256[:12]}", said, said.priority, machine)


def _said(sha256: str, read_as: ReadAs, progress: Callable[[str], None]) -> Answer:
    progress("Reading the file")
    ecg = material(sha256)
    progress("Laying out the page")
    drawn = page(sha256, read_as)
    progress("Waiting for the model")
    model = Loaded().to(drawn.layout).identity
    progress("Reading the ECG")
    return _answered(_key(drawn), model, ecg, drawn)


@st.cache_resource(show_spinner=False, max_entries=96)
def _answered(
    page_key: str, model: ModelIdentity, _ecg: EcgRecord | EcgScan, _page: EcgPage
) -> Answer:
    """Without the pixels: ninety-six of them would take gigabytes."""
    return answers.answer_page(_ecg, _page, Loaded(), settings().priority_table).without_source()


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
