"""The figures that a model card carries, from the functions that the Performance page calls."""

from __future__ import annotations

import numpy as np

from ecg_core.evidence import dimensions
from ecg_core.evidence.figures import curves, groups, metrics, rates
from ecg_core.evidence.figures.metrics import Interval
from ecg_core.evidence.triage_questions import ACUTE_CLASS
from ecg_core.evidence.values import MIN_POSITIVES, CaseSet, Dimension, Kind, Question
from ecg_core.network.card import Figure
from ecg_core.network.statements import SUPERCLASSES
from ecg_core.network.subgroup_figure import MACRO, GroupMeasure, SubgroupFigure

LOST = "superclass macro-AUC lost against the clean page"
ACUTE_SPECIFICITY = 0.95
MIN_PEOPLE = 3
"""A figure on strips needs strips with the statement from so many people."""


def same_source(figure: Figure | SubgroupFigure, cases: CaseSet) -> bool:
    """Whether a figure of the card was worked out from these cases."""
    names = ("dataset", "split", "condition", "layout")
    return all(getattr(figure, name) == getattr(cases, name) for name in names)


def _figure(cases: CaseSet, name: str, n: int, value: Interval) -> Figure:
    where = (cases.dataset, cases.split, cases.condition, cases.layout)
    return Figure(name, *where, n, value.value, value.low, value.high)


def of_pages(cases: CaseSet) -> tuple[Figure, ...]:
    """The headline figures of twelve-lead evidence, each with n and a 95 % interval."""
    supers, choice, people = cases.of_kind(Kind.SUPERCLASS), cases.choice, cases.patients
    assert choice is not None
    listed = [("superclass macro-AUC", cases.n, rates.macro_area(supers, people))]
    for one in supers:
        listed.append((f"AUC {one.name} ({one.code})", cases.n, rates.area(one, people)))
    enough = [q for q in cases.of_kind(Kind.STATEMENT) if q.positives >= MIN_POSITIVES]
    if enough:
        mean = rates.macro_area(enough, people)
        listed.append((f"mean AUC of {len(enough)} statements", cases.n, mean))
    error = curves.calibration_error(supers, people)
    listed.append(("superclass calibration error", cases.n, error))
    known = int(choice.known.sum())
    listed.append(("triage macro-F1", known, rates.macro_f1(choice, people)))
    if np.count_nonzero(choice.truth == ACUTE_CLASS) >= MIN_POSITIVES:
        name = f"acute infarction sensitivity at {ACUTE_SPECIFICITY:.0%}".replace("%", " %")
        listed.append((f"{name} specificity", known, _acute_sensitivity(cases)))
    return tuple(_figure(cases, *one) for one in listed)


def of_strips(cases: CaseSet) -> tuple[Figure, ...]:
    """AUC of every statement that has enough strips; rates at the operating points."""
    listed = []
    for one in cases.questions:
        if not carried_by_strips(one, cases.patients):
            continue
        known = one.known
        truth, people = one.truth[known], cases.patients[known]
        right = one.flagged[known] == truth
        listed.append((f"AUC {one.name}", int(known.sum()), rates.area(one, cases.patients)))
        for name, group in (("sensitivity", truth), ("specificity", ~truth)):
            share = rates.share(right[group], people[group])
            listed.append((f"{name} {one.name}", int(group.sum()), share))
    listed.append(("abstained", cases.n, rates.share(cases.abstained, cases.patients)))
    return tuple(_figure(cases, *one) for one in listed)


def carried_by_strips(question: Question, people: np.ndarray) -> bool:
    """Whether there are enough strips with and without it, of enough people."""
    of_people = len(set(people[question.truth & question.known]))
    return min(question.positives, question.negatives) >= MIN_POSITIVES and of_people >= MIN_PEOPLE


def lost(cases: CaseSet, clean: CaseSet) -> Figure:
    """Macro-AUC of the same cases on clean pages less that of `cases`; pairs are kept together.

    Raises ValueError when `clean` lacks one of the cases or is of other weights.
    """
    at = {case: row for row, case in enumerate(clean.case_ids.tolist())}
    ids = cases.case_ids.tolist()
    if clean.weights_sha256 != cases.weights_sha256 or not set(ids) <= set(at):
        raise ValueError(f"{clean.title} cannot be compared with {cases.title}")
    before = clean.take(np.array([at[case] for case in ids]))
    weights = rates.weights_of(cases.patients)
    clean_area, area = (
        rates.macro_areas(one.of_kind(Kind.SUPERCLASS), weights) for one in (before, cases)
    )
    return _figure(cases, LOST, cases.n, rates.interval(clean_area - area))


def subgroups(cases: CaseSet) -> tuple[SubgroupFigure, ...]:
    """Every group of every dimension, for every superclass and for their mean.

    Groups too small for any figure have one row, for `MACRO`, without measures.
    """
    listed = []
    for dimension in cases.dimensions:
        by_target = {
            target: {row.group: row for row in groups.rows(cases, dimension, codes)}
            for target, codes in (
                (MACRO, SUPERCLASSES),
                *((code, (code,)) for code in SUPERCLASSES),
            )
        }
        for group in _in_order(dimension, tuple(by_target[MACRO])):
            small = by_target[MACRO][group].n < groups.MIN_ECGS
            for target in (MACRO,) if small else by_target:
                listed.append(_subgroup(cases, dimension.name, target, by_target[target][group]))
    return tuple(listed)


def _in_order(dimension: Dimension, by_size: tuple[str, ...]) -> tuple[str, ...]:
    order = dimensions.ORDERS.get(dimension.name, by_size)
    return tuple(name for name in order if name in by_size)


def _subgroup(cases: CaseSet, dimension: str, target: str, row: groups.GroupRow) -> SubgroupFigure:
    pairs = (
        (row.auc, row.auc_gap),
        (row.sensitivity, row.sensitivity_gap),
        (row.specificity, row.specificity_gap),
    )
    measures = [None if value is None else _measure(value, gap) for value, gap in pairs]
    where = (cases.dataset, cases.split, cases.condition, cases.layout)
    return SubgroupFigure(dimension, row.group, target, *where, row.n, row.positives, *measures)


def _measure(value: Interval, gap: Interval | None) -> GroupMeasure:
    around = (None, None, None) if gap is None else (gap.value, gap.low, gap.high)
    return GroupMeasure(value.value, value.low, value.high, *around)


def _acute_sensitivity(cases: CaseSet) -> Interval:
    choice = cases.choice
    assert choice is not None
    truth, score = choice.truth, choice.scores[:, ACUTE_CLASS]

    def measure(rows: np.ndarray) -> float:
        rows = rows[truth[rows] >= 0]
        ill = truth[rows] == ACUTE_CLASS
        cut = metrics.threshold_at_specificity(ill, score[rows], ACUTE_SPECIFICITY)
        return metrics.at_threshold(ill, score[rows], cut).sensitivity

    return metrics.resampled(measure, cases.patients)
