"""I, II and III told by their strokes."""

from __future__ import annotations

import numpy as np
import pytest

from ecg_core.page.scan.sheets.strokes import strokes_of
from ecg_core.page.scan.sheets.text import Letters


def picture(*rows: str) -> np.ndarray:
    """Ink where a letter stands."""
    return np.array([[0.0 if one == "." else 1.0 for one in row] for row in rows])


BARS = picture(*["..##....##.."] * 14)
SERIFS = picture("#####.#####", *[".###...###."] * 12, "#####.#####")
TOUCHING = picture("###########", *[".###...###."] * 12, "###########")
CUP = picture(*["##....##"] * 12, "########", "########")
GATE = picture("########", "########", *["##....##"] * 12)
ARMS = picture(
    *["." * (k // 3) + "##" + "." * (10 - 2 * (k // 3)) + "##" + "." * (k // 3) for k in range(14)]
)
RULED = picture(*["####.#.####"] * 14)
LADDER = picture(*["##....##"] * 5, *["########"] * 3, *["##....##"] * 6)


@pytest.mark.parametrize(
    ("crop", "read"),
    [
        (BARS, "II"),
        (np.concatenate([BARS, BARS[:, 2:8]], axis=1)[:, 1:17], "III"),
        (SERIFS, "II"),
        (TOUCHING, "II"),
        (CUP, ""),
        (GATE, ""),
        (ARMS, ""),
        (LADDER, ""),
        (RULED, ""),
        (BARS[:5], ""),
    ],
    ids=[
        *("bars", "three", "serifs", "serifs that touch", "U", "pulse", "V", "H"),
        *("a line of the grid between", "too low"),
    ],
)
def test_ii_and_iii_are_told_by_their_strokes(crop: np.ndarray, read: str) -> None:
    assert strokes_of(crop) == read


def test_an_upright_line_beside_a_name_is_no_part_of_it() -> None:
    text = np.zeros((120, 120), np.float32)
    text[:, 20:23] = 1.0
    text[50:64, 24:26] = text[50:64, 30:32] = 1.0
    (name,) = Letters(text, 6.0).read().names
    assert name.lead == "II"
    # Its first stroke begins at pixel 24; the line is three pixels wide and cut with one beside.
    assert name.x0_mm == pytest.approx(24 / 6.0, abs=0.2)
