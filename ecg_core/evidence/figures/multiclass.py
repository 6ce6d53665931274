"""One answer out of several classes: accuracy and balanced accuracy, with intervals by group."""

from __future__ import annotations

import numpy as np

from ecg_core.evidence.figures.metrics import Interval
from ecg_core.evidence.figures.rates import interval, weights_of


def accuracy(truth: np.ndarray, predicted: np.ndarray, groups: np.ndarray) -> Interval:
    """Share of right answers, with a bootstrap interval by group. truth, predicted: class, n."""
    return interval(_accuracies(truth == predicted, weights_of(groups)))


def balanced_accuracy(truth: np.ndarray, predicted: np.ndarray, groups: np.ndarray) -> Interval:
    """Mean of the classes' recalls, with a bootstrap interval by group."""
    return interval(_balanced(truth, truth == predicted, weights_of(groups)))


def recalls(truth: np.ndarray, predicted: np.ndarray, groups: np.ndarray) -> dict[int, Interval]:
    """Share of each class that is answered right, by class."""
    weights = weights_of(groups)
    found = _recalls(truth, truth == predicted, weights)
    return {int(label): interval(found[k]) for k, label in enumerate(np.unique(truth))}


def accuracy_gain(
    truth: np.ndarray, first: np.ndarray, second: np.ndarray, groups: np.ndarray
) -> Interval:
    """Accuracy of the answers `first` less that of `second`, both resampled together."""
    weights = weights_of(groups)
    return interval(_accuracies(truth == first, weights) - _accuracies(truth == second, weights))


def balanced_gain(
    truth: np.ndarray, first: np.ndarray, second: np.ndarray, groups: np.ndarray
) -> Interval:
    """Balanced accuracy of `first` less that of `second`, both resampled together."""
    weights = weights_of(groups)
    return interval(
        _balanced(truth, truth == first, weights) - _balanced(truth, truth == second, weights)
    )


def _accuracies(right: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return np.asarray((weights * right).sum(axis=1) / weights.sum(axis=1))


def _balanced(truth: np.ndarray, right: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Of classes that a resample does not hold nothing is known: they are left out of its mean."""
    return np.asarray(np.nanmean(_recalls(truth, right, weights), axis=0))


def _recalls(truth: np.ndarray, right: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Recall of each class in each resample: K × (1 + R), NaN where it holds none of the class."""
    found = []
    for label in np.unique(truth):
        own = weights[:, truth == label]
        every = own.sum(axis=1)
        hit = (own * right[truth == label]).sum(axis=1)
        found.append(hit / np.where(every > 0, every, np.nan))
    return np.array(found)
