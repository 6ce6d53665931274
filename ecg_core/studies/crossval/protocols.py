"""How the files are divided, and what of a page a method may see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from ecg_core.studies.crossval.methods import Method
from ecg_core.studies.crossval.pages import LabelledPages

FOLDS = 5


@dataclass(frozen=True)
class Protocol:
    """One way of cross-validation.

    curated: only the files that curation keeps. grouped: no group is divided between training
    and testing. print_removed: methods that need header or footer are left out. answers: what the
    protocol's figures answer.
    """

    name: str
    curated: bool
    grouped: bool
    print_removed: bool
    answers: str

    def select(self, pages: LabelledPages) -> LabelledPages:
        """The pages that take part."""
        return pages.take(np.flatnonzero(pages.kept)) if self.curated else pages

    def admits(self, method: Method) -> bool:
        """Whether a method may see what it needs."""
        return not (self.print_removed and method.print_needed)

    def split(
        self, labels: np.ndarray, groups: np.ndarray, seed: int = 0
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Row indices of training and test files, fold by fold."""
        if self.grouped:
            folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
            yield from folds.split(labels, labels, groups)
        else:
            plain = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
            yield from plain.split(labels, labels)


PROTOCOLS: tuple[Protocol, ...] = (
    Protocol("as published", False, False, False, "random split over the files as distributed"),
    Protocol("copies removed", True, False, False, "random split over one copy of every page"),
    Protocol("honest", True, True, True, "one copy, grouped, header and footer removed"),
)
