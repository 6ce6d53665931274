"""Which leads are named on the picture of the sheet as it was printed."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from ecg_core.page.scan.composed import as_printed
from ecg_core.page.scan.ink import RASTER


@pytest.mark.parametrize(
    ("read", "named"),
    [
        ({"I": 4.0, "II": 4.0}, False),
        ({"I": 4.0, "II": 1.0}, False),
        ({"aVR": 4.0, "V1": 4.0, "V4": 4.0}, True),
        ({"I": 4.0, "aVR": 4.0, "inked": 4.0}, True),
    ],
    ids=["strokes alone", "strokes at odds", "most names", "two names, and ink at the others"],
)
def test_a_lead_is_named_where_its_name_or_ink_like_it_stands(
    read: dict[str, float], named: bool
) -> None:
    """One row of four columns; names stand 4 mm above it. Strokes of waves pass for I and II."""
    leads = ("I", "aVR", "V1", "V4") if named else ("I", "II", "V1", "V4")
    pieces = tuple(
        SimpleNamespace(lead=lead, x0_mm=10.0 + 60.0 * at, x1_mm=70.0 + 60.0 * at, row=0)
        for at, lead in enumerate(leads)
    )
    moves = tuple(SimpleNamespace(from_zero_mm=30.0) for _ in pieces)
    places = {piece.lead: piece.x0_mm for piece in pieces}
    names = tuple(
        SimpleNamespace(lead=lead, x0_mm=places[lead] + 2.0, y_mm=30.0 - up)
        for lead, up in read.items()
        if lead in places
    )
    text = np.zeros((360, 1600), np.float32)
    if "inked" in read:
        for x0 in places.values():
            text[150:165, round((x0 + 2.0) * RASTER) : round((x0 + 4.0) * RASTER)] = 1.0
    flat = SimpleNamespace(text=text, trace=np.zeros_like(text), px_per_mm=float(RASTER))
    row = SimpleNamespace(baseline_px=180.0, px_per_mm=float(RASTER))
    draft = SimpleNamespace(
        print_=SimpleNamespace(names=names), main=1, seen=SimpleNamespace(rows=(row,))
    )
    found = as_printed._named(flat, SimpleNamespace(draft=draft), pieces, moves)
    assert found == (named,) * 4
