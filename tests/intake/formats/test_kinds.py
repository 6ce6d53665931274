"""Kinds of files that were read by halves or by a wrong name, each made from known samples."""

from __future__ import annotations

import io
import json
import re
import warnings
from collections.abc import Sequence
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from ecg_core.intake import (
    LIMITS,
    Bundle,
    EcgRecord,
    EcgScan,
    FileLimits,
    IntakeError,
    Upload,
    read_here,
    split,
)
from ecg_core.intake.gather import AVERAGE_LEFT_OUT
from ecg_core.intake.isolation import jobs
from ecg_core.intake.library_warnings import UNEXAMINED
from ecg_core.leads import STANDARD_LEADS
from tests.intake.dicom_files import group, waveform
from tests.intake.formats.test_any_recording import _between
from tests.intake.formats.test_dicom import SOURCES
from tests.intake.records import by_hand
from tests.intake.vendor_files import TWELVE, aecg, edf, levels, muse, scp, sierra, twelve

SIGNALS = twelve(5000)
MV = SIGNALS * 5e-3
EIGHT = ("I", "II", *TWELVE[6:])
OF_EIGHT = SIGNALS[[TWELVE.index(lead) for lead in EIGHT]]


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


# Several parts in one file


def sets(*parts: tuple[Sequence[str], np.ndarray, str]) -> bytes:
    """An aECG of one series with several sets of sequences, each with an absolute start."""
    texts = [
        aecg(rows, leads).decode().replace("TIME_RELATIVE", "TIME_ABSOLUTE")
        .replace('<head value="0" unit="s"/>', f'<head value="{start}"/>')
        for leads, rows, start in parts
    ]  # fmt: skip
    more = "".join(f"<component>{_between(t, 'sequenceSet')}</component>" for t in texts[1:])
    return texts[0].replace("</series>", more + "</series>").encode()


STARTS = ("20200101120000.000", "20200101120002.500", "20200101120005.000", "20200101120007.5")


def test_second_series_of_twelve_leads_wins_over_a_first_of_one() -> None:
    first = aecg(SIGNALS[1:2], ("II",)).decode()
    second = _between(aecg(SIGNALS, TWELVE).decode(), "series")
    both = first.replace("</AnnotatedECG>", f"<component>{second}</component></AnnotatedECG>")
    found = record(both.encode())
    assert found.leads == STANDARD_LEADS
    np.testing.assert_allclose(found.signals_mv, MV, atol=1e-5)
    assert found.notes == ("Another recording in the file is left out: II, 10.0 s.",)


def test_sets_of_all_leads_that_follow_one_another_are_ten_seconds() -> None:
    found = record(
        sets(*[(TWELVE, SIGNALS[:, 1250 * n : 1250 * (n + 1)], start)
               for n, start in enumerate(STARTS)])
    )  # fmt: skip
    np.testing.assert_allclose(found.signals_mv, MV, atol=1e-5)
    assert found.notes == () and "2020" not in repr(found)


