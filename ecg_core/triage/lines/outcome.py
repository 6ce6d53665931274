"""Lines that hold where nothing abnormal was found: normal, or what stands in its way."""

from __future__ import annotations

from ecg_core.network.statements import SUPERCLASS_NAMES, Triage
from ecg_core.page.values import Severity
from ecg_core.signal.values import QUANTITIES
from ecg_core.triage import limits
from ecg_core.triage.facts import Facts, Section
from ecg_core.triage.limits import PR_SHORT_MS, QTC_SHORT_MS
from ecg_core.triage.lines.intervals import WIDE_MS
from ecg_core.triage.lines.ischaemia import ENOUGH_LEADS
from ecg_core.triage.lines.rhythm import is_sinus
from ecg_core.triage.priority import Priority
from ecg_core.triage.rule import Answer, Basis, LineKind, Rule, percent

SURELY_NORMAL = 0.7
"""Calibrated probability of a normal ECG from which it may wait."""
MEASURED = ("rate", "pr", "qrs", "qt", "qtcf", "qrs_axis", "early_beats", "other_beats")
"""Numbers without which an ECG is not called normal."""
CARD = "The model's card"
QUALITY = "Intake and page: named remarks on quality"


def abstains(facts: Facts) -> Answer:
    """The model abstains, or was not asked."""
    if facts.prediction is None:
        return Basis({"why": "no model was asked"})
    if not facts.prediction.abstained:
        return None
    return [Basis({"why": _clause(reason.text)}) for reason in facts.prediction.reasons]


def doubtful_page(facts: Facts) -> Answer:
    """A remark that is more than a note."""
    doubts = [remark for remark in facts.remarks if remark.severity is not Severity.NOTE]
    return [Basis({"doubt": _clause(remark.text)}) for remark in doubts] or None


def clash(facts: Facts) -> Answer:
    """Findings that a measurement contradicts."""
    said = [
        Basis({"text": one.text}, one.leads, one.numbers, (one.finding.code,))
        for one in facts.clashes
    ]
    return said or None


def unmeasured(facts: Facts) -> Answer:
    """Numbers and questions that a normal ECG needs and that are blank."""
    said = [
        Basis({"what": QUANTITIES[key].name, "why": _why(facts, key)}, facts.one(key).leads, (key,))
        for key in MEASURED
        if facts.value(key) is None
    ]
    if facts.value("pr") is not None and not is_sinus(facts):
        said.append(
            Basis({"what": "Sinus rhythm", "why": "P waves are uncertain"}, (), ("p_axis",))
        )
    if len(facts.leads) < ENOUGH_LEADS and not facts.strip:
        said.append(Basis({"what": "ST and T", "why": "fewer than eight leads are clear enough"}))
    return said or None


def doubtful_number(facts: Facts) -> Answer:
    """Numbers that would be abnormal, but are doubtful: nothing abnormal is said of them."""
    slowest, fastest = limits.sinus_bpm(facts.person)
    left, right = limits.axis_degrees(facts.person)
    longest_ms = limits.pr_long_ms(facts.value("rate"))
    usual: tuple[tuple[str, float, float], ...] = (
        ("rate", slowest, fastest),
        ("qrs_axis", left, right),
        ("qrs", 0.0, WIDE_MS - 1),
        ("qtcf", QTC_SHORT_MS, limits.QTC_PROLONGED_MS[facts.person.sex] - 1),
        ("early_beats", 0.0, 0.0),
        ("other_beats", 0.0, 0.0),
        *([("pr", PR_SHORT_MS, longest_ms)] if facts.pr_ms is not None else []),
    )
    said = []
    for key, low, high in usual:
        value = facts.value(key)
        if value is None or facts.sure(key) is not None or low <= round(value) <= high:
            continue
        words = {"what": QUANTITIES[key].name, "number": _with_unit(key, value)}
        said.append(Basis(words | {"why": _why(facts, key)}, facts.one(key).leads, (key,)))
    return said or None


def _with_unit(key: str, value: float) -> str:
    unit = QUANTITIES[key].unit
    closed = {"bpm": "/min", "°": "°"}.get(unit)
    return f"{value:.0f}{closed}" if closed else f"{value:.0f} {unit}".strip()


def superclass(facts: Facts) -> Answer:
    """Superclasses over their operating points beside a normal class."""
    if facts.answer is None:
        return None
    said = [
        Basis(
            {"name": SUPERCLASS_NAMES[f.code], "percent": f"{100 * f.probability:.0f} %"},
            findings=(f.code,),
        )
        for f in facts.answer.superclasses
        if f.flagged and f.code != "NORM"
    ]
    return said or None


