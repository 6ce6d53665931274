"""PTB-XL's statements as MIT-BIH would have told them, row by row."""

from __future__ import annotations

import numpy as np
import pytest

from ecg_core.network.strip_statements import STRIP_STATEMENTS
from ecg_core.training.data import strip_labels

CODES = [statement.code for statement in STRIP_STATEMENTS]


@pytest.mark.parametrize(
    ("codes", "extra", "holds", "unknown", "abnormal"),
    [
        ({"NORM", "SR"}, "", set(), set(), 0),
        ({"IMI", "SARRH"}, "", set(), set(), 0),  # an infarction is no abnormal beat
        ({"AFLT"}, "", {"AF"}, set(), 1),
        ({"PVC", "SR"}, "VES1,alles", {"PVC"}, set(), 1),
        ({"SR"}, "SVES", {"PAC"}, set(), 1),
        ({"SR"}, "VES,SVES1,alles", {"PVC", "PAC"}, set(), 1),
        ({"SR"}, "1ES", set(), {"PVC", "PAC"}, 1),  # from where is not said
        ({"PAC", "SR"}, "2ES", {"PAC"}, set(), 1),
        ({"CLBBB", "SR"}, "", {"CLBBB"}, set(), 1),
        ({"PACE"}, "", {"PACE"}, set(), 1),
        ({"STACH"}, "", set(), set(), -1),
        ({"IRBBB", "SR"}, "", set(), set(), -1),
        ({"NORM"}, "", set(), set(), -1),  # no rhythm is named
    ],
)
def test_labels(
    codes: set[str], extra: str, holds: set[str], unknown: set[str], abnormal: int
) -> None:
    statements, found = strip_labels.label(codes, extra)
    told = dict(zip(CODES, statements, strict=True))
    assert {code for code, value in told.items() if value == 1} == holds
    # PTB-XL has no code for runs.
    assert {code for code, value in told.items() if np.isnan(value)} == unknown | {"VRUN"}
    assert found == abnormal