def test_sets_of_three_leads_stand_one_after_the_other() -> None:
    found = record(
        sets(*[(TWELVE[3 * n : 3 * n + 3], SIGNALS[3 * n : 3 * n + 3, :1250], STARTS[n])
               for n in range(4)])
    )  # fmt: skip
    assert found.leads == STANDARD_LEADS and found.duration_s == 10.0
    for place in range(12):
        at = 1250 * (place // 3)
        np.testing.assert_allclose(
            found.signals_mv[place, at : at + 1250], MV[place, :1250], atol=1e-5
        )


def test_recording_of_another_hour_is_left_out_and_told() -> None:
    one, other = (EIGHT, OF_EIGHT), (TWELVE[2:3], SIGNALS[2:3])
    found = record(sets((*one, "20200101120000"), (*other, "20200101130000")))
    assert found.leads == tuple(EIGHT) and found.duration_s == 10.0
    assert found.notes == ("Another recording in the file is left out: III, 10.0 s.",)


def test_second_rhythm_of_eight_leads_wins_over_a_first_of_three() -> None:
    three = muse(SIGNALS[[1, 6, 10]], ("II", "V1", "V5")).decode("latin-1")
    eight = re.findall(r"<Waveform>.*?</Waveform>", muse(OF_EIGHT, EIGHT).decode("latin-1"), re.S)[
        1
    ]
    found = record(three.replace("</RestingECG>", eight + "</RestingECG>").encode("latin-1"))
    assert found.leads == tuple(EIGHT)
    np.testing.assert_allclose(found.signals_mv, OF_EIGHT * 4.88e-3, atol=1e-5)
    assert any("left out: II, V1, V5" in note for note in found.notes)


def test_groups_that_say_no_time_are_not_simply_taken_for_simultaneous() -> None:
    groups = [group(SIGNALS[n : n + 3], SOURCES[n : n + 3]) for n in range(0, 12, 3)]
    (doubt,) = record(waveform(*groups)).doubts
    assert doubt.code == "time_unstated" and f"say when {', '.join(TWELVE)} were" in doubt.text
    stated = [group(SIGNALS[n : n + 3], SOURCES[n : n + 3], offset_ms=0.0) for n in range(0, 12, 3)]
    assert record(waveform(*stated)).doubts == ()
    # The first alone says when it begins.
    (doubt,) = record(waveform(stated[0], *groups[1:])).doubts
    assert f"say when {', '.join(TWELVE[3:])} were recorded" in doubt.text
    # One group needs none, and an average beside it says nothing of leads.
    assert record(waveform(group(SIGNALS, SOURCES))).doubts == ()
    beat = group(SIGNALS[:, :600], SOURCES, label="MEDIAN BEAT", originality="DERIVED")
    assert record(waveform(beat, group(SIGNALS, SOURCES))).doubts == ()


@pytest.mark.parametrize(
    ("code", "head"), [("TIME_RELATIVE", ""), ("TIME_ABSOLUTE", ""), ("TIME_ABSOLUTE", "morning")]
)
def test_sets_of_an_aecg_that_say_no_time_are_a_doubt(code: str, head: str) -> None:
    both = aecg(SIGNALS[:6], TWELVE[:6]).decode()
    second = _between(aecg(SIGNALS[6:], TWELVE[6:]).decode(), "sequenceSet")
    both = both.replace("</series>", f"<component>{second}</component></series>")
    assert record(both.encode()).doubts == ()
    untimed = both.replace("TIME_RELATIVE", code).replace(
        '<head value="0"', f'<head value="{head}"'
    )
    found = record(untimed.encode())
    assert found.leads == STANDARD_LEADS
    assert [one.code for one in found.doubts] == ["time_unstated"]


def test_average_without_a_name_never_wins_over_rhythm_in_groups() -> None:
    beat = group(SIGNALS[:, :600] * 3, SOURCES, label="")
    rhythm = [group(SIGNALS[n : n + 3], SOURCES[n : n + 3]) for n in range(0, 12, 3)]
    found = record(waveform(beat, *rhythm))
    assert found.leads == STANDARD_LEADS
    np.testing.assert_allclose(found.signals_mv, MV, atol=1e-5)


def test_rhythm_strip_beside_columns_is_the_longer_lead() -> None:
    columns = [
        group(SIGNALS[n : n + 3, 417 * n : 417 * n + 1250], SOURCES[n : n + 3], offset_ms=834.0 * n)
        for n in range(0, 12, 3)
    ]
    strip = group(SIGNALS[1:2], SOURCES[1:2], offset_ms=0.0)
    found = record(waveform(*columns, strip))
    assert found.leads == STANDARD_LEADS
    np.testing.assert_allclose(found.signals_mv[1, :5000], MV[1], atol=1e-5)
    assert any("II: in the file more than once" in note for note in found.notes)


def test_averages_alone_are_refused() -> None:
    beat = group(SIGNALS[:, :600], SOURCES, label="MEDIAN BEAT", originality="DERIVED")
    assert "averaged beats only" in refused(waveform(beat))


def beside_an_average() -> dict[str, bytes]:
    """A rhythm and an averaged beat thrice as high, in every format that has a place for one."""
    beat = SIGNALS[:, :600] * 3
    whole = aecg(SIGNALS, TWELVE).decode()
    series = _between(aecg(beat, TWELVE).decode(), "series")
    derived = series.replace("RHYTHM", "MEDIAN_BEAT").replace("series>", "derivedSeries>")
    inside = f"<derivation>{derived}</derivation></series>"
    first = _between(aecg(beat, TWELVE).decode(), "series").replace("RHYTHM", "MEDIAN_BEAT")
    place = whole.index("<component><series>")
    repbeats = (
        '<repbeats dataencoding="Base64" samplespersec="500"><repbeat leadname="I" duration="2">'
        "AAAAAA==</repbeat></repbeats>"
    )
    packed = sierra(SIGNALS).decode("utf-16")
    return {
        "aecg series": f"{whole[:place]}<component>{first}</component>{whole[place:]}".encode(),
        "aecg derived": whole.replace("</series>", inside).encode(),
        "muse": muse(SIGNALS, TWELVE, per_bit="5"),
        "dicom named": waveform(group(beat, SOURCES, label="MEDIAN BEAT"), group(SIGNALS, SOURCES)),
        "dicom nameless": waveform(group(beat, SOURCES, label=""), group(SIGNALS, SOURCES)),
        "scp": scp(SIGNALS, TWELVE, beat=beat),
        "sierra": packed.replace("</waveforms>", repbeats + "</waveforms>").encode("utf-16"),
    }


@pytest.mark.parametrize("name", beside_an_average())
def test_average_that_is_left_out_is_told_in_every_format(name: str) -> None:
    found = record(beside_an_average()[name])
    assert found.notes == (AVERAGE_LEFT_OUT,) and found.leads == STANDARD_LEADS
    np.testing.assert_allclose(found.signals_mv, MV, atol=1e-5)


def test_beat_that_was_taken_from_the_rhythm_of_an_scp_is_added_again() -> None:
    beat = SIGNALS[:, 100:300]
    found = record(scp(SIGNALS, TWELVE, beat=beat, taken_at=(700, 1500, 4200)))
    assert found.notes == (AVERAGE_LEFT_OUT,)
    np.testing.assert_allclose(found.signals_mv, MV, atol=1e-5)


# Signs and names


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


# Time and depth


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


# Files as people have them


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


# What libraries say, and what they may not


def test_warnings_of_libraries_become_remarks() -> None:
    damaged = bytearray(scp(SIGNALS, TWELVE))
    damaged[0] ^= 1
    assert [doubt.code for doubt in record(bytes(damaged)).doubts] == ["checksum"]
    endless = edf(list(SIGNALS), TWELVE, [500] * 12)
    open_end = endless[:236] + b"-1      " + endless[244:]
    assert record(open_end).notes == ("The recorder did not close the file; it may go on.",)


def test_a_damaged_note_of_the_camera_becomes_a_remark() -> None:
    exif = Image.Exif()
    exif[271] = "camera of the ward"
    out = io.BytesIO()
    Image.fromarray(np.full((60, 90, 3), 250, np.uint8)).save(out, "JPEG", exif=exif)
    whole = out.getvalue()
    at = whole.index(b"Exif\0\0") + 6
    assert read_here(Bundle("a", (Upload("a", whole),))).notes == ()
    # The offset of the first directory leads beyond the end.
    spoilt = whole[: at + 4] + b"\xff\xff\0\0"[:: 1 if whole[at : at + 2] == b"II" else -1]
    (note,) = read_here(Bundle("a", (Upload("a", spoilt + whole[at + 8 :]),))).notes
    assert note == "What the camera wrote beside the picture is damaged; the picture is not."


def test_any_warning_of_any_reader_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def warns(bundle: Bundle, limits: FileLimits) -> EcgScan:
        warnings.warn("what a file of Jane Doe made a library say", UserWarning, stacklevel=1)
        warnings.warn("All-NaN slice encountered", RuntimeWarning, stacklevel=1)
        warnings.warn("use another function", DeprecationWarning, stacklevel=1)
        return EcgScan("a", "a", np.zeros((2, 2, 3), np.uint8))

    monkeypatch.setattr(jobs, "reader_for", lambda _bundle: SimpleNamespace(read=warns))
    found = jobs.read_case(Bundle("a", (Upload("a", b"a"),)), LIMITS)
    assert found.notes == (UNEXAMINED,)


@pytest.mark.parametrize(
    ("field", "wrong"), [("resolution", 2.44), ("sampling_rate", 499), ("samples", np.zeros(4999))]
)
def test_library_that_reads_other_numbers_than_the_file_is_not_believed(
    monkeypatch: pytest.MonkeyPatch, field: str, wrong: object
) -> None:
    from ecgdatakit.parsing.parsers.edf import EDFParser

    parse = EDFParser.parse

    def wrongly(self: object, path: object) -> object:
        parsed = parse(self, path)
        setattr(parsed.leads[3], field, wrong)
        return parsed

    data = edf(list(SIGNALS), TWELVE, [500] * 12)
    assert record(data).leads == STANDARD_LEADS
    monkeypatch.setattr(EDFParser, "parse", wrongly)
    assert "one way by one program and another way by another" in refused(data)


# Who


def born(year: str) -> bytes:
    data = edf(list(SIGNALS), TWELVE, [500] * 12, onsets=tuple(range(10)))
    return data.replace(b"01-JAN-1950", f"01-JAN-{year}".encode())


AGES: dict[str, tuple[tuple[Upload | bytes, ...], int | None]] = {
    "dicom": ((waveform(group(SIGNALS, SOURCES), PatientAge="009Y"),), 9),
    "dicom months": ((waveform(group(SIGNALS, SOURCES), PatientAge="030M"),), 2),
    "dicom dates": (
        (waveform(group(SIGNALS, SOURCES), PatientBirthDate="20100503", StudyDate="20200502"),),
        9,
    ),
    "dicom without its letter": ((waveform(group(SIGNALS, SOURCES), PatientAge="008"),), 8),
    "dicom year": (
        (waveform(group(SIGNALS, SOURCES), PatientBirthDate="2006", StudyDate="20200502"),),
        13,
    ),
    "scp years": ((scp(SIGNALS, TWELVE, age=(44, 1)),), 44),
    "scp months": ((scp(SIGNALS, TWELVE, age=(6, 2)),), 0),
    "edf": ((born("2010"),), 10),
    "aecg": (
        (
            aecg(SIGNALS, TWELVE).replace(
                b"</subjectDemographicPerson>",
                b'<birthTime value="20050101"/></subjectDemographicPerson>',
            ),
        ),
        15,
    ),
    "muse": (
        (
            muse(SIGNALS, TWELVE).replace(
                b"</PatientID>", b"</PatientID><PatientAge>8</PatientAge><AgeUnits>YEARS</AgeUnits>"
            ),
        ),
        8,
    ),
    "muse day first": (
        (
            muse(SIGNALS, TWELVE)
            .replace(b"</PatientID>", b"</PatientID><DateofBirth>25-12-2010</DateofBirth>")
            .replace(
                b"<Diagnosis>",
                b"<TestDemographics><AcquisitionDate>24-12-2020</AcquisitionDate>"
                b"</TestDemographics><Diagnosis>",
            ),
        ),
        9,
    ),
    "json": (
        (
            json.dumps(
                {
                    "fs": 500,
                    "unit": "uV",
                    "leads": {"II": SIGNALS[1].tolist()},
                    "recordedAt": "2020-05-02T10:00:00Z",
                    "patient": {"birthDate": "2010-05-03"},
                }
            ).encode(),
        ),
        9,
    ),
    "wfdb": (
        tuple(
            by_hand("rec 1 500 5000\nrec.dat 16 200/mV 16 0 0 0 0 II\n# Age: 12\n", SIGNALS[1:2].T)
        ),
        12,
    ),
    "nobody's": ((aecg(SIGNALS, TWELVE),), None),
}


@pytest.mark.parametrize("name", AGES)
def test_age_is_whole_years_and_no_date_goes_on(name: str) -> None:
    files, years = AGES[name]
    found = record(*files)
    assert found.age_years == years
    assert not re.search(r"(19|20)\d\d", repr(found.notes) + repr(found.doubts))
