"""Lines on axis, PR, QRS, QT and conduction."""

from __future__ import annotations

from collections.abc import Callable

from ecg_core.network.statements import Triage
from ecg_core.triage import limits
from ecg_core.triage.facts import Facts, Section
from ecg_core.triage.limits import PR_SHORT_MS, QTC_MARKED_MS, QTC_SHORT_MS
from ecg_core.triage.priority import Priority
from ecg_core.triage.rule import Answer, Basis, Rule, found, number, spoken

VERY_LONG_PR_MS = 300.0
DELTA_QRS_MS, DELTA_PR_MS = 100.0, 160.0
"""QRS from which, and PR below which, a slurred onset is taken for pre-excitation. A textbook asks
for PR below 120 ms: of 64 recordings labelled WPW in PTB-XL's folds 1 to 8, 16 are then found, with
160 ms 37; of 1,067 normal ones 2 and 3, of 733 abnormal ones none and 4. The Q waves of an
infarction begin slowly, too: with its class and a usual PR nothing is said, which leaves 35 of the
64 and 2 of the 733."""
WIDE_MS, USUAL_QRS_MS = 120.0, 100.0
FASCICLE_AXIS = -45.0
UNSURE_BY_MS, UNSURE_WIDE_MS = 40.0, 130.0
"""A doubtful PR is said where it lies further than this beyond the limit, a doubtful QRS from so
much on: of 691 normal recordings of PTB-XL's fold 9, and of 156 read off printed pages, none has
either."""

CONDUCTION_SOURCE = "AHA/ACCF/HRS recommendations (Surawicz et al., Circulation 2009;119:e235-40)"
QT_SOURCE = "AHA/ACCF/HRS recommendations (Rautaharju et al., Circulation 2009;119:e241-50)"
PACING = "ESC guideline on pacing (Glikson et al., Eur Heart J 2021;42:3427-520)"
SVT = "ESC guideline on SVT (Brugada et al., Eur Heart J 2020;41:655-720)"
UDMI = "Fourth Universal Definition of MI (Thygesen et al., Circulation 2018;138:e618-51)"


def preexcitation(sure: bool) -> Callable[[Facts], Answer]:
    """A slurred onset of a QRS that is long for it, soon after a P wave; sure: by both numbers."""

    def says(facts: Facts) -> Answer:
        pr, qrs = facts.pr_ms, facts.value("qrs")
        if pr is None or qrs is None or round(pr) >= DELTA_PR_MS or qrs < DELTA_QRS_MS:
            return None
        if facts.says("slurred_onset") is not True or facts.says("p_present") is not True:
            return None
        if round(pr) >= PR_SHORT_MS and facts.triage in (Triage.PRIOR_MI, Triage.ACUTE_MI):
            return None
        numbers = facts.which_are_sure("pr", "qrs")
        if (len(numbers) == 2) is not sure:
            return None
        return Basis({"pr": f"{pr:.0f}", "qrs": f"{qrs:.0f}"} if sure else {}, (), numbers)

    return says


def _pr(facts: Facts, above: float, below: float = 1e9) -> Answer:
    pr = facts.sure("pr")
    if pr is None or facts.pr_ms is None or not above < round(pr) <= below:
        return None
    return Basis({"pr": f"{pr:.0f}"}, facts.one("pr").leads, ("pr",))


def pr_very_long(facts: Facts) -> Answer:
    """300 ms or more."""
    return _pr(facts, VERY_LONG_PR_MS - 1)


def pr_long(facts: Facts) -> Answer:
    """Longer than usual at this rate."""
    return _pr(facts, limits.pr_long_ms(facts.value("rate")))


def pr_short(facts: Facts) -> Answer:
    """Below 120 ms."""
    return _pr(facts, 0, PR_SHORT_MS - 1)


def pr_unsure(facts: Facts) -> Answer:
    """A PR that is far too long, but doubtful."""
    longest = limits.pr_long_ms(facts.value("rate")) + UNSURE_BY_MS
    return _unsure(facts, "pr", longest + 1) if facts.pr_ms is not None else None


def qt_marked(facts: Facts) -> Answer:
    """QTcF of 500 ms or more, less what a wide QRS adds."""
    qtc, qrs, qt = facts.sure("qtcf"), facts.value("qrs"), facts.sure("qt")
    if qtc is None or qrs is None or qt is None:
        return None
    added = qrs - USUAL_QRS_MS if qrs >= WIDE_MS else 0.0
    if round(qtc - added) < QTC_MARKED_MS:
        return None
    return Basis({"qt": f"{qt:.0f}", "qtcf": f"{qtc:.0f}"}, facts.one("qt").leads, ("qtcf", "qt"))


