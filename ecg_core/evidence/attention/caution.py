"""What the evidence holds against a method of attention, in a sentence for who chooses it."""

from __future__ import annotations

from collections.abc import Sequence

from ecg_core.evidence.attention.rows import (
    OTHER,
    RANDOM,
    AttentionFigure,
    AttentionRow,
    differences,
    figures,
)
from ecg_core.evidence.attention.summary import MAPS

HEADS = "heads"
"""The part of the network that tells classes apart, as `randomised` rows name it."""
ALIKE = 0.5
"""Likeness to the map of a network with random heads from which a map tells little of the class."""

COUNTS_LESS = 0.05
"""Probability that must be left more for a reader to be told: less no choice hangs on."""


def caution(rows: Sequence[AttentionRow], method: str) -> str:
    """What is weak about a method, and which one has the better evidence; "" where nothing is.

    Another method is better at planted leads, or at what is blanked first, where the paired
    difference lies on that side of zero with its whole 95 % interval; at what is blanked, by
    `COUNTS_LESS` at least.
    """
    asked = [
        row
        for row in rows
        if row.test in ("planted", "deletion") or (row.test == "randomised" and row.part == HEADS)
    ]
    asked = [row for row in asked if row.map not in (RANDOM, OTHER)]
    found = {(one.test, one.part, one.map): one for one in figures(asked)}
    held = (_forgets_little(found, method), _misses(asked, method), _counts_less(asked, method))
    said = [part for part in held if part]
    return f"{' '.join(said)} PTB-XL {asked[0].split}." if said else ""


def _forgets_little(found: dict[tuple[str, str, str], AttentionFigure], method: str) -> str:
    likeness = {m: one.mean for (test, _, m), one in found.items() if test == "randomised"}
    own = likeness.get(method)
    if own is None or own.low < ALIKE:
        return ""
    best = min(likeness, key=lambda m: likeness[m].value)
    return (
        f"{MAPS[method]} shows where the network sees anything, hardly what speaks for this class: "
        f"with random class weights its map stays alike ({own.value:.2f}; {MAPS[best]} "
        f"{likeness[best].value:.2f})."
    )


def _misses(rows: Sequence[AttentionRow], method: str) -> str:
    planted = [row for row in rows if row.test == "planted"]
    first = {(one.part, one.map): one.mean.value for one in figures(planted)}
    better: dict[str, AttentionFigure] = {}
    for one in differences(planted, method):
        known = better.get(one.part)
        if one.mean.low > 0 and (known is None or one.mean.value > known.mean.value):
            better[one.part] = one
    if not better:
        return ""
    parts = [
        f"{part} {first[part, method]:.0%} ({MAPS[one.map]} {first[part, one.map]:.0%})"
        for part, one in better.items()
    ]
    return (
        f"On planted infarctions {MAPS[method]} looked first at the right leads less often: "
        f"{', '.join(parts)}."
    )


def _counts_less(rows: Sequence[AttentionRow], method: str) -> str:
    deleted = [row for row in rows if row.test == "deletion"]
    left = {one.map: one.mean.value for one in figures(deleted)}
    better = [one.map for one in differences(deleted, method) if one.mean.high < 0]
    less = [other for other in better if left[method] - left[other] >= COUNTS_LESS]
    if not less:
        return ""
    best = min(less, key=left.__getitem__)
    return (
        f"Blanking first what {MAPS[method]} marks leaves more of the probability, "
        f"{left[method]:.0%} on average ({MAPS[best]} {left[best]:.0%})."
    )
