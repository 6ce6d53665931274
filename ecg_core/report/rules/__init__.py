"""The rules of the narrative: a table, section by section, of what is said when.

Each row names the phrase, and a function that gives what the phrase needs and what the sentence
rests on, or None where it does not apply. In a section that says one thing the first row that
applies speaks; in one that may say several, every row does.
"""

from __future__ import annotations

from ecg_core.network.statements import Triage
from ecg_core.report.rules import (
    conclusion,
    conduction,
    hypertrophy,
    infarction,
    intervals,
    previous,
    rhythm,
    st_t,
    technical,
)
from ecg_core.report.rules.rhythm import Pace
from ecg_core.report.rules.rule import Answer, Basis, Rule, always, blank, number
from ecg_core.report.values import Section
from ecg_core.signal.values import BeatKind

__all__ = ["EACH", "FIRST", "Answer", "Basis", "Rule"]

FIRST: dict[Section, tuple[tuple[Rule, ...], ...]] = {
    Section.QUALITY: (),
    Section.RHYTHM: (
        (
            Rule("paced", rhythm.paced),
            Rule("rhythm_finding", rhythm.arrhythmia(with_p=False)),
            Rule("rhythm_conflict", rhythm.arrhythmia(with_p=True)),
            Rule("sinus_arrhythmia", rhythm.sinus_arrhythmia),
            Rule("sinus_bradycardia", rhythm.sinus(Pace.SLOW)),
            Rule("sinus_tachycardia", rhythm.sinus(Pace.FAST)),
            Rule("sinus", rhythm.sinus()),
            Rule("atrial_axis", rhythm.atrial),
            Rule("irregular", rhythm.irregular),
            Rule("no_p", rhythm.no_p),
            Rule("no_beats", always),
        ),
    ),
    Section.RATE: (
        (
            Rule("rate", number("rate", doubtful=False)),
            Rule("rate_doubtful", number("rate")),
            Rule("rate_none", always),
        ),
    ),
    Section.AXIS: (
        (
            Rule("axis_normal", number("qrs_axis", -30, 91)),
            Rule("axis_left", number("qrs_axis", -90, -30)),
            Rule("axis_right", number("qrs_axis", 91, 181)),
            Rule("axis_extreme", number("qrs_axis", -180, -90)),
            Rule("axis_none", always),
        ),
    ),
    Section.INTERVALS: (
        (
            Rule("pr_short", number("pr", below=120)),
            Rule("pr_normal", number("pr", 120, 201)),
            Rule("pr_long", number("pr", 201)),
            Rule("pr_none", blank("pr")),
        ),
        (
            Rule("qrs_normal", number("qrs", below=110)),
            Rule("qrs_border", number("qrs", 110, 120)),
            Rule("qrs_long", number("qrs", 120)),
            Rule("qrs_none", blank("qrs")),
        ),
        (
            Rule("qt_irregular", intervals.qt_irregular),
            Rule("qt_short", intervals.qt_short),
            Rule("qt_normal", intervals.qt_normal),
            Rule("qt_long", intervals.qt_long),
            Rule("qt_very_long", intervals.qt_very_long),
            Rule("qt_none", always),
        ),
    ),
    Section.CONDUCTION: (),
    Section.HYPERTROPHY: (),
    Section.ST_T: ((Rule("st_secondary", st_t.secondary), Rule("st_unjudged", st_t.unjudged)),),
    Section.INFARCTION: (
        (
            Rule("infarct_acute_where", infarction.pattern(Triage.ACUTE_MI, named=True)),
            Rule("infarct_acute", infarction.pattern(Triage.ACUTE_MI, named=False)),
            Rule("infarct_prior_where", infarction.pattern(Triage.PRIOR_MI, named=True)),
            Rule("infarct_prior", infarction.pattern(Triage.PRIOR_MI, named=False)),
            Rule("infarct_finding", infarction.named_findings),
            Rule("infarct_unjudged", infarction.unjudged),
        ),
    ),
    Section.COMPARISON: (
        (
            Rule("change_none", previous.not_compared),
            Rule("change", previous.compared(different=True)),
            Rule("same", previous.compared(different=False)),
        ),
    ),
    Section.CONCLUSION: (
        (
            Rule("abstained", conclusion.abstained),
            Rule("normal", conclusion.normal),
            Rule("conclusion", conclusion.summed_up),
            Rule("no_model", always),
        ),
    ),
}
"""Groups of rules of which only the first that applies speaks, by section."""

EACH: dict[Section, tuple[Rule, ...]] = {
    Section.QUALITY: (Rule("doubt", technical.doubts), Rule("off_paper", technical.off_paper)),
    Section.RHYTHM: (
        Rule("other_beats", rhythm.beats(BeatKind.OTHER_SHAPE)),
        Rule("early_beats", rhythm.beats(BeatKind.EARLY)),
    ),
    Section.CONDUCTION: (
        Rule("conduction", conduction.named_delay(conflict=False)),
        Rule("conduction_conflict", conduction.named_delay(conflict=True)),
        Rule("conduction_unnamed", conduction.unnamed_delay),
    ),
    Section.HYPERTROPHY: (
        Rule("hypertrophy_voltage", hypertrophy.enlarged(left=True)),
        Rule("hypertrophy", hypertrophy.unmeasured),
        Rule("hypertrophy", hypertrophy.enlarged(left=False)),
        Rule("voltage_alone", hypertrophy.voltage),
    ),
    Section.ST_T: (
        Rule("st_elevation", st_t.deviation(st_t.elevated, 1.0)),
        Rule("st_depression", st_t.deviation(st_t.depressed, -1.0)),
        Rule("st_none", st_t.none),
        Rule("t_inversion", st_t.t_inverted),
        Rule("stt_finding", st_t.findings),
    ),
    Section.INFARCTION: (Rule("q_waves", infarction.q_waves),),
}
"""Rules that all speak, after the section's first ones."""
