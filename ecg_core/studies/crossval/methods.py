"""Methods to compare: from training pages to probabilities of the test pages.

A method is a callable; adding one is a function, a row in `FITS`, and its name and rules in
`evidence.four_classes.compared`. It sees `LabelledPages` of the training files and, without using
their labels, of the test files, and answers n × K probabilities. What it may look at is the
protocol's matter: `whole` and `header` are only for protocols that leave header and footer on the
page.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable

import numpy as np
from sklearn.ensemble import RandomForestClassifier

from ecg_core.evidence.four_classes import compared
from ecg_core.studies.crossval.pages import LabelledPages

FitPredict = Callable[[LabelledPages, LabelledPages, int], np.ndarray]
"""(training pages, test pages, number of classes) → probabilities, test pages × classes."""


def majority(train: LabelledPages, test: LabelledPages, classes: int) -> np.ndarray:
    """How common each class is among the training pages, for every page."""
    share = np.bincount(train.labels, minlength=classes) / len(train)
    return np.tile(share, (len(test), 1))


def rate_alone(train: LabelledPages, test: LabelledPages, classes: int) -> np.ndarray:
    """A random forest on the heart rate; pages without one get the training median."""
    known = train.rate_bpm[np.isfinite(train.rate_bpm)]
    usual = float(np.median(known)) if len(known) else 0.0
    seen = [np.nan_to_num(pages.rate_bpm, nan=usual)[:, None] for pages in (train, test)]
    return _forest(seen[0], train.labels, seen[1], classes, leaf=8)


def header_alone(train: LabelledPages, test: LabelledPages, classes: int) -> np.ndarray:
    """A random forest on the pixels of the header band."""
    return _forest(_flat(train.header), train.labels, _flat(test.header), classes)


def whole_thumbnail(train: LabelledPages, test: LabelledPages, classes: int) -> np.ndarray:
    """A random forest on a thumbnail of the page as distributed."""
    return _forest(_flat(train.whole), train.labels, _flat(test.whole), classes)


def trace_thumbnail(train: LabelledPages, test: LabelledPages, classes: int) -> np.ndarray:
    """A random forest on a thumbnail of the ink of the traces."""
    return _forest(_flat(train.traces), train.labels, _flat(test.traces), classes)


def nearest_page(train: LabelledPages, test: LabelledPages, classes: int) -> np.ndarray:
    """The label of the training page whose thumbnail is nearest: pure memory."""
    a, b = (_flat(pages.whole).astype(np.float32) for pages in (train, test))
    squares = (b**2).sum(axis=1)[:, None] - 2 * b @ a.T + (a**2).sum(axis=1)[None]
    return np.asarray(np.eye(classes)[train.labels[squares.argmin(axis=1)]])


def _flat(pictures: np.ndarray) -> np.ndarray:
    return pictures.reshape(len(pictures), -1)


def _forest(
    train: np.ndarray, labels: np.ndarray, test: np.ndarray, classes: int, leaf: int = 1
) -> np.ndarray:
    forest = RandomForestClassifier(
        300, min_samples_leaf=leaf, class_weight="balanced_subsample", random_state=0, n_jobs=1
    )
    answered = forest.fit(train, labels).predict_proba(test)
    probabilities = np.zeros((len(test), classes))
    probabilities[:, forest.classes_] = answered
    return probabilities


def _later(module: str, name: str) -> FitPredict:
    """A method of another module, imported when it is used: PyTorch takes seconds to load."""

    def fit_predict(train: LabelledPages, test: LabelledPages, classes: int) -> np.ndarray:
        found = importlib.import_module(f"ecg_core.studies.crossval.{module}")
        return np.asarray(getattr(found, name)(train, test, classes))

    return fit_predict


FITS: dict[str, FitPredict] = {
    compared.MAJORITY: majority,
    compared.RATE: rate_alone,
    compared.HEADER: header_alone,
    compared.WHOLE_PAGE: whole_thumbnail,
    compared.NEAREST: nearest_page,
    compared.TRACES: trace_thumbnail,
    compared.SCRATCH: _later("networks", "from_scratch"),
    compared.READ_OUT: _later("readout", "readout"),
    compared.FINE_TUNED: _later("networks", "fine_tuned"),
}
"""How each method of `compared.METHODS` that has no parts fits and answers."""
