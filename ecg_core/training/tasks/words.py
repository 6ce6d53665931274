"""What the cards of released models say in sentences: fields of `ModelCard` by name."""

from __future__ import annotations

from typing import Any

from ecg_core.evidence.figures.carried import MIN_PEOPLE
from ecg_core.evidence.values import MIN_POSITIVES
from ecg_core.network.statements import Reads
from ecg_core.page.layouts import LAYOUTS, STRIP
from ecg_core.training.config import TwelveLeadConfig
from ecg_core.training.data import mitdb
from ecg_core.training.data.triage_labels import FIRST
from ecg_core.training.release import SHOWN_AUC, SHOWN_AUC_LOW, SHOWN_PPV


def twelve_leads(n: int, specificity: float, config: TwelveLeadConfig) -> dict[str, Any]:
    """Of a network for pages. n: recordings of fold 9. specificity: of the acute flag there."""
    planted = ""
    if config.pages.injured:
        planted = (
            f"Over {config.pages.injured:.0%} of them a current of acute injury was drawn, with "
            "its reciprocal change, and counted as acute; none of the figures is of such a page. "
        )
    staged = ""
    if config.triage_rule != FIRST:
        staged = (
            " Acute or recent is an infarction of stage I, I–II or II; normal is sinus rhythm at "
            "50 to 100/min without extra beats or a statement of form."
        )
    return {
        "triage_rule": config.triage_rule,
        "calibrated_on": (
            f"PTB-XL fold 9, n = {n} recordings, each as a clean and as a degraded page"
        ),
        "summary": (
            "One-stage residual network with channel and spatial attention. It reads a twelve-lead "
            "ECG page as a picture in one pass, its leads arranged as on the 3×4 page with one "
            "rhythm strip."
        ),
        "layouts": tuple(LAYOUTS),
        "arranged": True,
        "thresholds_rule": (
            "Superclasses and findings: highest F1 on fold 9. Acute infarction: "
            f"{specificity:.0%} specificity on fold 9.{staged}"
        ),
        "findings_rule": (
            f"A finding is shown when fold 10 holds at least {MIN_POSITIVES} positive recordings, "
            f"its AUC there is at least {SHOWN_AUC:.2f} and, of the recordings flagged, at least "
            f"{SHOWN_PPV:.0%} are positive."
        ),
        "training_data": (
            "PTB-XL 1.0.3 (Wagner et al. 2020, CC BY 4.0), 100 Hz signals, folds 1-8 drawn as "
            "pages; recording noise from the MIT-BIH Noise Stress Test Database (ODC-By 1.0). "
            f"{planted}Fold 9 chose, fold 10 was read once for the figures."
        ),
        "intended_use": (
            "Research on sorting twelve-lead resting ECGs of adults for reading by a cardiologist."
        ),
        "out_of_scope": (
            "Diagnosis, or any decision without a clinician who reads the ECG.",
            "Children, exercise and long-term ECGs, and fewer than nine leads.",
            "Recordings at another speed or gain than 25 mm/s and 10 mm/mV unless rescaled.",
        ),
        "do_not_trust_when": (
            "The app says that the machine abstains, or quality remarks doubt the page.",
            "Leads are missing, swapped, flat or overlap.",
            "The page comes from a printer or a population unlike the training data "
            "(one German institute, 1989-1996): see the figures for other sources.",
        ),
    }


def strips(start_from: str, n: int, specificity: float) -> dict[str, Any]:
    """Of a network for strips.

    start_from: the model whose trunk it took on, or "". n: strips that chose. specificity: of every
    operating point on both data sets.
    """
    return {
        "summary": (
            "One-stage residual network with channel and spatial attention. It reads ten seconds "
            "of one to three leads as a picture, and tells beats and rhythm."
        ),
        "layouts": (STRIP,),
        "reads": Reads.STRIP,
        "calibrated_on": (
            f"MIT-BIH recordings {', '.join(mitdb.CHOOSE)} (DS1, never trained on) and PTB-XL "
            f"fold 9, n = {n} strips of one and two leads, each data set with "
            "half of the weight"
        ),
        "thresholds_rule": (
            f"The lowest probability with at least {specificity:.0%} specificity on the strips of "
            "both data sets that calibrate; an abnormal beat or rhythm is said when it is the "
            "likelier answer."
        ),
        "findings_rule": (
            "A finding is shown when the lower end of its AUC's 95 % interval is at least "
            f"{SHOWN_AUC_LOW:.2f} on the two-lead strips of every test set (MIT-BIH DS2, PTB-XL "
            f"fold 10) that holds at least {MIN_POSITIVES} such strips of {MIN_PEOPLE} people."
        ),
        "training_data": (
            "MIT-BIH Arrhythmia Database 1.0.0 (Moody and Mark 2001, ODC-By 1.0), DS1 without the "
            "recordings that choose and without 201, whose patient is that of 202 in DS2; strips "
            "of one to three leads of PTB-XL 1.0.3 (Wagner et al. 2020, CC BY 4.0), folds 1-8; "
            "recording noise from the MIT-BIH Noise Stress Test Database (ODC-By 1.0). "
            f"The trunk began as that of {start_from or 'a random network'}. "
            "DS2 and fold 10 gave the figures; the rule for operating points changed after a first "
            "look at them."
        ),
        "intended_use": (
            "Research on sorting rhythm strips of adults, from Holter recorders, monitors and "
            "wearables, for reading by a cardiologist."
        ),
        "out_of_scope": (
            "Diagnosis, or any decision without a clinician who reads the strip.",
            "Infarction, ischaemia and hypertrophy: a strip does not show them.",
            "AV block and paroxysms between the ten seconds that are read.",
            "Paced rhythm recorded by MIT-BIH: its four paced recordings are in neither half.",
        ),
        "do_not_trust_when": (
            "The app says that the machine abstains, or quality remarks doubt the page.",
            "The leads are not those that the recorder names.",
            "The rhythm is rare: MIT-BIH has 44 unpaced recordings and atrial fibrillation in "
            "seven of them.",
        ),
    }
