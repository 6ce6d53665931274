"""Rules on the conclusion."""

from __future__ import annotations

from ecg_core.network.statements import STATEMENTS, TRIAGE_NAMES, Reads, Triage, triage_names
from ecg_core.report.rules.rule import Answer, Basis, codes
from ecg_core.report.values import Facts

HARMLESS = frozenset({"NORM", "SR", "SARRH", "SBRAD", "STACH"})
"""Findings that a normal ECG may have."""


CONCLUDED = ("MI", "CD", "HYP", "STTC")


RHYTHMS = ("AFIB", "AFLT", "PACE", "SVARR")


def normal(facts: Facts) -> Answer:
    """A normal ECG."""
    p = facts.prediction
    if p is None or p.abstained or p.triage_class is not Triage.NORMAL or p.acute_flagged:
        return None
    if p.reads is not Reads.TWELVE_LEADS:
        return None
    return Basis() if not {f.code for f in facts.findings} - HARMLESS else None


def summed_up(facts: Facts) -> Answer:
    """The class and the findings in one line."""
    p = facts.prediction
    if p is None or p.abstained:
        return None
    triage = p.triage_class
    # Statements of other models than the twelve-lead one have a vocabulary of their own.
    found = [f for f in facts.findings if f.code not in STATEMENTS]
    found += facts.of_group(*CONCLUDED) + facts.has(*RHYTHMS)
    first = triage_names(p.reads)[triage].lower()
    if p.reads is Reads.TWELVE_LEADS:
        if p.acute_flagged:
            first = TRIAGE_NAMES[Triage.ACUTE_MI].lower()
        elif triage in (Triage.NORMAL, Triage.OTHER):
            first = "abnormal ECG" if triage is Triage.OTHER else "no certain abnormality"
    names = dict.fromkeys(f.name[0].lower() + f.name[1:] for f in found)
    return Basis({"named": ", ".join((first, *names))}, findings=codes(found))


def abstained(facts: Facts) -> Answer:
    """The machine abstains."""
    p = facts.prediction
    return Basis() if p is not None and p.abstained else None
