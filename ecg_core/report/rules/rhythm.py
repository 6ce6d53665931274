"""Rules on rhythm and beats."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from ecg_core.report.rules.rule import Answer, Basis, codes
from ecg_core.report.values import Facts
from ecg_core.signal.values import BeatKind
from ecg_core.triage import limits


def paced(facts: Facts) -> Answer:
    """A pacemaker paces."""
    if not facts.paced:
        return None
    leads = [
        lead for s in facts.measurements.signs if s.code == "pacing_spikes" for lead in s.leads
    ]
    return Basis(leads=tuple(leads), findings=codes(facts.has("PACE")))


def arrhythmia(with_p: bool) -> Callable[[Facts], Answer]:
    """An atrial arrhythmia of the model, with or without P waves that lead the beats."""

    def says(facts: Facts) -> Answer:
        found = facts.has("AFIB", "AF", "AFLT", "SVARR", "SVTAC", "PSVT")
        if not found or (facts.value("pr") is not None) != with_p:
            return None
        likeliest = max(found, key=lambda f: f.probability)
        return Basis({"name": likeliest.name}, ("II", "V1"), ("rate", "rr_sd"), (likeliest.code,))

    return says


SINUS_AXIS = (-20.0, 100.0)
"""P axis of a wave that spreads from the sinus node."""


ARRHYTHMIA_MS = 100.0
"""Standard deviation of RR from which a sinus rhythm is an arrhythmia."""


class Pace(StrEnum):
    """A sinus rate against what is usual at the person's age."""

    SLOW = "slow"
    USUAL = "usual"
    FAST = "fast"


def sinus(pace: Pace | None = None) -> Callable[[Facts], Answer]:
    """P waves from the sinus node lead the beats, at this pace; None: at any."""

    def says(facts: Facts) -> Answer:
        rate, axis = facts.value("rate"), facts.value("p_axis")
        if facts.value("pr") is None or rate is None:
            return None
        slowest, fastest = limits.sinus_bpm(facts.person)
        found = Pace.SLOW if round(rate) < slowest else Pace.USUAL
        if pace not in (None, Pace.FAST if round(rate) > fastest else found):
            return None
        if axis is not None and not SINUS_AXIS[0] <= axis <= SINUS_AXIS[1]:
            return None
        # A strip has no axis, but a P wave before every beat.
        return Basis(leads=("II", "V1"), numbers=("pr", "rate", "p_axis"))

    return says


def sinus_arrhythmia(facts: Facts) -> Answer:
    """Sinus rhythm whose RR vary."""
    spread = facts.value("rr_sd")
    if sinus()(facts) is None or spread is None or spread < ARRHYTHMIA_MS:
        return None
    return Basis({"rr_sd": f"{spread:.0f}"}, ("II",), ("rr_sd", "pr"))


def atrial(facts: Facts) -> Answer:
    """P waves of another origin lead the beats."""
    axis = facts.value("p_axis")
    if facts.value("pr") is None or axis is None:
        return None
    return Basis({"p_axis": f"{axis:.0f}"}, ("I", "II", "aVF"), ("p_axis",))


def irregular(facts: Facts) -> Answer:
    """RR vary and no P waves lead the beats."""
    rr, spread = facts.value("rr"), facts.value("rr_sd")
    if facts.value("pr") is not None or rr is None or spread is None or spread < 0.12 * rr:
        return None
    return Basis(leads=("II", "V1"), numbers=("rr_sd",))


def no_p(facts: Facts) -> Answer:
    """Beats without P waves that lead them."""
    return Basis(numbers=("pr",)) if facts.value("rate") is not None else None


def beats(kind: BeatKind) -> Callable[[Facts], Answer]:
    """How many beats are of this kind."""

    def says(facts: Facts) -> Answer:
        beats = facts.measurements.beats
        count = sum(beat.kind is kind for beat in beats)
        if not count or facts.value("rate") is None:
            return None
        words = {"count": str(count), "beats": str(len(beats))}
        return Basis(words, facts.measurements.values["rate"].leads)

    return says
