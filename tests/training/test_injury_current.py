"""A current of injury obeys geometry: where ST rises, where it falls, and what is left alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecg_core.leads import STANDARD_LEADS
from ecg_core.training.data import injury_current
from ecg_core.training.data.injury_current import TERRITORIES, leads_of

ROW = {lead: row for row, lead in enumerate(STANDARD_LEADS)}
BEATS = np.arange(50, 1000, 90)


def plain(height_mv: float = 1.0) -> np.ndarray:
    """Narrow upright beats in every lead, nothing between them: 12 × 1000 at 100 Hz."""
    waves = np.zeros((12, 1000), np.float32)
    for at in BEATS:
        waves[:, at - 2 : at + 3] += height_mv * np.array([0.2, 0.7, 1.0, 0.7, 0.2], np.float32)
    return waves


@given(st.tuples(*[st.floats(-2, 2)] * 3))
def test_limb_leads_keep_their_laws(vector: tuple[float, float, float]) -> None:
    lead = dict(zip(STANDARD_LEADS, leads_of(np.array(vector)), strict=True))
    assert lead["I"] + lead["III"] == pytest.approx(lead["II"], abs=1e-9)
    assert lead["aVR"] + lead["aVL"] + lead["aVF"] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("territory", "raised", "lowered"),
    [
        ("anterior", ("V2", "V3"), ("V6",)),
        ("inferior, right coronary", ("II", "III", "aVF"), ("I", "aVL")),
        ("high lateral", ("I", "aVL"), ("III", "aVF")),
        ("inferoposterior", ("II", "III", "aVF"), ("V1", "V2", "V3")),
    ],
)
def test_territories_show_where_textbooks_say(
    territory: str, raised: tuple[str, ...], lowered: tuple[str, ...]
) -> None:
    pattern = leads_of(np.array(TERRITORIES[territory]))
    pattern /= pattern.max()
    assert all(pattern[ROW[lead]] > 0.3 for lead in raised)
    assert all(pattern[ROW[lead]] < 0 for lead in lowered)


def test_the_right_coronary_lifts_iii_over_ii_and_the_circumflex_does_not() -> None:
    right = leads_of(np.array(TERRITORIES["inferior, right coronary"]))
    left = leads_of(np.array(TERRITORIES["inferior, circumflex"]))
    assert right[ROW["III"]] > right[ROW["II"]]
    assert left[ROW["III"]] < left[ROW["II"]]


def test_st_rises_by_the_stated_size_and_the_rest_stays() -> None:
    sizes = []
    for seed in range(40):
        found = injury_current.injured(plain(), np.random.default_rng(seed))
        assert found is not None
        added = found - plain()
        # 60 ms after the J point, which is 40 ms after the peak: within the ST segment.
        sizes.append(float(added[:, BEATS + 10].mean(axis=1).max()))
        # From the end of T to the next beat nothing was added.
        assert np.abs(added[:, BEATS[1:] - 8]).max() < 1e-6
        assert np.abs(added[ROW["I"]] + added[ROW["III"]] - added[ROW["II"]]).max() < 0.3
    assert min(sizes) > 0.05
    assert 0.2 < float(np.median(sizes)) < 0.8


def test_early_repolarisation_is_small_and_lateral() -> None:
    for seed in range(20):
        added = injury_current.early_repolarised(plain(), np.random.default_rng(seed)) - plain()
        j_point = added[:, BEATS + 6].mean(axis=1)
        assert 0 < j_point[ROW["V4"]] < 0.25
        assert j_point.min() > -0.08


def test_without_beats_nothing_is_laid_over() -> None:
    flat = np.zeros((12, 1000), np.float32)
    rng = np.random.default_rng(0)
    assert injury_current.injured(flat, rng) is None
    assert (injury_current.early_repolarised(flat, rng) == flat).all()
