"""Hybrid: features of a CNN from ImageNet, read by gradient boosting (Friedman 2001).

The CNN is fine-tuned for its share of the time; its features of the training pages then go to one
boosted classifier a superclass. All of it counts as training.
"""

from __future__ import annotations

import numpy as np
from sklearn.decomposition import PCA
from sklearn.ensemble import HistGradientBoostingClassifier

from ecg_core.studies.baselines.method import Baseline, Follower
from ecg_core.studies.baselines.mobile import build_imagenet

COMPONENTS = 64
"""Principal components of the features that are boosted."""


class Boosted:
    """One gradient-boosted classifier per superclass on whitened features."""

    def __init__(self, features: np.ndarray, truth: np.ndarray, seed: int) -> None:
        """features: n × F. truth: bool, n × 5."""
        self._leading = PCA(COMPONENTS, whiten=True, random_state=seed).fit(features)
        shown = self._leading.transform(features)
        self._each = [
            HistGradientBoostingClassifier(
                max_iter=80, learning_rate=0.08, max_leaf_nodes=15, random_state=seed
            ).fit(shown, column)
            for column in truth.T
        ]

    def scores(self, features: np.ndarray) -> np.ndarray:
        """Probabilities, n × 5."""
        shown = self._leading.transform(features)
        return np.stack([one.predict_proba(shown)[:, 1] for one in self._each], axis=1)


method = Baseline(
    "hybrid",
    "Hybrid: EfficientNet-Lite0 features, gradient boosting, 1 px/mm",
    build_imagenet,
    peak_rate=1e-3,
    follower=Follower.BOOSTING,
)
