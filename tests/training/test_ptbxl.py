"""The triage rule, row by row, and the published counts of PTB-XL."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import wfdb

from ecg_core.leads import STANDARD_LEADS
from ecg_core.network.statements import STATEMENTS, Triage
from ecg_core.training.data import ptbxl, restated, triage_labels
from ecg_core.training.data.triage_labels import Stated, Vocabulary

KNOWN = Vocabulary(
    {"NORM": "NORM", "IMI": "MI", "INJAS": "MI", "LVH": "HYP", "CLBBB": "CD"},
    frozenset({"SR", "AFIB", "SBRAD", "STACH", "SARRH", "PACE"}),
    frozenset({"PVC", "LVOLT"}),
)


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
def test_the_first_rule(
    codes: set[str], stadiums: tuple[str, str], expected: Triage | None
) -> None:
    told = Stated(frozenset(codes), frozenset(stadiums))
    assert triage_labels.first(told, KNOWN) is expected


@pytest.mark.parametrize(
    ("codes", "stage", "extra_beats", "rate_bpm", "expected"),
    [
        ({"NORM", "SR"}, "", False, 75, Triage.NORMAL),
        ({"NORM", "SBRAD"}, "", False, 50, Triage.NORMAL),
        ({"NORM", "SBRAD"}, "", False, 49, Triage.OTHER),
        ({"NORM", "STACH"}, "", False, 101, Triage.OTHER),
        ({"NORM", "SR"}, "", False, float("nan"), Triage.OTHER),
        ({"NORM", "SR"}, "", True, 75, Triage.OTHER),
        ({"NORM", "LVOLT", "SR"}, "", False, 75, Triage.OTHER),
        ({"NORM", "AFIB"}, "", False, 75, Triage.OTHER),
        # Nothing says that the rhythm is sinus.
        ({"NORM"}, "", False, 75, None),
        ({"IMI", "SR"}, "Stadium I", False, 75, Triage.ACUTE_MI),
        ({"IMI", "SR"}, "Stadium II", False, 75, Triage.ACUTE_MI),
        ({"INJAS", "SR"}, "Stadium I", False, 75, Triage.ACUTE_MI),
        # A depressed ST segment alone is no infarction, and does not make an old one recent.
        ({"INJAS", "SR"}, "", False, 75, Triage.OTHER),
        ({"INJAS", "IMI"}, "Stadium III", False, 75, Triage.PRIOR_MI),
        ({"IMI"}, "unknown", False, 75, Triage.PRIOR_MI),
        ({"LVH", "SR"}, "Stadium I", False, 75, Triage.OTHER),
        ({"SR"}, "", False, 75, None),
    ],
)
def test_the_rule_by_stage(
    codes: set[str], stage: str, extra_beats: bool, rate_bpm: float, expected: Triage | None
) -> None:
    told = Stated(frozenset(codes), frozenset({stage}), extra_beats, rate_bpm)
    assert triage_labels.by_stage(told, KNOWN) is expected


RECORDS = ((1, "NORM"), (10, "IMI"), (9, "NORM"), (10, "NORM"))
"""Fold and statement of a few recordings, in the order of the table."""


@pytest.fixture
def few(tmp_path: Path) -> Path:
    """PTB-XL's layout with `RECORDS` alone; each lead of the k-th stands at k mV."""
    root = tmp_path / "ptb-xl"
    root.mkdir()
    for row in range(len(RECORDS)):
        wfdb.wrsamp(
            f"r{row}",
            fs=100,
            units=["mV"] * 12,
            sig_name=list(STANDARD_LEADS),
            p_signal=np.full((1000, 12), float(row)),
            fmt=["16"] * 12,
            adc_gain=[1000.0] * 12,
            baseline=[0] * 12,
            write_dir=str(root),
        )
    table = {
        "ecg_id": range(1, len(RECORDS) + 1),
        "patient_id": range(11, len(RECORDS) + 11),
        "strat_fold": [fold for fold, _ in RECORDS],
        "scp_codes": [str({code: 100.0, "SR": 0.0}) for _, code in RECORDS],
        "filename_lr": [f"r{row}" for row in range(len(RECORDS))],
    }
    told = ("infarction_stadium1", "infarction_stadium2", "age", "sex", "device", "site")
    frame = pd.DataFrame(table | dict.fromkeys(told, np.nan))
    frame.assign(device="x", sex=0).to_csv(root / "ptbxl_database.csv", index=False)
    scp = {
        "": ["NORM", "IMI", "SR"],
        "diagnostic": [1, 1, np.nan],
        "form": np.nan,
        "rhythm": [np.nan, np.nan, 1],
        "diagnostic_class": ["NORM", "MI", np.nan],
    }
    pd.DataFrame(scp).to_csv(root / "scp_statements.csv", index=False)
    return root


