"""Which beats are of one kind, on records and on pages that show a lead for a while."""

from __future__ import annotations

import numpy as np
import pytest

from ecg_core.signal.median_beat import sort_beats
from ecg_core.signal.sampled import Sampled

FS_HZ = 500.0
BEATS_S = np.arange(0.6, 9.6, 0.9)
COLUMNS_S = ((0.0, 2.5), (2.5, 5.0), (5.0, 7.5), (7.5, 10.0))


def narrow(t: np.ndarray) -> np.ndarray:
    """A QRS complex of 80 ms: a small q, R, S; its energy has two summits 40 ms apart."""
    return np.asarray(
        np.exp(-0.5 * (t / 0.010) ** 2) - 0.8 * np.exp(-0.5 * ((t - 0.035) / 0.010) ** 2)
    )


def wide(t: np.ndarray) -> np.ndarray:
    """A ventricular beat: broad, first down and then up."""
    return np.asarray(
        -1.2 * np.exp(-0.5 * (t / 0.035) ** 2) + 0.7 * np.exp(-0.5 * ((t - 0.11) / 0.04) ** 2)
    )


def page(ventricular: tuple[int, ...] = (), stained: tuple[int, ...] = ()) -> Sampled:
    """A rhythm strip of ten seconds below four columns of three leads.

    ventricular: beats of another shape in every lead. stained: beats beside which the strip alone
    bears a stroke.
    """
    time = np.arange(int(10 * FS_HZ)) / FS_HZ
    wave = np.zeros_like(time)
    for number, at in enumerate(BEATS_S):
        wave += (wide if number in ventricular else narrow)(time - at)
    strip = wave.copy()
    for number in stained:
        strip += 1.5 * np.exp(-0.5 * ((time - BEATS_S[number] - 0.08) / 0.02) ** 2)
    mv, known = [strip], [np.ones(len(time), bool)]
    for start_s, end_s in COLUMNS_S:
        shown = (time >= start_s) & (time < end_s)
        for height in (0.6, 1.0, -0.8):
            mv.append(np.where(shown, height * wave, 0.0))
            known.append(shown)
    return Sampled(np.array(mv), np.array(known), FS_HZ)


@pytest.mark.parametrize("late_s", [0.036, 0.14], ids=["a second summit", "a broad complex's end"])
def test_a_beat_timed_by_another_wave_of_its_complex_is_of_the_usual_kind(late_s: float) -> None:
    """Of two summits of energy the second was a little higher once; in bundle branch block, where
    a complex lasts 180 ms, its last wave may be the steepest."""
    timed = BEATS_S.copy()
    timed[4] += late_s
    found = sort_beats(page(), timed)
    assert found.usual.all()
    assert found.times_s[4] == pytest.approx(BEATS_S[4], abs=0.003)
    assert np.delete(found.times_s, 4) == pytest.approx(np.delete(BEATS_S, 4), abs=1e-9)


def test_a_stroke_beside_the_strip_alone_makes_no_beat_of_another_shape() -> None:
    assert sort_beats(page(stained=(4,)), BEATS_S).usual.all()


def test_a_ventricular_beat_is_of_another_shape_wherever_it_is_laid() -> None:
    found = sort_beats(page(ventricular=(5,)), BEATS_S)
    assert np.flatnonzero(found.other).tolist() == [5]
    assert found.times_s == pytest.approx(BEATS_S)


def test_leads_that_contradict_the_strip_are_believed() -> None:
    """The strip hardly shows a ventricular beat that the leads above it show plainly."""
    ecg = page(ventricular=(5,))
    usual = page().mv[0]
    found = sort_beats(Sampled(np.vstack([usual, ecg.mv[1:]]), ecg.known, FS_HZ), BEATS_S + 0.0)
    # The strip alone decides which beats are looked at again: it calls none of them odd.
    assert found.usual.all()
    late = BEATS_S.copy()
    late[5] += 0.036
    found = sort_beats(Sampled(np.vstack([usual, ecg.mv[1:]]), ecg.known, FS_HZ), late)
    assert np.flatnonzero(found.other).tolist() == [5]
