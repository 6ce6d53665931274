"""Lines on rhythm, rate and single beats."""

from __future__ import annotations

from ecg_core.triage import limits
from ecg_core.triage.facts import Facts, Section
from ecg_core.triage.priority import Priority
from ecg_core.triage.rule import Answer, Basis, Rule, spoken

BROAD_MS, BROAD_BPM = 120.0, 120.0
PREEXCITED_RR_MS = 300.0
FAST_AF_BPM = 110.0
VERY_FAST_BPM, FAST_BPM = 150.0, 131.0
CHILD_YEARS, CHILD_MORE_BPM = 16.0, 30.0
"""Of children a rate counts as fast so much above what is usual at their age."""
VERY_SLOW_BPM, SLOW_BPM = 40.0, 50.0
PAUSE_MS = 3000.0
IRREGULAR_SHARE = 0.12
"""Standard deviation of RR over their mean from which a rhythm without P waves is irregular."""
SINUS_AXIS = (-20.0, 100.0)
"""P axis, in degrees, of a wave that spreads from the sinus node."""
RUN_BEATS = 3

BRADYCARDIA = "ESC guideline on pacing (Glikson et al., Eur Heart J 2021;42:3427-520)"
TACHYCARDIA = "ESC guideline on SVT (Brugada et al., Eur Heart J 2020;41:655-720)"
EARLY_WARNING = "National Early Warning Score 2 (Royal College of Physicians 2017)"
AF = "ESC guideline on atrial fibrillation (Van Gelder et al., Eur Heart J 2024;45:3314-414)"
VENTRICULAR = (
    "ESC guideline on ventricular arrhythmias (Zeppenfeld et al., Eur Heart J 2022;43:3997)"
)


def _rate(facts: Facts, *more: str) -> Basis:
    numbers = ("rate", *more)
    words = {key: f"{facts.value(key) or 0:.0f}" for key in numbers}
    return Basis(words, facts.one("rate").leads, numbers)


def _irregular_without_p(facts: Facts) -> bool:
    rr, spread = facts.value("rr"), facts.value("rr_sd")
    irregular = rr is not None and spread is not None and spread >= IRREGULAR_SHARE * rr
    return irregular and facts.value("pr") is None and facts.says("p_present") is not True


def preexcited(facts: Facts) -> Answer:
    """Irregular, broad and with very short intervals."""
    qrs, shortest = facts.sure("qrs"), facts.sure("shortest_rr")
    if facts.paced or qrs is None or shortest is None:
        return None
    broad = qrs >= BROAD_MS and shortest < PREEXCITED_RR_MS
    fits = broad and facts.says("regular") is False and facts.says("p_present") is not True
    return _rate(facts, "qrs", "shortest_rr") if fits else None


def broad_tachycardia(facts: Facts) -> Answer:
    """Fast and broad without a sinus P wave before every beat."""
    rate, qrs = facts.sure("rate"), facts.value("qrs")
    if facts.paced or rate is None or qrs is None or facts.says("sinus_p") is True:
        return None
    if facts.fibrillates and facts.says("regular") is False:
        return None
    return _rate(facts, "qrs") if rate >= BROAD_BPM and qrs >= BROAD_MS else None


def slow_without_p(facts: Facts) -> Answer:
    """Slow, and no P waves lead the beats."""
    rate = facts.sure("rate")
    slow = rate is not None and rate < SLOW_BPM and facts.says("p_present") is False
    return _rate(facts) if slow and not facts.paced else None


def fast_fibrillation(facts: Facts) -> Answer:
    """Atrial fibrillation by the model or by irregular beats without P, and fast."""
    rate = facts.value("rate")
    if facts.paced or rate is None or rate <= FAST_AF_BPM:
        return None
    named = facts.has("AFIB", "AF", "AFLT")
    if named:
        basis = _rate(facts, "rr_sd") if facts.value("rr_sd") is not None else _rate(facts)
        words = basis.words | spoken(named[0])
        return Basis(words, ("II", "V1"), basis.numbers, (named[0].code,))
    if not _irregular_without_p(facts):
        return None
    return Basis(
        _rate(facts).words | {"name": "Irregular rhythm without P waves"},
        ("II", "V1"),
        ("rate", "rr_sd"),
    )