def t_late(facts: Facts) -> Answer:
    """T peaks late, and where it ends is unclear."""
    if facts.says("late_t") is not True or facts.value("qtcf") is not None:
        return None
    if facts.sure("rr") is None:
        return None
    return Basis({}, facts.one("qt").leads, ("rr",))


def t_ends_late(facts: Facts) -> Answer:
    """What seems T's end is very late, though unclear."""
    if facts.says("late_t_end") is not True or facts.value("qtcf") is not None:
        return None
    return Basis({}, facts.one("qt").leads, ("rr",)) if facts.sure("rr") is not None else None


def qt_long(facts: Facts) -> Answer:
    """QTcF from what is prolonged in this person."""
    low = limits.QTC_PROLONGED_MS[facts.person.sex]
    return number("qtcf", low, doubtful=False, also=("qt",))(facts)


def axis_left(facts: Facts) -> Answer:
    """Left of what is usual at this age, not further than −90°."""
    return _axis(facts, -90.0, limits.axis_degrees(facts.person)[0])


def axis_right(facts: Facts) -> Answer:
    """Right of what is usual at this age."""
    return _axis(facts, limits.axis_degrees(facts.person)[1] + 1, 181.0)


def axis_extreme(facts: Facts) -> Answer:
    """Between −90° and −180°."""
    return _axis(facts, -180.0, -90.0)


def _axis(facts: Facts, above: float, below: float) -> Answer:
    axis = facts.sure("qrs_axis")
    if axis is None or not above <= round(axis) < below:
        return None
    return Basis({"axis": f"{axis:.0f}"}, facts.one("qrs_axis").leads, ("qrs_axis",))


def trifascicular(facts: Facts) -> Answer:
    """Right bundle branch block, left axis and a long PR."""
    block, axis = facts.has("CRBBB"), facts.sure("qrs_axis")
    left = bool(facts.has("LAFB", "LPFB")) or (axis is not None and axis <= FASCICLE_AXIS)
    long_pr = pr_long(facts) is not None or bool(facts.has("1AVB"))
    if not block or not left or not long_pr:
        return None
    return Basis({}, ("V1", "V6"), facts.which_are_sure("qrs", "qrs_axis", "pr"), ("CRBBB",))


def bundle_block(code: str) -> Callable[[Facts], Answer]:
    """A complete bundle branch block that the model names."""

    def says(facts: Facts) -> Answer:
        named = facts.has(code)
        if not named:
            return None
        return Basis(spoken(named[0]), ("V1", "V6"), facts.which_are_sure("qrs"), (code,))

    return says


def wide(facts: Facts) -> Answer:
    """QRS from 120 ms."""
    return number("qrs", WIDE_MS, doubtful=False)(facts)


def wide_unsure(facts: Facts) -> Answer:
    """A QRS that is far too long, but doubtful."""
    return _unsure(facts, "qrs", UNSURE_WIDE_MS)


def _unsure(facts: Facts, key: str, least: float) -> Answer:
    """A doubtful number from `least` on; that something is doubtful rests on nothing measured."""
    value = facts.value(key)
    if value is None or facts.sure(key) is not None or round(value) < least:
        return None
    return Basis({key: f"{value:.0f}"}, facts.one(key).leads)


NOW, NEXT, TODAY = Priority.IMMEDIATE, Priority.URGENT, Priority.SOON
AXIS, INTERVALS, CONDUCTION = Section.AXIS, Section.INTERVALS, Section.CONDUCTION

