"""Refusals that name the light: dark, burnt out, grid and traces in one grey; else as they were."""

from __future__ import annotations

import numpy as np
import pytest

from ecg_core.intake.values import EcgScan
from ecg_core.page.doubts.quality import refuse
from ecg_core.page.drawn.printed import print_record
from ecg_core.page.scan.light import explained
from ecg_core.page.scan.rectify import read_scan
from ecg_core.page.values import PageError
from tests.page.sample_records import beating


def code_of(pixels: np.ndarray, refusal: str = "not_an_ecg", grid_found: bool = False) -> str:
    return explained(pixels, refuse(refusal), grid_found).remark.code


def test_a_sheet_in_the_dark_is_called_dark() -> None:
    pixels = print_record(beating(), "3x4", 6.0).pixels
    rng = np.random.default_rng(0)
    night = np.clip(pixels * 0.012 + rng.normal(10, 8, pixels.shape), 0, 255).astype(np.uint8)
    with pytest.raises(PageError) as caught:
        read_scan(EcgScan("night", "0" * 64, night))
    assert caught.value.remark.code == "too_dark"
    assert "%" in caught.value.remark.text


def test_glare_over_half_the_sheet() -> None:
    pixels = np.full((600, 800, 3), 150, np.uint8)
    pixels[:, 300:] = 255
    assert code_of(pixels) == "burnt_out"
    # A blank scan on white paper is not burnt out.
    assert code_of(np.full((600, 800, 3), 255, np.uint8)) == "not_an_ecg"


def test_grey_on_grey_is_inseparable_only_with_a_grid() -> None:
    pixels = np.full((600, 800, 3), 180, np.uint8)
    assert code_of(pixels, "unclear_rows", grid_found=True) == "inseparable"
    assert code_of(pixels, "unclear_rows") == "unclear_rows"


def test_other_reasons_stay() -> None:
    dark = np.zeros((600, 800, 3), np.uint8)
    assert explained(dark, refuse("rotated", angle=40), True).remark.code == "rotated"
