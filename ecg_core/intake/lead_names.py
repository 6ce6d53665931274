"""Which signals of a file are which leads: by their labels, and what is said where those fail."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ecg_core.intake.told import Told
from ecg_core.intake.values import IntakeError
from ecg_core.leads import LIMB_LEADS, STANDARD_LEADS, lead_number, other_lead, signed_lead

_LONGEST_LABEL = 20
_COPY = re.compile(r"_\d+$")
_C_NUMBER = re.compile(r"\s*(?:ECG|EKG|LEAD)?[\s_\-.:]*C\s*([1-6])\s*", re.IGNORECASE)
"""V1 to V6 as some countries write them; in a sleep laboratory, electrodes on the head."""
_FEW = 8
"""A record of fewer signals is no twelve-lead ECG, and lacks most leads anyway."""


@dataclass(frozen=True)
class Chosen:
    """Where a lead is among the labels; sign: -1 where the label says that it is upside down."""

    index: int
    sign: int = 1


def choose_leads(labels: Sequence[str], told: Told, named: Sequence[str] = ()) -> dict[str, Chosen]:
    """Place of every standard lead among the labels, in standard order.

    named: what a person says the signals are, in their order; then the labels do not count.

    C1 to C6 are chest leads where all six are there; C3 and C4 alone are an EEG's.
    Of a lead that is there twice the first is taken; what is left out, what is upside down and
    what is doubtful is told. Twelve signals that are only numbered are taken in standard order,
    with a doubt. Raises IntakeError when none is a standard lead.
    """
    if named:
        labels = _by_hand(labels, told, named)
    on_head = 0 < len({m[1] for label in labels if (m := _C_NUMBER.fullmatch(label))}) < 6
    found: dict[str, Chosen] = {}
    twice: dict[str, int] = {}
    others: list[str] = []
    elsewhere: list[str] = []
    for index, label in enumerate(labels):
        # A library tells signals of one name apart by a number: "II_2".
        known = signed_lead(label) or signed_lead(_COPY.sub("", label))
        if known is None or (on_head and _C_NUMBER.fullmatch(label) and not named):
            (elsewhere if other_lead(label) else others).append(_short(label))
        elif known[0] in found:
            twice.setdefault(known[0], index)
        else:
            found[known[0]] = Chosen(index, known[1])
    if not found:
        found = _numbered(labels, told)
        others = [label for label in others if lead_number(label) is None]
    if not found:
        raise _unnamed(labels)
    _tell_twice(labels, found, twice, told)
    if turned := [lead for lead, chosen in found.items() if chosen.sign < 0]:
        told.note(
            f"{', '.join(turned)}: stored upside down by {'its' if len(turned) == 1 else 'their'} "
            "name in the file, and turned upright."
        )
    if elsewhere:
        told.note(
            f"{', '.join(elsewhere)}: recorded on the back or the right chest; left out, "
            "the machine does not read them."
        )
    if others:
        told.note(f"Signals that are not standard leads are left out: {', '.join(others)}.")
    return {lead: found[lead] for lead in STANDARD_LEADS if lead in found}


def _by_hand(labels: Sequence[str], told: Told, named: Sequence[str]) -> Sequence[str]:
    if len(named) != len(labels):
        raise IntakeError(
            f"{len(named)} leads are named by hand, but the file holds {len(labels)} signals: "
            f"{', '.join(_short(label) for label in labels[:12])}.",
            "Name every signal in its order, and leave the name of any that is not a lead empty.",
        )
    pairs = [
        f"{_short(label)} = {name or 'no lead'}" for label, name in zip(labels, named, strict=True)
    ]
    told.note(f"Leads named by hand: {', '.join(pairs)}.")
    return [name or label for label, name in zip(labels, named, strict=True)]


def _short(label: str) -> str:
    return label[:_LONGEST_LABEL] or "unnamed"


def _numbered(labels: Sequence[str], told: Told) -> dict[str, Chosen]:
    """Twelve signals numbered 1 to 12 (or 0 to 11), as the twelve leads; else nothing."""
    places = {n: i for i, label in enumerate(labels) if (n := lead_number(label)) is not None}
    first = min(places, default=1)
    wanted = range(first, first + len(STANDARD_LEADS))
    if first > 1 or sorted(places) != list(wanted):
        return {}
    told.doubt("leads_numbered")
    return {lead: Chosen(places[n]) for lead, n in zip(STANDARD_LEADS, wanted, strict=True)}


def _unnamed(labels: Sequence[str]) -> IntakeError:
    said = ", ".join(_short(label) for label in labels[:12])
    if any(lead_number(label) is not None for label in labels):
        return IntakeError(
            f"The file does not say which leads its signals are: they are named {said}.",
            "Write the leads' names into the file (for a Holter often MLII and V5), or name them "
            "in the order of the signals: predict --signals MLII,V5.",
            tuple(map(_short, labels)),
        )
    return IntakeError(
        f"The record holds no standard ECG lead (its signals are: {said}).",
        "Upload a record with at least one of the leads I to III, aVR to aVF or V1 to V6, "
        "named so in the header.",
        tuple(map(_short, labels)),
    )


def _tell_twice(
    labels: Sequence[str], found: dict[str, Chosen], twice: dict[str, int], told: Told
) -> None:
    # The other limb leads follow from I and II.
    follow = LIMB_LEADS if {"I", "II"} <= found.keys() else ()
    missing = [lead for lead in STANDARD_LEADS if lead not in found and lead not in follow]
    for lead in twice:
        if missing and len(labels) >= _FEW:
            told.doubt("lead_twice", lead=lead, missing=", ".join(missing))
        else:
            first = _short(labels[found[lead].index])
            told.note(f"Lead {lead} is recorded more than once; the first ({first}) is shown.")
