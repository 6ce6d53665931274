"""Every line of the table, by an ECG that fires it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from ecg_core.network.statements import Reads, Triage
from ecg_core.network.values import Reason
from ecg_core.page.values import Remark, Severity
from ecg_core.signal.reasons import blank, number, untold
from ecg_core.triage.facts import Facts
from ecg_core.triage.limits import SOMEBODY, Person, Sex
from ecg_core.triage.priority import Priority
from ecg_core.triage.table import RULES
from ecg_core.triage.verdict import judge
from tests.triage.ecgs import HEALTHY, answer, measured

NORMAL = answer()
NO_P = {"p_present": False, "sinus_p": False}
UNEVEN = NO_P | {"regular": False}
AF = answer(Triage.OTHER, 0.6, {"AFIB": 0.8})
UP, DOWN = {"st_j_mv": 0.25, "st_j60_mv": 0.25}, {"st_j_mv": -0.12, "st_j60_mv": -0.12}
SLIGHTLY = {"st_j_mv": -0.06, "st_j60_mv": -0.06}
BLOCK = answer(Triage.OTHER, 0.6, {"CLBBB": 0.9})


def without(key: str) -> Facts:
    return Facts(replace(HEALTHY, values=HEALTHY.values | {key: blank("no_p")}), NORMAL)


def finding(code: str, probability: float = 0.6, **values: float) -> Facts:
    return Facts(measured(values), answer(Triage.NORMAL, 0.9, {code: probability}))


def counted_unsurely(bpm: float, person: Person = SOMEBODY) -> Facts:
    """A rate of beats that stand out little."""
    found = measured({"rate": bpm, "rr": 60e3 / bpm}, NO_P)
    values = found.values | {"rate": number(bpm, doubt="faint_beats"), "pr": blank("no_p")}
    return Facts(replace(found, values=values), NORMAL, person=person)


def doubtful(
    key: str,
    value: float,
    why: str,
    values: Mapping[str, float] | None = None,
    answers: Mapping[str, bool] | None = None,
) -> Facts:
    """A healthy adult's ECG with one number that is not sure."""
    found = measured(values, answers)
    return Facts(replace(found, values=found.values | {key: number(value, (), why)}), NORMAL)


