"""Several recordings or averages in one file: which is read, and what is told of the others."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pytest

from ecg_core.intake.gather import AVERAGE_LEFT_OUT
from ecg_core.leads import STANDARD_LEADS
from tests.intake.dicom_files import group, waveform
from tests.intake.formats.known_samples import MV, SIGNALS, record, refused
from tests.intake.formats.test_any_recording import _between
from tests.intake.formats.test_dicom import SOURCES
from tests.intake.vendor_files import TWELVE, aecg, muse, scp, sierra

EIGHT = ("I", "II", *TWELVE[6:])
OF_EIGHT = SIGNALS[[TWELVE.index(lead) for lead in EIGHT]]


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
