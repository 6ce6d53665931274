"""HiResCAM: every feature weighs its gradient at the very place."""

import numpy as np

from ecg_core.network.attention.method import AttentionMethod
from ecg_core.network.values import METHOD_NAMES


def weigh(features: np.ndarray, gradients: np.ndarray) -> np.ndarray:
    """Features, each place of each by its own gradient."""
    return np.asarray((gradients * features).sum(axis=0))


method = AttentionMethod(
    key="hirescam",
    name=METHOD_NAMES["hirescam"],
    about="Each feature counts by its effect on the answer at the very place.",
    source="Draelos and Carin, arXiv:2011.08891, 2020",
    weigh=weigh,
)
