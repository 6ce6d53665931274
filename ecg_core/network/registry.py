"""Which models are shipped, and the one the app opens with."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ecg_core.network.classifier import Classifier

DEFAULT_MODEL = "resatt-2pxmm-ptbxl"


def models_folder() -> Path:
    """`ECG_MODELS_DIR`, or `models/` at the top of the project."""
    return Path(os.environ.get("ECG_MODELS_DIR") or Path(__file__).parents[2] / "models")


def list_models() -> tuple[str, ...]:
    """Names of the models that can be loaded."""
    cards = sorted(models_folder().glob("*/card.json"))
    return tuple(card.parent.name for card in cards)


def default_model() -> str:
    """Name of the model that answers unless another is asked for."""
    return DEFAULT_MODEL


def load(name: str | None = None) -> Classifier:
    """Load a shipped model. Raises KeyError for an unknown name, ModelError when it is damaged."""
    chosen = name or DEFAULT_MODEL
    if chosen not in list_models():
        raise KeyError(f"no model {chosen!r}; shipped: {', '.join(list_models()) or 'none'}")
    # PyTorch takes seconds to import: only those who load a model wait for it.
    from ecg_core.network.classifier import Classifier

    return Classifier(models_folder() / chosen)
