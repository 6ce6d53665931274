"""Can the class be told from what is no ECG? Small classifiers on header and footer alone."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import make_pipeline

from ecg_core.learning import multiclass
from ecg_core.learning.curation.values import Probe

FOLDS = 5
BAND_PX = (24, 192)
"""Height and width to which header and footer are shrunk for the picture probes."""
TREES = 100


def band(pixels: np.ndarray, first: int, last: int) -> np.ndarray:
    """Rows `first` to `last` of a page in grey, shrunk to `BAND_PX`; blank where there are none."""
    if last - first < 2:
        return np.full(BAND_PX, 255, np.uint8)
    grey = cv2.cvtColor(pixels[first:last], cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.resize(grey, BAND_PX[::-1], interpolation=cv2.INTER_AREA))


def picture_probe(
    name: str, bands: np.ndarray, labels: np.ndarray, groups: np.ndarray
) -> Probe | None:
    """A random forest on the pixels of a band (uint8, n × height × width)."""
    forest = RandomForestClassifier(TREES, class_weight="balanced", random_state=0, n_jobs=1)
    return _probe(name, forest, bands.reshape(len(bands), -1), labels, groups)


def text_probe(
    name: str, texts: Sequence[str], labels: np.ndarray, groups: np.ndarray
) -> Probe | None:
    """A linear classifier on the character groups of the text that was read."""
    words = TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 4), min_df=2, sublinear_tf=True)
    linear = make_pipeline(words, LogisticRegression(C=10, class_weight="balanced", max_iter=2000))
    return _probe(name, linear, np.array(texts, dtype=object), labels, groups)


def _probe(
    name: str, model: ClassifierMixin, seen: np.ndarray, labels: np.ndarray, groups: np.ndarray
) -> Probe | None:
    """Out-of-fold accuracy; None with too few groups of some class to divide."""
    classes, counts = np.unique(labels, return_counts=True)
    smallest = min((len(set(groups[labels == c])) for c in classes), default=0)
    if len(classes) < 2 or smallest < FOLDS:
        return None
    predicted = np.empty_like(labels)
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0)
    for train, test in folds.split(seen, labels, groups):
        predicted[test] = model.fit(seen[train], labels[train]).predict(seen[test])
    right, balanced = (
        measure(labels, predicted, groups)
        for measure in (multiclass.accuracy, multiclass.balanced_accuracy)
    )
    return Probe(
        name=name,
        n=len(labels),
        accuracy=(right.value, right.low, right.high),
        balanced_accuracy=(balanced.value, balanced.low, balanced.high),
        majority=float(counts.max() / counts.sum()),
        chance=1 / len(classes),
    )
