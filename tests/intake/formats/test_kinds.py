"""Kinds of files that were read by halves or by a wrong name, each made from known samples."""

from __future__ import annotations

import re

import numpy as np
import pytest

from ecg_core.intake import (
    Bundle,
    EcgRecord,
    IntakeError,
    Upload,
    read_here,
    split,
)
from ecg_core.leads import STANDARD_LEADS
from tests.intake.dicom_files import group, waveform
from tests.intake.formats.known_samples import MV, SIGNALS, record, refused, wfdb
from tests.intake.formats.test_dicom import SOURCES
from tests.intake.records import by_hand
from tests.intake.vendor_files import TWELVE, edf, levels, muse, scp


def test_code_65_of_scp_is_turned_and_told() -> None:
    leads = [lead if lead != "aVR" else "-aVR" for lead in TWELVE]
    rows = SIGNALS.copy()
    rows[3] *= -1
    found = record(scp(rows, leads))
    np.testing.assert_allclose(found.signals_mv, MV, atol=1e-5)
    assert found.notes[0].startswith("aVR: stored upside down")


@pytest.mark.parametrize("spelling", ["{}", "ECG{}", "Channel {}"])
def test_twelve_numbers_are_twelve_leads_with_a_doubt(spelling: str) -> None:
    found = wfdb([spelling.format(n) for n in range(1, 13)])
    assert found.leads == STANDARD_LEADS
    assert [doubt.code for doubt in found.doubts] == ["leads_numbered"]
    np.testing.assert_allclose(found.signals_mv, MV, atol=1e-5)


@pytest.mark.parametrize("labels", [("ECG1", "ECG2"), ("1", "2", "3"), ("CH1",)])
def test_few_numbers_are_asked_for_and_no_leads(labels: tuple[str, ...]) -> None:
    with pytest.raises(IntakeError, match="does not say which leads"):
        wfdb(labels, SIGNALS[: len(labels)])


def test_signals_named_by_a_person_are_those_leads() -> None:
    # The third line is the second to the letter.
    lines = "\n".join(f"rec.dat 16 200/mV 16 0 0 0 0 ECG{n}" for n in (1, 2, 2))
    files = by_hand(f"rec 3 500 5000\n{lines}\n", SIGNALS[:3].T)
    found = read_here(Bundle("case", tuple(files), leads=("MLII", "", "-V5")))
    assert isinstance(found, EcgRecord) and found.leads == ("II", "V5")
    np.testing.assert_allclose(found.signals_mv, [MV[0], -MV[2]], atol=1e-5)
    assert "ECG1 = MLII, ECG2 = no lead, ECG2 = -V5" in found.notes[0]
    with pytest.raises(IntakeError, match="2 leads are named by hand, but the file holds 3"):
        read_here(Bundle("case", tuple(files), leads=("I", "II")))
    data = edf(list(SIGNALS[:2]), ("ECG1", "ECG2"), [500] * 2)
    found = read_here(Bundle("case", (Upload("e", data),), leads=("MLII", "V5")))
    assert isinstance(found, EcgRecord) and found.leads == ("II", "V5")


def test_lead_twice_in_place_of_its_neighbour_is_a_doubt() -> None:
    found = wfdb([lead if lead != "V2" else "V1" for lead in TWELVE])
    assert "V2" not in found.leads
    assert [doubt.text for doubt in found.doubts] == [
        "V1 is recorded twice and V2 not at all; the first is shown."
    ]


def test_right_chest_and_back_are_named_and_never_v3_to_v6() -> None:
    names = [*TWELVE[:8], "V3R", "V4R", "V8", "V9"]
    found = wfdb(names)
    assert found.leads == tuple(TWELVE[:8])
    assert "V3R, V4R, V8, V9: recorded on the back or the right chest" in found.notes[0]


def test_spellings_of_other_countries() -> None:
    names = ["D1", "DII", "Ⅲ", "aVR", "Lead aVL", "aVF (raw)", *TWELVE[6:]]
    found = wfdb(names)
    assert found.leads == STANDARD_LEADS and found.original_leads == tuple(names)


def test_skew_of_a_dicom_channel_moves_it() -> None:
    late = group(SIGNALS, SOURCES)
    del late.ChannelDefinitionSequence[1].ChannelSampleSkew
    late.ChannelDefinitionSequence[1].ChannelTimeSkew = "0.1"
    late.ChannelDefinitionSequence[2].ChannelSampleSkew = "10"
    found = record(waveform(late))
    assert found.duration_s == pytest.approx(10.1)
    assert found.notes == ("II, III: moved in time as the file's skew says.",)
    np.testing.assert_allclose(found.signals_mv[1, 50:], MV[1], atol=1e-5)
    np.testing.assert_allclose(found.signals_mv[2, 10:5010], MV[2], atol=1e-5)
    np.testing.assert_allclose(found.signals_mv[0, :5000], MV[0], atol=1e-5)


