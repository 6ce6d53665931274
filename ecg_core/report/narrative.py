"""The draft report: the verdict's own sentences, and plain ones on what they leave unsaid.

Whatever is abnormal is said by a line of the table of triage, which made the verdict; the phrases
here only say what is usual, blank or technical, and only where no such line has spoken on the
topic. So no sentence contradicts another one or the conclusion.
"""

from __future__ import annotations

from ecg_core.report.phrases import ENGLISH
from ecg_core.report.rules import CONCLUSIONS, PLAIN, Phrase, Topic, clash_section
from ecg_core.report.values import Facts, Narrative, Section, Sentence
from ecg_core.triage.acute import SUCH_FLAGS
from ecg_core.triage.rule import Answer
from ecg_core.triage.verdict import Fired, Level, Verdict, fired

ABNORMAL_LEVELS = (Level.ACT_NOW, Level.URGENT, Level.ABNORMAL)


def compose(facts: Facts, verdict: Verdict) -> Narrative:
    """The draft of one ECG, section by section.

    verdict: on the same facts.
    """
    abnormal = fired(facts)
    sentences: list[Sentence] = []
    for section in Section:
        here = [one for one in abnormal if one.rule.section is section]
        for topic in PLAIN.get(section, ()):
            spoken = [one for one in abnormal if topic.name and one.rule.topic == topic.name]
            sentences += [_told(one) for one in spoken] or _plain(topic, facts, section)
            here = [one for one in here if one not in spoken]
        sentences += [_told(one) for one in here]
        sentences += [
            Sentence(section, one.text, one.leads, one.numbers, (one.finding.code,), one.code)
            for one in facts.clashes
            if clash_section(one) is section
        ]
    sentences.append(_conclusion(verdict))
    return Narrative(tuple(dict.fromkeys(sentences)))


def _told(one: Fired) -> Sentence:
    basis = one.basis
    return Sentence(
        one.rule.section,
        one.text,
        basis.leads,
        basis.numbers,
        basis.findings,
        one.rule.id,
        abnormal=True,
    )


def _plain(topic: Topic, facts: Facts, section: Section) -> list[Sentence]:
    sentences: list[Sentence] = []
    for phrase in topic.phrases:
        said = _said(phrase, facts, section)
        sentences += said
        if said and topic.name:
            break
    return sentences


def _said(phrase: Phrase, facts: Facts, section: Section) -> list[Sentence]:
    answer: Answer = phrase.says(facts)
    if answer is None:
        return []
    return [
        Sentence(
            section,
            ENGLISH[phrase.key].format(**basis.words),
            basis.leads,
            basis.numbers,
            basis.findings,
            phrase.key,
        )
        for basis in (answer if isinstance(answer, list) else [answer])
    ]


def _conclusion(verdict: Verdict) -> Sentence:
    key = CONCLUSIONS[verdict.level]
    reasons = "; ".join(_clause(reason.text) for reason in verdict.reasons)
    rests = [reason.rests_on for reason in verdict.reasons]
    return Sentence(
        Section.CONCLUSION,
        ENGLISH[key].format(reasons=reasons),
        tuple(dict.fromkeys(lead for one in rests for lead in one.leads)),
        tuple(dict.fromkeys(key for one in rests for key in one.measurements)),
        tuple(dict.fromkeys(code for one in rests for code in one.findings)),
        key,
        abnormal=verdict.level in ABNORMAL_LEVELS,
    )


def _clause(text: str) -> str:
    """A sentence as part of another one: "PR short." → "PR short", "Paced." → "paced".

    How often such flags were right is said where the flag is.
    """
    text = SUCH_FLAGS.sub("", text.rstrip("."))
    return text[0].lower() + text[1:] if text[1:2].islower() else text