LINES: tuple[Rule, ...] = (
    Rule(
        "axis-extreme",
        TODAY,
        "QRS axis between −90° and −180°.",
        "Extreme axis deviation of {axis}°.",
        CONDUCTION_SOURCE,
        AXIS,
        axis_extreme,
        "axis",
    ),
    Rule(
        "axis-left",
        TODAY,
        "QRS axis left of −30°; of children by age.",
        "Left axis deviation of {axis}°.",
        CONDUCTION_SOURCE,
        AXIS,
        axis_left,
        "axis",
    ),
    Rule(
        "axis-right",
        TODAY,
        "QRS axis right of 90°; of children by age.",
        "Right axis deviation of {axis}°.",
        CONDUCTION_SOURCE,
        AXIS,
        axis_right,
        "axis",
    ),
    Rule(
        "pre-excitation",
        NEXT,
        "QRS from 100 ms with a slurred onset, PR below 160 ms; beside an infarction below 120 ms.",
        "Slurred onset of the QRS ({qrs} ms) soon after P (PR {pr} ms): possible pre-excitation.",
        SVT,
        INTERVALS,
        preexcitation(sure=True),
        "pr",
    ),
    Rule(
        "pre-excitation-unsure",
        NEXT,
        "The same with a PR or a QRS whose number is doubtful.",
        "Slurred onset of the QRS soon after P, of which the interval is not certain: possible "
        "pre-excitation.",
        SVT,
        INTERVALS,
        preexcitation(sure=False),
        "pr",
    ),
    Rule(
        "pr-300",
        NEXT,
        "PR from 300 ms.",
        "PR markedly prolonged to {pr} ms.",
        PACING,
        INTERVALS,
        pr_very_long,
        "pr",
    ),
    Rule(
        "pr-long",
        TODAY,
        "PR above 200 ms; above 220 ms below 60/min.",
        "PR prolonged to {pr} ms.",
        CONDUCTION_SOURCE,
        INTERVALS,
        pr_long,
        "pr",
    ),
    Rule(
        "pr-unsure",
        TODAY,
        "Doubtful PR from 241 ms; from 261 ms below 60/min.",
        "PR of perhaps {pr} ms, which would be prolonged: to be measured by hand.",
        CONDUCTION_SOURCE,
        INTERVALS,
        pr_unsure,
        "pr",
    ),
    Rule(
        "pr-short",
        TODAY,
        "PR below 120 ms.",
        "PR short, {pr} ms.",
        CONDUCTION_SOURCE,
        INTERVALS,
        pr_short,
        "pr",
    ),
    Rule(
        "qt-500",
        NEXT,
        "QTcF from 500 ms, less what a QRS of 120 ms or more adds to it.",
        "QT {qt} ms, QTc markedly prolonged to {qtcf} ms (Fridericia).",
        QT_SOURCE,
        INTERVALS,
        qt_marked,
        "qt",
    ),
    Rule(
        "qt-late-peak",
        NEXT,
        "QT blank, but T peaks 400 ms or more after the start of QRS (at a rate of 60), less what "
        "a QRS of 120 ms or more adds to it.",
        "T peaks so late that QT is prolonged, though its end is unclear: to be measured by hand.",
        QT_SOURCE,
        INTERVALS,
        t_late,
        "qt",
    ),
    Rule(
        "qt-late-end",
        NEXT,
        "QT blank, but what seems the end of T lies 500 ms or more after the start of QRS (at a "
        "rate of 60), less what a QRS of 120 ms or more adds to it.",
        "T or what follows it ends so late that QT may be markedly prolonged: to be measured by "
        "hand.",
        QT_SOURCE,
        INTERVALS,
        t_ends_late,
        "qt",
    ),
    Rule(
        "qt-long",
        TODAY,
        "QTcF from 450 ms in men, 460 ms in women and where sex is not known.",
        "QT {qt} ms, QTc prolonged to {qtcf} ms (Fridericia).",
        QT_SOURCE,
        INTERVALS,
        qt_long,
        "qt",
    ),
    Rule(
        "qt-short",
        TODAY,
        "QTcF below 340 ms.",
        "QT {qt} ms, QTc short, {qtcf} ms (Fridericia).",
        "ESC guideline on ventricular arrhythmias (Zeppenfeld et al., Eur Heart J 2022;43:3997)",
        INTERVALS,
        number("qtcf", below=QTC_SHORT_MS, doubtful=False, also=("qt",)),
        "qt",
    ),
    Rule(
        "trifascicular",
        NEXT,
        "Finding of complete right bundle branch block, axis from −45° leftwards, long PR.",
        "Right bundle branch block with left axis and long PR: complete block may follow.",
        PACING,
        CONDUCTION,
        trifascicular,
        "block",
    ),
    Rule(
        "left-bundle-branch-block",
        NEXT,
        "Finding of complete left bundle branch block.",
        "{name} ({percent}), which can hide an infarction: compare with an older ECG.",
        UDMI,
        CONDUCTION,
        bundle_block("CLBBB"),
        "block",
    ),
    Rule(
        "bundle-branch-block",
        TODAY,
        "Finding of complete right bundle branch block.",
        "{name} ({percent}).",
        CONDUCTION_SOURCE,
        CONDUCTION,
        bundle_block("CRBBB"),
        "block",
    ),
    Rule(
        "conduction-finding",
        TODAY,
        "Another finding on conduction: incomplete or fascicular block, first-degree AV block.",
        "{name} ({percent}).",
        CONDUCTION_SOURCE,
        CONDUCTION,
        found("IRBBB", "ILBBB", "LAFB", "LPFB", "1AVB", "IVCD"),
    ),
    Rule(
        "wide-qrs",
        TODAY,
        "QRS from 120 ms.",
        "QRS prolonged to {qrs} ms.",
        CONDUCTION_SOURCE,
        INTERVALS,
        wide,
        "qrs",
    ),
    Rule(
        "qrs-unsure",
        TODAY,
        "Doubtful QRS from 130 ms.",
        "QRS of perhaps {qrs} ms, which would be prolonged: to be measured by hand.",
        CONDUCTION_SOURCE,
        INTERVALS,
        wide_unsure,
        "qrs",
    ),
)
