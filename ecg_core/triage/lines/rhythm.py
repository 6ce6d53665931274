"""Lines on the rhythm."""

from __future__ import annotations

from ecg_core.triage import limits
from ecg_core.triage.agreement import EVEN_BPM, EVEN_SHARE
from ecg_core.triage.facts import Facts, Section
from ecg_core.triage.priority import Priority
from ecg_core.triage.rule import Answer, Basis, Rule, spoken

BROAD_MS, BROAD_BPM = 120.0, 120.0
PREEXCITED_RR_MS = 300.0
FAST_AF_BPM = 110.0
SLOW_BPM = 50.0
CHILD_YEARS, CHILD_MORE_BPM = 16.0, 30.0
"""Of children a rate counts as fast so much above what is usual at their age."""
IRREGULAR_SHARE = 0.12
"""Standard deviation of RR over their mean from which a rhythm without P waves is irregular."""
SINUS_AXIS = (-20.0, 100.0)
"""P axis, in degrees, of a wave that spreads from the sinus node."""

BRADYCARDIA = "ESC guideline on pacing (Glikson et al., Eur Heart J 2021;42:3427-520)"
TACHYCARDIA = "ESC guideline on SVT (Brugada et al., Eur Heart J 2020;41:655-720)"
AF = "ESC guideline on atrial fibrillation (Van Gelder et al., Eur Heart J 2024;45:3314-414)"
VENTRICULAR = (
    "ESC guideline on ventricular arrhythmias (Zeppenfeld et al., Eur Heart J 2022;43:3997)"
)


def rate_and(facts: Facts, *more: str) -> Basis:
    """The rate and other numbers, in words, as what a line rests on."""
    numbers = ("rate", *more)
    words = {key: f"{facts.value(key) or 0:.0f}" for key in numbers}
    return Basis(words, facts.one("rate").leads, numbers)


def fast_from_bpm(facts: Facts, adult_bpm: float) -> float:
    """From where on a rate counts as fast, of children by their age."""
    age = facts.person.age_years
    if age is None or age >= CHILD_YEARS:
        return adult_bpm
    return max(adult_bpm, limits.sinus_bpm(facts.person)[1] + CHILD_MORE_BPM)


def irregular_without_p(facts: Facts) -> bool:
    """Whether RR vary and no P wave leads the beats."""
    rr, spread = facts.sure("rr"), facts.sure("rr_sd")
    irregular = rr is not None and spread is not None and spread >= IRREGULAR_SHARE * rr
    return irregular and facts.value("pr") is None and facts.says("p_present") is not True


def preexcited(facts: Facts) -> Answer:
    """Irregular, broad and with very short intervals."""
    qrs, shortest = facts.sure("qrs"), facts.sure("shortest_rr")
    if facts.paced or qrs is None or shortest is None:
        return None
    broad = qrs >= BROAD_MS and shortest < PREEXCITED_RR_MS
    fits = broad and facts.says("regular") is False and facts.says("p_present") is not True
    numbers = ("qrs", "shortest_rr", *facts.which_are_sure("rate"))
    words = {"shortest_rr": f"{shortest:.0f}"}
    return Basis(words, facts.one("rate").leads, numbers) if fits else None


def broad_tachycardia(facts: Facts) -> Answer:
    """Fast and broad without a sinus P wave before every beat."""
    rate, qrs = facts.sure("rate"), facts.sure("qrs")
    if facts.paced or rate is None or qrs is None or facts.says("sinus_p") is True:
        return None
    if facts.fibrillates and facts.says("regular") is False:
        return None
    return rate_and(facts, "qrs") if rate >= BROAD_BPM and qrs >= BROAD_MS else None


def even_tachycardia(facts: Facts) -> Answer:
    """Fast and even, and no sinus P wave leads every beat."""
    rate, rr, spread = facts.sure("rate"), facts.sure("rr"), facts.sure("rr_sd")
    if facts.paced or rate is None or rr is None or spread is None:
        return None
    even = rate >= fast_from_bpm(facts, EVEN_BPM) and spread <= EVEN_SHARE * rr
    return rate_and(facts, "rr_sd") if even and facts.says("sinus_p") is not True else None


def perhaps_broad_tachycardia(facts: Facts) -> Answer:
    """Fast without a sinus P wave before every beat, and a broad QRS of which the number is
    doubtful."""
    rate, qrs = facts.sure("rate"), facts.value("qrs")
    if facts.paced or rate is None or qrs is None or facts.says("sinus_p") is True:
        return None
    if facts.sure("qrs") is not None or (facts.fibrillates and facts.says("regular") is False):
        return None
    return rate_and(facts) if rate >= BROAD_BPM and qrs >= BROAD_MS else None


