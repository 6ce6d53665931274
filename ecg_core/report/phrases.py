"""Every phrase of the draft that is not a line of the table of triage, by key.

The rules that choose among them are in the package `rules`.
"""

from __future__ import annotations

ENGLISH: dict[str, str] = {
    # technical quality
    "doubt": "{text}",
    "off_paper": "Measured on traces read off the page.",
    # rhythm
    "sinus": "Sinus rhythm.",
    "sinus_arrhythmia": "Sinus rhythm, RR varying by {rr_sd} ms.",
    "sinus_by_model": "Sinus rhythm by the model ({percent}); P waves are not measured before "
    "every beat.",
    "no_p": "The rhythm cannot be judged: no P wave is measured before every beat.",
    "no_beats": "The rhythm cannot be judged: too few beats are seen.",
    # rate
    "rate": "Ventricular rate {rate}/min.",
    "rate_doubtful": "Ventricular rate about {rate}/min; the beats stand out little.",
    "rate_none": "The rate cannot be judged.",
    # axis
    "axis_normal": "Normal QRS axis of {axis}°.",
    "axis_none": "The axis cannot be judged.",
    # intervals
    "pr_normal": "PR {pr} ms, normal.",
    "pr_doubtful": "PR about {pr} ms, not certain.",
    "pr_none": "PR cannot be judged.",
    "qrs_normal": "QRS {qrs} ms, normal.",
    "qrs_border": "QRS {qrs} ms, borderline.",
    "qrs_doubtful": "QRS about {qrs} ms, not certain.",
    "qrs_none": "QRS duration cannot be judged.",
    "qt_normal": "QT {qt} ms, QTc {qtcf} ms (Fridericia), normal.",
    "qt_irregular": "QT {qt} ms; QTc about {qtcf} ms (Fridericia), not certain.",
    "qt_none": "QT cannot be judged.",
    # ST and infarction
    "st_secondary": "ST–T changes are expected with this conduction and not judged on their own.",
    "st_none": "No significant ST deviation.",
    "st_unjudged": "The ST segment cannot be judged.",
    "infarct_unjudged": "An old infarction cannot be judged with this conduction.",
    # comparison
    "same": "Compared with the previous ECG, no significant change in rate, axis, intervals or ST.",
    "change": "Compared with the previous ECG: {changes}.",
    "change_rate": "Rate {now}/min (was {then})",
    "change_number": "{name} {now} {unit} (was {then})",
    "change_st": "ST changed by {delta} mV in {leads}",
    "change_none": "The previous ECG cannot be compared: it gave no measurements.",
    # conclusion
    "act_now": "Conclusion: act now: {reasons}.",
    "urgent": "Conclusion: urgent: {reasons}.",
    "abnormal": "Conclusion: abnormal ECG: {reasons}.",
    "uncertain": "Conclusion: no certain abnormality: {reasons}.",
    "normal": "Conclusion: normal ECG.",
    "not_judged": "Conclusion: {reasons}.",
}
