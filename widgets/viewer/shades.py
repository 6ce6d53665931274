"""Attention as the viewer draws it: along each lead, as a shade of its wave."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ecg_core.network.shade import heat_image
from ecg_core.network.values import Attention
from ecg_core.page.values import PX_PER_MM, LeadBox

LEVELS = 32
STEP_MM = 1.0
"""A level for every millimetre of paper, 40 ms: finer than the finest map, whose cells are 4 mm."""


def lanes(heat: np.ndarray, boxes: Sequence[LeadBox]) -> list[list[int]]:
    """Attention along each box, as levels of the palette (0 to `LEVELS`), one a step.

    heat: page height × width in page pixels, 0 to 1. Of each step the strongest within the box's
    height counts: the shade follows the wave, wherever in its row that lies.
    """
    step = round(STEP_MM * PX_PER_MM)
    found: list[list[int]] = []
    for box in boxes:
        rows, columns = box.pixels
        part = np.nan_to_num(heat[rows, columns])
        if not part.size:
            found.append([])
            continue
        along = part.max(axis=0)
        whole = np.pad(along, (0, -len(along) % step), mode="edge").reshape(-1, step)
        level = np.clip(whole.mean(axis=1), 0.0, 1.0) * LEVELS
        found.append(np.round(level).astype(int).tolist())
    return found


def palette() -> list[tuple[str, float]]:
    """Colour (CSS) and opacity of each level, as in the printed report."""
    shades = heat_image(np.linspace(0.0, 1.0, LEVELS + 1)[None])[0]
    return [(f"rgb({r} {g} {b})", round(a / 255, 2)) for r, g, b, a in shades.tolist()]


def shares(attention: Attention) -> dict[str, str]:
    """Each lead's share of the attention on the leads and beside them, in whole per cent.

    Those below half a per cent are left out: they would read "0 %".
    """
    return {one.lead: f"{one.share * 100:.0f} %" for one in attention.shares if one.share >= 0.005}
