"""Attention: shares sum to one, lie where the heat lies, and survive two readers at once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from torch import nn

from ecg_core.intake.values import EcgRecord
from ecg_core.leads import STANDARD_LEADS
from ecg_core.network import explain
from ecg_core.network.architecture import Outputs
from ecg_core.network.attention import hirescam_fine, hirescam_stages
from ecg_core.network.classifier import Classifier
from ecg_core.page.drawn.from_record import from_record
from ecg_core.page.values import EcgPage, LeadBox
from tests.network.models import write_model


def page_of(seed: int, layout: str = "3x4+1R") -> EcgPage:
    wave = np.random.default_rng(seed).normal(0, 0.3, (12, 5000)).astype(np.float32)
    record = EcgRecord("r", "0" * 64, wave, STANDARD_LEADS, STANDARD_LEADS, 500.0, 10.0)
    return from_record(record, layout)


PAGE = page_of(0)


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Classifier:
    return Classifier(write_model(tmp_path_factory.mktemp("models") / "tiny"))


@settings(max_examples=20, deadline=None)
@given(arrays(np.float32, (9, 17), elements=st.floats(0, 1, width=32)))
def test_shares_and_outside_sum_to_one(coarse: np.ndarray) -> None:
    height, width = PAGE.ink.shape
    heat = np.kron(coarse, np.ones((-(-height // 9), -(-width // 17)), np.float32))[:height, :width]
    shares, outside = explain.lead_shares(heat, PAGE.boxes)
    assert sum(s.share for s in shares) + outside == pytest.approx(1, abs=1e-6)
    assert {s.lead for s in shares} == set(STANDARD_LEADS)


@pytest.mark.parametrize("lead", ["I", "aVF", "V1", "V6"])
def test_heat_in_one_lead_is_that_leads_share(lead: str) -> None:
    box = next(b for b in PAGE.boxes if b.lead == lead)
    heat = np.zeros(PAGE.ink.shape, np.float32)
    heat[int(box.y0_mm * 2) : int(box.y1_mm * 2), int(box.x0_mm * 2) : int(box.x1_mm * 2)] = 0.7
    shares, outside = explain.lead_shares(heat, PAGE.boxes)
    assert {s.lead: round(s.share, 6) for s in shares if s.share > 0} == {lead: 1.0}
    assert outside == pytest.approx(0, abs=1e-9)


def test_even_heat_has_even_density_and_margins_lie_outside() -> None:
    shares, outside = explain.lead_shares(np.ones(PAGE.ink.shape, np.float32), PAGE.boxes)
    for share in shares:
        assert share.density == pytest.approx(1, abs=0.02)
    # Two margins of 6 mm on a canvas of 132 mm.
    assert outside == pytest.approx(12 / 132, abs=1e-6)


def test_an_empty_map_is_all_outside() -> None:
    shares, outside = explain.lead_shares(np.zeros(PAGE.ink.shape, np.float32), PAGE.boxes)
    assert outside == 1.0
    assert all(s.share == 0 for s in shares)


@pytest.mark.parametrize("method", explain.METHODS)
@pytest.mark.parametrize("target", ["acute_mi", "MI", "AFIB"])
def test_attention_lies_on_the_page(classifier: Classifier, method: str, target: str) -> None:
    attention = explain.attend(classifier, PAGE, target, method)
    assert attention.heat.shape == PAGE.ink.shape
    assert attention.heat.min() >= 0
    assert attention.heat.max() <= 1
    assert (attention.target, attention.method) == (target, method)


@pytest.mark.parametrize("layout", ["3x4+1R", "6x2", "12x1"])
def test_attention_of_an_arranged_page_lies_where_the_leads_are_printed(
    layout: str, tmp_path: Path
) -> None:
    arranged = Classifier(write_model(tmp_path / "arranged", arranged=True, cell_features=4))
    page = page_of(1, layout)
    attention = explain.attend(arranged, page, "MI")
    assert attention.heat.shape == page.ink.shape
    assert sum(s.share for s in attention.shares) + attention.outside == pytest.approx(1, abs=1e-6)
    assert {s.lead for s in attention.shares} == set(STANDARD_LEADS)


class ByHand(nn.Module):
    """Two features of a picture, x and 3 − x, and one answer whose gradients are `EFFECTS`."""

    EFFECTS = torch.tensor([[[1.0, 0.0], [0.0, 3.0]], [[-2.0, 0.0], [0.0, 0.0]]])

    def __init__(self) -> None:
        super().__init__()
        features = nn.Conv2d(1, 2, 1)
        features.weight.data = torch.tensor([1.0, -1.0]).reshape(2, 1, 1, 1)
        features.bias.data = torch.tensor([0.0, 3.0])
        self.trunk = nn.Sequential(features)

    def forward(self, ink: torch.Tensor) -> Outputs:
        answer = (self.trunk(ink) * self.EFFECTS).sum(dim=(1, 2, 3))[:, None]
        return Outputs(answer, answer[:, :0], answer[:, :0])


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        # Mean effects 1 and −½: 1·x − ½·(3 − x) = [0, 1.5; −1.5, 3]; what lowers the answer is cut.
        ("gradcam", [[0.0, 0.5], [0.0, 1.0]]),
        # Effect by place: [1·1 − 2·2, 0; 0, 3·3].
        ("hirescam", [[0.0, 0.0], [0.0, 1.0]]),
        # Only x raises the answer: its weight, 1·1/(2 + 6) + 3·9/(18 + 6·27), cancels.
        ("gradcam++", [[1 / 3, 2 / 3], [0.0, 1.0]]),
        # Both stages are one here: HiResCAM times itself where no lead is told.
        ("hirescam-fine", [[0.0, 0.0], [0.0, 1.0]]),
        # Of one stage it is that stage's map to the power 0.75.
        ("hirescam-stages", [[0.0, 0.0], [0.0, 1.0]]),
    ],
)
def test_maps_are_those_worked_out_by_hand(method: str, expected: list[list[float]]) -> None:
    picture = torch.tensor([[[[1.0, 2.0], [0.0, 3.0]]]])
    heat = explain.heat_map(ByHand(), picture, "superclasses", 0, method)  # type: ignore[arg-type]
    np.testing.assert_allclose(heat, expected, atol=1e-6)


def test_within_a_lead_the_fine_map_tells_and_between_leads_both() -> None:
    fine = np.array([[0.2, 0.6, 1.0, 0.0, 0.5]], np.float32)
    coarse = np.array([[1.0, 1.0, 0.1, 0.1, 0.4]], np.float32)
    boxes = [LeadBox("V1", 0, 0, 1.0, 0.5, 0, 1), LeadBox("V2", 1.0, 0, 2.0, 0.5, 0, 1)]
    heat = hirescam_fine.within_leads(np.stack([fine, coarse]), boxes)
    # V1 keeps 0.2 + 0.6, V2 a tenth of its 1.0; the margin is what both find.
    np.testing.assert_allclose(heat, np.array([[0.2, 0.6, 0.1, 0.0, 0.2]]) / 0.6, atol=1e-6)


def test_all_stages_tell_which_lead_and_the_two_finest_where_in_it() -> None:
    maps = np.array(
        [[[0.04, 0.16, 1.0, 0.81]], [[1.0, 1.0, 0.25, 1.0]], [[1.0, 1.0, 0.04, 1.0]]], np.float32
    )
    boxes = [LeadBox("V1", 0, 0, 1.0, 0.5, 0, 1), LeadBox("V2", 1.0, 0, 1.5, 0.5, 0, 1)]
    heat = hirescam_stages.within_leads(maps, boxes)
    # V1: all find 0.04 and 0.16 to the power 3/4, divided as 0.2 to 0.4 are; V2: 0.01; beyond, all.
    first = 0.04**0.75 + 0.16**0.75
    expected = np.array([[first / 3, first * 2 / 3, 0.01**0.75, 0.81**0.75]])
    np.testing.assert_allclose(heat, expected / expected.max(), atol=1e-6)


def test_unknown_targets_are_named(classifier: Classifier) -> None:
    with pytest.raises(KeyError, match="NOPE"):
        explain.attend(classifier, PAGE, "NOPE")


def test_targets_are_offered_once(classifier: Classifier) -> None:
    keys = [key for key, _ in explain.targets(classifier)]
    assert len(keys) == len(set(keys))
    assert keys[:4] == ["normal", "acute_mi", "prior_mi", "other_abnormal"]


def test_two_readers_at_once_get_their_own_maps(classifier: Classifier) -> None:
    pages = [page_of(seed) for seed in range(4)]
    alone = [explain.attend(classifier, page, "MI").heat for page in pages]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda p: explain.attend(classifier, p, "MI").heat, pages * 2))
    for one, other in zip(alone * 2, together, strict=True):
        np.testing.assert_array_equal(one, other)
