"""Cross-validate a method under a protocol."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from ecg_core.evidence.four_classes.answers import MethodAnswers
from ecg_core.evidence.four_classes.compared import ComparedMethod, Protocol
from ecg_core.studies.crossval.methods import FITS
from ecg_core.studies.crossval.pages import LabelledPages
from ecg_core.studies.crossval.protocols import FOLDS, select, split


def cross_validate(
    pages: LabelledPages,
    protocol: Protocol,
    method: ComparedMethod,
    classes: tuple[str, ...],
    manifest_sha256: str,
    progress: Callable[[int, int], None] = lambda done, folds: None,
) -> MethodAnswers:
    """Answers for every page of the protocol, each given while the page was not trained on.

    method: one that fits; see `mean` for the others. classes: names, in the order that
    `pages.labels` counts. progress: told after each fold.
    """
    if method.parts:
        raise ValueError(f"{method.name} does not fit")
    fit_predict = FITS[method.name]
    shown = select(protocol, pages)
    scores = np.zeros((len(shown), len(classes)))
    folds = np.full(len(shown), -1)
    began = time.process_time()
    for fold, (train, test) in enumerate(split(protocol, shown.labels, shown.groups)):
        scores[test] = fit_predict(shown.take(train), shown.take(test), len(classes))
        folds[test] = fold
        progress(fold + 1, FOLDS)
    return MethodAnswers(
        protocol=protocol.name,
        method=method.name,
        classes=classes,
        cpu_s=time.process_time() - began,
        manifest_sha256=manifest_sha256,
        files=shown.files,
        groups=shown.groups,
        folds=folds,
        labels=shown.labels,
        scores=scores,
    )


def mean(method: str, parts: Sequence[MethodAnswers]) -> MethodAnswers:
    """The mean of several methods' probabilities on the same pages in the same folds.

    Raises ValueError when pages or folds differ.
    """
    first = parts[0]
    for one in parts[1:]:
        same = np.array_equal(one.files, first.files) and np.array_equal(one.folds, first.folds)
        if not same or one.manifest_sha256 != first.manifest_sha256:
            raise ValueError(f"{one.method} and {first.method} were not tested alike")
    return replace(
        first,
        method=method,
        scores=np.mean([one.scores for one in parts], axis=0),
        cpu_s=sum(one.cpu_s for one in parts),
    )
