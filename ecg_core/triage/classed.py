"""The class that a verdict stands for: what a reader agrees with, and is compared with later."""

from __future__ import annotations

from ecg_core.network.statements import Reads, Triage
from ecg_core.network.values import Prediction
from ecg_core.triage.priority import PriorityDecision
from ecg_core.triage.verdict import Level, Verdict

SAYS_ACUTE = frozenset(
    {
        *("block-infarction", "st-elevation-reciprocal", "de-winter"),
        *("acute-seen", "acute-infarction"),
    }
)
"""Lines that call for acting now because of a possible acute infarction."""


def verdict_class(said: PriorityDecision, prediction: Prediction) -> Triage:
    """The class that agreeing with a verdict decides on.

    It is the model's, unless the verdict says otherwise: measurements that show an acute infarction
    make it one, those that are abnormal beside a normal class make it another abnormality, and
    where nothing abnormal was found it is normal. A verdict that judges nothing leaves the model's,
    with which nobody can agree; so does a priority from before there were verdicts.
    """
    model = prediction.triage_class
    if not isinstance(said, Verdict) or said.level is Level.NOT_JUDGED:
        return model
    if said.level in (Level.NORMAL, Level.UNCERTAIN):
        return Triage.NORMAL
    acute = any(reason.code in SAYS_ACUTE for reason in said.reasons)
    if acute and said.level is Level.ACT_NOW and prediction.reads is not Reads.STRIP:
        return Triage.ACUTE_MI
    return Triage.OTHER if model is Triage.NORMAL else model
