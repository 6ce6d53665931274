"""Network: the one-stage model, its card, calibration and attention."""

from ecg_core.network.registry import (
    Answering,
    WeightsGoneError,
    answering_models,
    card_of,
    default_model,
    judge_folder,
    list_models,
    load,
    load_judge,
    model_for,
)

__all__ = [
    "Answering",
    "WeightsGoneError",
    "answering_models",
    "card_of",
    "default_model",
    "judge_folder",
    "list_models",
    "load",
    "load_judge",
    "model_for",
]