def less_than_sure(facts: Facts) -> Answer:
    """A normal ECG, but not surely: the limit is the table's, asked by the verdict."""
    return Basis(percent(facts.p_normal), findings=(Triage.NORMAL,))


def strip_normal(facts: Facts) -> Answer:
    """Nothing abnormal on a strip."""
    if not facts.strip or facts.triage is not Triage.NORMAL:
        return None
    return Basis(percent(facts.p_normal), findings=(Triage.NORMAL,))


def normal(facts: Facts) -> Answer:
    """Every condition of a normal ECG holds; asked by the verdict when no other line applies."""
    if facts.answer is None or facts.strip or facts.triage is not Triage.NORMAL:
        return None
    numbers = ("rate", "pr", "qrs", "qtcf", "qrs_axis")
    words = {key: f"{facts.value(key) or 0:.0f}" for key in numbers}
    return Basis(
        words | {"percent": f"{100 * facts.p_normal:.0f} %"}, (), numbers, (Triage.NORMAL,)
    )


def _why(facts: Facts, key: str) -> str:
    return _clause(facts.one(key).why) or "it cannot be measured"


def _clause(text: str) -> str:
    """A sentence as part of another one."""
    text = text.strip().rstrip(".")
    lower = len(text) > 1 and text[1].islower()
    return text[0].lower() + text[1:] if lower else text


LINES: tuple[Rule, ...] = (
    Rule(
        "machine-abstains",
        Priority.URGENT,
        "The machine abstains, and nothing measured is urgent by itself: a person reads it.",
        "Not judged by the machine: {why}.",
        CARD,
        Section.CONCLUSION,
        abstains,
        kind=LineKind.NOT_JUDGED,
    ),
    Rule(
        "strip-normal",
        Priority.ROUTINE,
        "A strip with no abnormal beat or rhythm, with a probability of {surely_normal} or more.",
        "No abnormal beat or rhythm on the strip ({percent}); it shows no infarction and rules "
        "none out.",
        CARD,
        Section.CONCLUSION,
        strip_normal,
        kind=LineKind.UNCERTAIN,
    ),
    Rule(
        "doubtful-page",
        Priority.SOON,
        "Nothing abnormal found, but the page is incomplete or of doubtful quality.",
        "The page is doubtful: {doubt}.",
        QUALITY,
        Section.CONCLUSION,
        doubtful_page,
        kind=LineKind.UNCERTAIN,
    ),
    Rule(
        "finding-contradicted",
        Priority.SOON,
        "Nothing abnormal found, but a finding of the model is contradicted by a measurement.",
        "{text}",
        CARD,
        Section.CONCLUSION,
        clash,
        kind=LineKind.UNCERTAIN,
    ),
    Rule(
        "not-measured",
        Priority.SOON,
        "Nothing abnormal found, but not everything that a normal ECG needs could be measured.",
        "{what} is not measured: {why}.",
        "The measurements' own reasons",
        Section.CONCLUSION,
        unmeasured,
        kind=LineKind.UNCERTAIN,
    ),
    Rule(
        "number-doubtful",
        Priority.SOON,
        "Nothing abnormal found, but a number that would be abnormal is doubtful.",
        "{what} ({number}) cannot be relied on: {why}.",
        "The measurements' own reasons",
        Section.CONCLUSION,
        doubtful_number,
        kind=LineKind.UNCERTAIN,
    ),
    Rule(
        "class-suggested",
        Priority.SOON,
        "Nothing abnormal found, but a diagnostic class reaches its operating point.",
        "{name} cannot be excluded ({percent}).",
        CARD,
        Section.CONCLUSION,
        superclass,
        kind=LineKind.UNCERTAIN,
    ),
    Rule(
        "normal",
        Priority.ROUTINE,
        "Normal with a probability of at least {surely_normal}, no finding, sinus P waves before "
        "every beat at 50–100/min, no ectopy, PR 120–200 ms (220 below 60/min), QRS below 120 ms, "
        "QTcF and axis by sex and age, no ST, T or Q change, and all of it measured.",
        "Rate {rate}/min, PR {pr}, QRS {qrs}, QTcF {qtcf} ms, axis {qrs_axis}°: all within limits; "
        "the model calls it normal ({percent}).",
        "All lines above",
        Section.CONCLUSION,
        normal,
        kind=LineKind.NORMAL,
    ),
    Rule(
        "not-surely-normal",
        Priority.SOON,
        "Normal is the most probable class, but below {surely_normal}.",
        "The model calls it normal, but only with {percent}.",
        CARD,
        Section.CONCLUSION,
        less_than_sure,
        kind=LineKind.UNCERTAIN,
    ),
)
"""Asked from above where no line for something abnormal applies; the last takes what is left."""
