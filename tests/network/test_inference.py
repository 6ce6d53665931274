"""The network in NumPy says what PyTorch says, forwards and backwards, and needs no PyTorch."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from ecg_core.network import explain, list_models, load
from ecg_core.network.architecture import PageNetwork
from ecg_core.network.attention import METHODS
from ecg_core.network.attention.library import heat_map
from ecg_core.network.inference import InkNetwork
from ecg_core.network.inference.layers import cells, halved, halved_back
from ecg_core.network.shape import Architecture
from ecg_core.page import from_record
from tests.page.sample_records import beating

ROOT = Path(__file__).parents[2]
SMALL = Architecture(6, stem=8, widths=(8, 16), depths=(1, 2), cell_features=4, time_kernel=9)
SHAPES = {
    "as released": SMALL,
    "square kernels": replace(SMALL, time_kernel=3),
    "no cells": replace(SMALL, cell_features=0),
    "no gates": replace(SMALL, attention=False),
    "no skips": replace(SMALL, residual=False),
    "a strip's heads": replace(SMALL, superclasses=0, triage=2),
    "a block that only widens": replace(SMALL, widths=(16, 16), depths=(2, 1)),
}


def both(shape: Architecture, seed: int = 0) -> tuple[PageNetwork, InkNetwork]:
    torch.manual_seed(seed)
    network = PageNetwork(shape).eval()
    for name, tensor in network.named_buffers():
        # Statistics of a trained network: those of a new one would hide a mistake.
        if name.endswith(("running_mean", "running_var")):
            tensor.copy_(torch.rand_like(tensor) + 0.5)
    tensors = {name: tensor.numpy() for name, tensor in network.state_dict().items()}
    return network, InkNetwork(tensors, shape)


def ink(pages: int, height: int = 101, width: int = 143) -> np.ndarray:
    """Sizes that neither strides nor cells divide."""
    drawn = np.random.default_rng(pages).random((pages, height, width)) < 0.08
    return drawn.astype(np.float32)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_logits_and_features_are_those_of_pytorch(shape: Architecture) -> None:
    network, asked = both(shape)
    pages = ink(3)
    with torch.inference_mode():
        wanted, features = network.answer(torch.from_numpy(pages)[:, None])
    logits, pooled = asked.answer(pages)
    for one, other in zip(wanted, logits, strict=True):
        np.testing.assert_allclose(other, one.numpy(), atol=1e-5)
    np.testing.assert_allclose(pooled, features.numpy(), atol=1e-5)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_effects_are_the_gradients_of_pytorch(shape: Architecture) -> None:
    network, asked = both(shape, 1)
    (page,) = ink(1)
    kept: list[torch.Tensor] = []

    def keep(_module: object, _inputs: object, output: torch.Tensor) -> None:
        output.retain_grad()
        kept.append(output)

    blocks = (0, 1, -1)
    for place in blocks:
        network.trunk[place].register_forward_hook(keep)
    network(torch.from_numpy(page)[None, None].requires_grad_(True)).triage[0, 1].backward()
    for output, found in zip(kept, asked.maps(page, "triage", 1, blocks), strict=True):
        assert output.grad is not None
        features, effect = (one[0].permute(1, 2, 0) for one in (output.detach(), output.grad))
        np.testing.assert_allclose(found.features, features.numpy(), atol=1e-5)
        np.testing.assert_allclose(
            found.effect, effect.numpy(), atol=2e-6 * float(effect.abs().max())
        )


@pytest.mark.parametrize("name", list_models())
def test_released_models_answer_and_look_as_in_pytorch(name: str) -> None:
    classifier = load(name)
    read = classifier.read_ink(from_record(beating(5)))
    with torch.inference_mode():
        wanted, _ = classifier.network.answer(torch.from_numpy(read)[None, None] / 255)
    logits, _ = classifier.asked.answer(read[None].astype(np.float32) / 255)
    for one, other in zip(wanted, logits, strict=True):
        np.testing.assert_allclose(other, one.numpy(), atol=2e-5)
    boxes = explain.boxes_read(classifier, from_record(beating(5)))
    for key in ("hirescam", "hirescam-fine"):
        assert METHODS[key].weigh is not None
        heat = explain.mapped(classifier, read, "statements", 0, key, boxes)
        library = heat_map(classifier.network, read, "statements", 0, key, boxes)
        np.testing.assert_allclose(heat, library, atol=1e-4)


def test_means_of_two_by_two_places_count_what_is_there() -> None:
    x = np.arange(9, dtype=np.float32).reshape(1, 3, 3, 1)
    # (0 + 1 + 3 + 4) / 4, (2 + 5) / 2; (6 + 7) / 2, 8 alone.
    np.testing.assert_array_equal(halved(x, 2)[0, :, :, 0], [[2, 3.5], [6.5, 8]])
    back = halved_back(np.ones((1, 2, 2, 1), np.float32), x.shape, 2)[0, :, :, 0]
    np.testing.assert_array_equal(back, [[0.25, 0.25, 0.5], [0.25, 0.25, 0.5], [0.5, 0.5, 1]])


def test_cells_overlap_where_they_do_not_divide_the_places() -> None:
    third, half = 1 / 3, 1 / 2
    wanted = [[half, half, 0, 0, 0], [0, third, third, third, 0], [0, 0, 0, half, half]]
    np.testing.assert_allclose(cells(5, 3), wanted, atol=1e-7)


def test_an_answer_with_attention_imports_neither_pytorch_nor_its_library() -> None:
    code = """
import sys
from ecg_core import network
from ecg_core.answer import answer
from ecg_core.intake import Bundle, Upload, read_here
files = tuple(Upload(f"normal.{end}", open(f"assets/demo/normal.{end}", "rb").read())
              for end in ("hea", "dat"))
said = answer(read_here(Bundle("normal", files)), network.Answering())
said.attention(), said.verdict, said.draft
print(sorted({"torch", "torchvision", "pytorch_grad_cam", "sqlalchemy", "streamlit", "matplotlib",
              "reportlab", "sklearn"} & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
