"""Ink of a picture: the pen's, not the shade's or the grid's."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from ecg_core.page.recovered.fine_ink import inked


def paper(line: int, black: int = 40) -> np.ndarray:
    """A wave of a pen 2 px thick on a grid of 1 and 5 mm, 6 px per mm; line: how dark that is."""
    picture = np.full((300, 600, 3), 235, np.uint8)
    picture[::6] = picture[:, ::6] = 235 - (235 - line) // 2
    picture[::30] = picture[:, ::30] = line
    x = np.arange(600)
    y = 150 - 90 * np.exp(-(((x - 300) / 5.0) ** 2)) + 5 * np.sin(x / 40)
    points = np.stack([x, y], 1).round().astype(np.int32)
    cv2.polylines(picture, [points], False, (black,) * 3, 2, cv2.LINE_AA)
    return picture


def pen() -> np.ndarray:
    """Where the pen of `paper` is darkest: bool."""
    bare = paper(235)[:, :, 0] < 80
    return bare


@pytest.mark.parametrize("line", [200, 120, 90])
def test_ink_is_whole_over_the_lines_of_a_grid(line: int) -> None:
    cover = inked(paper(line))
    assert (cover[pen()] > 0.5).mean() > 0.97
    far = cv2.dilate(pen().astype(np.uint8), np.ones((9, 9), np.uint8)) == 0
    assert (cover[far] > 0.3).mean() < 0.005


def test_shade_is_paper() -> None:
    picture = paper(200).astype(float)
    y, x = np.mgrid[:300, :600]
    shade = np.exp(-(((x - 150) / 60.0) ** 2) - ((y - 200) / 25.0) ** 2)
    shade += np.exp(-(((x - 450) / 12.0) ** 2))
    picture *= 1 - 0.6 * np.clip(shade, 0, 1)[:, :, None]
    cover = inked(picture.astype(np.uint8))
    assert (cover[pen()] > 0.4).mean() > 0.95
    far = cv2.dilate(pen().astype(np.uint8), np.ones((9, 9), np.uint8)) == 0
    assert (cover[far] > 0.3).mean() < 0.005


def test_blank_paper_has_no_ink() -> None:
    assert not inked(np.full((120, 240, 3), 250, np.uint8)).any()
