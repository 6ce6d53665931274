"""Labels of ten seconds of MIT-BIH, on a recording made up for it, and the inter-patient split."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from ecg_core.network.strip_statements import STRIP_STATEMENTS
from ecg_core.training.data import mitdb

CODES = [statement.code for statement in STRIP_STATEMENTS]


def recording(
    beats: dict[float, str], rhythms: tuple[tuple[float, float, str], ...]
) -> mitdb.StripRecord:
    times = sorted(beats)
    return mitdb.StripRecord(
        "made-up",
        ("II", "V1"),
        np.zeros((2, 4000), np.int16),
        np.array(times),
        np.array([beats[time] for time in times]),
        rhythms,
    )


def told(record: mitdb.StripRecord, start_s: float = 0.0) -> tuple[set[str], int]:
    statements, abnormal = record.labels(start_s)
    return {code for code, holds in zip(CODES, statements, strict=True) if holds}, abnormal


SINUS = ((0.0, 40.0, "N"),)


@pytest.mark.parametrize(
    ("symbols", "expected", "abnormal"),
    [
        ("NNNNNNNN", set(), 0),
        ("NNNQNNNN", set(), 0),  # nobody could classify it
        ("NNNVNNNN", {"PVC"}, 1),
        ("NNVVNVNN", {"PVC"}, 1),  # a couplet is no run
        ("NNVVVNNN", {"PVC", "VRUN"}, 1),
        ("NN!!!!!N", {"VRUN"}, 1),  # waves of ventricular flutter
        ("NNFNNNNN", {"PVC"}, 1),
        ("NNANNaNN", {"PAC"}, 1),
        ("LLLLLLLL", {"CLBBB"}, 1),
        ("RRRRRRAR", {"CRBBB", "PAC"}, 1),
        ("NNNxNNNN", set(), 1),  # a blocked atrial beat
        ("NNjjjNNN", set(), 1),
        ("//f///N/", {"PACE"}, 1),
    ],
)
def test_beats_tell_the_statements(symbols: str, expected: set[str], abnormal: int) -> None:
    beats = {0.5 + k: symbol for k, symbol in enumerate(symbols)}
    assert told(recording(beats, SINUS)) == (expected, abnormal)


def test_fibrillation_counts_when_it_fills_half_of_the_window() -> None:
    beats = {k + 0.5: "N" for k in range(40)}
    record = recording(beats, ((0.0, 15.0, "N"), (15.0, 22.0, "AFIB"), (22.0, 40.0, "AFL")))
    assert told(record, 0.0) == (set(), 0)
    assert told(record, 5.5) == (set(), 1)  # half a second of it: abnormal, but not yet AF
    assert told(record, 10.0) == ({"AF"}, 1)
    assert told(record, 17.0) == ({"AF"}, 1)  # fibrillation and flutter together
    assert told(record, 30.0) == ({"AF"}, 1)


def test_a_beat_belongs_to_the_window_it_lies_in() -> None:
    record = recording({5.0: "N", 10.0: "V"}, SINUS)
    assert told(record, 0.0) == (set(), 0)
    assert told(record, 10.0) == ({"PVC"}, 1)
    assert list(record.starts_s()) == [0, 10, 20, 30]


def test_no_person_is_on_both_sides() -> None:
    assert len(mitdb.DS1) == len(mitdb.DS2) == 22
    assert not set(mitdb.DS1) & set(mitdb.DS2)
    assert not {"102", "104", "107", "217"} & {*mitdb.DS1, *mitdb.DS2}
    assert set(mitdb.TRAIN) | set(mitdb.CHOOSE) | {"201"} == set(mitdb.DS1)
    assert not set(mitdb.TRAIN) & set(mitdb.CHOOSE)
    # 201 and 202 are one person, and DS2 stays whole.
    assert "201" not in (*mitdb.TRAIN, *mitdb.CHOOSE) and "202" in mitdb.DS2


def test_published_counts() -> None:
    root = Path(os.environ.get("ECG_DATA") or Path(__file__).parents[3] / "data") / "mitdb"
    if not (root / "203.hea").exists():
        pytest.skip(f"the MIT-BIH Arrhythmia Database is not unpacked at {root} (set ECG_DATA)")
    one, two = mitdb.load(root, ("203", "114"))
    assert int((one.beats == "V").sum()) == 444
    seconds = dict.fromkeys(("AFIB", "AFL", "VT", "T"), 0.0)
    for since, until, name in one.rhythms:
        seconds[name] += until - since
    assert round(seconds["AFIB"]) == 1455 and round(seconds["AFL"]) == 314
    # 114 stores V5 first; leads come in the standard order.
    assert two.leads == ("II", "V5") and two.signals_uv.shape == (2, 180556)
