"""Which models are here, the one the app opens with, and the ones that judged older cases."""

from __future__ import annotations

import hashlib
import json
import logging
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from ecg_core import importing
from ecg_core.models_folder import models_folder as models_folder
from ecg_core.page.layouts import STRIP

if TYPE_CHECKING:
    from ecg_core.network.card import ModelCard
    from ecg_core.network.classifier import Classifier
    from ecg_core.network.values import ModelIdentity

DEFAULT_MODEL = "resatt-taught-ptbxl"
STRIP_MODEL = "resatt-rhythm"
"""Who answers: twelve-lead pages, and rhythm strips of one to three leads."""
NAMED_IN_CARD = ("name", "version", "weights_sha256", "preprocessing_version")

_log = logging.getLogger(__name__)


class WeightsGoneError(Exception):
    """The weights that gave a stored answer are not here: says in words what is."""


def list_models() -> tuple[str, ...]:
    """Names of the models that are here, sorted; a folder whose card is damaged is left out."""
    cards = sorted(models_folder().glob("*/card.json"))
    return tuple(card.parent.name for card in cards if _is_card(card))


def default_model() -> str:
    """Name of the model that answers unless another is asked for."""
    return DEFAULT_MODEL


def model_for(layout: str) -> str:
    """Name of the model that answers a page of this layout unless another is asked for.

    Without a model for strips the default one is asked, which abstains on them.

    >>> model_for("12x1")
    'resatt-taught-ptbxl'
    """
    strip = layout == STRIP and STRIP_MODEL in list_models()
    return STRIP_MODEL if strip else DEFAULT_MODEL


def answering_models() -> tuple[str, ...]:
    """Names of the models that answer new ECGs, the one for twelve leads first."""
    return tuple(dict.fromkeys((DEFAULT_MODEL, model_for(STRIP))))


class Answering:
    """The models that answer, each loaded when a page first asks for it.

    name: the one model that answers everything, or None for the one that fits the page.
    """

    def __init__(self, name: str | None = None) -> None:
        self._name = name
        self._loaded: dict[str, Classifier] = {}

    def to(self, layout: str) -> Classifier:
        """Who answers a page of this layout. Raises KeyError or ModelError as `load` does."""
        name = self._name or model_for(layout)
        if name not in self._loaded:
            self._loaded[name] = load(name)
        return self._loaded[name]


def card_of(name: str) -> ModelCard:
    """Card of a shipped model, without its weights. Raises KeyError for an unknown name."""
    if name not in list_models():
        raise KeyError(f"no model {name!r}; shipped: {', '.join(list_models()) or 'none'}")
    from ecg_core.network.card import ModelCard

    return ModelCard.read(models_folder() / name / "card.json")


def load(name: str | None = None) -> Classifier:
    """Load a shipped model. Raises KeyError for an unknown name, ModelError when it is damaged."""
    chosen = name or DEFAULT_MODEL
    if chosen not in list_models():
        raise KeyError(f"no model {chosen!r}; shipped: {', '.join(list_models()) or 'none'}")
    # PyTorch takes seconds to import: only those who load a model wait for it.
    with importing.much():
        from ecg_core.network.classifier import Classifier, ModelError

    folder = models_folder() / chosen
    try:
        return Classifier(folder)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError) as error:
        raise ModelError(f"{folder} is damaged: {error}") from error


def judge_folder(identity: ModelIdentity) -> Path:
    """Folder with the very weights that gave an answer.

    The file itself is hashed, whatever its card says. Raises WeightsGoneError when no model of
    that name is here or when it has other weights.
    """
    folder = models_folder() / identity.name
    weights = folder / "weights.safetensors"
    if identity.name not in list_models() or not weights.is_file():
        raise WeightsGoneError(f"The model {identity.name}, which read this ECG, is not here.")
    stat = weights.stat()
    found = _sha256(weights, stat.st_mtime_ns, stat.st_size)
    if found != identity.weights_sha256:
        raise WeightsGoneError(
            f"The model {identity.name} has other weights now ({found[:12]}) than those that read "
            f"this ECG ({identity.weights_sha256[:12]})."
        )
    return folder


@lru_cache(maxsize=32)
def _sha256(path: Path, _changed_ns: int, _size: int) -> str:
    """Hash of a file, read again once it was written to."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def load_judge(identity: ModelIdentity) -> Classifier:
    """Load the model that gave an answer, with the very weights.

    Raises WeightsGoneError when they are not here, ModelError when they can no longer be used.
    """
    return load(judge_folder(identity).name)


def _is_card(path: Path) -> bool:
    """Whether a file says which model lies beside it; read again once it was written to."""
    try:
        stat = path.stat()
    except OSError:
        return False
    return _names_a_model(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=64)
def _names_a_model(path: Path, _changed_ns: int, _size: int) -> bool:
    """As `_is_card`; logged when it does not."""
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        whole = all(isinstance(plain[name], str) for name in NAMED_IN_CARD)
    except (OSError, ValueError, KeyError, TypeError) as error:
        _log.warning("%s is left out: %s", path, error)
        return False
    if not whole:
        _log.warning("%s is left out: it names no model", path)
    return whole
