"""Leads as they are written in a report."""

from __future__ import annotations

from collections.abc import Iterable

from ecg_core.leads import CHEST_LEADS, STANDARD_LEADS


def named(leads: Iterable[str]) -> str:
    """Leads in the standard order, neighbouring chest leads as a range.

    >>> named(["V3", "V2", "V4", "aVL", "I"])
    'I, aVL, V2–V4'
    >>> named(["V1", "V2", "V5"])
    'V1, V2, V5'
    """
    wanted = set(leads)
    words = [lead for lead in STANDARD_LEADS if lead in wanted and lead not in CHEST_LEADS]
    run: list[str] = []
    for lead in (*CHEST_LEADS, ""):
        if lead in wanted:
            run.append(lead)
            continue
        words += [f"{run[0]}–{run[-1]}"] if len(run) > 2 else run
        run = []
    return ", ".join(words)
