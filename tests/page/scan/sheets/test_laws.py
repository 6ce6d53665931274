"""Single laws, asked of drafts made here."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from ecg_core.page.scan.sheets import laws
from ecg_core.page.scan.sheets.columns import Division
from ecg_core.page.scan.sheets.sheet import SHIFTS, Draft, Owned


def test_names_of_six_rows_and_of_no_other_column_are_those_of_six_rows() -> None:
    """Six limb leads all along, on paper whose bold lines stand like rules between columns."""
    names = ("I", "II", "III", "aVR", "aVL", "aVF")
    places = tuple({(row, 0): frozenset({name}) for row, name in enumerate(names)} for _ in SHIFTS)
    seen = SimpleNamespace(baselines_mm=np.arange(6) * 35.0, pitch_mm=35.0)
    print_ = SimpleNamespace(unread=np.zeros((0, 4)))

    def named(leads: tuple[tuple[str, ...], ...], main: int, division: Division) -> float:
        own = Owned(places)
        return laws.names(Draft("", seen, print_, division, leads, main, 0.0, own)).value

    columns = (("I", "aVR", "V1", "V4"), ("II", "aVL", "V2", "V5"), ("III", "aVF", "V3", "V6"))
    below = (("aVR",), ("aVL",), ("aVF",))
    ruled = named((*columns, *below), 3, Division(10.0, 50.0, 4, 210.0, 9.0, marked=3))
    along = named(tuple((name,) for name in names), 6, Division(10.0, 200.0, 1, 210.0, 1.5))
    # All marks of three columns say less than their names, which are missing.
    assert along - ruled > 9.0


def test_columns_without_names_beside_named_ones_cost_whichever_those_are() -> None:
    """Of two columns of six a first name and three of the second were read off a photograph: as
    four columns over three strips, the third would be the named one."""
    seen = SimpleNamespace(baselines_mm=np.arange(6) * 26.0, pitch_mm=26.0)
    print_ = SimpleNamespace(unread=np.zeros((0, 4)))
    strips = {(row, 0): frozenset({name}) for row, name in ((3, "II"), (4, "aVF"), (5, "III"))}

    def named(leads: tuple[tuple[str, ...], ...], main: int, division: Division, at: int) -> float:
        chest = {(row, at): frozenset({f"V{row + 1}"}) for row in range(3)}
        own = Owned(tuple({(0, 0): frozenset({"aVL"})} | chest | strips for _ in SHIFTS))
        return laws.names(Draft("", seen, print_, division, leads, main, 0.0, own)).value

    limbs = ("aVL", "I", "-aVR", "II", "aVF", "III")
    two = tuple((limb, f"V{row + 1}") for row, limb in enumerate(limbs))
    four = tuple((*limbs[row::3], f"V{row + 1}", f"V{row + 4}") for row in range(3))
    below = (("II",), ("aVF",), ("III",))
    as_two = named(two, 6, Division(40.0, 120.0, 2, 280.0, 5.0, marked=1), 1)
    as_four = named((*four, *below), 3, Division(40.0, 60.0, 4, 280.0, 9.0, marked=3), 2)
    assert as_two - as_four > 7.0


def test_one_stroke_of_a_hand_names_no_column_beside_six_names() -> None:
    seen = SimpleNamespace(baselines_mm=np.arange(6) * 26.0, pitch_mm=26.0)
    print_ = SimpleNamespace(unread=np.zeros((0, 4)))
    limbs = ("I", "II", "III", "aVR", "aVL", "aVF")
    leads = tuple((limb, f"V{row + 1}") for row, limb in enumerate(limbs))
    division = Division(40.0, 125.0, 2, 290.0, 3.0, marked=1)
    first = {(row, 0): frozenset({limb}) for row, limb in enumerate(limbs)}

    def named(*strokes: int) -> float:
        second = {(row, 1): frozenset({"II"}) for row in strokes}
        own = Owned(tuple(first | second for _ in SHIFTS))
        return laws.names(Draft("", seen, print_, division, leads, 6, 0.0, own)).value

    assert named(4) <= named()


def test_names_of_two_rows_at_one_place_name_neither() -> None:
    """Half a row higher, names of two rows stand at the lower one, and either fits there."""
    seen = SimpleNamespace(baselines_mm=np.arange(2) * 36.0, pitch_mm=36.0)
    print_ = SimpleNamespace(unread=np.zeros((0, 4)))
    division = Division(10.0, 60.0, 3, 190.0, 4.5)
    leads = (("I", "II", "III"), ("aVR", "aVL", "aVF"))

    def named(*read: str) -> float:
        own = Owned(tuple({(1, 1): frozenset(read)} for _ in SHIFTS))
        return laws.names(Draft("", seen, print_, division, leads, 2, 0.0, own)).value

    assert named("aVL") > 1.0
    assert named("aVL", "aVR") < 0.0
    assert named("aVL", "I") > 1.0


@pytest.mark.parametrize(
    ("width_mm", "count", "lines", "costs"),
    [
        (29.6, 4, (), 3.0),
        (31.2, 4, ("12.5 mm/s 10 mm/mV",), 0.0),
        (31.2, 4, ("25 mm/s",), 3.0),
        (62.5, 4, (), 0.0),
        (30.0, 1, (), 0.0),
    ],
)
def test_columns_are_hardly_ever_shorter_than_a_beat_and_a_half(
    width_mm: float, count: int, lines: tuple[str, ...], costs: float
) -> None:
    division = Division(0.0, width_mm, count, count * width_mm, 3.1)
    print_ = SimpleNamespace(lines=lines)
    draft = Draft("3x4", SimpleNamespace(), print_, division, (("I",),), 1, 0.0, ())
    assert laws.columns(draft).value == pytest.approx(3.1 - costs)


@pytest.mark.parametrize(
    ("below", "assumed", "costs"),
    [
        (("aVR", "aVL", "aVF"), (), laws.SIX_ROWS),
        (("II", "aVF", "III"), (), laws.SIX_ROWS),
        (("V1", "II", "V5"), (), 0.0),
        (("aVR", "aVL", "aVF"), (3, 4, 5), 0.0),
    ],
    ids=["augmented leads", "Cabrera", "usual strips", "assumed"],
)
def test_the_other_three_limb_leads_are_no_strips_of_rhythm(
    below: tuple[str, ...], assumed: tuple[int, ...], costs: float
) -> None:
    rows = (("I", "aVR", "V1", "V4"), ("II", "aVL", "V2", "V5"), ("III", "aVF", "V3", "V6"))
    leads = (*rows, *((lead,) for lead in below))
    division = Division(10.0, 62.5, 4, 260.0, 0.0)
    draft = Draft(
        "3x4+3R", SimpleNamespace(), SimpleNamespace(), division, leads, 3, 0.9, (), assumed=assumed
    )
    assert laws.rarity(draft).value == -0.9 - costs
