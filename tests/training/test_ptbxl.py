"""The triage rule, row by row, and the published counts of PTB-XL."""

import os
from pathlib import Path

import numpy as np
import pytest

from ecg_core.network.statements import STATEMENTS, Triage
from ecg_core.training.data import ptbxl

DIAGNOSTIC = {"NORM": "NORM", "IMI": "MI", "INJAS": "MI", "LVH": "HYP", "CLBBB": "CD"}
RHYTHM = {"SR", "AFIB", "SBRAD", "STACH", "SARRH", "PACE"}
FORM = {"PVC", "LVOLT"}


@pytest.mark.parametrize(
    ("codes", "stadiums", "expected"),
    [
        ({"NORM", "SR"}, ("", ""), Triage.NORMAL),
        ({"NORM", "SBRAD"}, ("", ""), Triage.NORMAL),
        ({"NORM", "LVOLT", "SR"}, ("", ""), Triage.NORMAL),
        ({"NORM", "AFIB"}, ("", ""), Triage.OTHER),
        ({"NORM", "LVH"}, ("", ""), Triage.OTHER),
        ({"IMI", "SR"}, ("Stadium I", ""), Triage.ACUTE_MI),
        ({"IMI", "SR"}, ("Stadium I-II", ""), Triage.ACUTE_MI),
        ({"IMI", "SR"}, ("", "Stadium II"), Triage.ACUTE_MI),
        ({"INJAS", "SR"}, ("", ""), Triage.ACUTE_MI),
        ({"INJAS", "IMI"}, ("Stadium III", ""), Triage.ACUTE_MI),
        ({"IMI", "SR"}, ("Stadium II-III", ""), Triage.PRIOR_MI),
        ({"IMI", "LVH"}, ("unknown", ""), Triage.PRIOR_MI),
        ({"IMI"}, ("", ""), Triage.PRIOR_MI),
        # A stadium without an infarction statement makes no infarction.
        ({"LVH", "SR"}, ("Stadium I", ""), Triage.OTHER),
        ({"CLBBB"}, ("", ""), Triage.OTHER),
        ({"PVC", "SR"}, ("", ""), Triage.OTHER),
        ({"PACE"}, ("", ""), Triage.OTHER),
        ({"SR"}, ("", ""), None),
        (set(), ("", ""), None),
    ],
)
def test_triage_rule(codes: set[str], stadiums: tuple[str, str], expected: Triage | None) -> None:
    assert ptbxl.triage_of(codes, stadiums, DIAGNOSTIC, RHYTHM, FORM) is expected


@pytest.fixture(scope="module")
def data() -> ptbxl.PtbXl:
    root = Path(os.environ.get("ECG_DATA") or Path(__file__).parents[3] / "data") / "ptb-xl"
    if not (root / "ptbxl_database.csv").exists():
        pytest.skip(f"PTB-XL is not unpacked at {root} (set ECG_DATA)")
    if not (root.parent / "cache" / "ptbxl_100hz_uv.npy").exists():
        pytest.skip("PTB-XL signals are not stacked yet; `make train` does it in three minutes")
    return ptbxl.load(root)


def test_published_counts(data: ptbxl.PtbXl) -> None:
    # Folds 1-8, 9, 10 as published with the data set: NORM, MI, STTC, CD, HYP.
    for folds, expected in (
        (ptbxl.TRAIN_FOLDS, [7596, 4379, 4186, 3907, 2119]),
        ((9,), [955, 540, 528, 495, 268]),
        ((10,), [963, 550, 521, 496, 262]),
    ):
        assert data.superclasses[data.rows(folds)].sum(axis=0).tolist() == expected
    assert data.codes == tuple(STATEMENTS)


def test_no_patient_is_in_two_folds(data: ptbxl.PtbXl) -> None:
    pairs = np.unique(np.stack([data.patient_ids, data.folds]), axis=1)
    assert len(np.unique(pairs[0])) == pairs.shape[1]


def test_signals_follow_einthoven(data: ptbxl.PtbXl) -> None:
    i, ii, iii = data.signals_uv[1000, :3].astype(int)
    assert np.abs(i + iii - ii).max() <= 4
