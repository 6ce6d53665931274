"""How the files are divided, and which pages take part."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from ecg_core.evidence.four_classes.compared import Protocol
from ecg_core.studies.crossval.pages import LabelledPages

FOLDS = 5


def select(protocol: Protocol, pages: LabelledPages) -> LabelledPages:
    """The pages that take part."""
    return pages.take(np.flatnonzero(pages.kept)) if protocol.curated else pages


def split(
    protocol: Protocol, labels: np.ndarray, groups: np.ndarray, seed: int = 0
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Row indices of training and test files, fold by fold."""
    if protocol.grouped:
        folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
        yield from folds.split(labels, labels, groups)
    else:
        plain = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
        yield from plain.split(labels, labels)
