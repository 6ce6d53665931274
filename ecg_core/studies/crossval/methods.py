"""Methods to compare: from training pages to probabilities of the test pages.

A method is a callable; adding one is a function and a row in `METHODS`. It sees `LabelledPages` of
the training files and, without using their labels, of the test files, and answers n × K
probabilities. What it may look at is the protocol's matter: `whole` and `header` are only for
protocols that leave header and footer on the page.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sklearn.ensemble import RandomForestClassifier

from ecg_core.studies.crossval.pages import LabelledPages

FitPredict = Callable[[LabelledPages, LabelledPages, int], np.ndarray]
"""(training pages, test pages, number of classes) → probabilities, test pages × classes."""


@dataclass(frozen=True)
class Method:
    """One method.

    fit_predict: None where the answers are the mean of those of other methods, the `parts`.
    print_needed: it looks at header or footer, which honest protocols remove. trivial: it knows
    nothing of ECGs, or nothing but the rate.
    """

    name: str
    fit_predict: FitPredict | None
    print_needed: bool = False
    trivial: bool = True
    parts: tuple[str, ...] = ()


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


READ_OUT = "page network, PTB-XL features"
FINE_TUNED = "page network, fine-tuned from PTB-XL"
MEAN = "page network, mean of these two"
WHOLE_PAGE = "thumbnail and random forest, whole page"
TRACES = "thumbnail and random forest, traces"
MATCHED = "page network and thumbnails, mean"
"""What published networks see: traces, header and footer. Only shows what copies are worth: of
several such means the one with the fewest errors as published was taken, after seeing them."""

METHODS: tuple[Method, ...] = (
    Method("majority", majority),
    Method("heart rate alone", rate_alone),
    Method("header only", header_alone, print_needed=True),
    Method(WHOLE_PAGE, whole_thumbnail, print_needed=True),
    Method("nearest page", nearest_page, print_needed=True),
    Method(TRACES, trace_thumbnail),
    Method("page network, from scratch", _later("networks", "from_scratch"), trivial=False),
    Method(READ_OUT, _later("readout", "readout"), trivial=False),
    Method(FINE_TUNED, _later("networks", "fine_tuned"), trivial=False),
    Method(MEAN, None, trivial=False, parts=(READ_OUT, FINE_TUNED)),
    Method(
        MATCHED,
        None,
        print_needed=True,
        trivial=False,
        parts=(READ_OUT, TRACES, WHOLE_PAGE),
    ),
)
"""The trivial baselines, then ours."""
