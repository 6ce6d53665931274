"""Look for shortcuts: tell the labels of a scored set from everything but the ECGs.

For each way to look at a case without its ECG (`sights`) small classifiers are cross-validated by
patient, as in curation.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from ecg_core.evidence.figures import metrics
from ecg_core.evidence.figures.metrics import Interval
from ecg_core.evidence.figures.rates import interval, weights_of
from ecg_core.evidence.own_sets.answering import REFUSED, CaseAnswer
from ecg_core.evidence.own_sets.checking import Labels
from ecg_core.evidence.own_sets.columns import code_name
from ecg_core.evidence.own_sets.sets import LabelledSet
from ecg_core.evidence.probes import leakage, prints, shortcuts
from ecg_core.evidence.probes.giveaways import PRINT, SIGHTS, CaseWithoutEcg, Sight, see
from ecg_core.evidence.probes.groups import alike, joined
from ecg_core.evidence.probes.prints import PrintReader
from ecg_core.evidence.probes.shortcuts import Label, LabelTold, Look
from ecg_core.intake.reading import read
from ecg_core.intake.values import IntakeError
from ecg_core.network.statements import TRIAGE_CLASSES, TRIAGE_NAMES

MOST_CASES = 1000
"""So many cases are looked at, drawn at random: that is enough to see a shortcut."""
MOST_LABELS = 6
"""Labels with most patients of the rarer kind."""

WIDER = float(np.sqrt(1 + leakage.FOLDS / (leakage.FOLDS - 1)))
"""Resampling cases does not tell that the models of the folds share most of what they learned from:
the bootstrap's interval is widened by what Nadeau and Bengio (2003) found for cross-validation."""


def look(labelled: LabelledSet, stop: Callable[[], bool] = lambda: False) -> tuple[Look, ...]:
    """Look at a scored set and keep what was found. Nothing is kept when `stop` says so."""
    labels, answers = labelled.labels(), labelled.answers()
    read_ones = [
        k
        for k, file in enumerate(labels.files)
        if str(file) in answers and answers[str(file)].status != REFUSED
    ]
    if len(read_ones) > MOST_CASES:
        drawn = np.random.default_rng(0).choice(read_ones, MOST_CASES, replace=False)
        read_ones = sorted(drawn.tolist())
    rows = np.array(read_ones, int)
    asked = labels_of(labels, rows)
    found: tuple[Look, ...] = ()
    if asked:
        order = prints.order(asked, len(rows))
        names = [str(labels.files[k]) for k in rows[order]]
        in_turn = list(_see_all(labelled, names, answers, stop))
        if stop():
            return ()
        seen = [in_turn[k] for k in np.argsort(order)]
        groups = _groups(labels.patients[rows], [answers[str(labels.files[k])] for k in rows])
        found = tuple(
            one for sight in SIGHTS if (one := tried(sight, seen, asked, groups)) is not None
        )
        texts = [None if one is None else one.print for one in seen]
        words = prints.going_with(texts, asked, groups)
        found = tuple(replace(one, words=words) if one.key == PRINT else one for one in found)
    if labelled.folder.exists():
        shortcuts.keep(labelled, found)
    return found


def labels_of(labels: Labels, rows: np.ndarray) -> tuple[Label, ...]:
    """Labels with enough patients of both kinds among some cases, the best supported first."""
    found = []
    triage = labels.triage[rows]
    for k, name in enumerate(TRIAGE_CLASSES):
        found.append(Label(TRIAGE_NAMES[name], triage == k, triage >= 0))
    for k, code in enumerate(labels.codes):
        found.append(Label(code_name(code), labels.truth[rows, k], labels.known[rows, k]))
    patients = labels.patients[rows]
    weighed = [(_rarer(one, patients), one) for one in found]
    weighed.sort(key=lambda pair: -pair[0])
    kept: list[Label] = []
    for support, one in weighed:
        # Of two classes the second says nothing that the first does not.
        news = not any(
            (one.known == other.known).all()
            and (one.truth[one.known] != other.truth[one.known]).all()
            for other in kept
        )
        if support >= leakage.FOLDS and news:
            kept.append(one)
    return tuple(kept[:MOST_LABELS])


def _rarer(label: Label, patients: np.ndarray) -> int:
    return min(
        len(set(patients[label.known & side].tolist())) for side in (label.truth, ~label.truth)
    )


def _see_all(
    labelled: LabelledSet,
    names: list[str],
    answers: dict[str, CaseAnswer],
    stop: Callable[[], bool],
) -> Iterator[CaseWithoutEcg | None]:
    """Every case without its ECG; None for what can no longer be read."""
    files = {case.name: case for case in labelled.cases()}
    reader = PrintReader()
    for name in names:
        if stop():
            return
        try:
            bundle = files[name].bundle()
            yield see(bundle, read(bundle), answers[name].trace_area_px, reader)
        except (IntakeError, OSError):
            yield None


def _groups(patients: np.ndarray, answers: list[CaseAnswer]) -> np.ndarray:
    """Patients, joined where the very same file came twice."""
    links = alike([one.sha256 for one in answers]) + alike(patients.tolist())
    return joined(len(answers), links)


def tried(
    sight: Sight, seen: list[CaseWithoutEcg | None], asked: tuple[Label, ...], groups: np.ndarray
) -> Look | None:
    """Try one way to look on every label. None where no case has anything of that kind."""
    taken = [None if one is None else sight.take(one) for one in seen]
    here = np.array([one is not None for one in taken])
    if not here.any():
        return None
    if _all_alike([one for one in taken if one is not None]):
        return Look(sight.key, sight.name, int(here.sum()), None)
    shown = np.array([one for one in taken if one is not None])
    weights = weights_of(groups[here])
    told, areas = [], []
    for label in asked:
        known, truth = label.known[here], label.truth[here]
        score = _scores(sight, shown[known], truth[known], groups[here][known])
        if score is None:
            continue
        area = metrics.weighted_aucs(truth[known], score, weights[:, known])
        areas.append(area)
        told.append(
            LabelTold(label.name, int(known.sum()), int(truth[known].sum()), _widened(area))
        )
    if not told:
        return None
    mean = _widened(np.mean(areas, axis=0))
    return Look(sight.key, sight.name, int(here.sum()), mean, tuple(told))


def _widened(areas: np.ndarray) -> Interval:
    """Value and 95 % interval of the data and their resamples, for scores of cross-validation."""
    found = interval(areas)
    low, high = (found.value + WIDER * (end - found.value) for end in (found.low, found.high))
    return Interval(found.value, max(low, 0.0), min(high, 1.0))


def _all_alike(taken: list[Any]) -> bool:
    return all(np.array_equal(one, taken[0]) for one in taken)


def _scores(
    sight: Sight, shown: np.ndarray, truth: np.ndarray, groups: np.ndarray
) -> np.ndarray | None:
    """Out-of-fold probability of the label; None with too few patients of either kind."""
    with warnings.catch_warnings():
        # Paper is white nearly everywhere: most pixels are constant, and that is no fault.
        warnings.simplefilter("ignore")
        try:
            told = leakage.out_of_fold(sight.model(), shown, truth, groups)
        except ValueError:
            # Where print is on a page or two, there may be none of it to learn from.
            return None
    return None if told is None else told[:, 1]
