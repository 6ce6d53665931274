"""The models of this process, loaded once: who answers, who judged, and where each looked."""

from __future__ import annotations

import gc
from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING

import streamlit as st

from ecg_core import answer as answers
from ecg_core import intake, network
from ecg_core.network.values import Attention, ModelIdentity
from ecg_core.page.values import EcgPage
from widgets.session.words import noted

if TYPE_CHECKING:
    # Importing the classifier imports torch, which the first paint must not wait for.
    from ecg_core.network.classifier import Classifier


UNUSABLE = noted("The model cannot be used: {error}.")
JUDGE_GONE = noted("The model {name}, which read this ECG, cannot be used: {error}.")


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
        raise ModelUnavailableError(UNUSABLE.format(error=error.args[0])) from error


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
        raise ModelUnavailableError(JUDGE_GONE.format(name=identity.name, error=error)) from error


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


class Loaded:
    """The models that answer new ECGs, loaded once a process."""

    def to(self, layout: str) -> Classifier:
        """Who answers a page of this layout. Raises ModelUnavailableError."""
        return classifier(network.model_for(layout))


def attention(page: EcgPage, target: str, model: ModelIdentity, method: str = "") -> Attention:
    """Where a model looked on a page for one target; "" is the default method.

    Raises ModelUnavailableError.
    """
    # As a plain text: of a class and of its name Streamlit makes two keys, and two maps.
    return _attend(page_key(page), model, str(target), method, page)


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


def page_key(page: EcgPage) -> str:
    """What an answer to a page rests on, for caches."""
    # Remarks and boxes differ while the ink is the same, and answers may rest on them.
    return (
        f"{page.sha256}-{page.source_sha256}-{page.layout}-{page.filter_name}-{page.start_s}"
        f"{page.correction}"
    )
