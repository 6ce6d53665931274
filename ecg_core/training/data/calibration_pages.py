"""Pages that show an 8-bit network the range of its activations: training recordings, drawn."""

from __future__ import annotations

import numpy as np

from ecg_core.network.classifier import Classifier
from ecg_core.page.layouts import DEFAULT_LAYOUT
from ecg_core.training.data import pages, ptbxl

COUNT = 128


def draw(
    classifier: Classifier, data: ptbxl.PtbXl, count: int = COUNT, seed: int = 0
) -> np.ndarray:
    """Pages as the network reads them (uint8, N × 264 × 500), every other one varied.

    Recordings come from folds 1-8. A network that reads arranged pages gets every layout it
    knows; another one gets the default layout, whose size is that of the exported file.
    """
    rng = np.random.default_rng(seed)
    rows = rng.permutation(data.rows(ptbxl.TRAIN_FOLDS))[:count]
    arranged = classifier.card.arranged
    names = classifier.card.layouts if arranged else (DEFAULT_LAYOUT,)
    drawer = pages.draw_arranged if arranged else pages.draw
    return np.stack(
        [
            drawer(
                data.signals_uv[row],
                pages.plan_for(names[number % len(names)], rng, vary=False),
                pages.PageRecipe() if number % 2 else pages.CLEAN,
                None,
                rng,
            )
            for number, row in enumerate(rows)
        ]
    )
