"""What the network may say: triage classes, superclasses and SCP-ECG statements.

The statement list is the part of the SCP-ECG vocabulary (EN 1064 / ISO 11073-91064, as used by
PTB-XL, Wagner et al. 2020). A model names those that its card lists: up to 2.0 the ones with at
least 40 positive recordings in the training folds, since then all.
"""

from __future__ import annotations

from dataclasses import dataclass
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


class Reads(StrEnum):
    """What a model reads: twelve-lead pages in any layout, or rhythm strips of 1-3 leads."""

    TWELVE_LEADS = "twelve-lead"
    STRIP = "strip"


STRIP_TRIAGE: tuple[Triage, ...] = (Triage.NORMAL, Triage.OTHER)
"""What a strip can be. It shows no infarction and rules none out."""

STRIP_TRIAGE_NAMES: dict[Triage, str] = {
    Triage.NORMAL: "No abnormal beat or rhythm",
    Triage.OTHER: "Abnormal beat or rhythm",
}


def triage_classes(reads: Reads) -> tuple[Triage, ...]:
    """The classes that a model tells apart, in the order of its softmax."""
    return STRIP_TRIAGE if reads is Reads.STRIP else TRIAGE_CLASSES


def triage_names(reads: Reads) -> dict[Triage, str]:
    """Plain names of the classes that a model tells apart."""
    return STRIP_TRIAGE_NAMES if reads is Reads.STRIP else TRIAGE_NAMES


SUPERCLASSES: tuple[str, ...] = ("NORM", "MI", "STTC", "CD", "HYP")

SUPERCLASS_NAMES: dict[str, str] = {
    "NORM": "Normal ECG",
    "MI": "Myocardial infarction",
    "STTC": "ST–T changes",
    "CD": "Conduction disturbance",
    "HYP": "Hypertrophy or enlargement",
}


@dataclass(frozen=True)
class Statement:
    """One SCP-ECG statement: code, plain name, and its superclass or kind (form, rhythm)."""

    code: str
    name: str
    group: str


STATEMENTS: dict[str, Statement] = {
    statement.code: statement
    for statement in (
        Statement("NDT", "Non-diagnostic T-wave abnormality", "STTC"),
        Statement("NST_", "Non-specific ST change", "STTC"),
        Statement("DIG", "Digitalis effect", "STTC"),
        Statement("LNGQT", "Long QT interval", "STTC"),
        Statement("NORM", "Normal ECG", "NORM"),
        Statement("IMI", "Inferior infarction", "MI"),
        Statement("ASMI", "Anteroseptal infarction", "MI"),
        Statement("LVH", "Left ventricular hypertrophy", "HYP"),
        Statement("LAFB", "Left anterior fascicular block", "CD"),
        Statement("ISC_", "Non-specific ischaemia", "STTC"),
        Statement("IRBBB", "Incomplete right bundle branch block", "CD"),
        Statement("1AVB", "First-degree AV block", "CD"),
        Statement("IVCD", "Non-specific intraventricular conduction disturbance", "CD"),
        Statement("ISCAL", "Anterolateral ischaemia", "STTC"),
        Statement("CRBBB", "Complete right bundle branch block", "CD"),
        Statement("CLBBB", "Complete left bundle branch block", "CD"),
        Statement("ILMI", "Inferolateral infarction", "MI"),
        Statement("LAO/LAE", "Left atrial overload or enlargement", "HYP"),
        Statement("AMI", "Anterior infarction", "MI"),
        Statement("ALMI", "Anterolateral infarction", "MI"),
        Statement("ISCIN", "Inferior ischaemia", "STTC"),
        Statement("INJAS", "Anteroseptal subendocardial injury", "MI"),
        Statement("LMI", "Lateral infarction", "MI"),
        Statement("ISCIL", "Inferolateral ischaemia", "STTC"),
        Statement("LPFB", "Left posterior fascicular block", "CD"),
        Statement("ISCAS", "Anteroseptal ischaemia", "STTC"),
        Statement("INJAL", "Anterolateral subendocardial injury", "MI"),
        Statement("ISCLA", "Lateral ischaemia", "STTC"),
        Statement("RVH", "Right ventricular hypertrophy", "HYP"),
        Statement("ANEUR", "ST–T change of ventricular aneurysm", "STTC"),
        Statement("RAO/RAE", "Right atrial overload or enlargement", "HYP"),
        Statement("EL", "Electrolyte disturbance or drug effect", "STTC"),
        Statement("WPW", "Wolff–Parkinson–White pattern", "CD"),
        Statement("ILBBB", "Incomplete left bundle branch block", "CD"),
        Statement("IPLMI", "Inferoposterolateral infarction", "MI"),
        Statement("ISCAN", "Anterior ischaemia", "STTC"),
        Statement("IPMI", "Inferoposterior infarction", "MI"),
        Statement("SEHYP", "Septal hypertrophy", "HYP"),
        Statement("INJIN", "Inferior subendocardial injury", "MI"),
        Statement("INJLA", "Lateral subendocardial injury", "MI"),
        Statement("PMI", "Posterior infarction", "MI"),
        Statement("3AVB", "Third-degree AV block", "CD"),
        Statement("INJIL", "Inferolateral subendocardial injury", "MI"),
        Statement("2AVB", "Second-degree AV block", "CD"),
        Statement("ABQRS", "Abnormal QRS", "form"),
        Statement("PVC", "Ventricular premature complex", "form"),
        Statement("STD_", "Non-specific ST depression", "form"),
        Statement("VCLVH", "Voltage criteria for left ventricular hypertrophy", "form"),
        Statement("QWAVE", "Q waves present", "form"),
        Statement("LOWT", "Low T-wave amplitude", "form"),
        Statement("NT_", "Non-specific T-wave change", "form"),
        Statement("PAC", "Atrial premature complex", "form"),
        Statement("LPR", "Prolonged PR interval", "form"),
        Statement("INVT", "Inverted T waves", "form"),
        Statement("LVOLT", "Low QRS voltage", "form"),
        Statement("HVOLT", "High QRS voltage", "form"),
        Statement("TAB_", "T-wave abnormality", "form"),
        Statement("STE_", "Non-specific ST elevation", "form"),
        Statement("PRC(S)", "Premature complexes", "form"),
        Statement("SR", "Sinus rhythm", "rhythm"),
        Statement("AFIB", "Atrial fibrillation", "rhythm"),
        Statement("STACH", "Sinus tachycardia", "rhythm"),
        Statement("SARRH", "Sinus arrhythmia", "rhythm"),
        Statement("SBRAD", "Sinus bradycardia", "rhythm"),
        Statement("PACE", "Paced rhythm", "rhythm"),
        Statement("SVARR", "Supraventricular arrhythmia", "rhythm"),
        Statement("BIGU", "Bigeminal pattern", "rhythm"),
        Statement("AFLT", "Atrial flutter", "rhythm"),
        Statement("SVTAC", "Supraventricular tachycardia", "rhythm"),
        Statement("PSVT", "Paroxysmal supraventricular tachycardia", "rhythm"),
        Statement("TRIGU", "Trigeminal pattern", "rhythm"),
    )
}
"""Every statement the network may name, in output order."""
