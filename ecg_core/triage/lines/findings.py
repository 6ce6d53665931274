"""Lines on findings that are not measured, on voltage, and on the model's class."""

from __future__ import annotations

from ecg_core.network.statements import STATEMENTS, Triage
from ecg_core.triage import criteria
from ecg_core.triage.facts import Facts, Section
from ecg_core.triage.priority import Priority
from ecg_core.triage.rule import Answer, Basis, Rule, found, percent, spoken

VOLTAGE_YEARS = 40.0
"""High voltage alone says something from this age on."""
ACS = "ESC guideline on acute coronary syndromes (Byrne et al., Eur Heart J 2023;44:3720-826)"
HYPERTROPHY = "AHA/ACCF/HRS recommendations (Hancock et al., Circulation 2009;119:e251-61)"
CHOU = "Chou's Electrocardiography in Clinical Practice, 6th ed."


def enlarged(facts: Facts) -> Answer:
    """Hypertrophy that the model names, with the voltage where it can be measured."""
    index = criteria.sokolow_mv(facts.leads)
    voltage = "" if index is None else f"; Sokolow–Lyon index {index:.1f} mV"
    leads = ("V1", "V5", "V6") if index is not None else ()
    said = [
        Basis(spoken(f) | {"voltage": voltage if f.code == "LVH" else ""}, leads, (), (f.code,))
        for f in facts.has("LVH", "RVH", "LAO/LAE", "RAO/RAE")
    ]
    return said or None


def high_voltage(facts: Facts) -> Answer:
    """High voltage alone."""
    index, age = criteria.sokolow_mv(facts.leads), facts.person.age_years
    young = age is not None and age < VOLTAGE_YEARS
    if index is None or index < criteria.SOKOLOW_MV or young or facts.has("LVH") or facts.wide:
        return None
    return Basis({"sokolow": f"{index:.1f}"}, ("V1", "V5", "V6"))


def low_voltage(facts: Facts) -> Answer:
    """Low voltage in all limb or all chest leads."""
    low = [
        words
        for question, words in (
            ("low_voltage_limb", "limb leads (below 0.5 mV)"),
            ("low_voltage_chest", "chest leads (below 1.0 mV)"),
        )
        if facts.says(question) is True
    ]
    return Basis({"where": " and ".join(low)}) if low else None


INJURIES = ("INJAS", "INJAL", "INJIN", "INJLA", "INJIL")
ISCHAEMIAS = ("ISC_", "ISCAL", "ISCIN", "ISCIL", "ISCAS", "ISCLA", "ISCAN")

SAID_ELSEWHERE = frozenset(
    {
        *("AFIB", "AF", "AFLT", "SVARR", "PACE", "PVC", "PAC", "BIGU", "TRIGU", "CLBBB", "CRBBB"),
        *("IRBBB", "ILBBB", "LAFB", "LPFB", "1AVB", "IVCD", "LVH", "RVH", "LAO/LAE", "RAO/RAE"),
        *("IMI", "ASMI", "AMI", "ALMI", "LMI", "ILMI", "IPLMI", "IPMI", "PMI"),
        *INJURIES,
        *ISCHAEMIAS,
    }
)


def others(facts: Facts) -> Answer:
    """Findings that no other line says."""
    said = [f for f in facts.findings if f.code not in SAID_ELSEWHERE]
    return [Basis(spoken(f), findings=(f.code,)) for f in said] or None


def other_class(facts: Facts) -> Answer:
    """Another abnormality is the most probable class."""
    if facts.triage is not Triage.OTHER:
        return None
    return Basis(percent(facts.p(Triage.OTHER)), findings=(Triage.OTHER,))


NOW, NEXT, TODAY = Priority.IMMEDIATE, Priority.URGENT, Priority.SOON

LINES: tuple[Rule, ...] = (
    Rule(
        "injury",
        NEXT,
        "Finding of subendocardial injury.",
        "{name} ({percent}).",
        ACS,
        Section.ST_T,
        found(*INJURIES),
    ),
    Rule(
        "ischaemia",
        NEXT,
        "Finding of ischaemic ST–T changes.",
        "{name} ({percent}).",
        ACS,
        Section.ST_T,
        found(*ISCHAEMIAS),
    ),
    Rule(
        "hypertrophy",
        TODAY,
        "Finding of hypertrophy or enlargement.",
        "{name} ({percent}){voltage}.",
        HYPERTROPHY,
        Section.HYPERTROPHY,
        enlarged,
    ),
    Rule(
        "high-voltage",
        TODAY,
        "Sokolow–Lyon index from 3.5 mV, from the age of 40 on or where age is not known.",
        "High left ventricular voltage: Sokolow–Lyon index {sokolow} mV.",
        HYPERTROPHY,
        Section.HYPERTROPHY,
        high_voltage,
    ),
    Rule(
        "low-voltage",
        TODAY,
        "QRS below 0.5 mV in all limb leads, or below 1.0 mV in all chest leads.",
        "Low voltage in the {where}.",
        CHOU,
        Section.HYPERTROPHY,
        low_voltage,
    ),
    Rule(
        "other-finding",
        TODAY,
        "Any other finding over its operating point.",
        "{name} ({percent}).",
        "The model's card",
        Section.ST_T,
        others,
    ),
    Rule(
        "other-abnormality",
        TODAY,
        "Another abnormality is the model's most probable class.",
        "The model calls the ECG abnormal ({percent}).",
        "The model's card",
        Section.INFARCTION,
        other_class,
        "infarct",
    ),
)

assert {*STATEMENTS, "AF"} >= SAID_ELSEWHERE
