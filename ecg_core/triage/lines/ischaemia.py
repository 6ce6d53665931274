"""Lines on ST, T, Q and infarction."""

from __future__ import annotations

from collections.abc import Callable

from ecg_core.network.statements import Triage
from ecg_core.signal.values import LeadMeasurement
from ecg_core.triage import criteria
from ecg_core.triage.acute import such_flags
from ecg_core.triage.agreement import WALLS
from ecg_core.triage.facts import Facts, Section
from ecg_core.triage.lead_names import named
from ecg_core.triage.priority import Priority
from ecg_core.triage.rule import Answer, Basis, Rule, percent, spoken

UDMI = "Fourth Universal Definition of MI (Thygesen et al., Circulation 2018;138:e618-51)"
ACS = "ESC guideline on acute coronary syndromes (Byrne et al., Eur Heart J 2023;44:3720-826)"
DEEP_MV = -0.1
ENOUGH_LEADS = 8
"""Leads of good quality from which ST can be judged as a whole."""

Leads = dict[str, LeadMeasurement]


def _most(facts: Facts, leads: tuple[str, ...], sign: float) -> Basis:
    most = max(sign * facts.leads[name].st_j_mv for name in leads)
    return Basis({"most": f"{most:.2f}", "leads": named(leads)}, leads)


def elevated(facts: Facts) -> tuple[str, ...]:
    """Leads with ST elevation that does not follow from the conduction."""
    return () if facts.wide else criteria.st_elevation(facts.leads, facts.person)


def depressed(facts: Facts) -> tuple[str, ...]:
    """Leads with ST depression that does not follow from the conduction."""
    return () if facts.wide else criteria.st_depression(facts.leads)


def elevation_reciprocal(facts: Facts) -> Answer:
    """Elevation, and depression on the other side."""
    leads = elevated(facts)
    opposite = criteria.reciprocal(facts.leads, leads)
    if not leads or not opposite:
        return None
    basis = _most(facts, leads, 1.0)
    return Basis(basis.words | {"opposite": named(opposite)}, (*leads, *opposite))


def elevation(facts: Facts) -> Answer:
    """Elevation alone."""
    leads = elevated(facts)
    return _most(facts, leads, 1.0) if leads else None


def in_leads(
    judge: Callable[[Leads], tuple[str, ...]], wide: bool = False
) -> Callable[[Facts], Answer]:
    """Says the leads that `judge` finds; wide: also where ST follows from the conduction."""

    def says(facts: Facts) -> Answer:
        leads = () if facts.wide and not wide else judge(facts.leads)
        return Basis({"leads": named(leads)}, leads) if leads else None

    return says


def against_block(facts: Facts) -> Answer:
    """ST that does not follow from left bundle branch block or pacing."""
    if not facts.paced and not facts.has("CLBBB"):
        return None
    leads = criteria.sgarbossa(facts.leads)
    return Basis({"leads": named(leads)}, leads) if leads else None


def depression(deep: bool) -> Callable[[Facts], Answer]:
    """Depression in contiguous leads; deep: of 0.1 mV in at least two of them."""

    def says(facts: Facts) -> Answer:
        leads = depressed(facts)
        low = [name for name in leads if facts.leads[name].st_j_mv <= DEEP_MV]
        if not leads or (deep and len(criteria.contiguous(set(low))) < 2):
            return None
        return _most(facts, leads, -1.0)

    return says


def _acute(facts: Facts) -> dict[str, str]:
    assert facts.answer is not None
    p = facts.p(Triage.ACUTE_MI)
    deviates = dict.fromkeys((*elevated(facts), *depressed(facts)))
    st = f"ST deviates in {named(deviates)}" if deviates else "no ST deviation shows it"
    if facts.wide:
        st = "ST cannot be judged with this conduction"
    elif len(facts.leads) < ENOUGH_LEADS:
        st = "ST cannot be judged"
    return percent(p) | {"of_flags": such_flags(facts.answer), "st": st}


def acute_seen(facts: Facts) -> Answer:
    """Flagged by the model, and ST is raised or deeply lowered."""
    leads = elevated(facts)
    if not leads and depression(deep=True)(facts) is not None:
        leads = depressed(facts)
    if not facts.acute_flagged or not leads:
        return None
    return Basis(_acute(facts), leads, (), (Triage.ACUTE_MI,))


