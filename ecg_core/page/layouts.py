"""Where leads lie on a page: layouts as rows of leads, in millimetres."""

from __future__ import annotations

from dataclasses import dataclass

from ecg_core.leads import CHEST_LEADS, LIMB_LEADS, STANDARD_LEADS
from ecg_core.page.values import LeadBox

PAGE_SECONDS = 10.0
SPEED_MM_PER_S = 25.0
GAIN_MM_PER_MV = 10.0
PAGE_WIDTH_MM = PAGE_SECONDS * SPEED_MM_PER_S
CANVAS_MARGIN_MM = 6.0
"""Paper above the first and below the last row, so that tall waves stay on the page."""


@dataclass(frozen=True)
class Layout:
    """Rows of leads, top to bottom; the leads of a row share its ten seconds equally.

    row_pitch_mm: distance between the baselines of neighbouring rows.
    """

    name: str
    rows: tuple[tuple[str, ...], ...]
    row_pitch_mm: float

    @property
    def height_mm(self) -> float:
        """Height of the rows together, one pitch each, without the canvas margins."""
        return self.row_pitch_mm * len(self.rows)

    @property
    def canvas_mm(self) -> float:
        """Height of the canvas: the rows and a margin above and below."""
        return self.height_mm + 2 * CANVAS_MARGIN_MM

    def baseline_mm(self, row: int) -> float:
        """Height of the zero line of a row, from the top of the first row."""
        return self.row_pitch_mm * (row + 0.5)

    def boxes(self) -> tuple[LeadBox, ...]:
        """Box of every lead, row by row, from the top of the first row."""
        found = []
        for row, leads in enumerate(self.rows):
            seconds = PAGE_SECONDS / len(leads)
            for column, lead in enumerate(leads):
                start, end = column * seconds, (column + 1) * seconds
                found.append(
                    LeadBox(
                        lead=lead,
                        x0_mm=start * SPEED_MM_PER_S,
                        y0_mm=self.row_pitch_mm * row,
                        x1_mm=end * SPEED_MM_PER_S,
                        y1_mm=self.row_pitch_mm * (row + 1),
                        start_s=start,
                        end_s=end,
                    )
                )
        return tuple(found)


_THREE_BY_FOUR = tuple(
    (LIMB_LEADS[i], LIMB_LEADS[i + 3], CHEST_LEADS[i], CHEST_LEADS[i + 3]) for i in range(3)
)
_SIX_BY_TWO = tuple(zip(LIMB_LEADS, CHEST_LEADS, strict=True))

LAYOUTS: dict[str, Layout] = {
    layout.name: layout
    for layout in (
        Layout("3x4", _THREE_BY_FOUR, 30.0),
        Layout("3x4+1R", (*_THREE_BY_FOUR, ("II",)), 30.0),
        Layout("3x4+3R", (*_THREE_BY_FOUR, ("V1",), ("II",), ("V5",)), 25.0),
        Layout("6x2", _SIX_BY_TWO, 22.0),
        Layout("6x2+1R", (*_SIX_BY_TWO, ("II",)), 22.0),
        Layout("12x1", tuple((lead,) for lead in STANDARD_LEADS), 16.0),
    )
}
"""The twelve-lead layouts by name; 3×4 with a rhythm strip of lead II is the default."""

DEFAULT_LAYOUT = "3x4+1R"
STRIP = "strip"
"""Name of the layout of one to three leads, one row each."""

CABRERA_LEADS = ("aVL", "I", "-aVR", "II", "aVF", "III")
"""Limb leads in Cabrera's order: their axes, one after the other; aVR is printed inverted."""

_HALVES = (
    Layout("6x1 limb", tuple((lead,) for lead in LIMB_LEADS), 30.0),
    Layout("6x1 chest", tuple((lead,) for lead in CHEST_LEADS), 30.0),
)
_TWO_STRIPS = Layout("3x4+2R", (*_THREE_BY_FOUR, ("II",), ("V1",)), 27.0)


def cabrera(layout: Layout) -> Layout:
    """The same rows and columns with the limb leads in Cabrera's order."""
    swapped = dict(zip(LIMB_LEADS, CABRERA_LEADS, strict=True))
    rows = tuple(
        tuple(swapped.get(lead, lead) for lead in row)
        if len(row) > 1 or len(layout.rows) in (6, 12)
        else row
        for row in layout.rows
    )
    if layout.name == "3x4+3R":
        rows = (*rows[:3], *layout.rows[3:])
    return Layout(f"{layout.name} Cabrera", rows, layout.row_pitch_mm)


_FOUR_BY_THREE = tuple(
    tuple(STANDARD_LEADS[row + 4 * column] for column in range(3)) for row in range(4)
)
_BY_ROWS = tuple(STANDARD_LEADS[4 * row : 4 * row + 4] for row in range(3))
_SELDOM = (
    Layout("4x3", _FOUR_BY_THREE, 27.0),
    Layout("4x3+1R", (*_FOUR_BY_THREE, ("II",)), 27.0),
    Layout("3x4 by rows", _BY_ROWS, 30.0),
    Layout("3x4+1R by rows", (*_BY_ROWS, ("II",)), 30.0),
)
"""Orders that only few printers use; they have no variant in Cabrera's order here."""
_PRINTED = (*LAYOUTS.values(), _TWO_STRIPS, *_HALVES)

SCANNED: dict[str, Layout] = {
    layout.name: layout
    for layout in (
        *_PRINTED,
        *_SELDOM,
        *(cabrera(one) for one in _PRINTED if one.name != "6x1 chest"),
    )
}
"""Every layout that scans may have, by name: those of `LAYOUTS` and those only printers know."""


def strip_layout(leads: tuple[str, ...]) -> Layout:
    """Rhythm strip of one to three leads, one row each."""
    if not 1 <= len(leads) <= 3:
        raise ValueError(f"a rhythm strip has one to three leads, not {len(leads)}")
    return Layout(STRIP, tuple((lead,) for lead in leads), 40.0)
