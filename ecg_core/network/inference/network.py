"""The whole network: from ink to logits, and back to what its feature maps did for one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ecg_core.network.inference.layers import (
    Convolution,
    Gate,
    cells,
    halved,
    halved_back,
    relu,
)
from ecg_core.network.shape import CELLS, Architecture

HEADS = ("superclasses", "statements", "triage")


class Logits(NamedTuple):
    """Logits of one batch (float32): superclasses N×5, statements N×S, triage N×4.

    A head that a network does not have is N×0.
    """

    superclasses: np.ndarray
    statements: np.ndarray
    triage: np.ndarray


class FeatureMap(NamedTuple):
    """Features after one block, and what each does for one logit: both H × W × channels."""

    features: np.ndarray
    effect: np.ndarray


class _Kept(NamedTuple):
    """What a block computed on the way, for the way back."""

    x: np.ndarray
    first: np.ndarray
    body: np.ndarray
    y: np.ndarray


@dataclass(frozen=True, eq=False)
class InkBlock:
    """Two convolutions, a gate, and a skip around them."""

    one: Convolution
    two: Convolution
    gate: Gate | None
    skip: Convolution | None
    residual: bool

    def __call__(self, x: np.ndarray) -> _Kept:
        """The block's output, with what led to it."""
        first = relu(self.one(x))
        body = self.two(first)
        y = body
        if self.gate is not None:
            by_channel, by_place, _ = self.gate.open(body)
            y = body * (by_channel * by_place)
        if self.residual:
            y = y + (x if self.skip is None else self.skip(halved(x, self.one.stride)))
        return _Kept(x, first, body, relu(y))

    def back(self, gradient: np.ndarray, kept: _Kept) -> np.ndarray:
        """Gradient of the input, from that of the output."""
        gradient = gradient * (kept.y > 0)
        found = gradient if self.gate is None else self.gate.back(gradient, kept.body)
        found = self.two.back(found, kept.first.shape) * (kept.first > 0)
        found = self.one.back(found, kept.x.shape)
        if not self.residual:
            return found
        if self.skip is None:
            return np.asarray(found + gradient)
        step = self.one.stride
        shape = (len(gradient), *gradient.shape[1:3], kept.x.shape[3])
        return np.asarray(found + halved_back(self.skip.back(gradient, shape), kept.x.shape, step))


class InkNetwork:
    """A page network with its weights. Pages: float32, N×H×W, 0 paper to 1 ink; any H and W."""

    def __init__(self, tensors: Mapping[str, np.ndarray], shape: Architecture) -> None:
        """Raises KeyError for a tensor that is missing."""
        self.stem = Convolution.of(tensors, "stem.0", 4, (3, 4), "stem.1")
        self.blocks: list[InkBlock] = []
        channels = shape.stem
        for stage, (width, depth) in enumerate(zip(shape.widths, shape.depths, strict=True)):
            for index in range(depth):
                stride = 2 if index == 0 else 1
                along = shape.time_kernel if stage > 0 and shape.time_kernel > 3 else 0
                name = f"trunk.{len(self.blocks)}"
                widens = stride != 1 or channels != width
                self.blocks.append(
                    InkBlock(
                        Convolution.of(tensors, f"{name}.body.0", stride, (1, 1), f"{name}.body.1"),
                        Convolution.of(
                            tensors,
                            f"{name}.body.3",
                            pad=(0, along // 2) if along else (1, 1),
                            normalised_by=f"{name}.body.4",
                        ),
                        Gate.of(tensors, f"{name}.attention") if shape.attention else None,
                        Convolution.of(tensors, f"{name}.skip.1", normalised_by=f"{name}.skip.2")
                        if shape.residual and widens
                        else None,
                        shape.residual,
                    )
                )
                channels = width
        self.pooled_features = channels * 2
        self.cells = Convolution.of(tensors, "cells.0") if shape.cell_features else None
        features = self.pooled_features + CELLS[0] * CELLS[1] * shape.cell_features
        self.heads = {
            head: (tensors[f"heads.{head}.weight"], tensors[f"heads.{head}.bias"])
            if getattr(shape, head)
            else (np.zeros((0, features), np.float32), np.zeros(0, np.float32))
            for head in HEADS
        }

    def answer(self, ink: np.ndarray) -> tuple[Logits, np.ndarray]:
        """Logits, and mean and peak of the last feature map (N×2C)."""
        x = relu(self.stem(ink[..., None]))
        for block in self.blocks:
            x = block(x).y
        described = self._described(x)
        heads = (self.heads[head] for head in HEADS)
        logits = Logits(*(described @ weights.T + bias for weights, bias in heads))
        return logits, described[:, : self.pooled_features]

    def maps(
        self, ink: np.ndarray, head: str, index: int, blocks: Sequence[int]
    ) -> list[FeatureMap]:
        """What the features after these blocks do for one logit of one page (H×W).

        blocks: places in the trunk, as a list counts them, from the end where negative.
        """
        kept: list[_Kept] = []
        x = relu(self.stem(ink[None, ..., None]))
        for block in self.blocks:
            kept.append(block(x))
            x = kept[-1].y
        wanted = [range(len(kept))[place] for place in blocks]
        effect = self._effect(x, self.heads[head][0][index])
        found: dict[int, FeatureMap] = {}
        for place in range(len(kept) - 1, min(wanted) - 1, -1):
            if place in wanted:
                found[place] = FeatureMap(kept[place].y[0], effect[0])
            if place > min(wanted):
                effect = self.blocks[place].back(effect, kept[place])
        return [found[place] for place in wanted]

    def _described(self, x: np.ndarray) -> np.ndarray:
        """What the heads read, N×F: mean and peak of the map, then its cells."""
        parts = [x.mean(axis=(1, 2)), x.max(axis=(1, 2))]
        if self.cells is not None:
            down, along = (cells(size, n) for size, n in zip(x.shape[1:3], CELLS, strict=True))
            found = np.einsum("nhwc,ah,bw->ncab", self.cells(x), down, along, optimize=True)
            parts.append(found.reshape(len(x), -1))
        return np.concatenate(parts, axis=1)

    def _effect(self, x: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Gradient of the last feature map (1×H×W×C) for a logit with these weights."""
        _, height, width, channels = x.shape
        effect = np.broadcast_to(weights[:channels] / np.float32(height * width), x.shape).copy()
        # The first of equals has the peak, as in PyTorch.
        at = x.reshape(height * width, channels).argmax(axis=0)
        effect.reshape(height * width, channels)[at, np.arange(channels)] += weights[
            channels : 2 * channels
        ]
        if self.cells is not None:
            down, along = (cells(size, n) for size, n in zip(x.shape[1:3], CELLS, strict=True))
            by_cell = weights[2 * channels :].reshape(-1, *CELLS)
            spread = np.einsum("cab,ah,bw->hwc", by_cell, down, along, optimize=True)[None]
            effect += self.cells.back(np.ascontiguousarray(spread, np.float32), x.shape)
        return effect
