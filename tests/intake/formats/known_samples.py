"""Twelve known signals, and reading what was made of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from ecg_core.intake import (
    Bundle,
    EcgRecord,
    IntakeError,
    Upload,
    read_here,
)
from tests.intake.records import by_hand
from tests.intake.vendor_files import twelve

SIGNALS = twelve(5000)
MV = SIGNALS * 5e-3


def record(*files: Upload | bytes) -> EcgRecord:
    uploads = [f if isinstance(f, Upload) else Upload("e", f) for f in files]
    found = read_here(Bundle("case", tuple(uploads)))
    assert isinstance(found, EcgRecord)
    return found


def refused(*files: Upload | bytes) -> str:
    with pytest.raises(IntakeError) as caught:
        record(*files)
    return caught.value.reason


def wfdb(labels: Sequence[str], rows: np.ndarray = SIGNALS) -> EcgRecord:
    lines = "\n".join(f"rec.dat 16 200/mV 16 0 0 0 0 {label}" for label in labels)
    return record(*by_hand(f"rec {len(labels)} 500 {rows.shape[1]}\n{lines}\n", rows.T))