def paced(facts: Facts) -> Answer:
    """A pacemaker paces."""
    if not facts.paced:
        return None
    signs = [s for s in facts.measurements.signs if s.code == "pacing_spikes"]
    leads = tuple(lead for sign in signs for lead in sign.leads)
    return Basis(leads=leads, findings=tuple(f.code for f in facts.has("PACE")))


def fibrillation(facts: Facts) -> Answer:
    """An atrial arrhythmia that the model names and no P wave contradicts."""
    named = facts.has("AFIB", "AF", "AFLT", "SVARR")
    if not named:
        return None
    numbers = tuple(key for key in ("rate", "rr_sd") if facts.value(key) is not None)
    return Basis(spoken(named[0]), ("II", "V1"), numbers, (named[0].code,))


def irregular(facts: Facts) -> Answer:
    """RR vary and no P waves lead the beats."""
    return Basis(leads=("II", "V1"), numbers=("rr_sd",)) if _irregular_without_p(facts) else None


def atrial_axis(facts: Facts) -> Answer:
    """P waves of another origin lead the beats."""
    axis = facts.value("p_axis")
    if facts.pr_ms is None or axis is None or SINUS_AXIS[0] <= axis <= SINUS_AXIS[1]:
        return None
    return Basis({"p_axis": f"{axis:.0f}"}, ("I", "II", "aVF"), ("p_axis",))


def is_sinus(facts: Facts) -> bool:
    """Whether P waves of the sinus node lead the beats, as far as the leads tell."""
    if facts.pr_ms is None or facts.value("rate") is None or facts.says("sinus_p") is False:
        return False
    axis = facts.value("p_axis")
    # A strip has no axis, but a P wave before every beat.
    return axis is None or SINUS_AXIS[0] <= axis <= SINUS_AXIS[1]


def sinus_bradycardia(facts: Facts) -> Answer:
    """A sinus rhythm slower than usual at this age."""
    rate = facts.value("rate")
    slow = rate is not None and round(rate) < limits.sinus_bpm(facts.person)[0]
    return _rate(facts, "pr") if slow and is_sinus(facts) else None


def sinus_tachycardia(facts: Facts) -> Answer:
    """A sinus rhythm faster than usual at this age."""
    rate = facts.value("rate")
    fast = rate is not None and round(rate) > limits.sinus_bpm(facts.person)[1]
    return _rate(facts, "pr") if fast and is_sinus(facts) else None


def _fast(facts: Facts, from_bpm: float) -> Answer:
    rate, age = facts.sure("rate"), facts.person.age_years
    if age is not None and age < CHILD_YEARS:
        from_bpm = max(from_bpm, limits.sinus_bpm(facts.person)[1] + CHILD_MORE_BPM)
    return _rate(facts) if rate is not None and round(rate) >= from_bpm else None


def very_fast(facts: Facts) -> Answer:
    """150/min or more."""
    return _fast(facts, VERY_FAST_BPM)


def fast(facts: Facts) -> Answer:
    """131/min or more."""
    return _fast(facts, FAST_BPM)


def very_slow(facts: Facts) -> Answer:
    """Below 40/min."""
    rate = facts.sure("rate")
    return _rate(facts) if rate is not None and round(rate) < VERY_SLOW_BPM else None


def unusual_rate(facts: Facts) -> Answer:
    """Out of what is usual at this age, whatever the rhythm."""
    rate = facts.value("rate")
    slowest, fastest = limits.sinus_bpm(facts.person)
    if rate is None or slowest <= round(rate) <= fastest or is_sinus(facts):
        return None
    return _rate(facts)


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
    disordered = facts.fibrillates or _irregular_without_p(facts)
    return None if disordered else _counted(facts, "early_beats")


def _counted(facts: Facts, key: str) -> Answer:
    count = facts.value(key)
    if not count or facts.value("rate") is None:
        return None
    words = {"count": f"{count:.0f}", "beats": str(len(facts.measurements.beats))}
    return Basis(words, facts.one("rate").leads, (key,))


def premature(facts: Facts) -> Answer:
    """Premature beats that the model names and the measurement does not count."""
    counted = (facts.value("other_beats") or 0) + (facts.value("early_beats") or 0)
    named = facts.has("PVC", "PAC", "BIGU", "TRIGU")
    if counted or not named:
        return None
    return [Basis(spoken(f), findings=(f.code,)) for f in named]