UNSURE_RATE = counted_unsurely(30)
FIRED_BY: dict[str, Facts] = {
    "preexcited-af": Facts(measured({"qrs": 130, "shortest_rr": 280, "rate": 170}, UNEVEN), NORMAL),
    "broad-tachycardia": Facts(measured({"rate": 143, "qrs": 128}, NO_P), NORMAL),
    "slow-without-p": Facts(measured({"rate": 40}, NO_P), NORMAL),
    "ventricular-run": Facts(measured({"wide_run": 3, "other_beats": 3}), NORMAL),
    "pause": Facts(measured({"longest_pause": 3000}), NORMAL),
    "rate-150": Facts(measured({"rate": 150}), NORMAL),
    "rate-40": Facts(measured({"rate": 39}), NORMAL),
    "rate-131": Facts(measured({"rate": 131}), NORMAL),
    "rate-unsure": UNSURE_RATE,
    "even-tachycardia": Facts(measured({"rate": 143, "rr": 420, "rr_sd": 5}, NO_P), NORMAL),
    "block-infarction": Facts(measured({"qrs": 140}, leads={"V5": UP}), BLOCK),
    "st-elevation-reciprocal": Facts(
        measured(leads={"II": UP, "III": UP, "aVF": UP, "aVL": DOWN, "I": DOWN}), NORMAL
    ),
    "de-winter": Facts(
        measured(leads={key: {"st_j_mv": -0.15, "t_mv": 0.8} for key in ("V3", "V4")}), NORMAL
    ),
    "widespread-depression": Facts(
        measured(
            leads=dict.fromkeys(("I", "II", "V3", "V4", "V5", "V6"), DOWN)
            | {"aVR": {"st_j_mv": 0.1, "st_j60_mv": 0.1}}
        ),
        NORMAL,
    ),
    "acute-seen": Facts(measured(leads={"V3": UP, "V4": UP}), answer(acute=0.12)),
    "acute-infarction": Facts(HEALTHY, answer(Triage.ACUTE_MI, 0.5)),
    "acute-flag": Facts(HEALTHY, answer(acute=0.12)),
    "fast-af": Facts(measured({"rate": 111, "rr": 540, "rr_sd": 90}, UNEVEN), AF),
    "brugada": Facts(
        measured(leads={"V1": {"st_j_mv": 0.3, "st_j60_mv": 0.1, "t_low_mv": -0.2}}), NORMAL
    ),
    "st-elevation": Facts(measured(leads={"V3": UP, "V4": UP}), NORMAL),
    "posterior": Facts(measured(leads={"V2": DOWN, "V3": DOWN}), NORMAL),
    "st-depression-deep": Facts(measured(leads={"V5": DOWN, "V6": DOWN}), NORMAL),
    "wellens": Facts(measured(leads={"V3": {"t_high_mv": 0.15, "t_low_mv": -0.15}}), NORMAL),
    "peaked-t": Facts(
        measured(
            leads={
                name: {"p_mv": None}
                | ({"t_mv": 1.2, "t_half_ms": 90.0} if name in ("V3", "V4") else {})
                for name in (
                    "I",
                    "II",
                    "III",
                    "aVR",
                    "aVL",
                    "aVF",
                    "V1",
                    "V2",
                    "V3",
                    "V4",
                    "V5",
                    "V6",
                )
            }
        ),
        NORMAL,
    ),
    "injury": Facts(
        measured(leads={"V3": {"t_mv": -0.2}}), answer(Triage.NORMAL, 0.9, {"INJAS": 0.5})
    ),
    "ischaemia": finding("ISC_"),
    "pre-excitation": Facts(measured({"pr": 100, "qrs": 118}, {"slurred_onset": True}), NORMAL),
    "qt-late-peak": Facts(
        replace(
            measured(answers={"late_t": True}),
            values=HEALTHY.values | dict.fromkeys(("qt", "qtcf", "qtcb"), blank("t_end_unclear")),
        ),
        NORMAL,
    ),
    "qt-late-end": Facts(
        replace(
            measured(answers={"late_t_end": True}),
            values=HEALTHY.values | dict.fromkeys(("qt", "qtcf", "qtcb"), blank("t_end_unclear")),
        ),
        NORMAL,
    ),
    "pre-excitation-unsure": doubtful(
        "pr", 100, "p_start_unclear", {"qrs": 118}, {"slurred_onset": True}
    ),
    "broad-tachycardia-unsure": doubtful("qrs", 134, "coarse_picture", {"rate": 125}, NO_P),
    "p-outnumber": Facts(measured(answers=NO_P | {"p_outnumber": True}), NORMAL),
    "slow-p-unsure": Facts(
        replace(
            measured({"rate": 45}),
            judged=HEALTHY.judged | {"p_present": untold("no_p"), "sinus_p": untold("no_p")},
        ),
        NORMAL,
    ),
    "pr-300": Facts(measured({"pr": 300}), NORMAL),
    "qt-500": Facts(measured({"qtcf": 500}), NORMAL),
    "trifascicular": finding("CRBBB", qrs=140, qrs_axis=-60, pr=240),
    "left-bundle-branch-block": finding("CLBBB", qrs=140),
    "paced": Facts(measured(answers={"paced": True}), NORMAL),
    "atrial-fibrillation": Facts(measured({"rate": 90, "rr": 667, "rr_sd": 100}, UNEVEN), AF),
    "atrial-axis": Facts(measured({"p_axis": -60}, {"sinus_p": False}), NORMAL),
    "sinus-bradycardia": Facts(measured({"rate": 48}), NORMAL),
    "sinus-tachycardia": Facts(measured({"rate": 104}), NORMAL),
    "other-beats": Facts(measured({"other_beats": 1}), NORMAL),
    "early-beats": Facts(measured({"early_beats": 1}), NORMAL),
    "premature-finding": finding("PVC"),
    "st-depression": Facts(measured(leads={"V5": SLIGHTLY, "V6": SLIGHTLY}), NORMAL),
    "t-inversion": Facts(measured(leads={key: {"t_mv": -0.2} for key in ("V5", "V6")}), NORMAL),
    "prior-infarction": Facts(HEALTHY, answer(Triage.PRIOR_MI, 0.8)),
    "prior-infarction-hidden": Facts(measured({"qrs": 140}), answer(Triage.PRIOR_MI, 0.8)),
    "infarct-finding": Facts(
        measured(leads={"II": {"q_mv": -0.2, "q_ms": 40.0}}),
        answer(Triage.NORMAL, 0.9, {"IMI": 0.5}),
    ),
    "q-waves": Facts(
        measured(leads={key: {"q_mv": -0.2, "q_ms": 40.0} for key in ("V4", "V5")}), NORMAL
    ),
    "axis-extreme": Facts(measured({"qrs_axis": -120}), NORMAL),
    "axis-left": Facts(measured({"qrs_axis": -35}), NORMAL),
    "axis-right": Facts(measured({"qrs_axis": 100}), NORMAL),
    "pr-long": Facts(measured({"pr": 220}), NORMAL),
    "pr-unsure": doubtful("pr", 375, "p_start_unclear"),
    "pr-short": Facts(measured({"pr": 110}), NORMAL),
    "wide-qrs": Facts(measured({"qrs": 124}), NORMAL),
    "qrs-unsure": doubtful("qrs", 158, "p_start_unclear"),
    "qt-long": Facts(measured({"qtcf": 470}), NORMAL),
    "qt-short": Facts(measured({"qtcf": 330}), NORMAL),
    "bundle-branch-block": finding("CRBBB", qrs=140),
    "conduction-finding": finding("IRBBB", qrs=112),
    "hypertrophy": finding("LVH"),
    "high-voltage": Facts(measured(leads={"V1": {"s_mv": -2.0}, "V5": {"r_mv": 1.8}}), NORMAL),
    "low-voltage": Facts(measured(answers={"low_voltage_limb": True}), NORMAL),
    "other-finding": finding("NDT"),
    "other-abnormality": Facts(HEALTHY, answer(Triage.OTHER, 0.8)),
    "machine-abstains": Facts(HEALTHY, replace(NORMAL, reasons=(Reason("strange", "Strange."),))),
    "strip-normal": Facts(HEALTHY, answer(Triage.NORMAL, 0.9, reads=Reads.STRIP)),
    "doubtful-page": Facts(HEALTHY, NORMAL, (Remark("short", Severity.DOUBT, "Short."),)),
    "finding-contradicted": finding("AFIB"),
    "not-measured": without("pr"),
    "number-doubtful": doubtful("pr", 214, "p_start_unclear"),
    "class-suggested": Facts(
        HEALTHY,
        replace(
            NORMAL,
            superclasses=tuple(replace(one, probability=0.6) for one in NORMAL.superclasses[1:2]),
        ),
    ),
    "normal": Facts(HEALTHY, NORMAL),
    "not-surely-normal": Facts(HEALTHY, answer(Triage.NORMAL, 0.69)),
    "irregular": Facts(
        replace(
            measured({"rr_sd": 150}, UNEVEN),
            values=measured({"rr_sd": 150}).values | {"pr": blank("no_p")},
        ),
        NORMAL,
    ),
    "rate-unusual": Facts(
        replace(
            measured({"rate": 120, "rr": 500, "rr_sd": 10}, NO_P),
            values=measured({"rate": 120, "rr": 500, "rr_sd": 10}).values | {"pr": blank("no_p")},
        ),
        NORMAL,
    ),
}
"""Line of the table → an ECG whose verdict it gives."""


