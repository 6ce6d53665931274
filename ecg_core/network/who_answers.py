"""Who answers a page: a model for its layout, or the same for all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ecg_core.network.classifier import Classifier


class Models(Protocol):
    """Who answers a page of a layout: `network.Answering`, or one model for all."""

    def to(self, layout: str) -> Classifier:
        """The model that answers."""
        ...


class OneModel:
    """The same model for pages of every layout."""

    def __init__(self, model: Classifier) -> None:
        self._model = model

    def to(self, layout: str) -> Classifier:
        """The model."""
        return self._model
