"""A long record from afar: extents, rhythms and unusual beats, at their own times."""

import numpy as np
import pytest

from ecg_core.intake.values import Annotation, EcgRecord
from ecg_core.signal.overview import overview


def record(signals_mv: np.ndarray, marks: tuple[Annotation, ...] = ()) -> EcgRecord:
    leads = ("II", "V1")[: len(signals_mv)]
    seconds = signals_mv.shape[1] / 100
    return EcgRecord("r", "0" * 64, signals_mv, leads, leads, 100.0, seconds, annotations=marks)


def test_every_slice_holds_its_lowest_and_highest_value() -> None:
    wave = np.zeros((2, 6000), np.float32)
    wave[0, 1234], wave[0, 1260] = 2.0, -1.0
    wave[1] += 5.0  # An offset is no wave.
    seen = overview(record(wave), slices=60)
    # One second each: the peak lies in the thirteenth.
    assert seen.high[0].argmax() == 12
    assert (seen.high[0, 12], seen.low[0, 12]) == (2.0, -1.0)
    assert np.count_nonzero(seen.high[0]) == 1
    assert not seen.high[1].any()
    assert seen.duration_s == 60


def test_gaps_are_empty_and_short_records_have_fewer_slices() -> None:
    wave = np.full((1, 50), np.nan, np.float32)
    wave[0, 25:] = 0.5
    seen = overview(record(wave), slices=1000)
    assert seen.high.shape == (1, 50)
    assert np.isfinite(seen.high).all()


def test_rhythms_last_until_the_next_and_beats_keep_their_times() -> None:
    marks = (
        Annotation(0.5, "+", "(N"),
        Annotation(1.0, "N"),
        Annotation(12.0, "V"),
        Annotation(20.0, "+", "(AFIB"),
        Annotation(21.0, "N"),
        Annotation(30.0, "~"),
        Annotation(40.0, "+", "(UNHEARD"),
    )
    seen = overview(record(np.zeros((1, 6000), np.float32), marks))
    assert [(s.start_s, s.end_s, s.name) for s in seen.rhythms] == [
        (0.5, 20.0, "Normal sinus rhythm"),
        (20.0, 40.0, "Atrial fibrillation"),
        (40.0, pytest.approx(60.0), "UNHEARD"),
    ]
    assert seen.unusual == ((12.0, "V"),)


def test_beats_of_the_usual_kind_are_not_marked() -> None:
    paced = tuple(Annotation(float(t), "/") for t in range(10))
    seen = overview(record(np.zeros((1, 6000), np.float32), (*paced, Annotation(9.5, "V"))))
    assert seen.unusual == ((9.5, "V"),)
