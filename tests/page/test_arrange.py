"""Arranging a page: ink moves with its lead, nothing is scaled, and heat finds its way back."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecg_core.intake.values import EcgRecord
from ecg_core.leads import STANDARD_LEADS
from ecg_core.page.arrange import SIZE_PX, arrange, baselines_mm, moves, put_back
from ecg_core.page.drawn.from_record import from_record
from ecg_core.page.layouts import LAYOUTS
from ecg_core.page.values import PX_PER_MM, EcgPage
from ecg_core.signal.bands import Band


@pytest.fixture(scope="module")
def pages() -> dict[str, EcgPage]:
    # Low waves, a shape of its own in every lead: rows do not reach into each other.
    time_s = np.arange(5000) / 500
    waves = np.stack(
        [0.3 * np.sin(2 * np.pi * (0.7 + 0.2 * k) * time_s + k) for k in range(12)]
    ).astype(np.float32)
    record = EcgRecord("r", "", waves, STANDARD_LEADS, STANDARD_LEADS, 500.0, 10.0)
    return {name: from_record(record, name, Band.AS_RECORDED) for name in LAYOUTS}


def test_the_default_page_stays_as_it_is(pages: dict[str, EcgPage]) -> None:
    page = pages["3x4+1R"]
    assert page.ink.shape == SIZE_PX == (264, 500)
    np.testing.assert_array_equal(arrange(page.ink, page.boxes), page.ink)


@pytest.mark.parametrize("name", sorted(set(LAYOUTS) - {"3x4+1R"}))
def test_every_layout_gives_the_ink_of_the_default_page(
    name: str, pages: dict[str, EcgPage]
) -> None:
    page, wanted = pages[name], pages["3x4+1R"].ink.astype(int)
    got = arrange(page.ink, page.boxes).astype(int)
    rows = np.r_[12:192]
    if name.endswith("R") or name == "12x1":
        rows = np.r_[12:252]
    # Neighbouring rows of narrow layouts may look in at the edge of a row: compare its middle.
    middle = [y for y in rows if abs((y - 12) % 60 - 30) < 14]
    if name == "3x4+3R":  # its first strip is V1; the one taken is lead II
        assert moves(*page.ink.shape, page.boxes)[-1].lead == "II"
    # A column more or less at the seams, where the pen lifts.
    different = np.abs(got - wanted)[middle] > 40
    assert different.mean() < 0.002


def test_seconds_not_shown_stay_blank(pages: dict[str, EcgPage]) -> None:
    three_by_four = arrange(pages["3x4"].ink, pages["3x4"].boxes)
    strip = three_by_four[192:252]
    assert strip[:, :124].any() and not strip[:, 126:].any()
    six_by_two = arrange(pages["6x2"].ink, pages["6x2"].boxes)
    assert six_by_two[192:252, :249].any() and not six_by_two[192:252, 251:].any()


def test_baselines_of_a_page_with_tall_margins() -> None:
    # Pitch 30, zero lines at 40, 70, 100, 130; the outer boxes reach the edges of the paper.
    boxes = [
        box.__class__(
            lead=box.lead,
            x0_mm=box.x0_mm,
            x1_mm=box.x1_mm,
            y0_mm=0.0 if box.y0_mm == 0 else box.y0_mm + 25,
            y1_mm=165.0 if box.y1_mm == 120 else box.y1_mm + 25,
            start_s=box.start_s,
            end_s=box.end_s,
        )
        for box in LAYOUTS["3x4+1R"].boxes()
    ]
    assert sorted(set(baselines_mm(boxes))) == [40.0, 70.0, 100.0, 130.0]


def test_no_boxes_no_ink() -> None:
    assert not arrange(np.full((100, 100), 255, np.uint8), ()).any()


@settings(max_examples=30, deadline=None)
@given(name=st.sampled_from(sorted(LAYOUTS)), lead=st.sampled_from(STANDARD_LEADS))
def test_heat_on_one_lead_comes_back_to_that_lead(name: str, lead: str) -> None:
    plan = LAYOUTS[name]
    height = round(plan.height_mm * PX_PER_MM)
    boxes = plan.boxes()
    heat = np.zeros(SIZE_PX, np.float32)
    for move in moves(height, 500, boxes):
        if move.lead == lead:
            y = move.to_y + move.height // 2
            heat[y - 2 : y + 2, move.to_x : move.to_x + move.width] = 1
    back = put_back(heat, height, 500, boxes)
    ys, xs = np.nonzero(back)
    assert len(ys)
    for y, x in zip(ys[::50] / PX_PER_MM, xs[::50] / PX_PER_MM, strict=True):
        inside = [b.lead for b in boxes if b.x0_mm <= x < b.x1_mm and b.y0_mm <= y < b.y1_mm]
        assert inside == [lead]
