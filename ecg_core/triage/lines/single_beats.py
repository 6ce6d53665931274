"""Lines on single beats: pauses, runs, beats that come early or have another shape."""

from __future__ import annotations

from ecg_core.triage.facts import Facts, Section
from ecg_core.triage.lines.rhythm import BRADYCARDIA, TACHYCARDIA, VENTRICULAR, irregular_without_p
from ecg_core.triage.priority import Priority
from ecg_core.triage.rule import Answer, Basis, Rule, spoken

PAUSE_MS = 3000.0
RUN_BEATS = 3


def pause(facts: Facts) -> Answer:
    """Three seconds without a beat."""
    longest = facts.sure("longest_pause")
    if longest is None or longest < PAUSE_MS:
        return None
    return Basis({"seconds": f"{longest / 1e3:.1f}"}, numbers=("longest_pause",))


def run(facts: Facts) -> Answer:
    """Three wide beats in a row."""
    beats = facts.sure("wide_run")
    if facts.paced or beats is None or beats < RUN_BEATS:
        return None
    return Basis({"wide_run": f"{beats:.0f}"}, numbers=("wide_run",))


def other_beats(facts: Facts) -> Answer:
    """Beats of another shape."""
    return _counted(facts, "other_beats")


def early_beats(facts: Facts) -> Answer:
    """Early beats of the usual shape, where the rhythm is regular otherwise."""
    disordered = facts.fibrillates or irregular_without_p(facts)
    return None if disordered else _counted(facts, "early_beats")


def _counted(facts: Facts, key: str) -> Answer:
    count = facts.sure(key)
    if not count or facts.value("rate") is None:
        return None
    words = {"count": f"{count:.0f}", "beats": str(len(facts.measurements.beats))}
    return Basis(words, facts.one("rate").leads, (key,))


def premature(facts: Facts) -> Answer:
    """Premature beats that the model names and the measurement does not count."""
    counted = (facts.sure("other_beats") or 0) + (facts.sure("early_beats") or 0)
    named = facts.has("PVC", "PAC", "BIGU", "TRIGU")
    if counted or not named:
        return None
    return [Basis(spoken(f), findings=(f.code,)) for f in named]


NOW, TODAY = Priority.IMMEDIATE, Priority.SOON
RHYTHM = Section.RHYTHM

LINES: tuple[Rule, ...] = (
    Rule(
        "ventricular-run",
        NOW,
        "Three or more beats in a row that are wider than the usual ones.",
        "A run of {wide_run} wide beats: possible ventricular tachycardia.",
        VENTRICULAR,
        RHYTHM,
        run,
    ),
    Rule(
        "pause",
        NOW,
        "Three seconds or more without a beat.",
        "A pause of {seconds} s.",
        BRADYCARDIA,
        RHYTHM,
        pause,
    ),
    Rule(
        "other-beats",
        TODAY,
        "Beats of another shape than the usual ones.",
        "Beats of another shape: {count} of {beats} (ventricular ectopy or aberrant conduction).",
        VENTRICULAR,
        RHYTHM,
        other_beats,
    ),
    Rule(
        "early-beats",
        TODAY,
        "Early beats of the usual shape.",
        "Early beats of the usual shape: {count} of {beats}.",
        TACHYCARDIA,
        RHYTHM,
        early_beats,
    ),
    Rule(
        "premature-finding",
        TODAY,
        "Finding of premature beats where none is counted.",
        "{name} ({percent}).",
        VENTRICULAR,
        RHYTHM,
        premature,
    ),
)
