"""Grad-CAM++: only places that raise the answer weigh, several alike."""

import numpy as np

from ecg_core.network.attention.method import AttentionMethod
from ecg_core.network.values import METHOD_NAMES

TINY = 1e-6


def weigh(features: np.ndarray, gradients: np.ndarray) -> np.ndarray:
    """Features, each by its rising gradients (equation 19 of the source)."""
    squared = gradients**2
    held = features.sum(axis=(1, 2))[:, None, None]
    shares = squared / (2 * squared + held * squared * gradients + TINY)
    shares = np.where(gradients != 0, shares, 0)
    weights = (np.maximum(gradients, 0) * shares).sum(axis=(1, 2))
    return np.asarray((weights[:, None, None] * features).sum(axis=0))


method = AttentionMethod(
    key="gradcam++",
    name=METHOD_NAMES["gradcam++"],
    about="Only what raises the answer counts, and several places may count alike.",
    source="Chattopadhay et al., WACV 2018",
    weigh=weigh,
)
