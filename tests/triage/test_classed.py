"""The class that a reader agrees with is the one that the verdict stands for."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecg_core.network.statements import Reads, Triage
from ecg_core.triage.classed import SAYS_ACUTE, verdict_class
from ecg_core.triage.facts import Facts
from ecg_core.triage.priority import Priority, PriorityDecision
from ecg_core.triage.table import RULES
from ecg_core.triage.verdict import Level, judge
from tests.triage.ecgs import HEALTHY, answer, measured
from tests.triage.test_table import FIRED_BY
from tests.triage.test_verdict import anything

NORMAL = answer(Triage.NORMAL, 0.9)


def stands_for(facts: Facts) -> Triage:
    assert facts.prediction is not None
    return verdict_class(judge(facts), facts.prediction)


@pytest.mark.parametrize(
    ("rule_id", "triage"),
    [
        ("normal", Triage.NORMAL),
        ("not-surely-normal", Triage.NORMAL),
        ("not-measured", Triage.NORMAL),
        # The model calls these normal, the measurements do not.
        ("pr-long", Triage.OTHER),
        ("rate-150", Triage.OTHER),
        ("st-elevation-reciprocal", Triage.ACUTE_MI),
        ("de-winter", Triage.ACUTE_MI),
        ("acute-seen", Triage.ACUTE_MI),
        # Elevation alone is urgent, and no infarction yet; nor is a flag, right one time in nine.
        ("st-elevation", Triage.OTHER),
        ("acute-flag", Triage.OTHER),
        # Where verdict and model go together, it is the model's class.
        ("acute-infarction", Triage.ACUTE_MI),
        ("prior-infarction", Triage.PRIOR_MI),
        ("prior-infarction-hidden", Triage.PRIOR_MI),
        ("other-abnormality", Triage.OTHER),
    ],
)
def test_the_class_is_the_verdicts(rule_id: str, triage: Triage) -> None:
    assert stands_for(FIRED_BY[rule_id]) is triage


def test_measured_infarction_outweighs_another_class_of_the_model() -> None:
    seen = FIRED_BY["st-elevation-reciprocal"].measurements
    assert stands_for(Facts(seen, answer(Triage.OTHER, 0.6))) is Triage.ACUTE_MI


def test_a_strip_stands_for_no_infarction() -> None:
    fast = measured({"rate": 160})
    strip = answer(Triage.NORMAL, 0.9, reads=Reads.STRIP)
    assert stands_for(Facts(fast, strip)) is Triage.OTHER
    assert stands_for(Facts(HEALTHY, strip)) is Triage.NORMAL


def test_without_a_verdict_it_is_the_models() -> None:
    old = PriorityDecision(Priority.SOON, "soon", "Something else.")
    assert verdict_class(old, answer(Triage.PRIOR_MI, 0.8)) is Triage.PRIOR_MI


def test_lines_of_acute_infarction_are_lines_of_the_table_that_say_so() -> None:
    lines = {rule.id: rule for rule in RULES if rule.id in SAYS_ACUTE}
    assert set(lines) == SAYS_ACUTE
    assert {rule.priority for rule in lines.values()} == {Priority.IMMEDIATE}
    words = ("acute infarction", "Possible acute", "occlusion")
    assert all(any(one in rule.sentence for one in words) for rule in lines.values())


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32))
def test_the_class_never_contradicts_the_verdict(seed: int) -> None:
    facts = anything(seed)
    verdict = judge(facts)
    if verdict.level is Level.NOT_JUDGED:
        return
    normal = verdict.level in (Level.NORMAL, Level.UNCERTAIN)
    assert (stands_for(facts) is Triage.NORMAL) is normal
