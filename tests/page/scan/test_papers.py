"""Papers that stand apart on one picture."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import cv2
import numpy as np
import pytest

from ecg_core.page.orders import ONE_LEAD
from ecg_core.page.scan import papers
from ecg_core.page.scan.papers import Box, others, papers_of
from ecg_core.page.scan.sheets.sheet import Draft

WHITE = (400, 1000)
ABOVE, BELOW, BESIDE = (0, 0, 600, 180), (0, 200, 500, 400), (620, 10, 1000, 150)


def pasted(*boxes: Box) -> np.ndarray:
    """A white picture with ruled papers on it."""
    picture = np.full((*WHITE, 3), 255, np.uint8)
    for left, top, right, bottom in boxes:
        paper = picture[top:bottom, left:right]
        paper[::10] = paper[:, ::10] = (240, 160, 160)
    return picture


@pytest.mark.parametrize(
    "boxes",
    [(ABOVE,), (ABOVE, BELOW), (ABOVE, BESIDE), (ABOVE, BELOW, BESIDE), ()],
    ids=["one", "below", "beside", "three", "none"],
)
def test_papers_are_what_blank_bands_part(boxes: tuple[Box, ...]) -> None:
    found = papers_of(pasted(*boxes))
    assert len(found) == (len(boxes) if len(boxes) > 1 else 0)
    for box in found:
        # Paper beyond the last line is white.
        assert any(np.abs(np.subtract(box, true)).max() <= 10 for true in boxes)


def test_text_below_a_paper_is_no_paper() -> None:
    picture = pasted(ABOVE)
    for y in range(230, 390, 22):
        words = "The ECG shows a regular rhythm with ST elevation in V1 to V4"
        cv2.putText(picture, words, (20, y), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (20, 20, 20), 1)
    assert len(papers_of(picture)) < 2


@pytest.mark.parametrize(
    ("baselines_mm", "name", "spoken", "told"),
    [
        ((9.0,), "strip", 0.0, True),
        ((9.0, 30.0), "strip", 0.0, False),
        ((9.0, 30.0), ONE_LEAD, 0.0, True),
        ((9.0, 30.0), ONE_LEAD, 3.5, False),
    ],
    ids=["a paper without a row", "rows on both", "one lead on both", "which print tells"],
)
def test_papers_without_a_row_of_the_sheet_are_others(
    baselines_mm: tuple[float, ...], name: str, spoken: float, told: bool
) -> None:
    draft = SimpleNamespace(
        division=SimpleNamespace(start_mm=2.0, end_mm=48.0),
        seen=SimpleNamespace(baselines_mm=np.array(baselines_mm)),
        said=(SimpleNamespace(law="spoken", value=spoken),),
        name=name,
    )
    papers: tuple[Box, ...] = (ABOVE, (0, 200, 550, 400))
    assert others(papers, cast("Draft", draft), np.diag([0.1, 0.1, 1.0])) is told
    assert not others((ABOVE,), cast("Draft", draft), np.diag([0.1, 0.1, 1.0]))


def test_a_page_of_many_parts_is_not_asked_part_by_part(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty paragraphs, of which finding a grid in each would take seconds."""
    asked: list[np.ndarray] = []

    def none_found(part: np.ndarray) -> list[object]:
        asked.append(part)
        return []

    monkeypatch.setattr(papers, "find_grids", none_found)
    page = np.full((3200, 900, 3), 255, np.uint8)
    words = np.random.default_rng(2).integers(0, 2, (40, 70, 800, 1)) * 235
    page.reshape(40, 80, 900, 3)[:, 5:75, 50:850] = words
    assert papers_of(page) == ()
    assert len(asked) == papers.MOST
