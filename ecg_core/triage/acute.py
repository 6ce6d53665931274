"""How likely an acute infarction is, in words that rule nothing out."""

from __future__ import annotations

import re

from ecg_core.network.statements import TRIAGE_CLASSES, Triage
from ecg_core.network.values import Prediction

SUCH_FLAGS = re.compile(r": of \d+ such flags \d+ were right")
"""What `such_flags` says."""


def acute_words(prediction: Prediction) -> str:
    """A flag with how often such flags were right; without one, how many infarctions it misses.

    Below the operating point a small probability would read as if an infarction were ruled out.
    """
    if not prediction.acute_flagged:
        missed = prediction.acute_missed
        return "not flagged" if missed is None else f"not flagged; misses {10 * missed:.0f} in 10"
    p = prediction.triage[TRIAGE_CLASSES.index(Triage.ACUTE_MI)]
    return f"{100 * p:.0f} %{such_flags(prediction)}"


def such_flags(prediction: Prediction) -> str:
    """How many flags of about this probability were right, to follow the probability.

    Counted where they were, since a few say less than a share of a hundred; of cases stored before
    that, the share of all flags.
    """
    right = prediction.acute_right
    if right is None:
        return ""
    of = prediction.acute_flags or 100
    return f": of {of} such flags {of * right:.0f} were right"