def test_only_the_fold_that_is_asked_for_is_read(few: Path) -> None:
    (few / "r0.dat").unlink()
    (few / "r2.dat").unlink()
    tenth = ptbxl.load(few, least_positives=1, folds=(10,))
    assert tenth.ecg_ids.tolist() == [2, 4]
    assert tenth.patient_ids.tolist() == [12, 14]
    assert tenth.signals_uv[:, 0, 0].tolist() == [1000, 3000]
    assert tenth.rows((10,)).tolist() == [0, 1]
    # Which statements there are is counted in the training folds all the same.
    assert tenth.codes == ("NORM", "SR")
    assert tenth.statements.tolist() == [[False, True], [True, True]]
    assert not (few.parent / "cache").exists()


def test_a_fold_is_the_same_part_of_all(few: Path) -> None:
    every = ptbxl.load(few, least_positives=1)
    rows = every.rows((10,))
    # From the stacked signals, which reading everything has left.
    tenth = ptbxl.load(few, least_positives=1, folds=(10,))
    for name in ("ecg_ids", "folds", "superclasses", "statements", "triage", "signals_uv"):
        assert np.array_equal(getattr(tenth, name), getattr(every, name)[rows]), name


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
    told = set(data.codes)
    assert data.codes == tuple(code for code in STATEMENTS if code in told)
    assert len(told) == 56 and "AFLT" in told and "3AVB" not in told


def test_every_statement_when_asked(data: ptbxl.PtbXl) -> None:
    root = Path(os.environ.get("ECG_DATA") or Path(__file__).parents[3] / "data") / "ptb-xl"
    every = ptbxl.load(root, least_positives=1)
    assert every.codes == tuple(STATEMENTS)
    of_card = ptbxl.load(root, codes=("AFIB", "3AVB"))
    assert of_card.codes == ("AFIB", "3AVB")
    assert of_card.statements[:, 1].sum() == 16


def test_counts_by_stage_on_fold_10(data: ptbxl.PtbXl) -> None:
    rows = data.rows((10,))
    root = Path(os.environ.get("ECG_DATA") or Path(__file__).parents[3] / "data") / "ptb-xl"
    found = restated.restated(root, data.ecg_ids[rows], data.signals_uv[rows])
    assert (found.triage["first"] == data.triage[rows]).all()
    # Normal, acute or recent, prior, other.
    counts = [int((found.triage["by stage"] == k).sum()) for k in range(4)]
    assert counts == [698, 21, 511, 942]
    assert (int(found.early.sum()), int(found.recent.sum())) == (14, 7)


def test_no_patient_is_in_two_folds(data: ptbxl.PtbXl) -> None:
    pairs = np.unique(np.stack([data.patient_ids, data.folds]), axis=1)
    assert len(np.unique(pairs[0])) == pairs.shape[1]


def test_signals_follow_einthoven(data: ptbxl.PtbXl) -> None:
    i, ii, iii = data.signals_uv[1000, :3].astype(int)
    assert np.abs(i + iii - ii).max() <= 4
