"""Network: the one-stage model, its card, calibration and attention."""

from ecg_core.network.registry import (
    WeightsGoneError,
    card_of,
    default_model,
    judge_folder,
    list_models,
    load,
    load_judge,
)

__all__ = [
    "WeightsGoneError",
    "card_of",
    "default_model",
    "judge_folder",
    "list_models",
    "load",
    "load_judge",
]
