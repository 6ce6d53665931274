"""What every reader of a format owes, whatever the format: one function that all of them pass.

In the manner of MNE-Python's `_test_raw_reader`.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

import numpy as np
import pytest

from ecg_core.intake import Bundle, EcgRecord, EcgScan, IntakeError, Upload, read_here
from ecg_core.intake.isolation.transfer import decode, encode
from ecg_core.intake.registry import reader_for
from ecg_core.leads import STANDARD_LEADS


@dataclass(frozen=True, eq=False)
class Sample:
    """A file of a format and what is in it.

    mv: leads × samples in the order of `leads`, None for pictures. planted: what the file tells
    of a person. cut: sizes to which the last file may be cut off.
    """

    reader: str
    files: tuple[Upload, ...]
    leads: tuple[str, ...] = STANDARD_LEADS
    mv: np.ndarray | None = None
    fs_hz: float = 500.0
    planted: tuple[str, ...] = ()
    cut: tuple[float, ...] = (0.4, 0.8)

    @property
    def bundle(self) -> Bundle:
        """The files as one case."""
        return Bundle("case", self.files)


def told(ecg: EcgRecord | EcgScan) -> str:
    """All words of an ECG that go on from intake."""
    words = [ecg.name, repr(ecg.patient), *ecg.notes]
    if isinstance(ecg, EcgRecord):
        words += [f"{d.code} {d.text} {d.hint}" for d in ecg.doubts]
        words += [*ecg.leads, *ecg.original_leads]
        words += [f"{mark.symbol} {mark.note}" for mark in ecg.annotations]
    return "\n".join(words)


def owes(sample: Sample, caplog: pytest.LogCaptureFixture) -> None:
    """Checks one sample of a reader against everything a reader owes."""
    reader = reader_for(sample.bundle)
    assert reader is not None and reader.name == sample.reader and reader.clinical_name
    with caplog.at_level(logging.DEBUG):
        ecg = read_here(sample.bundle)
    _is_whole(ecg, sample)
    _comes_through(ecg)
    for word in sample.planted:
        assert word not in told(ecg) + caplog.text, word
    assert ecg.patient == "" and ecg.patient_id is None
    for share in sample.cut:
        _is_refused(_cut(sample, share), sample.planted)
    _is_refused(replace(sample.bundle, files=(Upload(sample.files[-1].name, b""),)), ())


def _is_whole(ecg: EcgRecord | EcgScan, sample: Sample) -> None:
    assert (ecg.name, ecg.sha256) == ("case", sample.bundle.sha256)
    if sample.mv is None:
        assert isinstance(ecg, EcgScan)
        assert ecg.pixels.dtype == np.uint8 and ecg.pixels.shape[2] == 3 and ecg.pixels.size
        return
    assert isinstance(ecg, EcgRecord)
    # Standard leads in standard order, whatever order and names the file has; in mV.
    assert ecg.leads == tuple(lead for lead in STANDARD_LEADS if lead in sample.leads)
    assert len(ecg.original_leads) == len(ecg.leads)
    assert ecg.signals_mv.dtype == np.float32
    assert ecg.fs_hz == pytest.approx(sample.fs_hz)
    wanted = np.array([sample.mv[sample.leads.index(lead)] for lead in ecg.leads])
    assert ecg.signals_mv.shape == wanted.shape
    np.testing.assert_allclose(ecg.signals_mv, wanted, rtol=1e-6, atol=2e-6)
    assert ecg.file_duration_s == pytest.approx(wanted.shape[1] / sample.fs_hz)
    assert ecg.age_years is None or 0 <= ecg.age_years <= 130


def _comes_through(ecg: EcgRecord | EcgScan) -> None:
    """The same ECG on the other side of the worker."""
    head, blobs = encode(ecg)
    again = decode(head, [bytes(blob) for blob in blobs])
    assert isinstance(again, type(ecg)) and told(again) == told(ecg)
    assert (again.age_years, again.sha256) == (ecg.age_years, ecg.sha256)


def _cut(sample: Sample, share: float) -> Bundle:
    last = sample.files[-1]
    short = Upload(last.name, last.data[: int(len(last.data) * share) // 2 * 2])
    return replace(sample.bundle, files=(*sample.files[:-1], short))


def _is_refused(bundle: Bundle, planted: tuple[str, ...]) -> None:
    """By a sentence that names a cause and one that says what to do; nothing of a person in it."""
    with pytest.raises(IntakeError) as caught:
        read_here(bundle)
    error = caught.value
    assert error.reason.endswith((".", ")", "?")) and error.hint
    assert not any(word in f"{error.reason} {error.hint}" for word in planted)
