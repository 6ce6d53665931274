"""Every row of the priority table, by an ECG that it decides."""

from __future__ import annotations

from dataclasses import replace

import pytest
from stored_cases import prediction

from ecg_core.network.statements import STATEMENTS, Reads, Triage
from ecg_core.network.values import Prediction
from ecg_core.page.values import Remark, Severity
from ecg_core.triage.priority import RULES, Priority, Signs, decide

NOTE = Remark("derived_leads", Severity.NOTE, "aVR computed from leads I and II.")
DOUBT = Remark("short", Severity.DOUBT, "The record lasts 6.0 s; the page shows ten.")

IMMEDIATE, URGENT, SOON, ROUTINE = Priority


def strip(
    triage: Triage,
    flagged: tuple[str, ...] = (),
    probability: float = 0.9,
    abstains: bool = False,
) -> Prediction:
    """What the model of rhythm strips says: normal or abnormal, and nothing of infarctions."""
    told = probability if triage is Triage.NORMAL else 1 - probability
    answer = prediction(triage, flagged, abstains=abstains)
    return replace(
        answer,
        triage=(told, 0.0, 0.0, 1 - told),
        superclasses=(),
        acute_threshold=1.0,
        reads=Reads.STRIP,
    )


ROWS: list[tuple[str, Priority, Prediction, tuple[Remark, ...]]] = [
    ("acute-doubtful", IMMEDIATE, prediction(Triage.ACUTE_MI, abstains=True), ()),
    ("acute-doubtful", IMMEDIATE, prediction(Triage.ACUTE_MI), (NOTE, DOUBT)),
    ("acute-infarction", IMMEDIATE, prediction(Triage.ACUTE_MI), (NOTE,)),
    # The most probable class, though below its operating point.
    (
        "acute-infarction",
        IMMEDIATE,
        replace(prediction(Triage.ACUTE_MI, probability=0.34), acute_threshold=0.9),
        (),
    ),
    # At its operating point, though not the most probable class.
    (
        "acute-infarction",
        IMMEDIATE,
        replace(prediction(Triage.NORMAL, probability=0.7), acute_threshold=0.1),
        (),
    ),
    ("preexcited-af", IMMEDIATE, prediction(flagged=("AFIB", "WPW")), ()),
    ("preexcited-af", IMMEDIATE, prediction(flagged=("AFLT", "WPW")), ()),
    ("injury", IMMEDIATE, prediction(flagged=("INJAS",)), ()),
    ("machine-abstains", URGENT, prediction(Triage.NORMAL, (), 0.97, abstains=True), ()),
    ("doubtful-page", URGENT, prediction(Triage.NORMAL, (), 0.97), (DOUBT,)),
    ("ventricular-run", IMMEDIATE, strip(Triage.OTHER, ("VRUN", "PVC")), ()),
    ("ventricular-run", IMMEDIATE, strip(Triage.OTHER, ("VRUN",), abstains=True), ()),
    ("left-bundle-branch-block", URGENT, prediction(flagged=("CLBBB", "AFIB")), ()),
    ("trifascicular", URGENT, prediction(flagged=("CRBBB", "LAFB", "1AVB")), ()),
    ("high-grade-block", URGENT, prediction(flagged=("3AVB",)), ()),
    ("ischaemia", URGENT, prediction(flagged=("ISCAL",)), ()),
    ("flutter-or-svt", URGENT, prediction(flagged=("AFLT",)), ()),
    ("long-qt", URGENT, prediction(Triage.NORMAL, ("LNGQT",), 0.97), ()),
    ("electrolytes", URGENT, prediction(flagged=("EL",)), ()),
    ("atrial-fibrillation", SOON, prediction(Triage.NORMAL, ("AFIB",), 0.97), ()),
    ("atrial-fibrillation", SOON, strip(Triage.OTHER, ("AF",)), ()),
    ("paced", SOON, prediction(flagged=("PACE",)), ()),
    ("pre-excitation", SOON, prediction(flagged=("WPW",)), ()),
    ("bundle-branch-block", SOON, prediction(flagged=("CRBBB", "LAFB")), ()),
    ("ventricular-ectopy", SOON, prediction(flagged=("BIGU",)), ()),
    ("prior-infarction", SOON, prediction(Triage.PRIOR_MI), ()),
    ("prior-infarction", SOON, prediction(Triage.NORMAL, ("MI",), 0.97), ()),
    ("other-abnormality", SOON, prediction(Triage.OTHER), ()),
    ("strip-normal", ROUTINE, strip(Triage.NORMAL, (), probability=0.97), ()),
    ("not-surely-normal", SOON, strip(Triage.NORMAL, (), probability=0.6), ()),
    ("normal", ROUTINE, prediction(Triage.NORMAL, ("SR", "SBRAD"), 0.97), (NOTE,)),
    ("normal", ROUTINE, prediction(Triage.NORMAL, (), 0.7), ()),
    ("not-surely-normal", SOON, prediction(Triage.NORMAL, (), 0.69), ()),
]


@pytest.mark.parametrize(
    ("rule", "priority", "answer", "remarks"), ROWS, ids=[f"{i}-{r[0]}" for i, r in enumerate(ROWS)]
)
def test_each_row_decides(
    rule: str, priority: Priority, answer: Prediction, remarks: tuple[Remark, ...]
) -> None:
    decision = decide(answer, remarks)
    assert (decision.rule_id, decision.priority) == (rule, priority)
    row = next(row for row in RULES if row.id == rule)
    assert decision.rule == row.words.format(surely_normal="70%")


def test_every_row_is_tested_and_named_once() -> None:
    ids = [rule.id for rule in RULES]
    assert len(ids) == len(set(ids))
    assert set(ids) == {row[0] for row in ROWS}


def test_the_last_row_takes_whatever_is_left() -> None:
    assert RULES[-1].applies(Signs(prediction(Triage.NORMAL), frozenset(), False))


@pytest.mark.parametrize("code", sorted(STATEMENTS))
def test_a_further_finding_never_lets_an_ecg_wait_longer(code: str) -> None:
    order = list(Priority)
    for triage in Triage:
        without = decide(prediction(triage, (), 0.9), ()).priority
        with_it = decide(prediction(triage, (code,), 0.9), ()).priority
        assert order.index(with_it) <= order.index(without)
