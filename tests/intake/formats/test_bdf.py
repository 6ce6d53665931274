"""BDF files give the samples that were written into them; what cannot be one ECG is refused."""

from __future__ import annotations

import numpy as np
import pytest

from ecg_core.intake import Bundle, EcgRecord, IntakeError, Upload, read
from ecg_core.leads import STANDARD_LEADS
from tests.intake.vendor_files import NUMBER, PATIENT, TWELVE, bdf, levels, twelve

SIGNALS = 40 * twelve(1500)
LABELS = [f"ECG {name}" for name in TWELVE]
# 2^24 levels over the physical range, which the header writes in whole units.
UV_PER_LEVEL = (262144 + 262144) / (2**24 - 1)


def record(data: bytes, key: bytes | None = None) -> EcgRecord:
    found = read(Bundle("ecg.bdf", (Upload("ecg.bdf", data),)), key=key)
    assert isinstance(found, EcgRecord)
    return found


def test_twelve_leads_of_24_bits_come_out_as_written() -> None:
    found = record(bdf(list(SIGNALS), LABELS, 500))
    assert found.leads == STANDARD_LEADS
    assert (found.fs_hz, found.duration_s) == (500.0, 3.0)
    # Levels beyond 16 bits, so that the third byte counts.
    assert np.abs(SIGNALS).max() > 12_000
    expected = (SIGNALS + 2**23) * UV_PER_LEVEL - 262144
    np.testing.assert_allclose(found.signals_mv, expected * 1e-3, atol=1e-4)


def test_third_byte_and_sign_are_read() -> None:
    wave = np.array([0, 1, -1, 70_000, -70_000, 8_388_607, -8_388_608] * 200)[:1000]
    found = record(bdf([wave], ["ECG II"], 500, unit="nV"))
    expected = (wave + 2**23) * UV_PER_LEVEL - 262144
    np.testing.assert_allclose(found.signals_mv[0], expected * 1e-6, atol=1e-5)


def test_patient_is_a_pseudonym_in_bdf_plus_alone() -> None:
    key = b"a key of the hospital's own"
    plus = record(bdf(list(SIGNALS), LABELS, 500, kind="BDF+C", number=NUMBER), key)
    plain = record(bdf(list(SIGNALS), LABELS, 500, number=NUMBER), key)
    assert (len(plus.patient), plain.patient) == (32, "")
    assert NUMBER not in repr(plus) and PATIENT not in repr(plus)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (bdf(list(SIGNALS), LABELS, 500, kind="BDF+D"), "interrupted recording"),
        (bdf(list(SIGNALS), LABELS, 500)[:-3000], "cut off|damaged or incomplete"),
        (bdf(list(SIGNALS), LABELS, 500)[:400], "damaged or incomplete"),
        (bdf(list(SIGNALS), LABELS, 500, unit=""), "no calibration"),
        # Read by the library only when it is asked for.
        (
            bdf(list(SIGNALS), LABELS, 500).replace(b"-262144 ", b"inf     ", 1),
            "damaged or incomplete",
        ),
        (bdf(list(SIGNALS), LABELS, 500, unit="mmHg"), "mmHg, not in volts"),
        # An EEG is no ECG, whatever it is stored in.
        (bdf(list(levels(4, 1500)), ["Fp1", "Fp2", "Cz", "Oz"], 500), "no standard ECG lead"),
    ],
)
def test_what_is_no_whole_ecg_is_refused(data: bytes, told: str) -> None:
    with pytest.raises(IntakeError, match=told) as caught:
        record(data)
    assert caught.value.hint
