"""What a recording's statements make of it: the triage classes, by two rules.

The first rule taught every model up to `resatt-arranged-ptbxl` 2.0. The second holds what the names
of the classes say; models are measured on both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from ecg_core.network.statements import Triage

ACUTE_STADIUMS = frozenset({"Stadium I", "Stadium I-II", "Stadium II"})
SINUS_RHYTHMS = frozenset({"SR", "SARRH", "SBRAD", "STACH"})
# By the first rule, rhythms that a normal ECG may carry: a rate a little outside 60-100/min with an
# otherwise normal tracing is reported as a finding, not as an abnormal rhythm.
NORMAL_RATE_BPM = (50.0, 100.0)


@dataclass(frozen=True)
class Stated:
    """What PTB-XL says of one recording, and its measured rate.

    codes: SCP codes of any likelihood. stadiums: of infarction, as the table has them. extra_beats:
    whether the table notes any. rate_bpm: NaN where it could not be measured.
    """

    codes: frozenset[str]
    stadiums: frozenset[str] = frozenset()
    extra_beats: bool = False
    rate_bpm: float = 75.0


@dataclass(frozen=True)
class Vocabulary:
    """Kinds of SCP codes. diagnostic: code → superclass."""

    diagnostic: Mapping[str, str]
    rhythm: frozenset[str]
    form: frozenset[str]

    @staticmethod
    def of(scp: pd.DataFrame) -> Vocabulary:
        """From scp_statements.csv, by code."""
        return Vocabulary(
            scp.loc[scp["diagnostic"] == 1.0, "diagnostic_class"].to_dict(),
            frozenset(scp.index[scp["rhythm"] == 1.0]),
            frozenset(scp.index[scp["form"] == 1.0]),
        )

    def superclasses(self, told: Stated) -> set[str]:
        """Superclasses of a recording's statements."""
        return {self.diagnostic[code] for code in told.codes if code in self.diagnostic}


def is_injury(code: str) -> bool:
    """Whether a code is one of subendocardial injury, which PTB-XL files under infarction."""
    return code.startswith("INJ")


def first(told: Stated, known: Vocabulary) -> Triage | None:
    """Class by the first rule; None where no statement supports one.

    Injury counts as an acute infarction, and a normal ECG may be slow, fast or of odd form.
    """
    supers = known.superclasses(told)
    injury = any(is_injury(code) for code in told.codes)
    if injury or ("MI" in supers and told.stadiums & ACUTE_STADIUMS):
        return Triage.ACUTE_MI
    if "MI" in supers:
        return Triage.PRIOR_MI
    if supers - {"NORM"} or (told.codes & known.rhythm) - SINUS_RHYTHMS:
        return Triage.OTHER
    if supers == {"NORM"}:
        return Triage.NORMAL
    if told.codes & known.form:
        return Triage.OTHER
    return None


def by_stage(told: Stated, known: Vocabulary) -> Triage | None:
    """Class by the second rule; None where no statement supports one.

    Acute or recent is an infarction of stage I, I–II or II. Injury in PTB-XL is subendocardial, a
    depressed ST segment: none of its 323 recordings has a statement of raised ST. Without an
    infarction it is another abnormality; with one, that infarction's stage counts. Normal is NORM
    in sinus rhythm at 50 to 100/min, measured, without extra beats or a statement of form.
    """
    supers = known.superclasses(told)
    infarction = any(
        known.diagnostic.get(code) == "MI" and not is_injury(code) for code in told.codes
    )
    if "MI" in supers and told.stadiums & ACUTE_STADIUMS:
        return Triage.ACUTE_MI
    if infarction:
        return Triage.PRIOR_MI
    rhythm = told.codes & known.rhythm
    if supers - {"NORM"} or rhythm - SINUS_RHYTHMS or told.codes & known.form:
        return Triage.OTHER
    if supers != {"NORM"}:
        return None
    slowest, fastest = NORMAL_RATE_BPM
    if told.extra_beats or not slowest <= told.rate_bpm <= fastest:
        return Triage.OTHER
    return Triage.NORMAL if rhythm else None


FIRST = "first"
RULES = {FIRST: first, "by stage": by_stage}
"""Rules by name. The first taught every model up to `resatt-arranged-ptbxl` 2.0."""