def acute_class(facts: Facts) -> Answer:
    """The most probable class."""
    if facts.triage is not Triage.ACUTE_MI:
        return None
    return Basis(_acute(facts), findings=(Triage.ACUTE_MI,))


def acute_flag(facts: Facts) -> Answer:
    """At its operating point, though not the most probable class."""
    return Basis(_acute(facts), findings=(Triage.ACUTE_MI,)) if facts.acute_flagged else None


def prior_class(hidden: bool) -> Callable[[Facts], Answer]:
    """A prior infarction is the most probable class; hidden: beside conduction that hides one."""

    def says(facts: Facts) -> Answer:
        if facts.triage is not Triage.PRIOR_MI or facts.hides_infarction is not hidden:
            return None
        return Basis(percent(facts.p(Triage.PRIOR_MI)), findings=(Triage.PRIOR_MI,))

    return says


def territory(*codes: str) -> Callable[[Facts], Answer]:
    """Infarction findings that a lead of their wall shows."""

    def says(facts: Facts) -> Answer:
        said = []
        for finding in facts.has(*codes):
            wall = WALLS[finding.code]
            shown = criteria.showing(facts.leads, wall, facts.person)
            words = spoken(finding) | {"leads": named(shown or wall)}
            said.append(Basis(words, shown or wall, (), (finding.code,)))
        return said or None

    return says


def q_waves(facts: Facts) -> Answer:
    """Pathological Q waves."""
    leads = () if facts.hides_infarction else criteria.q_waves(facts.leads)
    return Basis({"leads": named(leads)}, leads) if leads else None


NOW, NEXT, TODAY = Priority.IMMEDIATE, Priority.URGENT, Priority.SOON
ST_T, INFARCTION = Section.ST_T, Section.INFARCTION

