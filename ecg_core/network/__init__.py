"""Network: the one-stage model, its card, calibration and attention."""

from ecg_core.network.registry import default_model, list_models, load

__all__ = ["default_model", "list_models", "load"]
