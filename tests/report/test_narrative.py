"""The draft report says what rests on something, and nothing else."""

from __future__ import annotations

import pytest

from ecg_core.network.statements import Triage
from ecg_core.page.values import Remark, Severity
from ecg_core.report import narrative
from ecg_core.report.phrases import ENGLISH
from ecg_core.report.rules import CONCLUSIONS, PLAIN
from ecg_core.report.values import Facts, Narrative, Section
from ecg_core.signal.measurements import nothing
from ecg_core.signal.synthetic.beat_model import Conduction, Heart, Lesion, Rhythm
from ecg_core.signal.values import QUANTITIES
from ecg_core.triage.criteria import st_elevation
from ecg_core.triage.lead_names import named
from ecg_core.triage.limits import Person, Sex, st_v2_v3_mv
from ecg_core.triage.verdict import judge
from tests.report.facts import measured, prediction

HEALTHY = Heart(rate_bpm=70)


def compose(facts: Facts) -> Narrative:
    return narrative.compose(facts, judge(facts))


def of(narrative: Narrative, section: Section) -> str:
    return " ".join(s.text for s in narrative.sentences if s.section is section)


def test_a_healthy_ecg_reads_as_a_cardiologist_would_write_it() -> None:
    draft = compose(Facts(measured(HEALTHY), prediction()))
    assert of(draft, Section.RHYTHM) == "Sinus rhythm."
    assert of(draft, Section.RATE) == "Ventricular rate 70/min."
    assert of(draft, Section.AXIS).startswith("Normal QRS axis of")
    assert "PR 1" in draft.text and draft.text.count("normal") >= 3
    assert of(draft, Section.CONCLUSION) == "Conclusion: normal ECG."
    assert of(draft, Section.COMPARISON) == ""
    assert [s.section for s in draft.sentences] == sorted(
        (s.section for s in draft.sentences), key=list(Section).index
    )


def test_every_sentence_rests_on_known_leads_numbers_and_findings() -> None:
    heart = Heart(lesions=(Lesion("anterior", st_mv=0.4),))
    answer = prediction(Triage.ACUTE_MI, ("ASMI", "LVH"))
    draft = compose(Facts(measured(heart), answer))
    for sentence in draft.sentences:
        assert set(sentence.numbers) <= set(QUANTITIES)
        assert set(sentence.findings) <= {"ASMI", "LVH", "acute_mi"}
    st = next(s for s in draft.sentences if s.text.startswith("ST elevation"))
    assert {"V2", "V3", "V4"} <= set(st.leads)
    infarct = of(draft, Section.INFARCTION)
    assert infarct.startswith("Possible acute infarction, 70 %; ST deviates in")
    assert "Anteroseptal infarction (80 %), shown in V" in infarct
    assert of(draft, Section.CONCLUSION).startswith("Conclusion: act now: ")


def test_an_abstaining_model_is_not_quoted() -> None:
    answer = prediction(Triage.ACUTE_MI, ("ASMI", "AFIB", "CLBBB"), abstains=True)
    draft = compose(Facts(measured(HEALTHY), answer))
    assert not any(s.findings for s in draft.sentences)
    assert "infarction" not in draft.text and "fibrillation" not in draft.text
    assert draft.conclusion == "Conclusion: not judged by the machine: two leads only."


def test_findings_below_their_operating_points_are_not_said() -> None:
    draft = compose(Facts(measured(HEALTHY), prediction(below=("LVH", "ASMI", "AFIB"))))
    assert draft == compose(Facts(measured(HEALTHY), prediction()))


def test_without_a_model_measurements_speak_alone() -> None:
    draft = compose(Facts(measured(HEALTHY)))
    assert of(draft, Section.RHYTHM) == "Sinus rhythm."
    assert draft.conclusion == "Conclusion: not judged by the machine: no model was asked."


def test_what_cannot_be_measured_cannot_be_judged() -> None:
    draft = compose(Facts(nothing("No trace."), prediction(abstains=True)))
    text = draft.text
    for words in ("rhythm", "rate", "axis", "PR", "QRS duration", "QT", "ST segment"):
        assert f"{words} cannot be judged" in text, words


@pytest.mark.parametrize(
    ("heart", "words"),
    [
        (Heart(rate_bpm=46), "Sinus bradycardia of 4"),
        (Heart(rate_bpm=112, pr_s=0.13), "Sinus tachycardia of 11"),
        (Heart(rate_bpm=62, pr_s=0.26), "PR prolonged to"),
        (Heart(rate_bpm=62, qtc_s=0.486), "QTc prolonged to"),
        (Heart(conduction=Conduction.RIGHT_BUNDLE_BLOCK), "QRS prolonged to"),
        (Heart(rate_bpm=60, premature_every=3), "Beats of another shape:"),
        (Heart(rate_bpm=90, rhythm=Rhythm.FIBRILLATION, irregularity=0.22), "Irregular rhythm"),
    ],
)
def test_measurements_choose_the_phrase(heart: Heart, words: str) -> None:
    assert words in compose(Facts(measured(heart), prediction())).text


