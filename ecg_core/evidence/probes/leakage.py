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

from ecg_core.evidence.figures import multiclass
from ecg_core.evidence.probes.values import Probe

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
    return _probe(name, forest(), bands.reshape(len(bands), -1), labels, groups)


def text_probe(
    name: str, texts: Sequence[str], labels: np.ndarray, groups: np.ndarray
) -> Probe | None:
    """A linear classifier on the character groups of the text that was read."""
    return _probe(name, on_text(), np.array(texts, dtype=object), labels, groups)


def forest() -> ClassifierMixin:
    """What reads pixels and numbers."""
    return RandomForestClassifier(TREES, class_weight="balanced", random_state=0, n_jobs=1)


def on_text() -> ClassifierMixin:
    """What reads text: a linear classifier on groups of characters."""
    words = TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 4), min_df=2, sublinear_tf=True)
    return make_pipeline(words, LogisticRegression(C=10, class_weight="balanced", max_iter=2000))


def _probe(
    name: str, model: ClassifierMixin, seen: np.ndarray, labels: np.ndarray, groups: np.ndarray
) -> Probe | None:
    """Out-of-fold accuracy; None with too few groups of some class to divide."""
    classes, counts = np.unique(labels, return_counts=True)
    told = out_of_fold(model, seen, labels, groups)
    if told is None:
        return None
    predicted = classes[told.argmax(axis=1)]
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


def out_of_fold(
    model: ClassifierMixin, seen: np.ndarray, labels: np.ndarray, groups: np.ndarray
) -> np.ndarray | None:
    """Probability of each class by models that saw no case of the same group: n × classes.

    Classes are in the order of `np.unique(labels)`. None with too few groups of some class to
    divide.
    """
    classes = np.unique(labels)
    smallest = min((len(set(groups[labels == c])) for c in classes), default=0)
    if len(classes) < 2 or smallest < FOLDS:
        return None
    told = np.zeros((len(labels), len(classes)))
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0)
    for train, test in folds.split(seen, labels, groups):
        fitted = model.fit(seen[train], labels[train])
        places = np.searchsorted(classes, fitted.classes_)
        told[np.ix_(test, places)] = fitted.predict_proba(seen[test])
    return told
