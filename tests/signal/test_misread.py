"""Pages of which the beats were misread: nothing is measured on their shape."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ecg_core.signal.measurements import measure
from ecg_core.signal.median_beat import MedianBeat
from ecg_core.signal.misread import (
    ON_SHAPES,
    RATES,
    is_misread,
    likeness,
    rate_off_paper,
    withheld,
)
from ecg_core.signal.reasons import number
from ecg_core.signal.synthetic import beat_model
from ecg_core.signal.synthetic.beat_model import Conduction, Heart, synthesise
from ecg_core.signal.values import Quality
from tests.signal.test_measurements import record

WAVE = np.sin(np.linspace(0, 2 * np.pi, 90, endpoint=False))


def beats(*single: np.ndarray) -> MedianBeat:
    """Beats of one lead, each 90 samples of a QRS complex."""
    one = np.stack(single)[:, None]
    return MedianBeat(
        one[0], 40, 500.0, np.arange(len(one)), np.array([len(one)]), np.zeros_like(one[0]), one
    )


def test_likeness_is_the_usual_correlation_of_two_beats() -> None:
    assert likeness(beats(WAVE, 2 * WAVE, WAVE + 3)) == pytest.approx(1.0)
    # One of three is left out; of four, three are left, and two of their pairs are opposite.
    assert likeness(beats(WAVE, WAVE, -WAVE)) == pytest.approx(1.0)
    assert likeness(beats(WAVE, WAVE, -WAVE, -WAVE)) == pytest.approx(-1.0)
    assert likeness(beats(WAVE)) is None
    assert is_misread(beats(WAVE, -WAVE), 2) and not is_misread(beats(WAVE, WAVE), 2)
    # One beat of a slow rhythm in each column is no misreading; one of its kind among many is.
    assert not is_misread(beats(WAVE), 4) and is_misread(beats(WAVE), 8)
    # Half of the beats may be ectopic; were most of another shape, none would be the usual one.
    assert not is_misread(beats(WAVE, WAVE), 8, 4) and is_misread(beats(WAVE, WAVE), 8, 5)


def test_a_rate_is_no_surer_than_its_beats() -> None:
    rate, missed = number(60.0), number(2000.0, doubt="beat_missed")
    assert rate_off_paper(rate, number(1000.0), 10) is rate
    assert rate_off_paper(rate, missed, 10).code == "beat_missed"
    assert rate_off_paper(number(11.0), number(5300.0), 2).value is None
    fast = number(150.0)
    assert rate_off_paper(fast, missed, 20) is fast
    assert rate_off_paper(rate, number(1000.0), 2) is rate


def lost_beats(seed: int = 1) -> np.ndarray:
    """3×4 columns in which each beat's QRS complex is read otherwise: cut short, or gone."""
    ecg = synthesise(Heart(rate_bpm=75, noise_mv=0.004), seed=seed)
    mv = ecg.signals_mv.copy()
    rng = np.random.default_rng(seed)
    for beat in ecg.beats:
        at = round(beat.time_s * 500)
        for lead in mv:
            first = at + int(rng.integers(-30, 10))
            last = first + int(rng.integers(15, 40))
            if first >= 0 and last <= mv.shape[1]:
                lead[first:last] = np.linspace(lead[first], lead[last - 1], last - first)
    for lead in range(12):
        column = lead // 3
        mv[lead, : column * 1250] = np.nan
        mv[lead, (column + 1) * 1250 :] = np.nan
    return mv


def test_what_was_misread_off_a_page_is_not_measured() -> None:
    found = measure(record(lost_beats()), off_paper=True)
    assert {found.values[key].code for key in ("pr", "qrs", "qt", "qrs_axis")} == {"beats_unlike"}
    assert found.values["rate"].quality is not Quality.GOOD
    assert found.says("low_voltage_limb") is None
    assert all(lead.quality is Quality.DOUBTFUL for lead in found.leads)


def test_a_fast_rate_stays_sure_where_every_beat_differs() -> None:
    values = dict.fromkeys((*RATES, *ON_SHAPES), number(150.0))
    kept, _, _ = withheld(values, (), {})
    assert kept["rate"].quality is Quality.GOOD and kept["qrs"].value is None
    slow, _, _ = withheld(values | {"rate": number(60.0)}, (), {})
    assert slow["rate"].code == slow["longest_pause"].code == "beats_unlike"


def test_a_page_read_well_is_measured() -> None:
    mv = synthesise(Heart(rate_bpm=75)).signals_mv.copy()
    for lead in range(12):
        column = lead // 3
        mv[lead, : column * 1250] = np.nan
        mv[lead, (column + 1) * 1250 :] = np.nan
    found = measure(replace(record(mv)), off_paper=True)
    assert found.value("qrs") is not None and found.values["rate"].quality is Quality.GOOD


def test_a_spike_drawn_before_a_wide_complex_puts_its_borders_in_doubt() -> None:
    heart = Heart(rate_bpm=60, conduction=Conduction.LEFT_BUNDLE_BLOCK)
    ecg = synthesise(heart, seed=3)
    at_s = np.arange(ecg.signals_mv.shape[1]) / 500
    spiked = ecg.signals_mv.copy()
    for beat in ecg.beats:
        # As a pen of 0.35 mm draws it: 12 ms wide at half its height, 20 ms before the complex.
        onset_s = beat.time_s + beat_model._onset_s(heart) - 0.02
        spiked += 0.3 * np.exp(-0.5 * ((at_s - onset_s) / 0.005) ** 2)
    plain, found = (measure(record(mv), off_paper=True) for mv in (ecg.signals_mv, spiked))
    assert plain.values["qrs"].code == ""
    assert {found.values[key].code for key in ("qrs", "qt")} <= {"spike_drawn", "t_end_unclear"}
    assert found.values["qrs"].quality is Quality.DOUBTFUL
    assert measure(record(spiked)).values["qrs"].code != "spike_drawn"
