"""Contradictions are seen where they are planted, and none is in what the rules say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ecg_core.evidence import coherence
from ecg_core.evidence.coherence import CONTRADICTIONS, EverythingSaid, count, shown
from ecg_core.evidence.serious import SERIOUS, Labelled, firing, shares
from ecg_core.network.statements import Triage
from ecg_core.report.narrative import compose
from ecg_core.report.values import Section, Sentence
from ecg_core.triage.facts import Facts
from ecg_core.triage.priority import Priority
from ecg_core.triage.verdict import Level, judge
from tests.triage.ecgs import HEALTHY, answer, measured
from tests.triage.test_table import FIRED_BY
from tests.triage.test_verdict import anything


def said(facts: Facts) -> EverythingSaid:
    verdict = judge(facts)
    return EverythingSaid(facts, verdict, compose(facts, verdict))


def test_nothing_that_the_rules_say_contradicts_itself() -> None:
    whole = [said(facts) for facts in FIRED_BY.values()]
    whole += [said(anything(seed)) for seed in range(300)]
    n, found = count(whole)
    assert n == len(FIRED_BY) + 300
    assert set(found.values()) == {0}, found


NORMAL = said(Facts(HEALTHY, answer()))
HIDDEN = said(Facts(measured({"qrs": 140}), answer()))
FAST = said(Facts(measured({"rate": 170}), answer()))


def planted(
    one: EverythingSaid, text: str, code: str = "x", abnormal: bool = False
) -> EverythingSaid:
    """The same with a sentence that the rules would not have said."""
    more = Sentence(Section.ST_T, text, code=code, abnormal=abnormal)
    told = one.draft.sentences
    return replace(one, draft=replace(one.draft, sentences=(*told[:-1], more, told[-1])))


@pytest.mark.parametrize(
    ("one", "kind"),
    [
        (planted(NORMAL, "PR prolonged.", abnormal=True), "normal-with-abnormal-sentence"),
        (
            replace(NORMAL, facts=Facts(HEALTHY, answer(findings={"LVH": 0.8}))),
            "normal-with-finding",
        ),
        (replace(NORMAL, facts=Facts(HEALTHY, answer(Triage.OTHER, 0.8))), "normal-against-model"),
        (
            replace(NORMAL, verdict=replace(NORMAL.verdict, level=Level.ABNORMAL)),
            "abnormal-without-reason",
        ),
        (planted(NORMAL, "Flagged.", code="acute-flag"), "acute-asserted-without-st"),
        (
            replace(NORMAL, verdict=replace(NORMAL.verdict, priority=Priority.URGENT)),
            "priority-differs",
        ),
        (replace(FAST, verdict=replace(NORMAL.verdict)), "extreme-rate-waits"),
        (planted(NORMAL, "Atrial fibrillation (80 %)."), "two-rhythms"),
        (
            planted(HIDDEN, "Pathological Q waves in V4.", code="q-waves"),
            "infarction-judged-and-not",
        ),
    ],
)
def test_a_planted_contradiction_is_counted(one: EverythingSaid, kind: str) -> None:
    assert kind in shown(one)
    assert kind in {row.code for row in CONTRADICTIONS}


def test_a_class_that_contradicts_its_verdict_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "class-differs" not in shown(FAST)
    monkeypatch.setattr(coherence, "verdict_class", lambda *_: Triage.NORMAL)
    assert "class-differs" in shown(FAST) and "class-differs" not in shown(NORMAL)


def test_serious_labels_are_counted_by_hand() -> None:
    def case(codes: set[str], priority: Priority, **more: object) -> Labelled:
        kept: dict[str, object] = {"stages": (), "normal": False, "rate_bpm": 70.0}
        return Labelled(
            frozenset(codes), priority=priority, fired=frozenset({"pr-long"}), **(kept | more)
        )  # type: ignore[arg-type]

    cases = [
        case({"IMI"}, Priority.IMMEDIATE, stages=("Stadium I", "nan")),
        case({"AMI"}, Priority.SOON, stages=("Stadium I", "nan")),
        case({"AMI"}, Priority.URGENT, stages=("Stadium III", "nan")),
        case({"AFIB"}, Priority.URGENT, rate_bpm=140.0),
        case({"AFIB"}, Priority.SOON, rate_bpm=90.0),
        case({"NORM"}, Priority.URGENT, normal=True),
    ]
    rows = {row["label"]: row for row in shares(cases)}
    assert set(rows) == {row.key for row in SERIOUS}
    assert (rows["acute-infarction"]["n"], rows["acute-infarction"]["act_now_or_urgent"]) == (2, 1)
    assert (rows["fast-af"]["n"], rows["fast-af"]["act_now_or_urgent"]) == (1, 1)
    assert (rows["normal"]["n"], rows["normal"]["act_now"]) == (1, 0)
    assert firing(cases) == [{"line": "pr-long", "fired": 6, "normal": 1}]
