"""Names on other leads, columns within a pulse, pictures stretched along time."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from ecg_core.leads import STANDARD_LEADS
from ecg_core.page.scan.sheets.columns import Division
from ecg_core.page.scan.sheets.doubts.astray import (
    begins_astray,
    chest_leads_twice,
    columns_by_names,
    is_divided,
    is_stretched,
    lacks_columns,
    names_astray,
    unnamed_leads,
)
from ecg_core.page.scan.sheets.rows import Row
from ecg_core.page.scan.sheets.search import _rhythm_named
from ecg_core.page.scan.sheets.sheet import Draft, Seen, owned
from ecg_core.page.scan.sheets.text import Name, Print

PX = 6.0
SIX = (("I", "III", "aVL", "V1", "V3", "V5"), ("II", "aVR", "aVF", "V2", "V4", "V6"))
FOUR = (("I", "aVR", "V1", "V4"), ("II", "aVL", "V2", "V5"), ("III", "aVF", "V3", "V6"), ("II",))


def pulse(left_mm: float, right_mm: float) -> SimpleNamespace:
    return SimpleNamespace(
        left_mm=left_mm, right_mm=right_mm, width_mm=right_mm - left_mm, height_mm=10.0, cut=False
    )


def draft(
    leads: tuple[tuple[str, ...], ...],
    names: tuple[Name, ...] = (),
    main: int | None = None,
    start_mm: float = 20.0,
    width_mm: float | None = None,
    pulses: tuple[SimpleNamespace, ...] = (),
    name: str = "any",
    assumed: tuple[int, ...] = (),
) -> Draft:
    """Rows 40 mm apart that begin at 20 mm and end at 270 mm."""
    inked = np.zeros(1700, bool)
    inked[round(20 * PX) : round(270 * PX)] = True
    rows = tuple(
        Row(np.full(1700, (30.0 + 40.0 * at) * PX), inked, inked, PX) for at in range(len(leads))
    )
    height = round((40.0 * len(leads) + 20.0) * PX)
    blank, shown = np.zeros((height, 1700), bool), np.ones((height, 1700), bool)
    seen = Seen(rows, pulses, blank, blank, shown, PX)
    count, main = len(leads[0]), main or len(leads)
    wide = width_mm or 250.0 / count
    division = Division(start_mm, wide, count, min(start_mm + count * wide, 270.0), 9.0)
    own = owned(seen, names, division, main)
    return Draft(name, seen, Print(names, ()), division, leads, main, 0.0, own, assumed=assumed)


def named(lead: str, x_mm: float, row: int, above_mm: float = 8.0) -> Name:
    y = 30.0 + 40.0 * row - above_mm
    return Name(lead, x_mm, y - 1.0, x_mm + 5.0, y + 1.0)


def test_names_of_four_columns_are_not_those_of_six() -> None:
    """Two rows were left of 3×4: V1 and V2 stand as in 2×6, aVR, V4 and V5 on other leads."""
    names = [named("V1", 146.0, 0), named("V2", 146.0, 1)]
    assert not names_astray(draft(SIX, tuple(names)))
    more = [named("aVR", 91.0, 0), named("V4", 209.0, 0), named("V5", 209.0, 1)]
    assert set(names_astray(draft(SIX, (*names, *more)))) == {"III", "V3", "V4"}


def test_rows_of_another_page_are_no_rhythm_strips() -> None:
    own = tuple(named(lead, 21.0 + 62.5 * at, 0) for at, lead in enumerate(FOUR[0]) if at)
    others = (named("aVL", 84.0, 3), named("V5", 209.0, 3))
    caption = (named("V3", 84.0, 3, -6.0), named("V5", 209.0, 3, -6.0))
    assert names_astray(draft(FOUR, (*own, *others), main=3)) == ["II"]
    assert names_astray(draft(FOUR, (*own, *caption), main=3)) == []


def test_names_beyond_the_last_column_tell_that_columns_were_left_out() -> None:
    """Paper was laid over parts of two leads, and the rows passed for ending there."""
    limb = (("I", "aVR"), ("II", "aVL"), ("III", "aVF"))
    own, more = named("aVL", 83.0, 1), named("V6", 210.0, 2)
    assert not names_astray(draft(limb, (own,), width_mm=62.5))
    assert names_astray(draft(limb, (own, more), width_mm=62.5)) == ["aVF"]


@pytest.mark.parametrize(
    ("width_mm", "ahead_mm", "apart"),
    [(62.5, -2.0, None), (62.5, 9.0, None), (46.0, -2.0, 62.5), (58.5, -2.0, None)],
    ids=["as they stand", "names ahead", "of a page that is cut", "little narrower"],
)
def test_names_tell_how_wide_columns_are(
    width_mm: float, ahead_mm: float, apart: float | None
) -> None:
    """2.6 columns of 62.5 mm are not four of 46; names may stand anywhere before their columns."""
    begins = {"aVR": 82.5, "aVL": 82.5, "V1": 145.0, "V3": 145.0}
    rows = {"aVR": 0, "aVL": 1, "V1": 0, "V3": 2}
    names = tuple(named(lead, x - ahead_mm, rows[lead]) for lead, x in begins.items())
    found = columns_by_names(draft(FOUR, names, main=3, width_mm=width_mm))
    assert found == (None if apart is None else pytest.approx(apart))
    assert columns_by_names(draft(FOUR, names[:2], main=3, width_mm=width_mm)) is None


@pytest.mark.parametrize(
    ("width_mm", "leads", "lacks"),
    [
        (46.0, ("aVR", "V1", "V2"), True),
        (46.0, ("aVR", "V1", "V5"), False),
        (62.5, ("aVR", "V1", "V2"), False),
        (46.0, ("III",), False),
    ],
    ids=["three are named", "so is the last", "as long as usual", "none is named"],
)
def test_the_last_column_may_be_beyond_the_picture(
    width_mm: float, leads: tuple[str, ...], lacks: bool
) -> None:
    places = {"aVR": (84.0, 0), "V1": (146.0, 0), "V2": (146.0, 1), "V5": (160.0, 1)}
    names = tuple(named(lead, *places.get(lead, (21.0, 2))) for lead in leads)
    assert lacks_columns(draft(FOUR, names, main=3, width_mm=width_mm)) == lacks


@pytest.mark.parametrize(("read", "assumed"), [(3, ["V4", "V5", "V6"]), (5, []), (6, [])])
def test_rows_below_those_that_names_tell_are_assumed(read: int, assumed: list[str]) -> None:
    """The right half of 3×4+3R: V1 to V3 stand where those of six chest leads would."""
    chest = tuple((f"V{number}",) for number in range(1, 7))
    names = tuple(named(lead, 21.0, row) for row, (lead,) in enumerate(chest[:read]))
    assert unnamed_leads(draft(chest, names)) == assumed


@pytest.mark.parametrize(
    ("start_mm", "pulses", "astray"),
    [
        (20.1, (), False),
        (18.0, (), True),
        (24.0, (), True),
        (20.0, (pulse(15.1, 20.1),), False),
        (18.5, (pulse(15.1, 20.1),), True),
    ],
    ids=["first ink", "no ink yet", "behind it, unmarked", "behind the pulse", "within it"],
)
def test_where_the_first_column_may_begin(
    start_mm: float, pulses: tuple[SimpleNamespace, ...], astray: bool
) -> None:
    found = draft(FOUR, main=3, start_mm=start_mm, pulses=pulses)
    assert begins_astray(found) == astray


def test_columns_may_begin_behind_the_first_ink_where_all_are_marked() -> None:
    """What stands before the first column may be left of a pulse."""
    found = draft(FOUR, main=3, start_mm=24.0)
    assert not begins_astray(replace(found, division=replace(found.division, marked=3)))


@pytest.mark.parametrize(
    ("column_mm", "pulse_mm", "stretched"),
    [(50.0, 4.0, True), (50.0, 5.0, False), (62.5, 4.0, False), (70.0, 5.6, True)],
    ids=["both shorter", "2 s", "another pulse", "both longer"],
)
def test_pulses_and_columns_tell_a_stretched_picture(
    column_mm: float, pulse_mm: float, stretched: bool
) -> None:
    pulses = tuple(pulse(20.0 - pulse_mm, 20.0) for _ in range(3))
    shown = draft(FOUR, main=3, width_mm=column_mm, pulses=pulses)
    assert is_stretched(shown, 25.0) == stretched


def test_a_strip_beside_which_two_leads_are_named_is_asked_about() -> None:
    strip = draft((("II",),), (named("V1", 21.0, 0),), name="strip", assumed=(0,))
    assert _rhythm_named(strip).leads == (("V1",),)
    both = (named("V1", 21.0, 0, -12.0), named("II", 21.0, 0))
    asked = _rhythm_named(draft((("II",),), both, name="strip", assumed=(0,)))
    assert asked.assumed == (0,)


def test_a_line_through_six_rows_tells_of_two_columns() -> None:
    """The line leans by 1 mm over all rows, and by too much where it leans by 6."""
    six = tuple((lead,) for lead in ("I", "II", "III", "aVR", "aVL", "aVF"))
    for leans_mm, at_mm, divided in (
        (0.0, 145.0, True),
        (1.0, 145.0, True),
        (6.0, 145.0, False),
        (0.0, 25.0, False),
    ):
        plain = draft(six)
        ink = np.zeros_like(plain.seen.ink)
        for y in range(round(20 * PX), round(240 * PX)):
            x = round((at_mm + leans_mm * (y / PX - 130.0) / 220.0) * PX)
            ink[y, x : x + 2] = True
        lined = replace(plain, seen=Seen(plain.seen.rows, (), ink, ink, plain.seen.shown, PX))
        assert is_divided(lined) is divided, (leans_mm, at_mm)


def test_a_pulse_tells_where_the_first_column_begins() -> None:
    """The trace runs on from a pulse that ends at 20 mm: columns that begin 3 mm behind it leave
    out what it shows."""
    pulses = tuple(pulse(14.0, 19.6) for _ in range(3))
    assert not begins_astray(draft(FOUR[:3], pulses=pulses, start_mm=20.0))
    assert begins_astray(draft(FOUR[:3], pulses=pulses, start_mm=23.0, width_mm=61.75))


def test_of_twelve_rows_that_add_up_none_is_missing() -> None:
    """Their names are not read; where the limb leads do not add up, that is told."""
    twelve = tuple((lead,) for lead in STANDARD_LEADS)
    plain = draft(twelve, (named("aVL", 21.0, 4),))
    waves = dict(zip(("I", "II"), np.random.default_rng(5).normal(0, 3, (2, 1700)), strict=True))
    one, two = (np.convolve(wave, np.ones(9), "same") for wave in waves.values())
    limbs = (one, two, two - one, -(one + two) / 2, one - two / 2, two - one / 2)
    for share, unnamed in ((1.0, 0), (-1.0, 11)):
        rows = [
            replace(row, curve_px=row.curve_px - share ** (at == 2) * limb)
            for at, (row, limb) in enumerate(zip(plain.seen.rows, limbs, strict=False))
        ]
        seen = replace(plain.seen, rows=(*rows, *plain.seen.rows[6:]))
        assert len(unnamed_leads(replace(plain, seen=seen))) == unnamed


@pytest.mark.parametrize(
    ("places_mm", "twice"),
    [((55.0, 220.0), True), ((146.0,), False), ((138.0,), False), ((55.0,), False)],
    ids=["before and after", "each at its column", "each just ahead of it", "each on a limb lead"],
)
def test_chest_leads_named_twice_are_no_twelve_leads(
    places_mm: tuple[float, ...], twice: bool
) -> None:
    """Rows of two limb leads and of two chest leads; names three millimetres wide."""
    leads = (("I", "aVR", "V1", "V4"), ("II", "aVL", "V2", "V5"), ("III", "aVF", "V3", "V6"))
    names = tuple(
        Name(row[2 + (x > 200.0)], x, 20.0 + 40.0 * at, x + 3.0, 23.0 + 40.0 * at)
        for at, row in enumerate(leads)
        for x in places_mm
    )
    if twice:
        names = tuple(replace(n, lead=leads[round((n.y0_mm - 20) / 40)][3]) for n in names)
    assert chest_leads_twice(draft(leads, names)) is twice
