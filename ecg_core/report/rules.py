"""The rules of the narrative: a table, section by section, of what is said when.

Each row names the phrase, and a function that gives what the phrase needs and what the sentence
rests on, or None where it does not apply. In a section that says one thing the first row that
applies speaks; in one that may say several, every row does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np

from ecg_core.network.statements import STATEMENTS, TRIAGE_NAMES, Reads, Triage, triage_names
from ecg_core.network.values import Finding
from ecg_core.page.values import Severity
from ecg_core.report import criteria
from ecg_core.report.comparison import changed
from ecg_core.report.lead_names import named
from ecg_core.report.values import Facts, Section
from ecg_core.signal.values import BeatKind, Quality


@dataclass(frozen=True)
class Basis:
    """Words for the placeholders of a phrase, and what the sentence rests on."""

    words: dict[str, str] = field(default_factory=dict)
    leads: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()


Answer = Basis | list[Basis] | None


@dataclass(frozen=True)
class Rule:
    """One row: the phrase's key, and when it is said with what; several bases, several times."""

    phrase: str
    says: Callable[[Facts], Answer]


def _number(
    key: str,
    above: float = -np.inf,
    below: float = np.inf,
    doubtful: bool | None = None,
    also: tuple[str, ...] = (),
) -> Callable[[Facts], Answer]:
    """Says a number from `above` on and below `below`; `doubtful`: only with that quality."""

    def says(facts: Facts) -> Answer:
        one = facts.measurements.values[key]
        if one.value is None or not above <= round(one.value) < below:
            return None
        if doubtful is not None and (one.quality is Quality.DOUBTFUL) != doubtful:
            return None
        words = {"axis": f"{one.value:.0f}"}
        for name in (key, *also):
            value = facts.value(name)
            if value is None:
                return None
            words[name] = f"{value:.0f}"
        return Basis(words, one.leads, (key, *also))

    return says


def _blank(key: str) -> Callable[[Facts], Answer]:
    return lambda facts: Basis(numbers=(key,)) if facts.value(key) is None else None


def _doubts(facts: Facts) -> Answer:
    said = [Basis({"text": r.text}) for r in facts.remarks if r.severity is Severity.DOUBT]
    if not said:
        signs = facts.measurements.signs
        said = [Basis({"text": s.text}, s.leads) for s in signs if s.code != "pacing_spikes"]
    return said


def _off_paper(facts: Facts) -> Answer:
    return Basis() if facts.measurements.off_paper and facts.measurements.leads else None


# Rhythm


def _paced(facts: Facts) -> Answer:
    if not facts.paced:
        return None
    leads = [
        lead for s in facts.measurements.signs if s.code == "pacing_spikes" for lead in s.leads
    ]
    return Basis(leads=tuple(leads), findings=_codes(facts.has("PACE")))


def _arrhythmia(with_p: bool) -> Callable[[Facts], Answer]:
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


def _sinus(above: float = -np.inf, below: float = np.inf) -> Callable[[Facts], Answer]:
    def says(facts: Facts) -> Answer:
        rate, axis = facts.value("rate"), facts.value("p_axis")
        if facts.value("pr") is None or rate is None or not above <= round(rate) < below:
            return None
        if axis is not None and not SINUS_AXIS[0] <= axis <= SINUS_AXIS[1]:
            return None
        # A strip has no axis, but a P wave before every beat.
        return Basis(leads=("II", "V1"), numbers=("pr", "rate", "p_axis"))

    return says


def _sinus_arrhythmia(facts: Facts) -> Answer:
    spread = facts.value("rr_sd")
    if _sinus()(facts) is None or spread is None or spread < ARRHYTHMIA_MS:
        return None
    return Basis({"rr_sd": f"{spread:.0f}"}, ("II",), ("rr_sd", "pr"))


def _atrial(facts: Facts) -> Answer:
    axis = facts.value("p_axis")
    if facts.value("pr") is None or axis is None:
        return None
    return Basis({"p_axis": f"{axis:.0f}"}, ("I", "II", "aVF"), ("p_axis",))


def _irregular(facts: Facts) -> Answer:
    rr, spread = facts.value("rr"), facts.value("rr_sd")
    if facts.value("pr") is not None or rr is None or spread is None or spread < 0.12 * rr:
        return None
    return Basis(leads=("II", "V1"), numbers=("rr_sd",))


