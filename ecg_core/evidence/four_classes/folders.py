"""The four-class page set: which folder is which class, in triage terms.

ECG Images dataset of Cardiac Patients, version 2 (Khan, Hussain, Malik, Data in Brief 2021;34:
106762, https://doi.org/10.17632/gwbz3fsgp8.2, CC BY 4.0).
"""

from __future__ import annotations

NORMAL = "Normal Person ECG Images"
INFARCTION = "ECG Images of Myocardial Infarction Patients"
HISTORY = "ECG Images of Patient that have History of MI"
ABNORMAL_BEAT = "ECG Images of Patient that have abnormal heartbeat"

FOLDERS = (NORMAL, INFARCTION, HISTORY, ABNORMAL_BEAT)
"""Folders in the order of the classes."""

NAMES = {
    NORMAL: "normal",
    INFARCTION: "myocardial infarction",
    HISTORY: "history of infarction",
    ABNORMAL_BEAT: "abnormal heartbeat",
}
