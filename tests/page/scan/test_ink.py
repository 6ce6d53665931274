"""Straightening a picture, and the pieces of ink on it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecg_core.page.scan.connected import pieces_of, vertical_runs
from ecg_core.page.scan.ink import RASTER, separate, straighten


@pytest.mark.parametrize("turn_deg", [0.0, 0.4], ids=["along the pixels", "aslant"])
@pytest.mark.parametrize("px_per_mm", [5.3, 8.1])
def test_a_spot_lies_where_its_millimetres_say(turn_deg: float, px_per_mm: float) -> None:
    spot_mm = (41.3, 22.8)
    area_mm = (5.0, 5.0, 95.0, 45.0)
    # Paper whose corner lies 3.7 mm left of and 2.2 mm above the corner of the picture.
    angle = np.deg2rad(turn_deg)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    to_mm = np.eye(3)
    to_mm[:2, :2] = turn / px_per_mm
    to_mm[:2, 2] = (3.7, 2.2)
    at_px = np.linalg.inv(to_mm) @ (*spot_mm, 1.0)
    y, x = np.mgrid[: round(50 * px_per_mm), : round(100 * px_per_mm)]
    spot = np.exp(-((x - at_px[0]) ** 2 + (y - at_px[1]) ** 2) / (2 * (0.6 * px_per_mm) ** 2))
    pixels = np.repeat(np.rint(255 * spot)[:, :, None], 3, axis=2).astype(np.uint8)

    found = straighten(pixels, to_mm, px_per_mm, area_mm)

    assert found.picture.shape[:2] == found.shown.shape == (40 * RASTER, 90 * RASTER)
    light = found.picture[:, :, 0].astype(float)
    down, across = np.mgrid[: light.shape[0], : light.shape[1]]
    place_mm = [
        corner + ((places * light).sum() / light.sum() + 0.5) / RASTER
        for corner, places in zip(found.corner_mm, (across, down), strict=True)
    ]
    assert place_mm == pytest.approx(spot_mm, abs=0.02)
    # No further from the corner that was asked for than half a pixel of the picture.
    assert found.corner_mm == pytest.approx(area_mm[:2], abs=0.5 / px_per_mm + 1e-9)


def test_beyond_the_picture_nothing_is_shown() -> None:
    pixels = np.full((200, 400, 3), 200, np.uint8)
    to_mm = np.diag([0.125, 0.125, 1.0])  # 8 px a mm: the picture is 50 mm × 25 mm
    found = straighten(pixels, to_mm, 8.0, (-5.0, -5.0, 60.0, 30.0))
    assert found.shown.sum() == pytest.approx(50 * 25 * RASTER**2, rel=0.01)
    assert found.picture[found.shown].min() > 100
    assert found.picture[: 4 * RASTER].max() == 0


@given(st.integers(0, 2**32 - 1), st.floats(0.1, 0.9))
@settings(max_examples=40, deadline=None)
def test_vertical_runs_hold_all_ink_and_nothing_else(seed: int, share: float) -> None:
    mask = np.random.default_rng(seed).random((17, 23)) < share
    column, start, end = vertical_runs(mask)
    drawn = np.zeros(mask.shape, int)
    for x, top, bottom in zip(column, start, end, strict=True):
        assert top < bottom
        assert top == 0 or not mask[top - 1, x]
        assert bottom == len(mask) or not mask[bottom, x]
        drawn[top:bottom, x] += 1
    assert np.array_equal(drawn, mask)
    assert np.all(np.diff(column) >= 0)


def test_pieces_touch_at_corners_and_are_measured() -> None:
    mask = np.zeros((6, 8), np.uint8)
    mask[1, 1] = mask[2, 2] = mask[3, 3] = 1
    mask[4, 6] = 1
    count, labels, boxes = pieces_of(mask)
    assert count == 3
    slanted = boxes[labels[2, 2]]
    assert labels[1, 1] == labels[3, 3] != labels[4, 6]
    assert [slanted[column] for column in (cv2.CC_STAT_LEFT, cv2.CC_STAT_TOP)] == [1, 1]
    assert [slanted[column] for column in (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT)] == [3, 3]
    assert slanted[cv2.CC_STAT_AREA] == 3


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(1, 30), st.integers(1, 30), st.floats(0.0, 0.7))
def test_boxes_hold_all_of_their_piece_and_nothing_wider(
    seed: int, height: int, width: int, share: float
) -> None:
    mask = (np.random.default_rng(seed).random((height, width)) < share).astype(np.uint8)
    count, labels, boxes = pieces_of(mask)
    assert len(boxes) == count
    for label in range(1, count):
        y, x = np.nonzero(labels == label)
        spread = x.max() - x.min() + 1, y.max() - y.min() + 1
        assert boxes[label].tolist() == [x.min(), y.min(), *spread, len(x)]


def photographed(table: int, shadow: bool) -> np.ndarray:
    """Paper with a line of ink, 100 mm wide, on a table that is seen 12 mm beside it; a shadow lies
    on its right half."""
    picture = np.full((60 * RASTER, 124 * RASTER, 3), table, np.uint8)
    paper = picture[6 * RASTER : 54 * RASTER, 12 * RASTER : 112 * RASTER]
    paper[:] = 235
    paper[24 * RASTER : 24 * RASTER + 3, 5 * RASTER : 95 * RASTER] = 30
    if shadow:
        fades = np.interp(np.arange(picture.shape[1]), [300, 420], [1.0, 0.6])
        picture = np.rint(picture * fades[None, :, None]).astype(np.uint8)
    return picture


@pytest.mark.parametrize("table", [40, 100])
@pytest.mark.parametrize("shadow", [False, True])
def test_where_a_table_ends_nothing_is_drawn(table: int, shadow: bool) -> None:
    picture = photographed(table, shadow)
    cover = separate(picture, np.ones(picture.shape[:2], bool)).cover
    inked = np.flatnonzero((cover > 0.3).any(axis=1))
    line = 30 * RASTER
    assert inked.min() >= line - 2
    assert inked.max() <= line + 4
    # The line itself is there from end to end, in the shadow, too.
    assert (cover[line : line + 3] > 0.3).any(axis=0)[18 * RASTER : 106 * RASTER].all()
