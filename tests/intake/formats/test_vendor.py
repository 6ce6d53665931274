"""Files of recorders and archives give the samples that were written into them, in mV."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict

import numpy as np
import pytest

from ecg_core.intake import Bundle, EcgRecord, FileLimits, IntakeError, Upload, read, read_here
from ecg_core.intake.gather import AVERAGE_LEFT_OUT
from ecg_core.leads import STANDARD_LEADS
from tests.intake.vendor_files import (
    DIAGNOSIS,
    PATIENT,
    TWELVE,
    aecg,
    edf,
    levels,
    muse,
    scp,
    sierra,
    twelve,
)

SIGNALS = twelve(1500)
EIGHT = ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")
FILES: dict[str, tuple[bytes, float]] = {
    # File, and mV a level.
    "plain.scp": (scp(SIGNALS, TWELVE), 5e-3),
    "packed.scp": (scp(SIGNALS, TWELVE, packed=True), 5e-3),
    "plain.aecg.xml": (aecg(SIGNALS, TWELVE), 5e-3),
    "in_mv.aecg.xml": (aecg(SIGNALS, TWELVE, unit="mV", scale=0.0025), 2.5e-3),
    "muse.xml": (muse(SIGNALS, TWELVE), 4.88e-3),
    "sierra_plain.xml": (sierra(SIGNALS, packed=False), 5e-3),
    "sierra_xli.xml": (sierra(SIGNALS), 5e-3),
    "plain.edf": (edf(list(SIGNALS), [f"ECG {n}" for n in TWELVE], [500] * 12), 0.5e-3),
}


def record(data: bytes, name: str = "ecg") -> EcgRecord:
    found = read(Bundle(name, (Upload(name, data),)))
    assert isinstance(found, EcgRecord)
    return found


@pytest.mark.parametrize("name", FILES)
def test_twelve_leads_come_out_as_written(name: str) -> None:
    data, scale_mv = FILES[name]
    found = record(data, name)
    assert found.leads == STANDARD_LEADS
    assert (found.fs_hz, found.duration_s) == (500.0, 3.0)
    assert found.notes == ((AVERAGE_LEFT_OUT,) if name == "muse.xml" else ())
    np.testing.assert_allclose(found.signals_mv, SIGNALS * scale_mv, atol=1e-6)


@pytest.mark.parametrize("name", FILES)
def test_names_and_diagnoses_stay_behind(name: str, caplog: pytest.LogCaptureFixture) -> None:
    data, _ = FILES[name]
    with caplog.at_level(logging.DEBUG):
        found = read_here(Bundle("ecg", (Upload("ecg", data),)))
    told = str({k: v for k, v in asdict(found).items() if k != "signals_mv"}) + caplog.text
    assert PATIENT not in told and DIAGNOSIS not in told


@pytest.mark.parametrize("write", [scp, aecg, muse])
def test_eight_stored_leads_are_read_as_eight(write: Callable[..., bytes]) -> None:
    found = record(write(levels(8, 1500), EIGHT))
    assert found.leads == EIGHT


@pytest.mark.parametrize("packed", [False, True])
def test_sierra_keeps_leads_that_break_einthovens_law(packed: bool) -> None:
    # Noise in every lead: the residuals of the compression are not zero.
    signals = SIGNALS + np.random.default_rng(1).integers(-40, 40, SIGNALS.shape)
    found = record(sierra(signals, packed=packed))
    np.testing.assert_allclose(found.signals_mv, signals * 5e-3, atol=1e-6)


def test_scp_of_extreme_samples() -> None:
    signals = levels(2, 1000)
    signals[0, 200:210] = 32_000
    signals[0, 210:220] = -32_000
    for packed in (False, True):
        # Second differences beyond 16 bits wrap around, as in recorders.
        found = record(scp(signals, ("I", "II"), packed=packed, nv_per_level=1000))
        np.testing.assert_allclose(found.signals_mv, signals * 1e-3, atol=1e-5)


def test_rate_that_is_no_whole_number_is_kept() -> None:
    found = record(aecg(SIGNALS, TWELVE, fs_hz=499.5))
    assert found.fs_hz == pytest.approx(499.5, abs=1e-6)
    found = record(edf([levels(1, 1500)[0]], ["ECG II"], [500], record_s=1.01))
    assert found.fs_hz == pytest.approx(500 / 1.01)


def test_origin_of_an_aecg_is_added() -> None:
    found = record(aecg(SIGNALS, TWELVE, origin=-100.0))
    np.testing.assert_allclose(found.signals_mv, SIGNALS * 5e-3 - 0.1, atol=1e-6)


def test_edf_of_several_rates_keeps_the_leads_and_says_what_is_left_out() -> None:
    breath, ecg = levels(2, 1500)
    data = edf([breath[:75], ecg], ["Resp chest", "EKG II"], [25, 500])
    found = record(data)
    assert found.leads == ("II",) and "Resp chest" in found.notes[0]
    np.testing.assert_allclose(found.signals_mv[0], ecg * 0.5e-3, atol=1e-6)


def test_interrupted_edf_is_refused_not_joined() -> None:
    ecg = [levels(1, 1500)[0]]
    whole = edf(ecg, ["ECG II"], [500], onsets=[0, 1, 2])
    assert record(whole).duration_s == 3.0
    with pytest.raises(IntakeError, match="interrupted"):
        record(edf(ecg, ["ECG II"], [500], onsets=[0, 1, 7]))


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (muse(SIGNALS, TWELVE, unit="POTATOES"), "no calibration"),
        (aecg(SIGNALS, TWELVE, unit="mm[Hg]"), "no calibration|not in volts"),
        (edf([SIGNALS[0]], ["ECG II"], [500], unit="mmHg"), "mmHg, not in volts"),
        (edf([SIGNALS[0]], ["ECG II"], [500], unit=""), "no calibration"),
        (edf([SIGNALS[0]], ["ECG II"], [500], physical=(5, 5)), "no calibration"),
        (scp(SIGNALS, TWELVE, nv_per_level=0), "no calibration"),
        (edf([SIGNALS[0]], ["Resp"], [500]), "no standard ECG lead"),
    ],
)
def test_record_without_height_in_mv_is_refused(data: bytes, told: str) -> None:
    with pytest.raises(IntakeError, match=told):
        record(data)


def test_wrong_unit_that_makes_giants_is_said() -> None:
    found = record(aecg(SIGNALS, TWELVE, unit="mV", scale=5.0))
    assert [doubt.code for doubt in found.doubts] == ["impossible_height"]
    assert "unit or gain in the file is probably wrong" in found.doubts[0].text


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("part", [0.3, 0.8])
def test_cut_off_file_is_refused(name: str, part: float) -> None:
    data = FILES[name][0]
    with pytest.raises(IntakeError, match="damaged or incomplete|cut off"):
        record(data[: int(len(data) * part) // 2 * 2])


LAUGHS = '<!ENTITY l0 "ha">' + "".join(
    f'<!ENTITY l{n} "&l{n - 1};&l{n - 1};">' for n in range(1, 40)
)


@pytest.mark.parametrize("write", [aecg, muse])
@pytest.mark.parametrize(
    "entity", [LAUGHS, '<!ENTITY l39 SYSTEM "file:///etc/passwd">', '<!entity % l39 "x">']
)
def test_entities_are_refused_by_name(write: Callable[..., bytes], entity: str) -> None:
    text = write(SIGNALS, TWELVE).decode("latin-1")
    text = text.replace('<!DOCTYPE RestingECG SYSTEM "restecg.dtd">', "")
    start = text.index("?>") + 2
    text = f"{text[:start]}<!DOCTYPE x [{entity}]>{text[start:]}".replace(PATIENT, "&l39;")
    with pytest.raises(IntakeError, match="XML entities"):
        record(text.encode())
    declared = text.replace("ISO-8859-1", "UTF-16").replace("UTF-8", "UTF-16")
    with pytest.raises(IntakeError, match="XML entities"):
        record(declared.encode("utf-16"))


def test_header_that_announces_a_thousand_million_samples_is_refused() -> None:
    with pytest.raises(IntakeError):
        record(scp(SIGNALS, TWELVE, announced=10**9))
    with pytest.raises(IntakeError):
        record(scp(SIGNALS, TWELVE, announced=10**9, packed=True))


def test_file_beyond_what_the_library_can_hold_is_refused_unopened() -> None:
    small = FileLimits(max_vendor_bytes=1000)
    with pytest.raises(IntakeError, match="MB"):
        read(Bundle("x", (Upload("x", sierra(SIGNALS)),)), small)
