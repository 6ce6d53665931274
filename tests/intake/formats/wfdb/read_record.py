"""Reading the files of one WFDB record, or the refusal of it."""

from __future__ import annotations

import pytest

from ecg_core.intake import EcgRecord, IntakeError, Upload, read, split


def record(uploads: list[Upload]) -> EcgRecord:
    bundles = split(uploads)
    assert len(bundles) == 1
    found = read(bundles[0])
    assert isinstance(found, EcgRecord)
    return found


def refused(uploads: list[Upload]) -> IntakeError:
    with pytest.raises(IntakeError) as caught:
        read(split(uploads)[0])
    return caught.value
