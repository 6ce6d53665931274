"""What the network may say: triage classes, superclasses and SCP-ECG statements.

The statement list is the part of the SCP-ECG vocabulary (EN 1064 / ISO 11073-91064, as used by
PTB-XL, Wagner et al. 2020) with at least 40 positive recordings in the training folds.
"""

from __future__ import annotations

from enum import StrEnum


class Triage(StrEnum):
    """Mutually exclusive triage classes, in softmax order."""

    NORMAL = "normal"
    ACUTE_MI = "acute_mi"
    PRIOR_MI = "prior_mi"
    OTHER = "other_abnormal"


TRIAGE_CLASSES: tuple[Triage, ...] = tuple(Triage)

TRIAGE_NAMES: dict[Triage, str] = {
    Triage.NORMAL: "Normal",
    Triage.ACUTE_MI: "Acute or recent infarction",
    Triage.PRIOR_MI: "Prior or age-undetermined infarction",
    Triage.OTHER: "Other abnormality",
}

SUPERCLASSES: tuple[str, ...] = ("NORM", "MI", "STTC", "CD", "HYP")

SUPERCLASS_NAMES: dict[str, str] = {
    "NORM": "Normal ECG",
    "MI": "Myocardial infarction",
    "STTC": "ST–T changes",
    "CD": "Conduction disturbance",
    "HYP": "Hypertrophy or enlargement",
}
