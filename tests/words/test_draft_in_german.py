"""Verdict and draft in German: every row of their tables, and drafts of all kinds of ECGs."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecg_core.network.statements import (
    STATEMENTS,
    STRIP_TRIAGE_NAMES,
    SUPERCLASS_NAMES,
    TRIAGE_NAMES,
)
from ecg_core.network.strip_statements import STRIP_STATEMENTS
from ecg_core.network.values import Reason
from ecg_core.page.doubts.limits import ROWS, Limit
from ecg_core.page.values import Remark, Severity
from ecg_core.report.narrative import compose
from ecg_core.report.phrases import ENGLISH
from ecg_core.signal import overview
from ecg_core.signal.reasons import REASONS
from ecg_core.signal.values import QUANTITIES, QUESTIONS, BeatKind, MarkKind
from ecg_core.triage.acute import acute_words
from ecg_core.triage.agreement import GIVES_WAY
from ecg_core.triage.facts import Facts, Section
from ecg_core.triage.priority import Priority
from ecg_core.triage.table import RELEASED, RULES, Rule
from ecg_core.triage.verdict import Level, in_a_line, judge
from tests.triage.ecgs import HEALTHY, answer, measured
from tests.triage.test_verdict import anything
from tests.words.english import filled, left_in_english, say

SENTENCES = [
    text
    for text in (
        *ENGLISH.values(),
        *(rule.sentence for rule in RULES),
        *(row.sentence for row in GIVES_WAY),
    )
    if text != "{text}"
]
NAMES = [
    *(one.name for one in STATEMENTS.values()),
    *(one.name for one in STRIP_STATEMENTS),
    *TRIAGE_NAMES.values(),
    *STRIP_TRIAGE_NAMES.values(),
    *SUPERCLASS_NAMES.values(),
    *(one.name for one in QUANTITIES.values()),
    *QUESTIONS.values(),
    *REASONS.values(),
    *overview.RHYTHMS.values(),
    *overview.BEATS.values(),
    *BeatKind,
    *MarkKind,
    *Level,
    *Priority,
    *Section,
]
OPTIONAL = {
    "of_flags": (": of 100 such flags 66 were right", ""),
    "voltage": ("; Sokolow–Lyon index 3.6 mV", ""),
    "st": ("ST deviates in V1–V4", "ST cannot be judged", "no ST deviation shows it"),
    "percent": ("79 %",),
    "name": ("Left ventricular hypertrophy", "QRS axis", "Atrial fibrillation"),
    "now": ("30",),
    "then": ("-20",),
    "unit": ("°",),
}
"""What stands in places that are words or nothing."""


@pytest.mark.parametrize("template", dict.fromkeys(SENTENCES))
def test_every_sentence_of_the_draft_has_its_german(template: str) -> None:
    for choice in range(3):
        some = {key: values[choice % len(values)] for key, values in OPTIONAL.items()}
        if "{unit}" in template:
            some["name"] = "QRS axis"
        text = filled(template, **some)
        assert say(text) != text
        assert not left_in_english(text), say(text)
        assert ("{percent}" in template) == ("79 %" in say(text))


@pytest.mark.parametrize("name", dict.fromkeys(str(name) for name in NAMES))
def test_every_name_has_its_german(name: str) -> None:
    assert not left_in_english(name), say(name)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_line_of_the_table_is_explained_in_german(rule: Rule) -> None:
    for text in (RELEASED.words(rule), rule.guideline):
        assert not left_in_english(text), say(text)


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("PR 198 ms, normal.", "PQ-Zeit 198 ms, normal."),
        ("Complete left bundle branch block (81 %).", "Kompletter Linksschenkelblock (81 %)."),
        (
            "Possible acute infarction, 85 %: of 9 such flags 4 were right; ST deviates in V2, V3.",
            "Möglicherweise akuter Infarkt, 85 %: von 9 solchen Meldungen waren 4 richtig; "
            "ST-Abweichung in V2, V3.",
        ),
        (
            "Conclusion: act now: ST elevation of up to 0.25 mV in V1–V4 with reciprocal "
            "depression in II, III, aVF: possible acute infarction; ventricular rate 170/min, "
            "very fast; paced rhythm.",
            "Beurteilung: sofort handeln: ST-Hebung bis 0,25 mV in V1–V4 mit spiegelbildlicher "
            "Senkung in II, III, aVF: möglicherweise akuter Infarkt; Kammerfrequenz 170/min, sehr "
            "schnell; Schrittmacherrhythmus.",
        ),
        (
            "Conclusion: urgent: possible acute infarction, 31 %; "
            "no ST deviation shows it; QT 400 ms, QTc prolonged to 480 ms (Fridericia).",
            "Beurteilung: dringlich: Möglicherweise akuter Infarkt, 31 %; "
            "keine ST-Abweichung zeigt ihn; QT-Zeit 400 ms, QTc "
            "verlängert auf 480 ms (Fridericia).",
        ),
        (
            "Compared with the previous ECG: Rate 90/min (was 60); ST changed by +0.20 mV in "
            "V1–V3.",
            "Im Vergleich zum Vor-EKG: Frequenz 90/min (zuvor 60); ST-Strecke um +0,20 mV "
            "verändert in V1–V3.",
        ),
        (
            "not judged: Not judged by the machine: flat: II. Check the electrode; the answer may "
            "be wrong.",
            "nicht beurteilt: Maschinell nicht beurteilt: Nulllinie: II. Die Elektrode prüfen; die "
            "Antwort kann falsch sein.",
        ),
    ],
)
def test_a_sentence_is_said_with_its_numbers(english: str, german: str) -> None:
    assert say(english) == german


@pytest.mark.parametrize("acute", [0.02, 0.4])
@pytest.mark.parametrize("right", [None, 0.25])
def test_how_likely_an_infarction_is_is_said_in_german(acute: float, right: float | None) -> None:
    asked = replace(answer(acute=acute), acute_right=right, acute_missed=right)
    assert not left_in_english(acute_words(asked))


def _doubt(limit: Limit) -> Remark:
    hint = filled(limit.hint)
    return Remark(limit.code, limit.severity, filled(limit.text, what="25 mm/s", measured=""), hint)


DOUBTS = [_doubt(row) for row in ROWS if row.severity is Severity.DOUBT]


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32))
def test_no_draft_or_verdict_keeps_an_english_word(seed: int) -> None:
    draw = Random(seed)
    facts = anything(seed)
    doubts = tuple(draw.sample(DOUBTS, draw.choice((0, 0, 1, 2))))
    assert facts.prediction is not None
    prediction = facts.prediction
    if prediction.reasons:
        reasons = (
            Reason("strange", "Only 4 of twelve leads are on the page."),
            Reason(doubts[0].code, f"{doubts[0].text} {doubts[0].hint}") if doubts else None,
        )
        prediction = replace(prediction, reasons=tuple(one for one in reasons if one))
    previous = draw.choice((None, HEALTHY, measured({"rate": 120, "qrs_axis": -60, "pr": 280})))
    facts = Facts(facts.measurements, prediction, doubts, previous, facts.person)
    verdict = judge(facts)
    draft = compose(facts, verdict)
    for sentence in draft.sentences:
        assert not left_in_english(sentence.text), (sentence.text, say(sentence.text))
    for text in (
        draft.text,
        in_a_line(verdict),
        verdict.rule,
        *(one.text for one in verdict.reasons),
    ):
        assert not left_in_english(text), (text, say(text))
