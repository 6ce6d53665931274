"""DICOM: waveforms in mV, pictures, PDFs in an envelope; of the header nothing else."""

from __future__ import annotations

import logging
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from ecg_core.intake import (
    Bundle,
    EcgRecord,
    EcgScan,
    FileLimits,
    IntakeError,
    Upload,
    read,
    read_here,
    split,
)
from ecg_core.intake.gather import AVERAGE_LEFT_OUT
from ecg_core.leads import STANDARD_LEADS
from tests.intake.dicom_files import envelope, group, picture, waveform, written
from tests.intake.documents import RED_BLUE
from tests.intake.formats.test_raster_image import QUARTERS
from tests.intake.vendor_files import TWELVE, levels, twelve

MDC = {"I": 1, "II": 2, "III": 61, "aVR": 62, "aVL": 63, "aVF": 64} | {
    f"V{n}": n + 2 for n in range(1, 7)
}
SOURCES = [(f"2:{MDC[lead]}", "unspoken") for lead in TWELVE]
SIGNALS = twelve(1500)


def record(data: bytes, limits: FileLimits | None = None) -> EcgRecord:
    found = read(Bundle("a.dcm", (Upload("a.dcm", data),)), limits or FileLimits())
    assert isinstance(found, EcgRecord)
    return found


def scans(data: bytes) -> list[EcgScan]:
    found = [read(bundle) for bundle in split([Upload("a.dcm", data)])]
    assert all(isinstance(scan, EcgScan) for scan in found)
    return found  # type: ignore[return-value]


def test_twelve_leads_in_mv_and_the_median_beat_left_out() -> None:
    median = group(SIGNALS[:, :600] * 0, SOURCES, originality="DERIVED", label="MEDIAN BEAT")
    found = record(waveform(median, group(SIGNALS, SOURCES, baseline=50.0)))
    assert found.leads == STANDARD_LEADS
    assert (found.fs_hz, found.duration_s) == (500.0, 3.0)
    assert found.notes == (AVERAGE_LEFT_OUT,)
    np.testing.assert_allclose(found.signals_mv, SIGNALS * 5e-3 + 0.05, atol=1e-6)


@pytest.mark.parametrize(
    "sources",
    [
        [(f"5.6.3-9-{MDC[lead]}", "") for lead in TWELVE],
        [(f"MDC_ECG_LEAD_{lead.upper()}", "") for lead in TWELVE],
        [("x", f"Lead {lead} (augmented, whatever)") for lead in TWELVE],
    ],
)
def test_every_way_of_naming_leads(sources: list[tuple[str, str]]) -> None:
    assert record(waveform(group(SIGNALS, sources))).leads == STANDARD_LEADS


def test_unit_of_the_channel_counts() -> None:
    found = record(waveform(group(SIGNALS, SOURCES, sensitivity=0.0025, unit="mV")))
    np.testing.assert_allclose(found.signals_mv, SIGNALS * 2.5e-3, atol=1e-6)


def test_leads_recorded_one_after_the_other_stand_where_they_were() -> None:
    groups = [
        group(SIGNALS[3 * k : 3 * k + 3], SOURCES[3 * k : 3 * k + 3], offset_ms=3000.0 * k)
        for k in range(4)
    ]
    found = record(waveform(*groups))
    assert found.leads == STANDARD_LEADS and found.duration_s == 12.0
    for index in range(12):
        start = 1500 * (index // 3)
        part = found.signals_mv[index, start : start + 1500]
        np.testing.assert_allclose(part, SIGNALS[index] * 5e-3, atol=1e-6)
        assert np.isnan(np.delete(found.signals_mv[index], range(start, start + 1500))).all()


def test_padding_is_no_sample() -> None:
    signals = SIGNALS.copy()
    signals[:, 1400:] = -32768
    found = record(waveform(group(signals, SOURCES, padding=-32768)))
    assert np.isnan(found.signals_mv[:, 1400:]).all()
    assert not np.isnan(found.signals_mv[:, :1400]).any()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"sensitivity": None}, "no sensitivity"),
        ({"sensitivity": 0.0}, "no sensitivity"),
        ({"unit": "mm[Hg]"}, "not in volts"),
        ({"fs_hz": 0.0}, "no usable sampling rate"),
        ({"fs_hz": 1e9}, "no usable sampling rate"),
    ],
)
def test_waveform_without_scale_or_time_is_refused(options: dict, told: str) -> None:
    with pytest.raises(IntakeError, match=told):
        record(waveform(group(SIGNALS, SOURCES, **options)))


