"""What limb leads tell of columns: sums of waves that are made here."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from ecg_core.page.scan.sheets import laws, limb_sums
from ecg_core.page.scan.sheets.columns import Division
from ecg_core.page.scan.sheets.limb_sums import MIXTURE
from ecg_core.page.scan.sheets.rows import Row
from ecg_core.page.scan.sheets.sheet import Draft, Owned

PX, WIDTH = 6.0, 1200
LIMBS = ("I", "II", "III", "aVR", "aVL", "aVF")
TWO = tuple((limb, f"V{at + 1}") for at, limb in enumerate(LIMBS))
ALONG = tuple((limb,) for limb in LIMBS)


def six_rows(chest_behind: bool) -> SimpleNamespace:
    """Six limb leads over 200 mm; or over 100 mm, and six unrelated waves behind them."""
    rng = np.random.default_rng(7)
    smooth = np.ones(40) / 40
    one, two = (np.convolve(rng.normal(0, 300, WIDTH), smooth, "same") for _ in range(2))
    rows = []
    for limb in LIMBS:
        first, second = MIXTURE[limb]
        wave = first * one + second * two
        if chest_behind:
            wave[600:] = np.convolve(rng.normal(0, 300, WIDTH), smooth, "same")[600:]
        drawn = np.ones(WIDTH, bool)
        rows.append(Row(500.0 - wave, drawn, drawn, PX))
    return SimpleNamespace(rows=tuple(rows), px_per_mm=PX, limbs={}, alike=0.0)


def draft(seen: SimpleNamespace, leads: tuple[tuple[str, ...], ...]) -> Draft:
    count = len(leads[0])
    division = Division(0.0, 200.0 / count, count, 200.0, 1.0)
    return Draft("", seen, SimpleNamespace(), division, leads, 6, 0.0, Owned(()))


@pytest.mark.parametrize(
    ("chest_behind", "leads", "runs_on"),
    [(False, TWO, True), (True, TWO, False), (False, ALONG, False)],
    ids=["one strip, divided", "two columns", "one strip"],
)
def test_what_adds_up_behind_the_limb_leads_is_those_leads(
    chest_behind: bool, leads: tuple[tuple[str, ...], ...], runs_on: bool
) -> None:
    drawn = draft(six_rows(chest_behind), leads)
    assert limb_sums.run_on(drawn) is runs_on
    # It costs more than any sum of the first column says for it.
    assert (laws.limbs(drawn).value < 0.0) is runs_on


def test_three_rows_tell_nothing_of_the_columns_behind() -> None:
    """V2 half-way between V1 and V3 adds up with them as I does with aVL and −aVR, nearly."""
    rng = np.random.default_rng(8)
    smooth = np.ones(40) / 40
    one, two = (np.convolve(rng.normal(0, 300, WIDTH), smooth, "same") for _ in range(2))
    waves = [MIXTURE[limb][0] * one + MIXTURE[limb][1] * two for limb in ("aVL", "I", "-aVR")]
    for wave, chest in zip(waves, (one, one + 0.1 * two, one + 0.2 * two), strict=True):
        wave[600:] = chest[600:]
    drawn = np.ones(WIDTH, bool)
    rows = tuple(Row(500.0 - wave, drawn, drawn, PX) for wave in waves)
    seen = SimpleNamespace(rows=rows, px_per_mm=PX, limbs={}, alike=0.0)
    leads = (("aVL", "V1"), ("I", "V2"), ("-aVR", "V3"))
    division = Division(0.0, 100.0, 2, 200.0, 1.0)
    assert not limb_sums.run_on(
        Draft("", seen, SimpleNamespace(), division, leads, 3, 0.0, Owned(()))
    )
