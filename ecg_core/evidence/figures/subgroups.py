"""How the model does by age, sex, device and site, against everyone else.

A group's gap is its value less that of the rest of the same evidence. Both are resampled together
by patient, so that a patient on both sides does not pass for two. Many groups are compared: some
intervals leave zero out by chance alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ecg_core.evidence.figures import metrics
from ecg_core.evidence.published import EvidenceSet
from ecg_core.network.statements import SUPERCLASSES
from ecg_core.network.subgroup_figure import MACRO, GroupMeasure, SubgroupFigure

MIN_ECGS, MIN_OF_EACH = 50, 10
"""Groups with fewer ECGs, or fewer with or without the target, are too few to say."""
AGE_BANDS: tuple[tuple[str, float, float], ...] = (
    ("under 40", 0, 40),
    ("40–59", 40, 60),
    ("60–74", 60, 75),
    # PTB-XL writes 300 for everyone older than 89.
    ("75 and over", 75, np.inf),
)
"""Name, from, below (years)."""
SEXES: dict[str, str] = {"0": "men", "1": "women"}
"""As PTB-XL writes them."""
UNKNOWN = "not recorded"


def groups(found: EvidenceSet) -> Iterator[tuple[str, str, np.ndarray]]:
    """Dimension, name and membership (bool, n) of every group of every dimension."""
    age = np.asarray(found.age, float)
    for name, low, high in AGE_BANDS:
        yield "age", name, (age >= low) & (age < high)
    yield "age", UNKNOWN, ~(age >= 0)
    sex = _words(found.sex)
    for code, name in SEXES.items():
        yield "sex", name, sex == code
    yield "sex", UNKNOWN, ~np.isin(sex, tuple(SEXES))
    for dimension, values in (("device", _words(found.device)), ("site", _words(found.site))):
        known = np.where(np.isin(values, ("", "-1", "nan", "None")), UNKNOWN, values)
        names, counts = np.unique(known, return_counts=True)
        for name in names[np.argsort(-counts, kind="stable")]:
            yield dimension, str(name), known == name


def figures(found: EvidenceSet, thresholds: Sequence[float]) -> tuple[SubgroupFigure, ...]:
    """Every group with every superclass and their mean; empty groups are left out.

    thresholds: operating points of the superclasses, from the card. Groups too small for any
    figure have one row, for `MACRO`, without measures.
    """
    cut = np.asarray(thresholds, float)
    weights = np.vstack([np.ones((1, found.n)), metrics.patient_weights(found.patients)])
    listed = []
    for dimension, name, inside in groups(found):
        n = int(inside.sum())
        if not n:
            continue
        counts = found.superclass_labels[inside].sum(axis=0).astype(int)
        scarce = np.minimum(counts, n - counts) < MIN_OF_EACH
        targets: tuple[str, ...] = (MACRO, *SUPERCLASSES) if n >= MIN_ECGS else (MACRO,)
        here = there = None
        if n >= MIN_ECGS:
            here = _measures(found, cut, weights, inside)
            there = _measures(found, cut, weights, ~inside) if n < found.n else None
        for target in targets:
            columns = [k for k, code in enumerate(SUPERCLASSES) if target in (code, MACRO)]
            too_few = here is None or bool(scarce[columns].any())
            told = [None] * 3 if too_few or here is None else _told(here, there, columns)
            listed.append(
                SubgroupFigure(
                    dimension,
                    name,
                    target,
                    found.dataset,
                    found.split,
                    found.condition,
                    found.layout,
                    n,
                    int(counts[columns].min()),
                    *told,
                )
            )
    return tuple(listed)


def _words(values: np.ndarray) -> np.ndarray:
    """Values as words without stray spaces; whole numbers without a decimal point."""
    if values.dtype.kind == "f":
        values = np.array([f"{v:g}" for v in values])
    return np.array([" ".join(str(v).split()) for v in values])


def _measures(
    found: EvidenceSet, cut: np.ndarray, weights: np.ndarray, members: np.ndarray
) -> np.ndarray:
    """AUC, sensitivity and specificity of every superclass under every weighting: 3 × 5 × R."""
    truth, scores = found.superclass_labels[members], found.superclass_scores[members]
    weights = weights[:, members]
    ill, flagged = truth.astype(bool), scores >= cut
    areas = [
        metrics.weighted_aucs(truth[:, k], scores[:, k], weights) for k in range(truth.shape[1])
    ]
    with np.errstate(invalid="ignore", divide="ignore"):
        sensitivity = (weights @ (ill & flagged)) / (weights @ ill)
        specificity = (weights @ (~ill & ~flagged)) / (weights @ ~ill)
    return np.stack([np.array(areas), sensitivity.T, specificity.T])


def _told(
    here: np.ndarray, there: np.ndarray | None, columns: list[int]
) -> list[GroupMeasure | None]:
    """The three measures over some superclasses, the first weighting being the data itself."""
    told: list[GroupMeasure | None] = []
    for measure in range(3):
        inside = here[measure, columns].mean(axis=0)
        low, high = np.nanpercentile(inside[1:], (2.5, 97.5))
        gap = None if there is None else inside - there[measure, columns].mean(axis=0)
        if gap is None or np.isnan(gap[0]):
            around: tuple[float | None, ...] = (None, None, None)
        else:
            around = (float(gap[0]), *map(float, np.nanpercentile(gap[1:], (2.5, 97.5))))
        told.append(GroupMeasure(float(inside[0]), float(low), float(high), *around))
    return told