def test_announced_samples_that_are_missing_or_too_many_are_refused() -> None:
    short = group(SIGNALS, SOURCES)
    short.NumberOfWaveformSamples = 1501
    with pytest.raises(IntakeError, match="cut off"):
        record(waveform(short))
    giant = group(SIGNALS, SOURCES)
    giant.NumberOfWaveformSamples = 2**32 - 1
    with pytest.raises(IntakeError, match="too many"):
        record(waveform(giant))


def test_real_file_with_sensitivity_of_a_cart() -> None:
    pydicom_data = pytest.importorskip("pydicom.data")
    path = pydicom_data.get_testdata_file("waveform_ecg.dcm", download=False)
    if path is None:
        pytest.skip("the library came without its test files")
    found = record(Path(path).read_bytes())
    assert found.leads == STANDARD_LEADS and found.fs_hz == 1000.0
    # Einthoven: I + III = II within the rounding of 1.25 µV levels.
    i, ii, iii = found.signals_mv[:3]
    assert np.abs(i + iii - ii).max() <= 0.0026
    assert 0.3 < np.abs(found.signals_mv).max() < 5


def test_colour_picture_pixel_by_pixel() -> None:
    (scan,) = scans(picture(QUARTERS, "RGB"))
    assert np.array_equal(scan.pixels, QUARTERS)


@pytest.mark.parametrize(("model", "wanted"), [("MONOCHROME2", 200), ("MONOCHROME1", 55)])
def test_grey_picture_is_dark_where_the_screen_is_dark(model: str, wanted: int) -> None:
    (scan,) = scans(picture(np.full((6, 8), 200, np.uint8), model))
    assert scan.pixels.shape == (6, 8, 3) and (scan.pixels == wanted).all()


def test_sixteen_bit_picture_keeps_its_proportions() -> None:
    deep = (np.arange(256).reshape(16, 16) * 257).astype(np.uint16)
    (scan,) = scans(picture(deep, "MONOCHROME2"))
    assert np.array_equal(scan.pixels[:, :, 0], np.arange(256).reshape(16, 16))


@pytest.mark.parametrize(
    ("model", "wanted"), [("MONOCHROME2", [0, 85, 170, 255]), ("MONOCHROME1", [255, 170, 85, 0])]
)
@pytest.mark.parametrize("stored", [12, 16])
def test_twelve_bits_in_sixteen_are_scaled_by_what_they_hold(
    model: str, wanted: list[int], stored: int
) -> None:
    levels = np.repeat(np.array([[0, 1365, 2730, 4095]], np.uint16), 4, axis=0)
    data = picture(levels, model, BitsStored=stored, HighBit=stored - 1)
    (found,) = scans(data)
    assert found.pixels[0, :, 0].tolist() == wanted


def test_every_frame_is_a_case() -> None:
    frames = np.stack([QUARTERS, QUARTERS[::-1], QUARTERS[:, ::-1]])
    found = scans(picture(frames, "RGB"))
    assert len(found) == 3
    for scan, frame in zip(found, frames, strict=True):
        assert np.array_equal(scan.pixels, frame)


def test_every_page_of_a_pdf_in_an_envelope_is_a_case() -> None:
    first, second = scans(envelope(RED_BLUE))
    assert first.pixels[-10, 10].tolist() == [255, 0, 0]
    assert second.pixels[-10, 10].tolist() == [0, 0, 255]


def test_announced_frame_over_the_limit_is_refused_before_decoding() -> None:
    data = picture(np.zeros((4, 4), np.uint8), "MONOCHROME2", Rows=60_000, Columns=60_000)
    (bundle,) = split([Upload("a.dcm", data)])
    with pytest.raises(IntakeError, match="million pixels"):
        read(bundle)


def test_dicom_without_ecg_is_refused_by_that_name() -> None:
    from pydicom import Dataset

    with pytest.raises(IntakeError, match="holds no ECG"):
        record(written(Dataset(), "1.2.840.10008.5.1.4.1.1.88.11"))
    with pytest.raises(IntakeError, match="no PDF"):
        record(envelope(b"<xml/>", "text/XML"))


def test_names_and_descriptions_stay_behind(caplog: pytest.LogCaptureFixture) -> None:
    data = waveform(group(levels(12, 1500), SOURCES))
    with caplog.at_level(logging.DEBUG):
        found = read_here(Bundle("a", (Upload("a", data),)))
    told = str({k: v for k, v in asdict(found).items() if k != "signals_mv"}) + caplog.text
    assert "Doe" not in told and "12345" not in told and "INFARCTION" not in told


@pytest.mark.parametrize("part", [0.1, 0.5, 0.95])
def test_cut_off_file_is_refused(part: float) -> None:
    for data in (waveform(group(SIGNALS, SOURCES)), picture(QUARTERS, "RGB")):
        with pytest.raises(IntakeError):
            record(data[: int(len(data) * part)])