NOW, NEXT, TODAY = Priority.IMMEDIATE, Priority.URGENT, Priority.SOON
RHYTHM, RATE = Section.RHYTHM, Section.RATE

LINES: tuple[Rule, ...] = (
    Rule(
        "preexcited-af",
        NOW,
        "RR uneven, QRS from 120 ms, shortest RR below 300 ms, no P wave.",
        "Irregular broad-complex rhythm with RR down to {shortest_rr} ms: possible pre-excited "
        "atrial fibrillation.",
        TACHYCARDIA,
        RHYTHM,
        preexcited,
        "rhythm",
    ),
    Rule(
        "broad-tachycardia",
        NOW,
        "Rate from 120/min and QRS from 120 ms without a sinus P wave before every beat.",
        "Broad-complex tachycardia of {rate}/min with a QRS of {qrs} ms: ventricular tachycardia "
        "until shown otherwise.",
        VENTRICULAR,
        RHYTHM,
        broad_tachycardia,
        "rhythm",
    ),
    Rule(
        "slow-without-p",
        NOW,
        "Rate below 50/min and no P wave leads the beats.",
        "Slow rhythm of {rate}/min without P waves that lead the beats: possible complete AV block "
        "or escape rhythm.",
        BRADYCARDIA,
        RHYTHM,
        slow_without_p,
        "rhythm",
    ),
    Rule(
        "fast-af",
        NEXT,
        "Atrial fibrillation or flutter (finding), or uneven RR without P, above 110/min.",
        "{name} at {rate}/min.",
        AF,
        RHYTHM,
        fast_fibrillation,
        "rhythm",
    ),
    Rule(
        "paced",
        TODAY,
        "Pacing spikes, or the finding of a paced rhythm.",
        "Paced rhythm.",
        BRADYCARDIA,
        RHYTHM,
        paced,
        "rhythm",
    ),
    Rule(
        "atrial-fibrillation",
        TODAY,
        "Finding of atrial fibrillation or flutter, and no P wave leads regular beats.",
        "{name} ({percent}).",
        AF,
        RHYTHM,
        fibrillation,
        "rhythm",
    ),
    Rule(
        "irregular",
        TODAY,
        "RR vary by 12 % or more and no P wave leads the beats.",
        "Irregular rhythm without P waves that lead the beats: possible atrial fibrillation.",
        AF,
        RHYTHM,
        irregular,
        "rhythm",
    ),
    Rule(
        "atrial-axis",
        TODAY,
        "P waves lead the beats with an axis outside −20° to 100°.",
        "P waves lead the beats with an unusual axis of {p_axis}°: atrial rhythm or swapped "
        "electrodes.",
        "Chou's Electrocardiography in Clinical Practice, 6th ed.",
        RHYTHM,
        atrial_axis,
        "rhythm",
    ),
    Rule(
        "sinus-bradycardia",
        TODAY,
        "Sinus rhythm below 50/min; of children by age.",
        "Sinus bradycardia of {rate}/min.",
        BRADYCARDIA,
        RHYTHM,
        sinus_bradycardia,
        "rhythm",
    ),
    Rule(
        "sinus-tachycardia",
        TODAY,
        "Sinus rhythm above 100/min; of children by age.",
        "Sinus tachycardia of {rate}/min.",
        TACHYCARDIA,
        RHYTHM,
        sinus_tachycardia,
        "rhythm",
    ),
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
    Rule(
        "rate-150",
        NOW,
        "Rate from 150/min; of children from 30/min above what is usual at their age.",
        "Ventricular rate {rate}/min, very fast.",
        TACHYCARDIA,
        RATE,
        very_fast,
        "rate",
    ),
    Rule(
        "rate-40",
        NOW,
        "Rate below 40/min.",
        "Ventricular rate {rate}/min, very slow.",
        BRADYCARDIA,
        RATE,
        very_slow,
        "rate",
    ),
    Rule(
        "rate-131",
        NEXT,
        "Rate from 131 to 149/min; of children by age.",
        "Ventricular rate {rate}/min, fast.",
        EARLY_WARNING,
        RATE,
        fast,
        "rate",
    ),
    Rule(
        "rate-unusual",
        TODAY,
        "Rate below 50 or above 100/min without sinus rhythm; of children by age.",
        "Ventricular rate {rate}/min, outside the usual range.",
        EARLY_WARNING,
        RATE,
        unusual_rate,
        "rate",
    ),
)
