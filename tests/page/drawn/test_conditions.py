"""Conditions: the same seed gives the same pixels, and the homography tells the truth."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from ecg_core.page.drawn.damage import CONDITIONS, apply, degrade


def crosses() -> np.ndarray:
    sheet = np.full((500, 800, 3), 250, np.uint8)
    for x, y in PLACES:
        cv2.circle(sheet, (x, y), 9, (0, 0, 0), -1, cv2.LINE_AA)
    return sheet


PLACES = ((150, 120), (640, 130), (400, 250), (160, 380), (650, 370))


@pytest.mark.parametrize("name", sorted(CONDITIONS))
def test_same_seed_same_pixels(name: str) -> None:
    sheet = crosses()
    assert np.array_equal(apply(name, sheet, 3, 6.0), apply(name, sheet, 3, 6.0))
    if CONDITIONS[name].steps:
        assert not np.array_equal(apply(name, sheet, 3, 6.0), apply(name, sheet, 4, 6.0))


# Handwriting may cover the marks themselves.
@pytest.mark.parametrize("name", sorted(set(CONDITIONS) - {"written_on"}))
def test_marks_are_found_where_the_homography_says(name: str) -> None:
    result = degrade(name, crosses(), 7, 6.0)
    grey = result.pixels.min(axis=2)
    for x, y in PLACES:
        at = result.homography @ np.array([x, y, 1.0])
        u, v = at[:2] / at[2]
        left, top = round(u) - 14, round(v) - 14
        window = grey[top : top + 29, left : left + 29].astype(float)
        dark = np.clip(window.max() * 0.6 - window, 0, None)
        rows, columns = np.mgrid[0:29, 0:29]
        assert left + (dark * columns).sum() / dark.sum() == pytest.approx(u, abs=1.0)
        assert top + (dark * rows).sum() / dark.sum() == pytest.approx(v, abs=1.0)


def test_unknown_condition_is_an_error() -> None:
    with pytest.raises(KeyError):
        apply("wet", crosses(), 0)