def test_every_line_is_here() -> None:
    ids = [rule.id for rule in RULES]
    assert len(ids) == len(set(ids))
    assert set(ids) == set(FIRED_BY)


@pytest.mark.parametrize("rule_id", [rule.id for rule in RULES])
def test_each_line_fires_and_decides(rule_id: str) -> None:
    rule = next(rule for rule in RULES if rule.id == rule_id)
    verdict = judge(FIRED_BY[rule_id])
    assert (verdict.rule_id, verdict.priority) == (rule_id, rule.priority)
    assert verdict.reasons[0].code == rule_id
    assert "{" not in verdict.reasons[0].text and "{" not in verdict.rule


def test_every_line_names_condition_sentence_and_guideline() -> None:
    for rule in RULES:
        assert rule.condition.endswith(".") and rule.guideline, rule.id
        assert rule.sentence.rstrip("}").endswith(".") or rule.sentence == "{text}", rule.id


def test_of_a_finding_only_what_the_evidence_carries_is_listed() -> None:
    # Findings that no model shows have no line of their own.
    words = " ".join(rule.id for rule in RULES)
    for gone in ("flutter", "long-qt-finding", "electrolytes", "high-grade"):
        assert gone not in words


@pytest.mark.parametrize(
    ("person", "mv", "fires"),
    [
        (Person(30, Sex.MALE), 0.24, False),
        (Person(50, Sex.MALE), 0.24, True),
        (Person(50, Sex.MALE), 0.19, False),
        (Person(50, Sex.FEMALE), 0.16, True),
        (Person(), 0.16, False),
    ],
)
def test_elevation_in_v2_and_v3_by_age_and_sex(person: Person, mv: float, fires: bool) -> None:
    raised = {"st_j_mv": mv, "st_j60_mv": mv}
    facts = Facts(measured(leads={"V2": raised, "V3": raised}), NORMAL, person=person)
    assert (judge(facts).rule_id == "st-elevation") is fires


@pytest.mark.parametrize(
    ("pr_ms", "qrs_ms", "slurred", "fires"),
    [
        (159, 100, True, True),
        (119, 100, True, True),
        (160, 130, True, False),
        (110, 99, True, False),
        (110, 130, False, False),
    ],
)
def test_preexcitation_is_a_slurred_wide_qrs_soon_after_p(
    pr_ms: float, qrs_ms: float, slurred: bool, fires: bool
) -> None:
    facts = Facts(measured({"pr": pr_ms, "qrs": qrs_ms}, {"slurred_onset": slurred}), NORMAL)
    assert (judge(facts).rule_id == "pre-excitation") is fires
    # Q waves of an infarction begin slowly, too.
    infarcted = Facts(facts.measurements, answer(Triage.PRIOR_MI, 0.9))
    assert (judge(infarcted).rule_id == "pre-excitation") is (fires and pr_ms < 120)


