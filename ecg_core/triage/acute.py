"""How likely an acute infarction is, in words that rule nothing out."""

from __future__ import annotations

from ecg_core.network.statements import TRIAGE_CLASSES, Triage
from ecg_core.network.values import Prediction


def acute_words(prediction: Prediction) -> str:
    """A flag with how often such flags were right; without one, how many infarctions it misses.

    Below the operating point a small probability would read as if an infarction were ruled out.
    """
    if not prediction.acute_flagged:
        missed = prediction.acute_missed
        return "not flagged" if missed is None else f"not flagged; misses {10 * missed:.0f} in 10"
    p = prediction.triage[TRIAGE_CLASSES.index(Triage.ACUTE_MI)]
    right = prediction.acute_right
    flags = "" if right is None else f": of 100 such flags {100 * right:.0f} were right"
    return f"{100 * p:.0f} %{flags}"
