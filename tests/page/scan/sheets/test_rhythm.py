"""Which lead a rhythm strip shows."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from ecg_core.page.scan.ink import RASTER
from ecg_core.page.scan.sheets import rhythm
from ecg_core.page.scan.sheets.columns import Division
from ecg_core.page.scan.sheets.sheet import Draft
from tests.page.scan.sheets.rows_by_hand import EVERYWHERE, row_of, spikes


def test_a_rhythm_strip_named_by_strokes_is_the_lead_it_repeats() -> None:
    """Its name was read as III, and its waves are those of II; a second name V1 is no better."""
    shapes = {lead: spikes(900, 0, every) for lead, every in (("I", 90), ("II", 70), ("III", 110))}
    slow = {lead: 12.0 * np.sin(np.arange(900) / (9 + 2 * at)) for at, lead in enumerate(shapes)}
    main = [row_of(shapes[lead] + slow[lead], EVERYWHERE) for lead in shapes]
    strip = row_of(shapes["II"] + slow["II"] + 200.0, EVERYWHERE)
    seen = SimpleNamespace(
        rows=(*main, strip), agreements=[0.8] * 4, px_per_mm=float(RASTER), baselines_mm=None
    )

    def settled(name: str) -> tuple[str, bool]:
        draft = Draft(
            "3x1+1R",
            seen,
            None,
            Division(0.0, 900 / RASTER, 1, 900 / RASTER, 0.0),
            (("I",), ("II",), ("aVF",), (name,)),
            3,
            0.0,
            (),
        )
        found = rhythm.rhythm_found(draft)
        return found.leads[3][0], 3 in found.assumed

    assert settled("III") == ("II", False)
    assert settled("II") == ("II", False)
    assert settled("V1") == ("V1", False)
    # Letters of a caption named a lead whose waves are drawn above, and are others.
    assert settled("aVF") == ("II", True)


def test_two_rhythm_strips_of_one_name_are_never_both_believed() -> None:
    """A strip that the edge cuts bears specks that read II, below the one of II."""
    curve = spikes(900, 0, 70)
    rows = tuple(row_of(curve + 200.0 * row, EVERYWHERE) for row in range(5))
    seen = SimpleNamespace(
        rows=rows, agreements=[0.8] * 4 + [0.2], px_per_mm=float(RASTER), baselines_mm=None
    )
    leads = (("I",), ("II",), ("III",), ("II",), ("II",))
    whole = Division(0.0, 900 / RASTER, 1, 900 / RASTER, 0.0)
    draft = Draft("3x1+2R", seen, None, whole, leads, 3, 0.0, ())
    assert rhythm.rhythm_found(draft).assumed == (4,)


def test_an_edge_of_paper_repeats_no_lead() -> None:
    """It runs within 0.2 mm of a lead that hardly moves, as a level line does; its name is asked
    for. A row with that lead's own waves still shows it."""
    calm = np.where(np.arange(900) % 100 < 60, 0.0, 0.15 * RASTER)
    leads = [row_of(spikes(900, 0, every), EVERYWHERE) for every in (90, 70)]
    whole = Division(0.0, 900 / RASTER, 1, 900 / RASTER, 0.0)

    def assumed(below: np.ndarray) -> tuple[int, ...]:
        rows = (*leads, row_of(calm, EVERYWHERE), row_of(below + 200.0, EVERYWHERE))
        seen = SimpleNamespace(
            rows=rows, agreements=[0.8] * 4, px_per_mm=float(RASTER), baselines_mm=None
        )
        named = (("I",), ("II",), ("III",), ("III",))
        draft = Draft("3x1+1R", seen, None, whole, named, 3, 0.0, (), assumed=(3,))
        return rhythm.rhythm_found(draft).assumed

    assert assumed(np.zeros(900)) == (3,)
    assert assumed(calm) == ()


def test_no_rhythm_strip_shows_minus_avr() -> None:
    """The columns show the same seconds, so that II stands beside other seconds of its strip."""
    beat, other = (
        spikes(900, 0, every) + 12.0 * np.sin(np.arange(900) / slow)
        for every, slow in ((90, 9.0), (70, 11.0))
    )
    rows = (row_of(beat, EVERYWHERE), row_of(other, EVERYWHERE), row_of(beat + 200.0, EVERYWHERE))
    seen = SimpleNamespace(
        rows=rows, agreements=[0.8] * 3, px_per_mm=float(RASTER), baselines_mm=None
    )
    whole = Division(0.0, 900 / RASTER, 1, 900 / RASTER, 0.0)

    def shown(lead: str) -> str:
        leads = ((lead,), ("II",), ("II",))
        return rhythm.rhythm_found(Draft("2x1+1R", seen, None, whole, leads, 2, 0.0, ())).leads[2][
            0
        ]

    assert shown("-aVR") == "II"
