"""Figures said as a colleague would say them: of a hundred ECGs, so many."""

from __future__ import annotations

import math

from ecg_core.evidence.figures.metrics import Interval
from ecg_core.evidence.figures.rates import Rates

PHRASES: dict[str, tuple[str, str]] = {
    "MI": ("an infarction", "one"),
    "STTC": ("ST–T changes", "them"),
    "CD": ("a conduction disturbance", "one"),
    "HYP": ("hypertrophy or enlargement", "either"),
    "acute_mi": ("an acute or recent infarction", "one"),
}
"""Of a question's code: what an ECG has, and the pronoun for it."""


def sentence(rates: Rates) -> str:
    """Of 100 ECGs with it so many are flagged; of 100 without it so many wrongly."""
    if math.isnan(rates.sensitivity.value) or math.isnan(rates.specificity.value):
        return f"{rates.name}: there are no labelled cases of both kinds."
    alarms = Interval(
        1 - rates.specificity.value, 1 - rates.specificity.high, 1 - rates.specificity.low
    )
    if rates.code == "NORM":
        return (
            f"Of 100 normal ECGs it calls {hundred(rates.sensitivity)} normal; of 100 others it "
            f"wrongly calls {hundred(alarms)} normal."
        )
    what, it = PHRASES.get(rates.code, (f"“{rates.name}”", "that"))
    return (
        f"Of 100 ECGs with {what} it flags {hundred(rates.sensitivity)}; of 100 without {it} it "
        f"wrongly flags {hundred(alarms)}."
    )


WIDE = 0.05
"""An interval wider than this does not carry a third digit."""


def digits(interval: Interval) -> int:
    """Decimals that an interval carries."""
    return 2 if interval.high - interval.low > WIDE else 3


def told(interval: Interval, signed: bool = False) -> str:
    """A value with its 95 % interval, in as many digits as that carries; a dash where undefined.

    >>> told(Interval(0.9281, 0.9194, 0.9362)), told(Interval(0.832, 0.79, 0.868))
    ('0.928 (0.919–0.936)', '0.83 (0.79–0.87)')
    >>> told(Interval(-0.0142, -0.031, 0.004), signed=True)
    '-0.014 (-0.031 to +0.004)'
    >>> told(Interval(0.0004, -0.0003, 0.0021), signed=True)
    '0.000 (0.000 to +0.002)'
    """
    if math.isnan(interval.value):
        return "–"
    kept = digits(interval)

    def shown(value: float) -> str:
        # Adding zero takes the sign from a negative one.
        rounded = round(value, kept) + 0.0
        return f"{rounded:{'+' if signed and rounded else ''}.{kept}f}"

    if math.isnan(interval.low):
        return shown(interval.value)
    between = " to " if signed else "–"
    return f"{shown(interval.value)} ({shown(interval.low)}{between}{shown(interval.high)})"


def p_value(p: float) -> str:
    """A probability of a test.

    >>> p_value(0.0312), p_value(2e-7)
    ('0.031', '< 0.001')
    """
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def hundred(share: Interval) -> str:
    """A share as a count of a hundred, with its interval: 83 (79–86)."""
    return f"{_whole(share.value)} ({_whole(share.low)}–{_whole(share.high)})"


def _whole(share: float) -> str:
    return "?" if math.isnan(share) else str(round(100 * share))
