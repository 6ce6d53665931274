"""Beats of pages: strips shorter than the page, columns that follow one another, stains."""

from __future__ import annotations

import numpy as np
import pytest

from ecg_core.signal.beats import find_beats, qrs_energy, without_t
from ecg_core.signal.measurements import measure
from ecg_core.signal.sampled import sampled
from ecg_core.signal.synthetic.beat_model import Heart, synthesise
from tests.signal.test_measurements import record, value


def columns(mv: np.ndarray, rhythm: int | None = None) -> np.ndarray:
    """Three leads at a time, 2.5 s each; `rhythm`: the lead that is shown all the time."""
    shown = np.full_like(mv, np.nan)
    for lead in range(12):
        part = slice(1250 * (lead // 3), 1250 * (lead // 3 + 1))
        shown[lead, part] = mv[lead, part]
    if rhythm is not None:
        shown[rhythm] = mv[rhythm]
    return shown


def test_a_strip_shorter_than_the_page_is_measured() -> None:
    mv = synthesise(Heart(rate_bpm=80)).signals_mv[1:2].copy()
    mv[:, 2500:] = np.nan
    found = measure(record(mv, leads=("II",)), off_paper=True)
    assert value(found, "rate") == pytest.approx(80, abs=3)
    # What is not shown is no pause.
    assert value(found, "longest_pause") < 1000


def test_energy_of_what_lies_still_is_a_number() -> None:
    mv = synthesise(Heart(rate_bpm=80)).signals_mv[1:2].copy()
    mv[:, 2500:] = mv[:, 2499:2500]
    assert np.isfinite(qrs_energy(mv, 500.0)).all()


@pytest.mark.parametrize("offset_s", [0.0, 0.1, 0.25])
def test_columns_join_without_a_beat_of_their_own(offset_s: float) -> None:
    heart = Heart(rate_bpm=60, wander_mv=0.0)
    ecg = synthesise(heart, duration_s=11.0)
    first = round(offset_s * 500)
    mv = ecg.signals_mv[:, first : first + 5000]
    # Every column at a level of its own, as leads on paper are.
    levels = np.repeat([0.4, -0.5, 0.6, -0.4], 3)[:, None]
    found = find_beats(sampled(columns(mv + levels), 500.0)).times_s
    true = [b.time_s - offset_s for b in ecg.beats if 0.1 < b.time_s - offset_s < 9.9]
    for time_s in found:
        assert np.abs(np.array(true) - time_s).min() < 0.15 or not 0.1 < time_s < 9.9
    assert len(found) == pytest.approx(len(true), abs=1)


def test_a_stain_on_the_rhythm_strip_is_no_beat_where_other_rows_show_none() -> None:
    ecg = synthesise(Heart(rate_bpm=60, wander_mv=0.0))
    mv = columns(ecg.signals_mv, rhythm=1)
    times = np.array([b.time_s for b in ecg.beats if 1.0 < b.time_s < 9.0])
    between = round((times[2] + 0.55) * 500)
    mv[1, between : between + 20] += 0.7 * np.hanning(20)
    found = find_beats(sampled(mv, 500.0)).times_s
    assert np.abs(found - between / 500).min() > 0.2
    assert all(np.abs(found - time_s).min() < 0.1 for time_s in times)


def test_no_heart_beats_twice_within_a_quarter_of_a_second_at_rest() -> None:
    mv = synthesise(Heart(rate_bpm=60)).signals_mv.copy()
    found = find_beats(sampled(mv, 500.0)).times_s
    assert np.diff(found).min() > 0.25


def test_a_strip_of_other_seconds_than_the_columns_counts_for_itself() -> None:
    ecg = synthesise(Heart(rate_bpm=60, wander_mv=0.0), duration_s=12.0)
    mv = columns(ecg.signals_mv[:, :5000])
    mv[1] = ecg.signals_mv[1, 700:5700]
    found = find_beats(sampled(mv, 500.0)).times_s
    true = np.array([b.time_s - 1.4 for b in ecg.beats if 0.1 < b.time_s - 1.4 < 9.9])
    assert len(found) == pytest.approx(len(true), abs=1)
    assert all(np.abs(found - time_s).min() < 0.1 for time_s in true)


@pytest.mark.parametrize(
    ("moved", "at_s", "kept"),
    [
        (0.37, 2.33, False),
        (0.6, 2.33, True),
        (0.37, 2.55, True),
        (0.37, 0.3, True),
    ],
    ids=["a T wave", "as strong as an interpolated beat", "too late for T", "nothing before it"],
)
def test_a_weak_wave_behind_a_beat_is_none_where_the_rhythm_is_even_without_it(
    moved: float, at_s: float, kept: bool
) -> None:
    even = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    energy = np.zeros(3000)
    for time_s, height in (*((t, 1.0) for t in even), (at_s, moved)):
        energy[round(time_s * 500)] = height
    beats = np.sort(np.append(even, at_s) * 500).astype(int)
    assert (round(at_s * 500) in without_t(beats, energy, 500.0)) is kept
    # After an early beat the rhythm is not even without it.
    early = np.sort(np.append(np.array([1.0, 2.0, 2.7, 4.0, 5.0]), 2.33) * 500).astype(int)
    energy[[1350, 1165]] = 1.0, 0.37
    assert 1165 in without_t(early, energy, 500.0)