def test_a_wide_qrs_lengthens_qt_and_does_not_count_as_marked_for_it() -> None:
    assert judge(Facts(measured({"qrs": 160, "qtcf": 540}), NORMAL)).rule_id != "qt-500"
    assert judge(Facts(measured({"qrs": 160, "qtcf": 560}), NORMAL)).rule_id == "qt-500"


def test_a_child_is_judged_by_its_age() -> None:
    fast = measured({"rate": 140, "rr": 429})
    assert judge(Facts(fast, NORMAL)).priority is Priority.URGENT
    assert judge(Facts(fast, NORMAL, person=Person(2))).level == "normal"


@pytest.mark.parametrize(
    ("bpm", "fires"), [(39, True), (40, False), (130, False), (131, True), (152, True)]
)
def test_an_extreme_rate_that_is_not_surely_counted_is_looked_at_soon(
    bpm: float, fires: bool
) -> None:
    verdict = judge(counted_unsurely(bpm))
    assert ("rate-unsure" in {reason.code for reason in verdict.reasons}) is fires
    assert not {"rate-40", "rate-131", "rate-150"} & {reason.code for reason in verdict.reasons}
    assert (verdict.priority is Priority.URGENT) is fires


@pytest.mark.parametrize(
    ("bpm", "rr_sd_ms", "paced", "code", "said"),
    [
        (60, 40, False, "AFIB", False),
        (60, 41, False, "AFIB", True),
        (75, 10, False, "AF", False),
        (75, 10, True, "AF", True),
        (75, 10, False, "AFLT", True),
        (49, 10, False, "AFIB", True),
        (119, 10, False, "AF", False),
        (128, 10, False, "AF", True),
    ],
)
def test_atria_that_fibrillate_do_not_lead_evenly(
    bpm: float, rr_sd_ms: float, paced: bool, code: str, said: bool
) -> None:
    """RR of 60,000 ms a minute over the rate; beats below a pacemaker or a block may be even."""
    found = measured({"rate": bpm, "rr": 60_000 / bpm, "rr_sd": rr_sd_ms}, NO_P | {"paced": paced})
    facts = Facts(found, answer(Triage.OTHER, 0.9, {code: 0.9}))
    assert bool(facts.has(code)) is said
    assert ("af-even" in {clash.code for clash in facts.clashes}) is not said


@pytest.mark.parametrize(
    ("bpm", "rr_sd_ms", "probability", "said"),
    [
        (60, 70, 0.69, False),
        (60, 70, 0.71, True),
        (60, 71, 0.69, True),
        (40, 100, 0.3, False),
        (149, 20, 0.3, False),
        (150, 20, 0.3, True),
    ],
)
def test_less_even_beats_contradict_a_fibrillation_that_is_less_sure(
    bpm: float, rr_sd_ms: float, probability: float, said: bool
) -> None:
    """7 % of RR, of 1,000 ms at 60/min, where fibrillation is less likely than 0.7."""
    found = measured({"rate": bpm, "rr": 60_000 / bpm, "rr_sd": rr_sd_ms}, NO_P)
    assert bool(Facts(found, answer(Triage.OTHER, 0.9, {"AFIB": probability})).has("AFIB")) is said


def test_fast_even_beats_are_no_fibrillation() -> None:
    """RR of 314 ms that differ by 2 ms: a circuit. Flutter led two to one is as even at 150/min."""
    even = measured({"rate": 191, "rr": 314, "rr_sd": 2}, NO_P)
    uneven = measured({"rate": 191, "rr": 314, "rr_sd": 30}, UNEVEN)
    flutter = measured({"rate": 150, "rr": 400, "rr_sd": 2}, NO_P)
    for found, code, said in (
        (even, "AFIB", False),
        (even, "AF", False),
        (uneven, "AF", True),
        (flutter, "AF", True),
        (flutter, "AFIB", False),
    ):
        facts = Facts(found, answer(Triage.OTHER, 0.9, {code: 0.9}))
        assert bool(facts.has(code)) is said, code
        assert ("af-too-even" in {clash.code for clash in facts.clashes}) is not said
        verdict = judge(facts)
        assert verdict.priority is Priority.IMMEDIATE
        named = {reason.code for reason in verdict.reasons}
        assert ("even-tachycardia" in named) is (found is not uneven)
