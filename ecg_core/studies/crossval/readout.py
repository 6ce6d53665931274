"""A linear classifier on what the released network makes of a page, and on its rhythm."""

from __future__ import annotations

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import Tensor

from ecg_core.studies.crossval.pages import LabelledPages
from ecg_core.studies.crossval.views import moving, views

STRENGTHS = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2)
INNER_FOLDS = 4


def readout(train: LabelledPages, test: LabelledPages, classes: int) -> np.ndarray:
    """Multinomial regression on features and logits of the network and on the rhythm.

    Its strength is chosen by grouped cross-validation within the training pages.
    """
    seen = views(train.ink)
    copies = [described(seen[:, k], train) for k in range(seen.shape[1])]
    strength = _strength(copies[0], train.labels, train.groups)
    model = _model(strength).fit(np.concatenate(copies), np.tile(train.labels, len(copies)))
    scores = np.zeros((len(test), classes))
    scores[:, model.classes_] = model.predict_proba(described(views(test.ink)[:, 0], test))
    return scores


@torch.inference_mode()
def described(seen: Tensor, pages: LabelledPages) -> np.ndarray:
    """Features, logits and rhythm of each page (n × F) from its feature maps."""
    body = moving()
    found = []
    for part in seen.split(64):
        features = body.describe(part.float())
        found.append(torch.cat([features, *body.heads(features)], dim=1).numpy())
    return np.hstack([np.concatenate(found), _rhythm(pages)])


def _rhythm(pages: LabelledPages) -> np.ndarray:
    """Rhythm, nought where it was not measured, and whether it was."""
    known = np.isfinite(pages.rhythm).all(axis=1, keepdims=True)
    return np.hstack([np.where(known, pages.rhythm, 0.0), known])


def _strength(features: np.ndarray, labels: np.ndarray, groups: np.ndarray) -> float:
    """The regularisation with the best balanced accuracy on held-out groups of these pages."""
    folds = StratifiedGroupKFold(INNER_FOLDS, shuffle=True, random_state=0)
    splits = list(folds.split(features, labels, groups))
    found = []
    for strength in STRENGTHS:
        predicted = np.empty_like(labels)
        for fit, held in splits:
            model = _model(strength).fit(features[fit], labels[fit])
            predicted[held] = model.predict(features[held])
        found.append(balanced_accuracy_score(labels, predicted))
    return STRENGTHS[int(np.argmax(found))]


def _model(strength: float) -> Pipeline:
    line = LogisticRegression(C=strength, class_weight="balanced", max_iter=400)
    return make_pipeline(StandardScaler(), line)
