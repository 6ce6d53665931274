"""Findings of the model beside what is measured: which are said, which give way, and why.

A finding that nothing contradicts is said. One that a measurement answers better is left to the
measurement and its number. One that a measurement contradicts is not said; that it was suggested
is, because one of the two is wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecg_core.network.values import Finding
from ecg_core.triage import criteria

if TYPE_CHECKING:
    from ecg_core.triage.facts import Facts

LEAST_PROBABILITY = 0.20
"""Below this a finding is not said, whatever its operating point."""

LEFT_TO_MEASURING = frozenset(
    {
        *("NORM", "SR", "STACH", "SBRAD", "SARRH", "LPR", "LNGQT"),
        *("INVT", "STD_", "STE_", "LOWT", "VCLVH", "LVOLT", "HVOLT", "QWAVE"),
    }
)
"""What is measured, with its number, or not said."""

NARROW_MS, WIDE_MS = 110.0, 120.0
EVEN_BPM, EVEN_SHARE, BEYOND_FLUTTER_BPM = 131.0, 0.03, 180.0
"""Fibrillating atria never lead so fast and so evenly (standard deviation of RR over their mean);
beyond the last rate a flutter that is led on two to one does not either."""
EVENLY, LED_BPM = 0.04, (50.0, 120.0)
"""Nor do they lead as evenly as this at usual rates, unless a pacemaker or an escape rhythm beats
below them: of 291 strips of fibrillation of PTB-XL's folds 8 and 9 none without a pacemaker's
spikes or P waves does. Of flutters an even one at 128/min is the slowest of twelve."""
UNSURE, UNSURE_BPM, NEARLY = 0.7, 150.0, 0.07
"""Where the network is less sure, beats that are hardly less even contradict it, too: of strips of
II and of I of PTB-XL's fold 9, 1 of 145 and 2 of 149 in fibrillation that were said, 3 of 8 and 8
of 22 in sinus rhythm."""
LEFT_AXIS = -30.0

FASTEST_BPM = {"AFIB": EVEN_BPM, "AF": BEYOND_FLUTTER_BPM, "AFLT": BEYOND_FLUTTER_BPM}
"""From this rate on even beats speak against each of them."""

WALLS: dict[str, tuple[str, ...]] = {
    "IMI": ("II", "III", "aVF"),
    "ASMI": ("V1", "V2", "V3", "V4"),
    "AMI": ("V1", "V2", "V3", "V4", "V5"),
    "ALMI": ("I", "aVL", "V3", "V4", "V5", "V6"),
    "LMI": ("I", "aVL", "V5", "V6"),
    "ILMI": ("I", "II", "III", "aVF", "aVL", "V5", "V6"),
    "IPLMI": ("I", "II", "III", "aVF", "aVL", "V1", "V2", "V5", "V6"),
    "PMI": ("V1", "V2", "V3", "V4"),
    "IPMI": ("II", "III", "aVF", "V1", "V2", "V3"),
    "INJAS": ("V1", "V2", "V3", "V4"),
    "INJIN": ("II", "III", "aVF"),
    "INJLA": ("I", "aVL", "V5", "V6"),
    "INJIL": ("I", "II", "III", "aVF", "aVL", "V5", "V6"),
    "INJAL": ("I", "aVL", "V3", "V4", "V5", "V6"),
}
"""Leads that look at the wall that a statement names."""


@dataclass(frozen=True)
class Clash:
    """A finding that is not said, and the sentence that stands in its place.

    leads, numbers: what contradicts it.
    """

    finding: Finding
    code: str
    text: str
    leads: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True)
class GivesWay:
    """One row: findings with these codes are not said when something measured contradicts them.

    sentence: takes the finding's `name`, `percent` and the numbers measured.
    """

    id: str
    codes: tuple[str, ...]
    sentence: str
    numbers: tuple[str, ...]
    contradicted: Callable[[Facts, Finding], bool]


def _sinus_beats(facts: Facts, _: Finding) -> bool:
    asked = ("sinus_p", "pr_constant", "regular")
    return all(facts.says(question) is True for question in asked)


def _too_even(facts: Facts, finding: Finding) -> bool:
    rate, rr, spread = (facts.sure(key) for key in ("rate", "rr", "rr_sd"))
    if rate is None or rr is None or spread is None or finding.code not in FASTEST_BPM:
        return False
    return rate >= FASTEST_BPM[finding.code] and spread <= EVEN_SHARE * rr


def _evenly_led(facts: Facts, finding: Finding) -> bool:
    rate, rr, spread = (facts.sure(key) for key in ("rate", "rr", "rr_sd"))
    if rate is None or rr is None or spread is None or _paced(facts):
        return False
    if finding.probability < UNSURE:
        return rate < UNSURE_BPM and spread <= NEARLY * rr
    return LED_BPM[0] <= rate < LED_BPM[1] and spread <= EVENLY * rr


def _paced(facts: Facts) -> bool:
    return facts.says("paced") is True or "PACE" in _over(facts)


def _narrow(facts: Facts, _: Finding) -> bool:
    qrs = facts.sure("qrs")
    return qrs is not None and round(qrs) < NARROW_MS


def _wide(facts: Facts, _: Finding) -> bool:
    qrs = facts.sure("qrs")
    return qrs is not None and round(qrs) >= WIDE_MS


def _no_left_axis(facts: Facts, _: Finding) -> bool:
    axis = facts.sure("qrs_axis")
    return axis is not None and round(axis) >= LEFT_AXIS


def _pr_not_long(facts: Facts, _: Finding) -> bool:
    pr = facts.sure("pr")
    return pr is not None and round(pr) <= 200


def _hidden(facts: Facts, _: Finding) -> bool:
    qrs = facts.value("qrs")
    flagged = _over(facts)
    broad = qrs is not None and qrs >= 130 and not flagged & {"CRBBB", "IRBBB"}
    return broad or _paced(facts) or "CLBBB" in flagged


def _no_lead_shows(facts: Facts, finding: Finding) -> bool:
    wall = WALLS[finding.code]
    measured = any(lead in facts.leads for lead in wall)
    return measured and not criteria.showing(facts.leads, wall, facts.person)


def _low_voltage(facts: Facts, _: Finding) -> bool:
    return facts.says("low_voltage_limb") is True and facts.says("low_voltage_chest") is True


GIVES_WAY: tuple[GivesWay, ...] = (
    GivesWay(
        "af-with-p",
        ("AFIB", "AF", "AFLT", "SVARR"),
        "{name} is suggested ({percent}), but a P wave leads every regular beat: to be checked.",
        ("pr", "rr_sd"),
        _sinus_beats,
    ),
    GivesWay(
        "af-too-even",
        tuple(FASTEST_BPM),
        "{name} is suggested ({percent}), but the beats follow one another evenly at {rate}/min: "
        "rather another supraventricular tachycardia; to be checked.",
        ("rate", "rr_sd"),
        _too_even,
    ),
    GivesWay(
        "af-even",
        ("AFIB", "AF"),
        "{name} is suggested ({percent}), but the beats follow one another evenly at {rate}/min: "
        "a P wave that was not seen, or flutter; to be checked.",
        ("rate", "rr_sd"),
        _evenly_led,
    ),
    GivesWay(
        "block-narrow",
        ("CLBBB", "CRBBB"),
        "{name} is suggested ({percent}), but the QRS lasts only {qrs} ms: to be checked.",
        ("qrs",),
        _narrow,
    ),
    GivesWay(
        "incomplete-wide",
        ("IRBBB", "ILBBB"),
        "{name} is suggested ({percent}), but the QRS lasts {qrs} ms: to be checked.",
        ("qrs",),
        _wide,
    ),
    GivesWay(
        "fascicle-axis",
        ("LAFB",),
        "{name} is suggested ({percent}), but the QRS axis is {qrs_axis}°: to be checked.",
        ("qrs_axis",),
        _no_left_axis,
    ),
    GivesWay(
        "block-pr",
        ("1AVB",),
        "{name} is suggested ({percent}), but PR is {pr} ms: to be checked.",
        ("pr",),
        _pr_not_long,
    ),
    GivesWay(
        "hypertrophy-voltage",
        ("LVH", "RVH"),
        "{name} is suggested ({percent}), but the voltage is low: to be checked.",
        (),
        _low_voltage,
    ),
    GivesWay(
        "infarct-hidden",
        tuple(WALLS),
        "{name} is suggested ({percent}), but cannot be judged with this conduction.",
        ("qrs",),
        _hidden,
    ),
    GivesWay(
        "infarct-unseen",
        tuple(WALLS),
        "{name} is suggested ({percent}), but no lead of this wall shows a Q wave, lost R, ST or "
        "T change: to be checked.",
        (),
        _no_lead_shows,
    ),
)
"""Asked in this order; the first that applies speaks."""

EXCLUSIVE: tuple[tuple[str, ...], ...] = (
    ("CLBBB", "CRBBB", "ILBBB", "IRBBB"),
    ("LAFB", "LPFB"),
    ("AFIB", "AFLT", "1AVB"),
    ("AF", "1AVB"),
)
"""Of each row at most one is said, the likeliest."""


def _over(facts: Facts) -> frozenset[str]:
    return frozenset(finding.code for finding in over(facts))


def over(facts: Facts) -> tuple[Finding, ...]:
    """Findings over their operating points and likely enough to be said at all."""
    if facts.answer is None:
        return ()
    return tuple(
        f for f in facts.answer.findings if f.flagged and f.probability >= LEAST_PROBABILITY
    )


def sorted_out(facts: Facts) -> tuple[tuple[Finding, ...], tuple[Clash, ...]]:
    """Findings that are said, likeliest first, and those that give way."""
    said: list[Finding] = []
    clashes: list[Clash] = []
    for finding in sorted(over(facts), key=lambda f: -f.probability):
        if _measured_instead(facts, finding):
            continue
        clash = _clash(facts, finding)
        if clash is not None:
            clashes.append(clash)
        elif not _excluded(finding.code, {f.code for f in said}):
            said.append(finding)
    return tuple(said), tuple(clashes)


def _excluded(code: str, said: set[str]) -> bool:
    return any(code in row and said & set(row) for row in EXCLUSIVE)


def _measured_instead(facts: Facts, finding: Finding) -> bool:
    pr = facts.sure("pr")
    long_pr = finding.code == "1AVB" and pr is not None and round(pr) > 200
    return finding.code in LEFT_TO_MEASURING or long_pr


def _clash(facts: Facts, finding: Finding) -> Clash | None:
    for row in GIVES_WAY:
        if finding.code in row.codes and row.contradicted(facts, finding):
            words = {key: f"{facts.value(key) or 0:.0f}" for key in row.numbers}
            text = row.sentence.format(
                name=finding.name, percent=f"{finding.probability:.0%}".replace("%", " %"), **words
            )
            leads = WALLS.get(finding.code, ())
            return Clash(finding, row.id, text, leads, row.numbers)
    return None
