"""The draft report: rules choose the phrases, nothing is generated freely."""

from __future__ import annotations

from ecg_core.report.phrases import LANGUAGES
from ecg_core.report.rules import EACH, FIRST, Answer, Basis, Rule
from ecg_core.report.values import Facts, Narrative, Section, Sentence


def compose(facts: Facts, language: str = "en") -> Narrative:
    """The sentences that the rules give, section by section.

    Findings of a model that abstains, and findings below their operating points, are not used.
    Raises KeyError for a language without a table.
    """
    phrases = LANGUAGES[language]
    sentences: list[Sentence] = []
    for section in Section:
        for group in FIRST.get(section, ()):
            for rule in group:
                said = _said(rule, facts, section, phrases)
                if said:
                    sentences += said
                    break
        for rule in EACH.get(section, ()):
            sentences += _said(rule, facts, section, phrases)
    unique = dict.fromkeys(sentences)
    return Narrative(tuple(unique))


def _said(rule: Rule, facts: Facts, section: Section, phrases: dict[str, str]) -> list[Sentence]:
    answer: Answer = rule.says(facts)
    if answer is None:
        return []
    bases: list[Basis] = answer if isinstance(answer, list) else [answer]
    return [
        Sentence(
            section,
            phrases[rule.phrase].format(**basis.words),
            basis.leads,
            basis.numbers,
            basis.findings,
        )
        for basis in bases
    ]