@pytest.mark.parametrize(
    ("heart", "person", "words"),
    [
        # T is read to end 8 ms after the model does: QTc of 452 ms.
        (Heart(rate_bpm=60, qtc_s=0.444), Person(50, Sex.MALE), "QTc prolonged to 45"),
        (Heart(rate_bpm=60, qtc_s=0.444), Person(50, Sex.FEMALE), "(Fridericia), normal."),
        (Heart(rate_bpm=60, qtc_s=0.444), Person(), "(Fridericia), normal."),
        (Heart(rate_bpm=112, pr_s=0.13), Person(6), "Sinus rhythm."),
        (Heart(rate_bpm=62), Person(6), "Sinus bradycardia of 6"),
        (Heart(rate_bpm=62), Person(60), "Sinus rhythm."),
    ],
)
def test_limits_are_those_of_age_and_sex(heart: Heart, person: Person, words: str) -> None:
    assert words in compose(Facts(measured(heart), person=person)).text


def test_st_in_v2_and_v3_is_judged_by_age_and_sex() -> None:
    assert st_v2_v3_mv(Person(39, Sex.MALE)) == 0.25
    assert st_v2_v3_mv(Person(40, Sex.MALE)) == st_v2_v3_mv(Person()) == 0.2
    assert st_v2_v3_mv(Person(39, Sex.FEMALE)) == 0.15
    # 0.21 to 0.24 mV in V2 and V3 alone are none in a young man.
    found = measured(Heart(lesions=(Lesion("anterior", st_mv=0.22),)))
    leads = {lead.lead: lead for lead in found.leads if lead.lead in ("V2", "V3")}
    assert all(0.15 < lead.st_j_mv < 0.25 for lead in leads.values())
    assert st_elevation(leads, Person(50, Sex.FEMALE)) == ("V2", "V3")
    assert st_elevation(leads, Person(30, Sex.MALE)) == ()


def test_model_and_measurement_that_disagree_are_both_told() -> None:
    draft = compose(Facts(measured(HEALTHY), prediction(Triage.OTHER, ("AFIB", "CLBBB"))))
    assert "Atrial fibrillation is suggested (80 %), but a P wave leads every" in draft.text
    assert "Complete left bundle branch block is suggested (80 %), but the QRS lasts" in draft.text
    assert not any(s.abnormal for s in draft.sentences if "is suggested" in s.text)


def test_a_bundle_branch_block_hides_the_infarction() -> None:
    heart = Heart(conduction=Conduction.LEFT_BUNDLE_BLOCK)
    draft = compose(Facts(measured(heart), prediction(Triage.OTHER, ("CLBBB",))))
    assert "Complete left bundle branch block (80 %)" in draft.text
    assert "An old infarction cannot be judged with this conduction." in draft.text
    assert "T-wave inversion" not in draft.text


def test_comparison_only_with_an_ecg_that_was_chosen() -> None:
    then = measured(Heart(rate_bpm=60))
    now = measured(Heart(rate_bpm=96, lesions=(Lesion("inferior", st_mv=0.3),)))
    draft = compose(Facts(now, prediction(), previous=then))
    told = of(draft, Section.COMPARISON)
    assert told.startswith("Compared with the previous ECG: Rate 9")
    assert "(was 6" in told and "ST changed by +" in told
    same = compose(Facts(then, prediction(), previous=then))
    assert "no significant change" in of(same, Section.COMPARISON)
    blank = compose(Facts(then, prediction(), previous=nothing("")))
    assert "cannot be compared" in of(blank, Section.COMPARISON)


def test_doubts_about_the_page_come_first() -> None:
    doubt = Remark("arms_swapped", Severity.DOUBT, "The arm electrodes may be swapped.")
    note = Remark("mains", Severity.NOTE, "Mains hum.")
    draft = compose(Facts(measured(HEALTHY), prediction(), (note, doubt)))
    assert draft.sentences[0].text == "The arm electrodes may be swapped."
    assert "Mains hum" not in draft.text


def test_every_phrase_is_used_by_a_rule() -> None:
    used = {phrase.key for topics in PLAIN.values() for one in topics for phrase in one.phrases}
    assert used | {"change_number", "change_rate", "change_st", *CONCLUSIONS.values()} == set(
        ENGLISH
    )


def test_leads_are_named_as_in_a_report() -> None:
    assert named(["V6", "V5", "V4", "III", "II"]) == "II, III, V4–V6"
