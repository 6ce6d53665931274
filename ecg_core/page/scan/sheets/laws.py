"""Named laws: each says how likely a draft of a sheet is, and why, in one sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

import numpy as np

from ecg_core.page.scan.sheets import limb_sums
from ecg_core.page.scan.sheets.scale import told_by
from ecg_core.page.scan.sheets.sheet import SHIFTS, Draft, Said

WORD = re.compile(r"[A-Za-z]{4}|mm/|\d Hz")
SINGLE = re.compile(
    r"(?i)\blead (?:i{1,3}|[123])\b|single.lead|watch|kardia|alivecor|withings|fitbit"
)
ALIKE = 0.9
OTHER_TIME, APART, LITTER = 0.7, 2.0, 7.7
"""What a row costs below the others that does not beat with them; what more where it has no name;
and one that is no trace by itself either: an edge of paper, a frame, print."""
BARELY, SEEN_ALONG, RULED_MM = 0.4, 0.85, 0.2
"""A row that agrees less with the others is litter when its pen is seen over less of them, or when
it rests so close to one height in four of five columns."""
FITS = 0.06
STRENGTH = {"I": 0.2, "II": 0.6, "III": 0.8}
"""How much a name counts: strokes and specks pass for the simplest ones. Others count 1."""
NAME, OTHER_NAME, STRAY_NAME = 1.3, 1.6, 0.6
UNNAMED_COLUMN = 4.0
WELL_NAMED, AT_LEAST = 4, 0.9
"""What a column without any name costs where another has names: less where marks tell it, but not
where so many names of that one are read, for then the others would be, too."""
MOST_EXTRA = 1.5
"""More than a row and a half beside the rows counts no more: that is litter."""
AHEAD_MM, BEHIND_MM, WORD_MM = 3.0, 12.0, (1.5, 1.2, 12.0)
"""Names stand so far before or behind the begin of a column, and are at least so wide and high, at
most so wide."""
FOLLOWING, SIX_ROWS = (("aVR", "aVL", "aVF"), ("II", "aVF", "III")), 3.0
"""Below the first three rows of limb leads they are the other three of six, in either order; and
what it costs to take them for strips of rhythm."""
SHORTEST_MM, TOO_SHORT, USUAL_MM_PER_S = 40.0, 3.0, 25.0
EXPECTED, LIMB, RUN_ON = 0.35, 1.3, 6.0


def names(draft: Draft) -> Said:
    """Printed names stand where the draft has their leads."""
    value, right, wrong, _ = max(_named(draft, at) for at in range(len(SHIFTS)))
    text = f"read in place: {right or 'none'}"
    return Said("names", value, text + (f"; others than expected: {wrong}" if wrong else ""))


def own_names(draft: Draft) -> dict[tuple[int, int], frozenset[str]]:
    """Names that stand where those of the pieces should, as high above them as fits best."""
    return draft.own.places[max(_named(draft, at) for at in range(len(SHIFTS)))[3]]


def _named(draft: Draft, at: int) -> tuple[float, str, str, int]:
    value, right, wrong = -0.15 * abs(SHIFTS[at]), [], []
    for (row, column), read in draft.own.places[at].items():
        if row < 0:
            value -= STRAY_NAME * sum([name not in STRENGTH for name in read])
            continue
        lead = draft.leads[row][column]
        if lead in read:
            value += NAME * STRENGTH.get(lead, 1.0)
            right.append(lead)
            # Names of two rows stand at one place where they belong to neither.
            value -= OTHER_NAME * len(read - STRENGTH.keys() - {lead})
        else:
            other = max(read, key=lambda name: STRENGTH.get(name, 1.0))
            if other == "I" or (other == "II" and lead == "III"):
                continue
            value -= OTHER_NAME * STRENGTH.get(other, 1.0)
            wrong.append(f"{other} at {lead}")
    # Whatever leads the columns show, the same of them have no name.
    unnamed = draft.own.unnamed
    if at not in unnamed:
        unnamed[at] = _unnamed(draft, at)
    return value - unnamed[at], ", ".join(right), ", ".join(wrong), at


def _unnamed(draft: Draft, at: int) -> float:
    """What columns without any name cost."""
    named, strokes = [0] * draft.division.count, [0] * draft.division.count
    own = draft.own.places[at]
    for (row, column), read in own.items():
        if 0 <= row < draft.main and read - {"I"}:
            named[column] += 1
            strokes[column] += not read - STRENGTH.keys()
    if max(named) < 2:
        return 0.0
    # Names may touch the traces; marks tell as much of columns.
    untold = 1.0 - draft.division.marked / max(draft.division.count - 1, 1)
    below = sum(row >= draft.main and bool(read - {"I"}) for (row, _), read in own.items())
    if max(named[0] + below, max(named)) >= WELL_NAMED:
        untold = max(untold, AT_LEAST)
        # Two strokes of a hand's arrow are no name beside so many.
        named = [0 if count == strokes[at] == 1 else count for at, count in enumerate(named)]
    bare = (not count and not _printed_at(draft, column) for column, count in enumerate(named))
    return UNNAMED_COLUMN * untold * sum(bare)


def _printed_at(draft: Draft, column: int) -> bool:
    """Whether unread print, as large as names, stands where those of a column should."""
    x0 = draft.division.edges()[column][0]
    left, top, right, bottom = draft.print_.unread.T
    wide, high = right - left, bottom - top
    near = (left > x0 - AHEAD_MM) & (left < x0 + BEHIND_MM)
    letters = (wide > WORD_MM[0]) & (high > WORD_MM[1]) & (wide < WORD_MM[2])
    rows = draft.seen.baselines_mm[: draft.main]
    pitch = draft.seen.pitch_mm
    beside = (top > rows[0] - 0.75 * pitch) & (bottom < rows[-1] + 0.75 * pitch)
    return bool((near & letters & beside).sum() >= max(draft.main / 2, 2))


def columns(draft: Draft) -> Said:
    """Something stands where columns begin; hardly any printer's are shorter than 1.6 s, unless
    the paper runs at half speed."""
    division = draft.division
    short = division.count > 1 and division.width_mm < SHORTEST_MM
    if short:
        short = all(speed >= USUAL_MM_PER_S for speed in told_by(draft.print_.lines).speeds)
    text = f"{division.count} columns of {division.width_mm:.1f} mm, {division.marked} marked"
    return Said("columns", division.score - TOO_SHORT * short, text)


def rarity(draft: Draft) -> Said:
    """Few printers use this arrangement, and none shows the limb leads that follow as strips of
    rhythm."""
    below = tuple(row[0] for row in draft.leads[draft.main :])
    follow = not draft.assumed and below in FOLLOWING
    return Said("rarity", -draft.rarity - SIX_ROWS * follow, draft.name)


def together(draft: Draft) -> Said:
    """Rows of the same seconds beat together; rows that follow one another do not."""
    found = np.array(draft.seen.agreements[: draft.main])
    if len(found) < 2:
        return Said("together", 0.0, "one row")
    value = float(np.mean(np.clip(found, 0.0, 0.8) - 0.4)) * 5.0 - 1.5 * (found.min() < 0.25)
    apart = sum(_apart(draft, row) for row in range(draft.main, len(draft.leads)))
    if draft.simultaneous:
        value -= apart
    else:
        value = 0.0 if draft.seen.alike > ALIKE else -value
    return Said("together", value, f"rows agree {found.mean():.2f}, the least {found.min():.2f}")


def _apart(draft: Draft, row: int) -> float:
    """What a row below the others costs that does not beat with them."""
    assumed = row in draft.assumed
    if assumed and litter(draft, row):
        return LITTER
    # Some recorders print strips of other ten seconds than the rows above them.
    return OTHER_TIME + APART * assumed if draft.seen.agreements[row] < 0.25 else 0.0


def litter(draft: Draft, number: int) -> bool:
    """Whether a row below the others may be no trace at all: it does not beat with them, and is
    seen over parts of them only, or lies as straight as a ruler."""
    if draft.seen.agreements[number] >= BARELY:
        return False
    row = draft.seen.rows[number]
    first, end = draft.seen.spans_px
    off = np.abs(row.curve_px - row.baseline_px)[first:end]
    along = float(row.drawn[first:end].mean())
    return along < SEEN_ALONG or float(np.quantile(off, 0.8)) < RULED_MM * row.px_per_mm


def limbs(draft: Draft) -> Said:
    """I + III = II and the augmented leads, where they are drawn over the same time."""
    left = limb_sums.unexplained(draft)
    if left is None:
        return Said("limbs", 0.0, "no three limb leads of the same seconds")
    value = LIMB * float(np.clip(np.log(EXPECTED / max(left, 1e-3)), -2.0, 2.5))
    if draft.seen.alike > ALIKE:
        # One wave in all rows is some mixture of itself.
        value = min(value, 0.0)
    elif limb_sums.run_on(draft):
        value -= RUN_ON
    return Said("limbs", value, f"limb leads leave {left:.0%} unexplained")


def upright(draft: Draft) -> Said:
    """Pulses stand upright, print can be read, and T, the large slow wave, comes behind QRS."""
    pulses = min(len(draft.seen.pulses), 3)
    words = _words(draft.print_.lines)
    behind = draft.seen.forward
    value = 0.6 * pulses + 0.4 * min(words, 4) + float(np.clip(behind, -1.0, 1.0))
    text = (
        f"{len(draft.seen.pulses)} pulses upright, {words} words read, T behind QRS {behind:+.1f}"
    )
    return Said("upright", value, text)


@lru_cache(maxsize=64)
def _words(lines: tuple[str, ...]) -> int:
    """How many lines say something."""
    return sum(bool(WORD.search(line)) for line in lines)


@lru_cache(maxsize=64)
def _single(lines: tuple[str, ...]) -> bool:
    """Whether any line speaks of a single lead."""
    return any(SINGLE.search(line) for line in lines)


def repeats(draft: Draft) -> Said:
    """Rows whose beats all look the same show one lead: I, II and III never do."""
    alike = draft.seen.alike
    value = 0.0
    if len(draft.leads) > 1 and alike > ALIKE:
        value = 4.0 if not draft.simultaneous else -4.0
    return Said("repeats", value, f"the rows' beats look the same: {alike:.2f}")


def spoken(draft: Draft) -> Said:
    """Print says that the sheet shows one lead, or who made it: a watch records one."""
    said = _single(draft.print_.lines)
    single = len({lead for row in draft.leads for lead in row}) == 1
    text = "print speaks of a single lead" if said else "print speaks of no single lead"
    return Said("spoken", 3.5 * (said and single), text)


def whole(draft: Draft) -> Said:
    """All ink of traces lies in the rows that were found."""
    extra = draft.seen.extra
    text = f"a trace rests beside the rows in {extra:.0%} of the columns"
    return Said("whole", -7.0 * min(max(extra - 0.1, 0.0), MOST_EXTRA), text)


def true_to_scale(draft: Draft) -> Said:
    """Pulses are as high as some gain says, and columns as long as usual: the scale is right."""
    pulse, time = pulse_off(draft), time_off(draft)
    value = 0.0
    if pulse is not None:
        value += 1.0 if pulse < FITS else -1.0
    if time is not None:
        value += 1.0 if time < FITS else -1.0
    return Said("scale", value, f"pulse off by {pulse or 0:.0%}, columns by {time or 0:.0%}")


def pulse_off(draft: Draft) -> float | None:
    """How far pulses are from the height of the nearest usual gain."""
    height = draft.seen.pulse_mm
    if len(draft.seen.pulses) < 2 or height is None:
        return None
    return min(abs(height / gain - 1.0) for gain in (5.0, 10.0, 20.0))


def time_off(draft: Draft) -> float | None:
    """How far columns are from 2.5, 5 or 10 s at 25 or 50 mm/s; None for rows without columns."""
    division = draft.division
    if division.count < 2:
        return None
    return min(
        abs((division.width_mm - division.gap_mm) / usual - 1.0)
        for usual in (62.5, 125.0, 31.25, 250.0)
    )


def drawn(draft: Draft) -> Said:
    """Every piece is drawn all along."""
    px = draft.seen.px_per_mm
    shares: list[float] = []
    for number, row in enumerate(draft.seen.rows):
        last = len(row.filled)
        for x0, x1 in draft.spans(number):
            first, end = min(max(round(x0 * px), 0), last), min(max(round(x1 * px), 1), last)
            if end - first > 2:
                seen = row.filled_before[end] - row.filled_before[first]
                shares.append(float(seen / (end - first)))
    missing = float(np.mean(np.clip(0.85 - np.array(shares), 0.0, 1.0))) if shares else 1.0
    return Said("drawn", -8.0 * missing, f"{np.mean(shares or [0.0]):.0%} of the pieces drawn")


Law = Callable[[Draft], Said]
QUICK: tuple[Law, ...] = (
    names,
    columns,
    rarity,
    together,
    repeats,
    spoken,
    upright,
    whole,
    drawn,
    true_to_scale,
)
"""Laws that every draft is held to; `SLOW` ones follow for the best."""
SLOW: tuple[Law, ...] = (limbs,)
SHAPED: frozenset[Law] = frozenset(
    {columns, together, repeats, upright, whole, drawn, true_to_scale}
)
"""Laws that ask where pieces lie, not which leads they show."""


def said(draft: Draft, some: tuple[Law, ...]) -> Iterator[Said]:
    """What laws say of a draft; of the same pieces with other leads many were asked before."""
    known = draft.seen.known.setdefault(draft.shape, {})
    for law in some:
        if law not in SHAPED:
            yield law(draft)
        else:
            if law not in known:
                known[law] = law(draft)
            yield known[law]


def beats_px(draft: Draft) -> np.ndarray:
    """Columns in which the rows beat together."""
    return draft.seen.beats_px