LINES: tuple[Rule, ...] = (
    Rule(
        "block-infarction",
        NOW,
        "Left bundle branch block or pacing with ST the way of the QRS by 0.1 mV, or opposite by a "
        "quarter of the S wave.",
        "ST in {leads} does not follow from the conduction: possible acute infarction.",
        "Sgarbossa (N Engl J Med 1996;334:481-7) and Smith (Ann Emerg Med 2012;60:766-76)",
        ST_T,
        against_block,
        "st-up",
    ),
    Rule(
        "st-elevation-reciprocal",
        NOW,
        "ST elevation at J in two neighbouring leads by age and sex (0.1 mV; V2 and V3 0.15 mV in "
        "women, 0.2 mV in men, 0.25 mV in men below 40) with depression on the other side.",
        "ST elevation of up to {most} mV in {leads} with reciprocal depression in {opposite}: "
        "possible acute infarction.",
        UDMI,
        ST_T,
        elevation_reciprocal,
        "st-up",
    ),
    Rule(
        "de-winter",
        NOW,
        "Chest leads with J lowered by 0.1 mV, ST that rises, and T of 0.5 mV or more.",
        "Depressed J and rising ST into tall T in {leads}: possible occlusion of the left anterior "
        "descending artery (de Winter).",
        ACS,
        ST_T,
        in_leads(criteria.de_winter),
        "st-down",
    ),
    Rule(
        "widespread-depression",
        NOW,
        "ST depression of 0.1 mV in six leads with elevation in aVR.",
        "Widespread ST depression with elevation in aVR ({leads}): possible left main or "
        "multivessel ischaemia.",
        ACS,
        ST_T,
        in_leads(criteria.widespread_depression),
        "st-down",
    ),
    Rule(
        "acute-seen",
        NOW,
        "The model flags an acute infarction, and ST is raised or deeply lowered in two "
        "neighbouring leads.",
        "Possible acute infarction, {percent}{of_flags}; {st}.",
        ACS,
        INFARCTION,
        acute_seen,
        "infarct",
    ),
    Rule(
        "acute-infarction",
        NOW,
        "Acute or recent infarction is the model's most probable class.",
        "Possible acute infarction, {percent}{of_flags}; {st}.",
        ACS,
        INFARCTION,
        acute_class,
        "infarct",
    ),
    Rule(
        "acute-flag",
        NEXT,
        "Acute or recent infarction reaches the model's operating point.",
        "Possible acute infarction, {percent}{of_flags}; {st}.",
        ACS,
        INFARCTION,
        acute_flag,
        "infarct",
    ),
    Rule(
        "brugada",
        NEXT,
        "J raised by 0.2 mV in V1 or V2, ST that descends, negative T.",
        "Raised J and descending ST with negative T in {leads}: possible Brugada pattern (type 1).",
        "Bayés de Luna et al., J Electrocardiol 2012;45:433-42",
        ST_T,
        in_leads(criteria.brugada),
        "st-up",
    ),
    Rule(
        "st-elevation",
        NEXT,
        "ST elevation by the same limits without depression on the other side.",
        "ST elevation of up to {most} mV in {leads}.",
        UDMI,
        ST_T,
        elevation,
        "st-up",
    ),
    Rule(
        "posterior",
        NEXT,
        "ST depression deepest in V1–V4, with upright T there.",
        "ST depression deepest in {leads} with upright T: possible posterior infarction; record "
        "V7–V9.",
        ACS,
        ST_T,
        in_leads(criteria.posterior),
        "st-down",
    ),
    Rule(
        "st-depression-deep",
        NEXT,
        "ST depression of 0.1 mV in two neighbouring leads.",
        "ST depression of up to {most} mV in {leads}.",
        UDMI,
        ST_T,
        depression(deep=True),
        "st-down",
    ),
    Rule(
        "wellens",
        NEXT,
        "T in V2 or V3 that goes up and then down, or deeply down, with R kept and ST level.",
        "T in {leads} turns down while R is kept: possible Wellens' pattern; compare with an older "
        "ECG.",
        "de Zwaan, Bär and Wellens, Am Heart J 1982;103:730-6",
        ST_T,
        in_leads(criteria.wellens),
        "t",
    ),
    Rule(
        "peaked-t",
        NEXT,
        "Tall T of small base in two chest leads, and P flat or not seen.",
        "Tall, narrow T in {leads} with flat P: possible high potassium; compare, and measure it.",
        "Surawicz, Am Heart J 1967;73:814-34",
        ST_T,
        in_leads(criteria.peaked_t, wide=True),
        "t",
    ),
    Rule(
        "st-depression",
        TODAY,
        "ST depression of 0.05 mV in two neighbouring leads, still there 60 ms later.",
        "ST depression of up to {most} mV in {leads}.",
        UDMI,
        ST_T,
        depression(deep=False),
        "st-down",
    ),
    Rule(
        "t-inversion",
        TODAY,
        "T inverted by 0.1 mV in two neighbouring leads where it should be upright.",
        "T-wave inversion in {leads}.",
        UDMI,
        ST_T,
        in_leads(criteria.t_inversion),
        "t",
    ),
    Rule(
        "prior-infarction",
        TODAY,
        "Prior or age-undetermined infarction is the model's most probable class.",
        "Possible prior or age-undetermined infarction, {percent}.",
        UDMI,
        INFARCTION,
        prior_class(hidden=False),
        "infarct",
    ),
    Rule(
        "prior-infarction-hidden",
        TODAY,
        "Prior infarction is the model's most probable class, beside a conduction that hides one "
        "or looks like one.",
        "A prior infarction is suggested ({percent}), but this conduction can hide one or look "
        "like one: compare with an older ECG.",
        UDMI,
        INFARCTION,
        prior_class(hidden=True),
        "infarct",
    ),
    Rule(
        "infarct-finding",
        TODAY,
        "Finding of an infarction whose wall shows Q, lost R, ST or T.",
        "{name} ({percent}), shown in {leads}.",
        UDMI,
        INFARCTION,
        territory("IMI", "ASMI", "AMI", "ALMI", "LMI", "ILMI", "IPLMI", "IPMI", "PMI"),
    ),
    Rule(
        "q-waves",
        TODAY,
        "Q of 30 ms and 0.1 mV in two neighbouring leads; in V2 and V3 of 20 ms.",
        "Pathological Q waves in {leads}.",
        UDMI,
        INFARCTION,
        q_waves,
    ),
)