def _no_p(facts: Facts) -> Answer:
    return Basis(numbers=("pr",)) if facts.value("rate") is not None else None


def _beats(kind: BeatKind) -> Callable[[Facts], Answer]:
    def says(facts: Facts) -> Answer:
        beats = facts.measurements.beats
        count = sum(beat.kind is kind for beat in beats)
        if not count or facts.value("rate") is None:
            return None
        words = {"count": str(count), "beats": str(len(beats))}
        return Basis(words, facts.measurements.values["rate"].leads)

    return says


# Conduction, hypertrophy, ST and T, infarction

BLOCKS = ("CLBBB", "CRBBB")
NARROW_MS = 110.0


def _conduction(conflict: bool) -> Callable[[Facts], Answer]:
    def says(facts: Facts) -> Answer:
        qrs = facts.value("qrs")
        said = []
        for f in facts.of_group("CD"):
            clash = f.code in BLOCKS and qrs is not None and qrs < NARROW_MS
            if clash == conflict and not (f.code == "1AVB" and facts.value("pr") is None):
                leads = ("V1", "V6") if "BBB" in f.code else ("I", "II", "aVF")
                words = {"name": f.name, "qrs": f"{qrs or 0:.0f}"}
                said.append(Basis(words, leads, ("qrs", "qrs_axis", "pr"), (f.code,)))
        return said

    return says


def _unnamed_delay(facts: Facts) -> Answer:
    qrs = facts.value("qrs")
    named = [f for f in facts.of_group("CD") if f.code not in ("1AVB", "LPR")]
    if qrs is None or qrs < 120 or named or facts.paced:
        return None
    return Basis(numbers=("qrs",))


def _hypertrophy(left: bool) -> Callable[[Facts], Answer]:
    def says(facts: Facts) -> Answer:
        found = [f for f in facts.of_group("HYP") if (f.code == "LVH") == left]
        index = criteria.sokolow_mv(facts.good_leads) if left else None
        words = {} if index is None else {"sokolow": f"{index:.1f}"}
        if left and index is None:
            return None
        leads = ("V1", "V5", "V6") if left else ()
        return [Basis({"name": f.name, **words}, leads, (), (f.code,)) for f in found]

    return says


def _lvh_unmeasured(facts: Facts) -> Answer:
    if criteria.sokolow_mv(facts.good_leads) is not None:
        return None
    return [Basis({"name": f.name}, findings=(f.code,)) for f in facts.has("LVH")]


def _voltage(facts: Facts) -> Answer:
    index = criteria.sokolow_mv(facts.good_leads)
    if index is None or index < criteria.SOKOLOW_MV or facts.has("LVH") or facts.wide:
        return None
    return Basis({"sokolow": f"{index:.1f}"}, ("V1", "V5", "V6"))


def _st(
    judge: Callable[[criteria.Leads], tuple[str, ...]], sign: float
) -> Callable[[Facts], Answer]:
    def says(facts: Facts) -> Answer:
        leads = judge(facts.good_leads)
        if not leads:
            return None
        most = max(sign * facts.good_leads[name].st_j_mv for name in leads)
        return Basis({"most": f"{most:.2f}", "leads": named(leads)}, leads)

    return says


def _no_st(facts: Facts) -> Answer:
    good = facts.good_leads
    if len(good) < 8 or facts.wide or criteria.st_elevation(good) or criteria.st_depression(good):
        return None
    return Basis(leads=tuple(good))


def _st_unjudged(facts: Facts) -> Answer:
    return Basis() if len(facts.good_leads) < 2 else None


def _secondary(facts: Facts) -> Answer:
    return Basis(numbers=("qrs",)) if facts.wide and facts.good_leads else None


def _t_inverted(facts: Facts) -> Answer:
    leads = criteria.t_inversion(facts.good_leads)
    return Basis({"leads": named(leads)}, leads) if leads and not facts.wide else None


def _stt_findings(facts: Facts) -> Answer:
    return [Basis({"name": f.name}, (), (), (f.code,)) for f in facts.of_group("STTC")]