def test_twelve_bits_without_their_sign_are_refused_by_that_name() -> None:
    item = group(np.where(SIGNALS < 0, SIGNALS + 4096, SIGNALS), SOURCES)
    for channel in item.ChannelDefinitionSequence:
        channel.WaveformBitsStored = 12
    assert "12 bits without their sign" in refused(waveform(item))


def test_skew_of_several_samples_a_frame_is_refused_by_that_name() -> None:
    header = "rec 1 125 250\nrec.dat 16x4:3 1000/mV 16 0 0 0 0 II\n"
    assert "skew" in refused(*by_hand(header, np.arange(1000).reshape(250, 4)))


def test_skew_beyond_the_file_with_an_offset_is_applied() -> None:
    rows = levels(2, 1000)
    rows[1] = np.roll(rows[1], 40)
    header = (
        "rec 2 500 1000\nrec.dat 16+512 200/mV 16 0 0 0 0 I\n"
        "rec.dat 16:40+512 200/mV 16 0 0 0 0 II\n"
    )
    files = by_hand(header, rows.T)
    found = record(files[0], Upload("rec.dat", bytes(512) + files[1].data))
    np.testing.assert_allclose(found.signals_mv[1, :960], rows[1, 40:] / 200, atol=1e-5)
    assert np.isnan(found.signals_mv[1, 960:]).all() and len(found.signals_mv[0]) == 1000


def test_record_one_sample_short_is_read_and_told() -> None:
    header = "rec 2 500 1000\nrec.dat 16 200/mV 16 0 0 0 0 I\nrec.dat 16 200/mV 16 0 0 0 0 II\n"
    found = record(*by_hand(header, levels(2, 999).T))
    assert found.signals_mv.shape == (2, 999)
    assert found.notes == ("rec.dat is one sample shorter than its header says.",)


def test_calibration_pulse_is_blanked_and_told() -> None:
    rows = SIGNALS.copy()
    rows[:, :250] = 0
    rows[:, 100:200] = 200
    found = wfdb(TWELVE, rows)
    assert np.isnan(found.signals_mv[:, :200]).all()
    assert not np.isnan(found.signals_mv[:, 240:]).any()
    assert "calibration pulse" in found.notes[0]
    assert not np.isnan(wfdb(TWELVE).signals_mv).any()


def test_header_of_a_thousand_million_segments_is_refused() -> None:
    header = Upload("long.hea", b"long/1000000000 2 250 1000\ns1 1000\n")
    assert "lists 1000000000 segments" in refused(header)


def test_matlab_workspace_is_told_what_it_is() -> None:
    assert "is a MATLAB workspace" in refused(Upload("ecg.mat", b"MATLAB 5.0 MAT-file" + bytes(99)))


@pytest.mark.parametrize("part", [b"", b"\0" * 128])
def test_dicom_without_preamble(part: bytes) -> None:
    data = waveform(group(SIGNALS, SOURCES))
    # After preamble and "DICM": with its meta group, or what archives keep of it.
    found = record(Upload("ecg", data[132:]))
    assert found.leads == STANDARD_LEADS
    np.testing.assert_allclose(found.signals_mv, MV, atol=1e-5)


def test_muse_in_lower_case_after_pages_of_comment() -> None:
    text = muse(SIGNALS, TWELVE).decode("latin-1")
    text = re.sub(r"</?\w+", lambda m: m[0].lower(), text)
    start = text.index("?>") + 2
    text = f"{text[:start]}<!-- {'exported ' * 900} -->{text[start:]}"
    found = record(text.encode("latin-1"))
    assert found.leads == STANDARD_LEADS
    np.testing.assert_allclose(found.signals_mv, SIGNALS * 4.88e-3, atol=1e-5)


def test_names_in_capitals_beside_one_another() -> None:
    files = by_hand("UP 1 500 1000\nUP.dat 16 200/mV 16 0 0 0 0 II\n", levels(1, 1000).T, "UP")
    (bundle,) = split([Upload("UP.HEA", files[0].data), Upload("UP.DAT", files[1].data)])
    assert len(bundle.files) == 2 and isinstance(read_here(bundle), EcgRecord)


def test_accents_written_in_two_ways_name_one_file() -> None:
    header, data = by_hand(
        "r 1 500 1000\nM\u00fcller.dat 16 200/mV 16 0 0 0 0 II\n", levels(1, 1000).T
    )
    (bundle,) = split([header, Upload("Mu\u0308ller.dat", data.data)])
    assert len(bundle.files) == 2 and isinstance(read_here(bundle), EcgRecord)
