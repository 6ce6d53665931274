"""The verdict: normal only if everything says so, and never beside something abnormal."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecg_core.leads import STANDARD_LEADS
from ecg_core.network.statements import STATEMENTS, Reads, Triage
from ecg_core.network.values import Reason
from ecg_core.page.values import Remark, Severity
from ecg_core.report.narrative import ABNORMAL_LEVELS, compose
from ecg_core.signal.reasons import blank, number, untold
from ecg_core.signal.values import QUANTITIES, QUESTIONS, LeadMeasurement, Measurements, Quality
from ecg_core.triage.facts import Facts
from ecg_core.triage.limits import Person, Sex
from ecg_core.triage.priority import Priority, PriorityDecision
from ecg_core.triage.table import PriorityTable
from ecg_core.triage.verdict import Level, fired, judge, verdict_from_plain, verdict_to_plain
from tests.triage.ecgs import HEALTHY, answer, lead, measured

NORMAL = answer(Triage.NORMAL, 0.9)


def test_a_normal_ecg_is_normal_with_its_numbers_as_the_reason() -> None:
    verdict = judge(Facts(HEALTHY, NORMAL))
    assert (verdict.level, verdict.priority) == (Level.NORMAL, Priority.ROUTINE)
    assert verdict.reasons[0].text == (
        "Rate 68/min, PR 160, QRS 90, QTcF 410 ms, axis 40°: all within limits; the model calls it "
        "normal (90 %)."
    )
    assert set(verdict.reasons[0].rests_on.measurements) == {
        *("rate", "pr", "qrs", "qtcf", "qrs_axis")
    }


@pytest.mark.parametrize("key", ["rate", "pr", "qrs", "qtcf", "qrs_axis", "other_beats"])
def test_what_is_blank_keeps_an_ecg_from_being_called_normal(key: str) -> None:
    values = HEALTHY.values | {key: blank("no_p")}
    verdict = judge(Facts(replace(HEALTHY, values=values), NORMAL))
    assert verdict.level is Level.UNCERTAIN
    assert QUANTITIES[key].name in verdict.reasons[0].text
    draft = compose(Facts(replace(HEALTHY, values=values), NORMAL), verdict)
    assert draft.conclusion.startswith("Conclusion: no certain abnormality:")


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"rate": 49}, "sinus-bradycardia"),
        ({"rate": 101}, "sinus-tachycardia"),
        ({"pr": 201}, "pr-long"),
        ({"pr": 119}, "pr-short"),
        ({"qrs": 120}, "wide-qrs"),
        ({"qtcf": 460}, "qt-long"),
        ({"qrs_axis": -31}, "axis-left"),
        ({"qrs_axis": 91}, "axis-right"),
        ({"other_beats": 1}, "other-beats"),
    ],
)
def test_every_limit_of_a_normal_ecg(changes: dict[str, float], rule: str) -> None:
    verdict = judge(Facts(measured(changes), NORMAL))
    assert (verdict.level, verdict.rule_id) == (Level.ABNORMAL, rule)


def test_limits_follow_the_person_and_the_rate() -> None:
    assert judge(Facts(measured({"rate": 55, "pr": 215}), NORMAL)).level is Level.NORMAL
    man, woman = Person(50, Sex.MALE), Person(50, Sex.FEMALE)
    assert judge(Facts(measured({"qtcf": 452}), NORMAL, person=man)).level is Level.ABNORMAL
    assert judge(Facts(measured({"qtcf": 452}), NORMAL, person=woman)).level is Level.NORMAL


def test_a_doubt_of_the_model_or_of_the_page_is_named() -> None:
    doubt = Remark("short", Severity.DOUBT, "The record lasts 6.0 s.")
    page = judge(Facts(HEALTHY, NORMAL, (doubt,)))
    assert (page.level, page.rule_id) == (Level.UNCERTAIN, "doubtful-page")
    assert page.reasons[0].text == "The page is doubtful: the record lasts 6.0 s."
    unsure = judge(Facts(HEALTHY, answer(Triage.NORMAL, 0.65)))
    assert (unsure.level, unsure.rule_id) == (Level.UNCERTAIN, "not-surely-normal")
    assert judge(Facts(HEALTHY, answer(Triage.NORMAL, 0.65)), PriorityTable({}, 0.6)).level is (
        Level.NORMAL
    )


def test_an_abstaining_model_judges_nothing_but_what_is_measured_and_urgent_stands() -> None:
    strange = replace(NORMAL, reasons=(Reason("strange", "The page looks unlike others."),))
    verdict = judge(Facts(measured({"pr": 230}), strange))
    assert (verdict.level, verdict.priority) == (Level.NOT_JUDGED, Priority.URGENT)
    fast = measured({"rate": 170, "qrs": 150}, {"sinus_p": False, "p_present": False})
    assert judge(Facts(fast, strange)).rule_id == "broad-tachycardia"
    # Nothing that beats was seen: what was measured on it says nothing either.
    noise = replace(NORMAL, reasons=(Reason("no_beats", "No beats."),))
    assert judge(Facts(fast, noise)).level is Level.NOT_JUDGED


def test_findings_give_way_to_what_is_measured() -> None:
    fibrillates = Facts(HEALTHY, answer(Triage.NORMAL, 0.9, {"AFIB": 0.5}))
    assert fibrillates.findings == () and judge(fibrillates).level is Level.UNCERTAIN
    assert "a P wave leads every regular beat" in judge(fibrillates).reasons[0].text
    both = Facts(measured({"qrs": 140}), answer(Triage.OTHER, 0.9, {"CRBBB": 0.8, "IRBBB": 0.6}))
    assert [finding.code for finding in both.findings] == ["CRBBB"]
    unseen = Facts(HEALTHY, answer(Triage.OTHER, 0.9, {"IMI": 0.6}))
    assert unseen.findings == () and unseen.clashes[0].code == "infarct-unseen"
    faint = Facts(HEALTHY, answer(Triage.NORMAL, 0.9, {"LVH": 0.15}))
    assert faint.findings == () and judge(faint).level is Level.NORMAL


def test_a_line_that_is_off_is_said_but_moves_nobody_forward() -> None:
    facts = Facts(measured({"rate": 160}), NORMAL)
    assert judge(facts).priority is Priority.IMMEDIATE
    off = judge(facts, PriorityTable({"rate-150": "off"}))
    assert (off.level, off.priority) == (Level.ABNORMAL, Priority.SOON)
    sooner = judge(Facts(measured({"pr": 230}), NORMAL), PriorityTable({"pr-long": "immediate"}))
    assert (sooner.level, sooner.priority) == (Level.ACT_NOW, Priority.IMMEDIATE)


def test_a_stored_verdict_comes_back_the_same() -> None:
    verdict = judge(Facts(measured({"pr": 230, "qrs": 140}), NORMAL))
    said = PriorityDecision(verdict.priority, verdict.rule_id, verdict.rule)
    assert verdict_from_plain(verdict_to_plain(verdict), said) == verdict


def _lead(draw: Random, name: str) -> LeadMeasurement:
    t = draw.choice((None, draw.uniform(-0.6, 1.4)))
    return lead(
        name,
        quality=draw.choice((Quality.GOOD, Quality.GOOD, Quality.DOUBTFUL)),
        st_j_mv=draw.gauss(0, 0.1),
        st_j60_mv=draw.gauss(0, 0.1),
        q_mv=-draw.choice((0.0, draw.uniform(0, 0.6))),
        q_ms=draw.uniform(0, 60),
        r_mv=draw.uniform(0, 2),
        s_mv=-draw.uniform(0, 2),
        t_mv=t,
        t_high_mv=None if t is None else max(t, draw.uniform(0, 0.3)),
        t_low_mv=None if t is None else min(t, -draw.uniform(0, 0.3)),
        t_half_ms=draw.choice((None, draw.uniform(40, 200))),
        p_mv=draw.choice((None, draw.uniform(-0.2, 0.2))),
    )


def anything(seed: int) -> Facts:
    """Measurements and findings of all kinds, whether or not a heart could have them."""
    draw = Random(seed)
    # How much of it is as in a healthy adult: from nothing to nearly everything.
    usual = draw.random()
    spread = {"rate": 220, "rr": 2000, "rr_sd": 400, "pr": 400, "qrs": 240, "qt": 700}
    spread |= {"qtcf": 620, "qtcb": 620, "shortest_rr": 2000, "longest_pause": 4000}
    spread |= dict.fromkeys(("early_beats", "other_beats", "wide_beats", "wide_run"), 5)
    values = dict(HEALTHY.values)
    for key in QUANTITIES:
        if draw.random() < usual:
            continue
        high = spread.get(key, 180)
        value = draw.randint(-high if key.endswith("axis") else 0, high)
        doubt = draw.choice(("", "", "irregular"))
        values[key] = draw.choice((blank("no_p"), number(float(value), doubt=doubt)))
    judged = {
        key: HEALTHY.judged[key]
        if draw.random() < usual
        else replace(untold("no_p"), value=draw.choice((None, True, False)))
        for key in QUESTIONS
    }
    leads = tuple(
        lead(name) if draw.random() < usual else _lead(draw, name)
        for name in STANDARD_LEADS
        if draw.random() < 0.95
    )
    count = draw.choice((0, 0, 1, 3))
    picked = {code: draw.uniform(0.05, 1) for code in draw.sample(sorted(STATEMENTS), count)}
    said = answer(draw.choice(list(Triage)), draw.uniform(0.3, 1), picked)
    if draw.random() < 0.1:
        said = replace(said, reasons=(Reason("strange", "Strange."),))
    person = Person(draw.choice((None, draw.uniform(1, 99))), draw.choice((None, *Sex)))
    found = Measurements(values, leads, HEALTHY.beats, (), (), 10.0, 500.0, False, judged)
    return Facts(found, said, (), None, person)


@settings(max_examples=400, deadline=None)
@given(st.integers(0, 2**32))
def test_what_is_abnormal_rests_on_no_number_that_is_doubtful(seed: int) -> None:
    facts = anything(seed)
    for one in fired(facts):
        doubts = {key for key in one.basis.numbers if facts.sure(key) is None}
        assert not doubts, (one.rule.id, doubts)


@pytest.mark.parametrize(
    ("key", "value", "said", "phrase"),
    [
        ("pr", 214, "PR (214 ms) cannot be relied on", "PR about 214 ms, not certain."),
        ("pr", 104, "PR (104 ms) cannot be relied on", "PR about 104 ms, not certain."),
        ("qrs", 126, "QRS (126 ms) cannot be relied on", "QRS about 126 ms, not certain."),
        (
            "qtcf",
            470,
            "QTc Fridericia (470 ms) cannot be relied on",
            "QTc about 470 ms (Fridericia)",
        ),
        ("rate", 45, "Rate (45/min) cannot be relied on", "Ventricular rate about 45/min"),
        ("qrs_axis", -40, "QRS axis (-40°) cannot be relied on", "The axis cannot be judged."),
        ("other_beats", 2, "Beats of another shape (2) cannot be relied on", ""),
    ],
)
def test_a_doubtful_number_is_no_abnormality_and_no_normal_ecg(
    key: str, value: float, said: str, phrase: str
) -> None:
    values = HEALTHY.values | {key: number(value, doubt="p_start_unclear")}
    facts = Facts(replace(HEALTHY, values=values), NORMAL)
    verdict = judge(facts)
    assert (verdict.level, verdict.rule_id) == (Level.UNCERTAIN, "number-doubtful")
    assert verdict.reasons[0].text == f"{said}: the P wave has no clear beginning."
    assert phrase in compose(facts, verdict).text


@pytest.mark.parametrize(
    ("key", "rate", "value", "rule_id"),
    [
        ("pr", 70, 240, None),
        ("pr", 70, 241, "pr-unsure"),
        ("pr", 55, 260, None),
        ("pr", 55, 261, "pr-unsure"),
        ("qrs", 70, 129, None),
        ("qrs", 70, 130, "qrs-unsure"),
    ],
)
def test_a_doubtful_number_far_beyond_its_limit_is_abnormal(
    key: str, rate: float, value: float, rule_id: str | None
) -> None:
    doubted = {key: number(value, doubt="p_start_unclear"), "rate": number(rate)}
    for prediction in (NORMAL, replace(NORMAL, reads=Reads.STRIP)):
        facts = Facts(replace(HEALTHY, values=HEALTHY.values | doubted), prediction)
        verdict = judge(facts)
        if rule_id is None:
            assert (verdict.level, verdict.rule_id) == (Level.UNCERTAIN, "number-doubtful")
            assert verdict.priority is Priority.SOON
        else:
            assert (verdict.level, verdict.rule_id) == (Level.ABNORMAL, rule_id)
            assert f"perhaps {value} ms" in compose(facts, verdict).text


def test_a_prior_infarction_is_not_said_beside_a_conduction_that_hides_one() -> None:
    facts = Facts(measured({"qrs": 158}), answer(Triage.PRIOR_MI, 0.86))
    draft = compose(facts, judge(facts))
    assert "A prior infarction is suggested (86 %), but this conduction" in draft.text
    assert "Possible prior" not in draft.text and "cannot be judged" not in draft.text


def test_a_doubtful_pr_takes_no_finding_away() -> None:
    long_pr = {"pr": number(214, doubt="p_start_unclear")}
    facts = Facts(
        replace(HEALTHY, values=HEALTHY.values | long_pr), answer(Triage.OTHER, 0.8, {"1AVB": 0.6})
    )
    assert [finding.code for finding in facts.findings] == ["1AVB"]


PAIRS = (
    ("Sinus rhythm", "fibrillation"),
    ("Sinus rhythm", "rhythm cannot be judged"),
    ("PR 1", "PR cannot be judged"),
    ("No significant ST deviation", "ST elevation"),
    ("No significant ST deviation", "ST depression"),
    ("No significant ST deviation", "acute infarction"),
    ("Complete right bundle branch block (", "Incomplete right bundle branch block ("),
    ("An old infarction cannot be judged", "Pathological Q waves"),
    ("An old infarction cannot be judged", "Possible prior"),
    ("this conduction can hide one", "shown in"),
    ("Normal QRS axis", "axis deviation"),
)
"""Words that no draft may hold together."""


def test_reciprocal_depression_is_one_reason_not_two() -> None:
    up, down = {"st_j_mv": 0.3, "st_j60_mv": 0.3}, {"st_j_mv": -0.18, "st_j60_mv": -0.18}
    inferior = {"II": up, "III": up, "aVF": up, "I": down, "aVL": down}
    said = judge(Facts(measured(leads=inferior), answer(Triage.ACUTE_MI, 0.85)))
    assert [reason.code for reason in said.reasons] == ["st-elevation-reciprocal", "acute-seen"]
    # Depression that is not on the other side is a reason of its own.
    also = measured(leads=inferior | {"V5": down, "V6": down})
    codes = [reason.code for reason in judge(Facts(also, answer(Triage.ACUTE_MI, 0.85))).reasons]
    assert "st-depression-deep" in codes


def test_a_conclusion_does_not_count_flags() -> None:
    counted = replace(answer(Triage.ACUTE_MI, 0.85), acute_right=4 / 9, acute_flags=9)
    facts = Facts(measured({}), counted)
    draft = compose(facts, judge(facts))
    assert "85 %: of 9 such flags 4 were right; no ST deviation shows it." in draft.text
    assert draft.conclusion.endswith("possible acute infarction, 85 %; no ST deviation shows it.")


@settings(max_examples=400, deadline=None)
@given(st.integers(0, 2**32))
def test_no_draft_contradicts_itself_or_its_verdict(seed: int) -> None:
    facts = anything(seed)
    verdict = judge(facts)
    draft = compose(facts, verdict)
    told, conclusion = draft.sentences[:-1], draft.sentences[-1]
    abnormal = [one for one in told if one.abnormal]
    if verdict.level in (Level.NORMAL, Level.UNCERTAIN):
        assert not abnormal and not conclusion.abnormal
    if verdict.level in ABNORMAL_LEVELS:
        assert {reason.code for reason in verdict.reasons} <= {one.code for one in abnormal}
    if verdict.level is Level.NORMAL:
        assert facts.triage is Triage.NORMAL and not facts.findings
        assert "cannot be judged" not in draft.text and "suggested" not in draft.text
    assert 1 <= len(verdict.reasons) <= 3
    # That a finding gives way is said with the reason, and asserts nothing.
    gone = {clash.code for clash in facts.clashes}
    body = " ".join(one.text for one in told if one.code not in gone)
    for one, other in PAIRS:
        assert not (one in body and other in body), (one, other, body)
    for section_topic in ("pr_", "qrs_", "qt_", "axis_"):
        assert sum(one.code.startswith(section_topic) for one in told) <= 1
