"""Daily use by hand: cases whose readings and answers a test wrote itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from ecg_core.evidence.figures import readers
from ecg_core.evidence.figures.drift import Shift
from ecg_core.evidence.practice import PracticeCase, StandingReading
from ecg_core.network.statements import TRIAGE_CLASSES, Triage
from ecg_core.store.cases.readings import Phase
from tests.evidence.case_sets import case_set, question, separable

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
N, A, P, O = Triage.NORMAL, Triage.ACUTE_MI, Triage.PRIOR_MI, Triage.OTHER  # noqa: E741


def said(
    reader: str, phase: Phase, triage: Triage | None, after_s: float = 30.0
) -> StandingReading:
    return StandingReading(reader, phase, triage, phase is Phase.FIRST, NOON, after_s)


def case(number: int, machine: Triage, *readings: StandingReading, month: int = 3) -> PracticeCase:
    scores = tuple(0.7 if name is machine else 0.1 for name in TRIAGE_CLASSES)
    return PracticeCase(
        f"c{number}",
        NOON.replace(month=month) + timedelta(minutes=number),
        "page",
        "1",
        "0" * 64,
        machine,
        False,
        scores,
        {"MI": 0.1},
        "3x4",
        readings,
    )


def committed(
    first: Triage, final: Triage, truth: Triage | None = None
) -> tuple[StandingReading, ...]:
    given = (said("r", Phase.FIRST, first), said("r", Phase.FINAL, final))
    return given if truth is None else (*given, said("lead", Phase.ADJUDICATION, truth))


def test_the_pull_of_a_shown_answer() -> None:
    found = readers.pull(
        [
            case(1, A, *committed(A, A)),
            case(2, A, *committed(N, A, truth=N)),  # right at first, dragged over
            case(3, A, *committed(N, A, truth=A)),  # wrong at first, saved
            case(4, A, *committed(O, O, truth=O)),
            case(5, A, *committed(O, P)),
            case(6, A, said("r", Phase.FINAL, N)),  # no first reading: not a pair
        ]
    )
    assert (found.pairs, found.agreed, found.towards, found.kept, found.away) == (5, 1, 2, 1, 1)
    assert (found.judged, found.first_right, found.final_right) == (3, 2, 2)
    assert (found.dragged, found.saved) == (1, 1)


def test_overrides_by_month_and_what_was_changed() -> None:
    cases = [
        case(1, A, said("r", Phase.FINAL, A)),
        case(2, A, said("r", Phase.FINAL, N)),
        case(3, N, said("r", Phase.FINAL, None)),
        case(4, N, said("s", Phase.FINAL, N)),
    ]
    (march,) = readers.overrides(cases)
    assert (march.month, march.n, march.overridden.value) == ("2026-03", 3, pytest.approx(1 / 3))
    counts = readers.changes(cases)
    assert counts[TRIAGE_CLASSES.index(A)].tolist() == [1, 1, 0, 0]
    assert counts.sum() == 3


def test_agreement_counts_the_last_final_reading() -> None:
    cases = [
        case(1, A, said("r", Phase.FINAL, N), said("r", Phase.FINAL, A), said("s", Phase.FINAL, A)),
        case(2, N, said("r", Phase.FINAL, N), said("s", Phase.FINAL, O)),
        case(3, N, said("r", Phase.FINAL, O)),
    ]
    r, s = readers.with_machine(cases)
    assert (r.first, r.n, r.same) == ("r", 3, pytest.approx(2 / 3))
    assert (s.first, s.n, s.same) == ("s", 2, 0.5)
    (pair,) = readers.between_readers(cases)
    assert (pair.first, pair.second, pair.n, pair.same) == ("r", "s", 2, 0.5)
    # Observed 1/2, by chance 1/2·1/2 over {A, N, O}: A 1/4, N 0, O 0.
    assert pair.kappa.value == pytest.approx((0.5 - 0.25) / (1 - 0.25))


def test_time_and_drift() -> None:
    cases = [case(k, N, said("r", Phase.FINAL, N, 10.0 + k)) for k in range(60)]
    assert np.median(readers.seconds(cases)) == pytest.approx(39.5)
    truth, score = separable(500, 1.0)
    (found,) = readers.shifts(cases, case_set(question(truth, score)))
    assert (found.n, found.period) == (60, "2026-03")
    assert found.shift is Shift.LARGE