def slow_without_p(facts: Facts) -> Answer:
    """Slow, and no P waves lead the beats."""
    rate = facts.sure("rate")
    slow = rate is not None and rate < SLOW_BPM and facts.says("p_present") is False
    return rate_and(facts) if slow and not facts.paced else None


def slow_p_unsure(facts: Facts) -> Answer:
    """Slow, and whether P waves lead every beat is not sure; atria that fibrillate have none."""
    rate = facts.sure("rate")
    if facts.paced or (facts.fibrillates and facts.says("regular") is False):
        return None
    slow = rate is not None and rate < SLOW_BPM
    return rate_and(facts) if slow and facts.says("p_present") is None else None


def p_outnumber(facts: Facts) -> Answer:
    """More P waves than QRS complexes, which they do not lead."""
    leads = facts.says("p_present") is True and facts.says("pr_constant") is True
    if facts.paced or leads or facts.says("p_outnumber") is not True:
        return None
    if facts.sure("rate") is None:
        return None
    return rate_and(facts)


def fast_fibrillation(facts: Facts) -> Answer:
    """Atrial fibrillation by the model or by irregular beats without P, and fast."""
    rate = facts.sure("rate")
    if facts.paced or rate is None or rate <= FAST_AF_BPM:
        return None
    named = facts.has("AFIB", "AF", "AFLT")
    if named:
        basis = rate_and(facts, "rr_sd") if facts.sure("rr_sd") is not None else rate_and(facts)
        words = basis.words | spoken(named[0])
        return Basis(words, ("II", "V1"), basis.numbers, (named[0].code,))
    if not irregular_without_p(facts):
        return None
    return Basis(
        rate_and(facts).words | {"name": "Irregular rhythm without P waves"},
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
    numbers = facts.which_are_sure("rate", "rr_sd")
    return Basis(spoken(named[0]), ("II", "V1"), numbers, (named[0].code,))


def irregular(facts: Facts) -> Answer:
    """RR vary and no P waves lead the beats."""
    return Basis(leads=("II", "V1"), numbers=("rr_sd",)) if irregular_without_p(facts) else None


def atrial_axis(facts: Facts) -> Answer:
    """P waves of another origin lead the beats."""
    axis = facts.sure("p_axis")
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
    rate = facts.sure("rate")
    slow = rate is not None and round(rate) < limits.sinus_bpm(facts.person)[0]
    return rate_and(facts, *facts.which_are_sure("pr")) if slow and is_sinus(facts) else None


def sinus_tachycardia(facts: Facts) -> Answer:
    """A sinus rhythm faster than usual at this age."""
    rate = facts.sure("rate")
    fast = rate is not None and round(rate) > limits.sinus_bpm(facts.person)[1]
    return rate_and(facts, *facts.which_are_sure("pr")) if fast and is_sinus(facts) else None


NOW, NEXT, TODAY = Priority.IMMEDIATE, Priority.URGENT, Priority.SOON
RHYTHM = Section.RHYTHM

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
        "broad-tachycardia-unsure",
        NEXT,
        "The same with a QRS whose number is doubtful.",
        "Tachycardia of {rate}/min whose QRS seems broad: possible ventricular tachycardia; to be "
        "measured by hand.",
        VENTRICULAR,
        RHYTHM,
        perhaps_broad_tachycardia,
        "rhythm",
    ),
    Rule(
        "p-outnumber",
        NEXT,
        "More P waves than QRS complexes, at a pace of their own, and none leads every beat.",
        "More P waves than QRS complexes, of which there are {rate}/min: possible high-grade AV "
        "block.",
        BRADYCARDIA,
        RHYTHM,
        p_outnumber,
    ),
    Rule(
        "slow-p-unsure",
        NEXT,
        "Rate below 50/min, and no P wave is sure to lead the beats.",
        "Slow rhythm of {rate}/min in which P waves do not surely lead every beat: possible AV "
        "block.",
        BRADYCARDIA,
        RHYTHM,
        slow_p_unsure,
    ),
    Rule(
        "even-tachycardia",
        NEXT,
        "Rate from 131/min, RR even to within 3 %, and no sinus P wave leads every beat.",
        "Even tachycardia of {rate}/min in which no P wave is seen to lead the beats: possible "
        "supraventricular tachycardia or flutter.",
        TACHYCARDIA,
        RHYTHM,
        even_tachycardia,
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
)
