"""The ECG behind a row of a case set, where it can still be had."""

from __future__ import annotations

import os
from pathlib import Path

from ecg_core.evidence.own_sets.sets import list_sets
from ecg_core.evidence.values import CaseSet, Origin
from ecg_core.intake.values import Bundle, Upload

PTBXL = "PTB-XL"


def bundle_of(cases: CaseSet, case_id: str, data_dir: Path) -> Bundle | None:
    """The files of a case: of a set of one's own, or of PTB-XL where `ECG_DATA` holds it.

    None where they are not here.
    """
    if cases.origin is Origin.OWN:
        return _own(cases, case_id, data_dir)
    if cases.dataset == PTBXL and case_id.isdigit():
        return _ptbxl(int(case_id))
    return None


def _own(cases: CaseSet, case_id: str, data_dir: Path) -> Bundle | None:
    for labelled in list_sets(data_dir):
        if labelled.info.name == cases.dataset:
            for case in labelled.cases():
                if case.name == case_id:
                    return case.bundle()
    return None


def _ptbxl(ecg_id: int) -> Bundle | None:
    root = Path(os.environ.get("ECG_DATA", "../data")) / "ptb-xl" / "records100"
    stem = root / f"{ecg_id // 1000 * 1000:05d}" / f"{ecg_id:05d}_lr"
    files = [stem.with_suffix(suffix) for suffix in (".hea", ".dat")]
    if not all(path.is_file() for path in files):
        return None
    uploads = tuple(Upload(path.name, path.read_bytes()) for path in files)
    return Bundle(f"PTB-XL {ecg_id}", uploads)
