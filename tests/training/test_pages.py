"""Training pages: reproducible, of every layout, and never mirrored or permuted."""

import numpy as np
import pytest

from ecg_core.intake.values import EcgRecord
from ecg_core.leads import STANDARD_LEADS
from ecg_core.page.drawn.from_record import from_record
from ecg_core.page.layouts import LAYOUTS
from ecg_core.signal.bands import Band
from ecg_core.training.data import pages

ALWAYS = pages.PageRecipe(noisy=1, filtered=1, labelled=1, warped=1, degraded=1, lead_off=0.5)


@pytest.fixture(scope="module")
def signals_uv() -> np.ndarray:
    time_s = np.arange(1000) / 100
    beat = np.exp(-((((time_s + 0.3) % 0.8 - 0.4) / 0.02) ** 2))
    return np.rint(np.outer(np.linspace(-800, 1200, 12), beat)).astype(np.int16)


@pytest.fixture(scope="module")
def noise() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(3, 5000)).astype(np.float32)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_same_seed_same_page_other_seed_other_page(
    layout: str, signals_uv: np.ndarray, noise: np.ndarray
) -> None:
    def drawn(seed: int) -> np.ndarray:
        rng = np.random.default_rng(seed)
        return pages.draw(signals_uv, pages.plan_for(layout, rng, vary=True), ALWAYS, noise, rng)

    assert drawn(1).dtype == np.uint8
    np.testing.assert_array_equal(drawn(1), drawn(1))
    one, other = drawn(1), drawn(2)
    assert one.shape != other.shape or (one != other).any()


def test_a_clean_training_page_is_the_records_own_page(signals_uv: np.ndarray) -> None:
    plan = LAYOUTS["3x4+1R"]
    drawn = pages.draw(signals_uv, plan, pages.CLEAN, None, np.random.default_rng(0))
    record = EcgRecord(
        "", "", signals_uv.astype(np.float32) / 1000, STANDARD_LEADS, STANDARD_LEADS, 100.0, 10.0
    )
    own = from_record(record, "3x4+1R", Band.AS_RECORDED).ink
    assert drawn.shape == own.shape
    assert np.abs(drawn.astype(int) - own).mean() < 1.0


def test_every_kind_of_degradation_keeps_the_heart(
    signals_uv: np.ndarray, noise: np.ndarray
) -> None:
    # Correlation with the clean page stays positive: nothing mirrors, permutes or wipes out.
    rng = np.random.default_rng(4)
    plan = LAYOUTS["3x4+1R"]
    clean = pages.draw(signals_uv, plan, pages.CLEAN, None, rng).astype(float)
    mirrored = clean[:, ::-1]
    recipe = pages.PageRecipe(noisy=0, filtered=1, labelled=1, warped=0, degraded=1, lead_off=0)
    closer = 0
    for _ in range(20):
        page = pages.draw(signals_uv, plan, recipe, noise, rng).astype(float)
        blurred = np.apply_along_axis(np.convolve, 1, page, np.ones(13) / 13, "same")
        closer += (
            np.corrcoef(blurred.ravel(), clean.ravel())[0, 1]
            > (np.corrcoef(blurred.ravel(), mirrored.ravel())[0, 1])
        )
    assert closer >= 18