TERRITORY_LEADS: dict[str, tuple[str, ...]] = {
    "Inferior": ("II", "III", "aVF"),
    "Anterior": ("V1", "V2", "V3", "V4"),
    "Antero": ("V1", "V2", "V3", "V4"),
    "lateral": ("I", "aVL", "V5", "V6"),
    "Lateral": ("I", "aVL", "V5", "V6"),
    "septal": ("V1", "V2"),
}
"""Leads that look at a wall, by a part of the statement's name."""


def _walls(names: Iterable[str]) -> tuple[str, ...]:
    leads: dict[str, None] = {}
    for name in names:
        for part, seen in TERRITORY_LEADS.items():
            if part in name:
                leads |= dict.fromkeys(seen)
    return tuple(leads)


def _infarct(triage: Triage, named: bool) -> Callable[[Facts], Answer]:
    def says(facts: Facts) -> Answer:
        if facts.prediction is None or facts.prediction.abstained:
            return None
        if facts.prediction.reads is not Reads.TWELVE_LEADS:
            return None
        acute = facts.prediction.acute_flagged or facts.prediction.triage_class is Triage.ACUTE_MI
        said = (
            acute
            if triage is Triage.ACUTE_MI
            else (not acute and facts.prediction.triage_class is Triage.PRIOR_MI)
        )
        found = facts.of_group("MI")
        if not said or bool(found) != named:
            return None
        names = ", ".join(f.name[0].lower() + f.name[1:] for f in found)
        return Basis({"names": names}, _walls(f.name for f in found), (), _codes(found))

    return says


def _infarct_findings(facts: Facts) -> Answer:
    return [Basis({"name": f.name}, _walls([f.name]), (), (f.code,)) for f in facts.of_group("MI")]


def _q_waves(facts: Facts) -> Answer:
    leads = criteria.q_waves(facts.good_leads)
    return Basis({"leads": named(leads)}, leads) if leads and not facts.wide else None


def _infarct_unjudged(facts: Facts) -> Answer:
    return Basis(numbers=("qrs",)) if facts.wide else None


# Comparison and conclusion


def _compared(different: bool) -> Callable[[Facts], Answer]:
    def says(facts: Facts) -> Answer:
        if facts.previous is None or facts.previous.value("rate") is None:
            return None
        changes = changed(facts.measurements, facts.previous)
        if bool(changes.words) != different:
            return None
        return Basis({"changes": "; ".join(changes.words)}, changes.leads, changes.numbers)

    return says


def _not_compared(facts: Facts) -> Answer:
    previous = facts.previous
    return Basis() if previous is not None and previous.value("rate") is None else None


HARMLESS = frozenset({"NORM", "SR", "SARRH", "SBRAD", "STACH"})
"""Findings that a normal ECG may have."""
CONCLUDED = ("MI", "CD", "HYP", "STTC")
RHYTHMS = ("AFIB", "AFLT", "PACE", "SVARR")


def _normal(facts: Facts) -> Answer:
    p = facts.prediction
    if p is None or p.abstained or p.triage_class is not Triage.NORMAL or p.acute_flagged:
        return None
    if p.reads is not Reads.TWELVE_LEADS:
        return None
    return Basis() if not {f.code for f in facts.findings} - HARMLESS else None


def _conclusion(facts: Facts) -> Answer:
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
    return Basis({"named": ", ".join((first, *names))}, findings=_codes(found))


def _abstained(facts: Facts) -> Answer:
    p = facts.prediction
    return Basis() if p is not None and p.abstained else None


def _codes(found: Iterable[Finding]) -> tuple[str, ...]:
    return tuple(f.code for f in found)


def _always(_: Facts) -> Answer:
    return Basis()


