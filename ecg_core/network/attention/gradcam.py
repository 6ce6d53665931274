"""Grad-CAM: every feature weighs its mean gradient over the page."""

import numpy as np

from ecg_core.network.attention.method import AttentionMethod
from ecg_core.network.values import METHOD_NAMES


def weigh(features: np.ndarray, gradients: np.ndarray) -> np.ndarray:
    """Features, each by its mean gradient."""
    return np.asarray((gradients.mean(axis=(1, 2))[:, None, None] * features).sum(axis=0))


method = AttentionMethod(
    key="gradcam",
    name=METHOD_NAMES["gradcam"],
    about="Each feature counts by its mean effect on the answer over the whole page.",
    source="Selvaraju et al., ICCV 2017",
    weigh=weigh,
)
