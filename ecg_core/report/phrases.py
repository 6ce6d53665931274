"""Every phrase of the narrative, by key: one table a language, English first.

A translation is another table with the same keys and placeholders, added to `LANGUAGES`; a test
compares the keys. The rules that choose among them are in the package `rules`.
"""

from __future__ import annotations

ENGLISH: dict[str, str] = {
    # technical quality
    "doubt": "{text}",
    "off_paper": "Measured on traces read off the page.",
    # rhythm
    "paced": "Paced rhythm.",
    "sinus": "Sinus rhythm.",
    "sinus_bradycardia": "Sinus bradycardia.",
    "sinus_tachycardia": "Sinus tachycardia.",
    "sinus_arrhythmia": "Sinus arrhythmia, RR varying by {rr_sd} ms.",
    "atrial_axis": "P waves lead the beats with an unusual axis of {p_axis}°: atrial rhythm or "
    "swapped electrodes.",
    "rhythm_finding": "{name}.",
    "rhythm_conflict": "{name} is suggested, although P waves lead the beats: to be checked.",
    "irregular": "Irregular rhythm without P waves that lead the beats.",
    "no_p": "The rhythm cannot be judged: no P wave leads every beat.",
    "no_beats": "The rhythm cannot be judged: too few beats are seen.",
    "other_beats": "Beats of another shape: {count} of {beats} (ventricular ectopy or aberrant "
    "conduction).",
    "early_beats": "Early beats of the usual shape: {count} of {beats}.",
    # rate
    "rate": "Ventricular rate {rate}/min.",
    "rate_doubtful": "Ventricular rate about {rate}/min; the beats stand out little.",
    "rate_none": "The rate cannot be judged.",
    # axis
    "axis_normal": "Normal QRS axis of {axis}°.",
    "axis_left": "Left axis deviation of {axis}°.",
    "axis_right": "Right axis deviation of {axis}°.",
    "axis_extreme": "Extreme axis deviation of {axis}°.",
    "axis_none": "The axis cannot be judged.",
    # intervals
    "pr_normal": "PR {pr} ms, normal.",
    "pr_long": "PR prolonged to {pr} ms.",
    "pr_short": "PR short, {pr} ms.",
    "pr_none": "PR cannot be judged.",
    "qrs_normal": "QRS {qrs} ms, normal.",
    "qrs_border": "QRS {qrs} ms, borderline.",
    "qrs_long": "QRS prolonged to {qrs} ms.",
    "qrs_none": "QRS duration cannot be judged.",
    "qt_normal": "QT {qt} ms, QTc {qtcf} ms (Fridericia), normal.",
    "qt_long": "QT {qt} ms, QTc prolonged to {qtcf} ms (Fridericia).",
    "qt_very_long": "QT {qt} ms, QTc markedly prolonged to {qtcf} ms (Fridericia).",
    "qt_short": "QT {qt} ms, QTc short, {qtcf} ms (Fridericia).",
    "qt_irregular": "QT {qt} ms; QTc about {qtcf} ms (Fridericia), as RR vary.",
    "qt_none": "QT cannot be judged.",
    # conduction
    "conduction": "{name}.",
    "conduction_conflict": "{name} is suggested, but the QRS lasts only {qrs} ms: to be checked.",
    "conduction_unnamed": "Intraventricular conduction delay, not further classified.",
    # hypertrophy
    "hypertrophy": "{name}.",
    "hypertrophy_voltage": "{name}; Sokolow–Lyon index {sokolow} mV.",
    "voltage_alone": "High left ventricular voltage: Sokolow–Lyon index {sokolow} mV.",
    # ST and T
    "st_elevation": "ST elevation of up to {most} mV in {leads}.",
    "st_depression": "ST depression of up to {most} mV in {leads}.",
    "st_secondary": "ST–T changes are expected with this conduction and not judged on their own.",
    "st_none": "No significant ST deviation.",
    "st_unjudged": "The ST segment cannot be judged.",
    "t_inversion": "T-wave inversion in {leads}.",
    "stt_finding": "{name}.",
    # infarction
    "infarct_acute": "Pattern of acute or recent infarction.",
    "infarct_acute_where": "Pattern of acute or recent infarction: {names}.",
    "infarct_prior": "Pattern of prior or age-undetermined infarction.",
    "infarct_prior_where": "Pattern of prior or age-undetermined infarction: {names}.",
    "infarct_finding": "{name}.",
    "q_waves": "Pathological Q waves in {leads}.",
    "infarct_unjudged": "Infarction cannot be judged with this conduction.",
    # comparison
    "same": "Compared with the previous ECG, no significant change in rate, axis, intervals or ST.",
    "change": "Compared with the previous ECG: {changes}.",
    "change_number": "{name} {now} {unit} (was {then})",
    "change_st": "ST changed by {delta} mV in {leads}",
    "change_none": "The previous ECG cannot be compared: it gave no measurements.",
    # conclusion
    "normal": "Conclusion: normal ECG.",
    "conclusion": "Conclusion: {named}.",
    "abstained": "Conclusion left to the reader: the machine abstains.",
    "no_model": "Conclusion left to the reader.",
}

LANGUAGES: dict[str, dict[str, str]] = {"en": ENGLISH}
"""Phrase tables by language."""