FIRST: dict[Section, tuple[tuple[Rule, ...], ...]] = {
    Section.QUALITY: (),
    Section.RHYTHM: (
        (
            Rule("paced", _paced),
            Rule("rhythm_finding", _arrhythmia(with_p=False)),
            Rule("rhythm_conflict", _arrhythmia(with_p=True)),
            Rule("sinus_arrhythmia", _sinus_arrhythmia),
            Rule("sinus_bradycardia", _sinus(below=60)),
            Rule("sinus_tachycardia", _sinus(above=101)),
            Rule("sinus", _sinus()),
            Rule("atrial_axis", _atrial),
            Rule("irregular", _irregular),
            Rule("no_p", _no_p),
            Rule("no_beats", _always),
        ),
    ),
    Section.RATE: (
        (
            Rule("rate", _number("rate", doubtful=False)),
            Rule("rate_doubtful", _number("rate")),
            Rule("rate_none", _always),
        ),
    ),
    Section.AXIS: (
        (
            Rule("axis_normal", _number("qrs_axis", -30, 91)),
            Rule("axis_left", _number("qrs_axis", -90, -30)),
            Rule("axis_right", _number("qrs_axis", 91, 181)),
            Rule("axis_extreme", _number("qrs_axis", -180, -90)),
            Rule("axis_none", _always),
        ),
    ),
    Section.INTERVALS: (
        (
            Rule("pr_short", _number("pr", below=120)),
            Rule("pr_normal", _number("pr", 120, 201)),
            Rule("pr_long", _number("pr", 201)),
            Rule("pr_none", _blank("pr")),
        ),
        (
            Rule("qrs_normal", _number("qrs", below=110)),
            Rule("qrs_border", _number("qrs", 110, 120)),
            Rule("qrs_long", _number("qrs", 120)),
            Rule("qrs_none", _blank("qrs")),
        ),
        (
            Rule("qt_irregular", _number("qtcf", doubtful=True, also=("qt",))),
            Rule("qt_short", _number("qtcf", below=350, also=("qt",))),
            Rule("qt_normal", _number("qtcf", 350, 461, also=("qt",))),
            Rule("qt_long", _number("qtcf", 461, 500, also=("qt",))),
            Rule("qt_very_long", _number("qtcf", 500, also=("qt",))),
            Rule("qt_none", _always),
        ),
    ),
    Section.CONDUCTION: (),
    Section.HYPERTROPHY: (),
    Section.ST_T: ((Rule("st_secondary", _secondary), Rule("st_unjudged", _st_unjudged)),),
    Section.INFARCTION: (
        (
            Rule("infarct_acute_where", _infarct(Triage.ACUTE_MI, named=True)),
            Rule("infarct_acute", _infarct(Triage.ACUTE_MI, named=False)),
            Rule("infarct_prior_where", _infarct(Triage.PRIOR_MI, named=True)),
            Rule("infarct_prior", _infarct(Triage.PRIOR_MI, named=False)),
            Rule("infarct_finding", _infarct_findings),
            Rule("infarct_unjudged", _infarct_unjudged),
        ),
    ),
    Section.COMPARISON: (
        (
            Rule("change_none", _not_compared),
            Rule("change", _compared(different=True)),
            Rule("same", _compared(different=False)),
        ),
    ),
    Section.CONCLUSION: (
        (
            Rule("abstained", _abstained),
            Rule("normal", _normal),
            Rule("conclusion", _conclusion),
            Rule("no_model", _always),
        ),
    ),
}
"""Groups of rules of which only the first that applies speaks, by section."""

EACH: dict[Section, tuple[Rule, ...]] = {
    Section.QUALITY: (Rule("doubt", _doubts), Rule("off_paper", _off_paper)),
    Section.RHYTHM: (
        Rule("other_beats", _beats(BeatKind.OTHER_SHAPE)),
        Rule("early_beats", _beats(BeatKind.EARLY)),
    ),
    Section.CONDUCTION: (
        Rule("conduction", _conduction(conflict=False)),
        Rule("conduction_conflict", _conduction(conflict=True)),
        Rule("conduction_unnamed", _unnamed_delay),
    ),
    Section.HYPERTROPHY: (
        Rule("hypertrophy_voltage", _hypertrophy(left=True)),
        Rule("hypertrophy", _lvh_unmeasured),
        Rule("hypertrophy", _hypertrophy(left=False)),
        Rule("voltage_alone", _voltage),
    ),
    Section.ST_T: (
        Rule("st_elevation", _st(criteria.st_elevation, 1.0)),
        Rule("st_depression", _st(criteria.st_depression, -1.0)),
        Rule("st_none", _no_st),
        Rule("t_inversion", _t_inverted),
        Rule("stt_finding", _stt_findings),
    ),
    Section.INFARCTION: (Rule("q_waves", _q_waves),),
}
"""Rules that all speak, after the section's first ones."""
