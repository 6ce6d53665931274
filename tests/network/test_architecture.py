"""The network's shape: what it counts, what it pools, and how far it looks along time."""

import pytest
import torch

from ecg_core.network.architecture import CELLS, Architecture, PageNetwork

SMALL = {"stem": 8, "widths": (8, 16), "depths": (1, 1)}


def test_a_lead_is_told_from_another_only_with_cells() -> None:
    # The same ink in the upper left and, shifted by whole strides, in the lower right.
    page = torch.zeros(1, 1, 264, 500)
    moved = page.clone()
    ink = (torch.rand(40, 40, generator=torch.manual_seed(0)) > 0.5).float()
    page[0, 0, 48:88, 48:88] = ink
    moved[0, 0, 176:216, 368:408] = ink

    def inside(cells: int) -> float:
        torch.manual_seed(1)
        shape = Architecture(5, **SMALL, cell_features=cells, attention=False)
        network = PageNetwork(shape).eval()
        with torch.inference_mode():
            one, other = network.describe(page), network.describe(moved)
        start = network.pooled_features if cells else 0
        return float((one - other)[:, start:].abs().max())

    assert inside(0) < 1e-4, "pooled over the whole page, the place is lost"
    assert inside(4) > 1e-3


def test_cells_add_one_feature_set_per_cell_and_stay_out_of_the_pooled_ones() -> None:
    network = PageNetwork(Architecture(5, **SMALL, cell_features=3)).eval()
    assert network.head_features == 2 * 16 + CELLS[0] * CELLS[1] * 3
    outputs, pooled = network.answer(torch.rand(2, 1, 264, 500))
    assert pooled.shape == (2, 32)
    assert [tuple(head.shape) for head in outputs] == [(2, 5), (2, 5), (2, 4)]


@pytest.mark.parametrize(("kernel", "reach"), [(3, False), (9, True)])
def test_a_time_kernel_looks_further_along_time(kernel: int, reach: bool) -> None:
    torch.manual_seed(0)
    shape = Architecture(5, **SMALL, time_kernel=kernel, attention=False)
    network = PageNetwork(shape).eval()
    page = torch.rand(1, 1, 128, 512, requires_grad=True)
    network.features(page)[0, :, 4, 16].sum().backward()
    assert page.grad is not None
    columns = page.grad[0, 0].abs().sum(dim=0).nonzero().ravel()
    # 100 px are one second of paper on either side.
    assert (int(columns.max()) - int(columns.min()) > 150) is reach
