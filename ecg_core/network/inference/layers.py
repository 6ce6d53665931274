"""Layers of a released network, forwards and backwards. Arrays are float32, N × H × W × channels.

What they compute is PyTorch's; a normalisation that follows a convolution is part of its weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

EPSILON = 1e-5
"""What PyTorch adds to a running variance."""


@dataclass(frozen=True, eq=False)
class Convolution:
    """weights: (rows · columns · channels in) × channels out. kernel, pad: rows and columns."""

    weights: np.ndarray
    bias: np.ndarray
    kernel: tuple[int, int]
    stride: int = 1
    pad: tuple[int, int] = (0, 0)

    @staticmethod
    def of(
        tensors: Mapping[str, np.ndarray],
        name: str,
        stride: int = 1,
        pad: tuple[int, int] = (0, 0),
        normalised_by: str = "",
    ) -> Convolution:
        """The layer of this name among a model's tensors. Raises KeyError without one.

        normalised_by: name of the batch normalisation behind it.
        """
        weight = tensors[f"{name}.weight"]
        bias = tensors.get(f"{name}.bias", np.zeros(len(weight), np.float32))
        if normalised_by:
            mean, variance, scale, shift = (
                tensors[f"{normalised_by}.{part}"]
                for part in ("running_mean", "running_var", "weight", "bias")
            )
            scale = scale / np.sqrt(variance + np.float32(EPSILON))
            weight, bias = weight * scale[:, None, None, None], shift + (bias - mean) * scale
        out, channels, rows, columns = weight.shape
        flat = weight.transpose(2, 3, 1, 0).reshape(rows * columns * channels, out)
        return Convolution(np.ascontiguousarray(flat), bias, (rows, columns), stride, pad)

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """The layer's output."""
        return np.asarray(self._columns(x) @ self.weights + self.bias)

    def back(self, gradient: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
        """Gradient of an input of this shape, from that of the output."""
        (rows, columns), (above, beside), step = self.kernel, self.pad, self.stride
        count, height, width, channels = shape
        each = (gradient @ self.weights.T).reshape(*gradient.shape[:3], rows, columns, channels)
        padded = np.zeros((count, height + 2 * above, width + 2 * beside, channels), np.float32)
        down, along = (step * size for size in gradient.shape[1:3])
        for row in range(rows):
            for column in range(columns):
                place = padded[:, row : row + down : step, column : column + along : step]
                place += each[:, : place.shape[1], : place.shape[2], row, column]
        return padded[:, above : above + height, beside : beside + width]

    def _columns(self, x: np.ndarray) -> np.ndarray:
        """What each output reads: N × H' × W' × (rows · columns · channels)."""
        (above, beside), step = self.pad, self.stride
        if above or beside:
            x = np.pad(x, ((0, 0), (above, above), (beside, beside), (0, 0)))
        if self.kernel == (1, 1):
            return x[:, ::step, ::step]
        seen = sliding_window_view(x, self.kernel, axis=(1, 2))[:, ::step, ::step]
        return seen.transpose(0, 1, 2, 4, 5, 3).reshape(*seen.shape[:3], len(self.weights))


@dataclass(frozen=True, eq=False)
class Gate:
    """Channel, then spatial attention of a block."""

    squeeze: Convolution
    widen: Convolution
    narrow: Convolution
    around: Convolution

    @staticmethod
    def of(tensors: Mapping[str, np.ndarray], name: str) -> Gate:
        """The gate of this name."""
        return Gate(
            Convolution.of(tensors, f"{name}.squeeze.1"),
            Convolution.of(tensors, f"{name}.squeeze.3"),
            Convolution.of(tensors, f"{name}.spatial.0"),
            Convolution.of(tensors, f"{name}.spatial.1", pad=(3, 3)),
        )

    def open(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """What the gate lets through: by channel (N×1×1×C), by place (N×H×W×1); and the hidden
        layer between, for the way back."""
        hidden = relu(self.squeeze(x.mean(axis=(1, 2), keepdims=True)))
        return sigmoid(self.widen(hidden)), sigmoid(self.around(self.narrow(x))), hidden

    def back(self, gradient: np.ndarray, x: np.ndarray) -> np.ndarray:
        """Gradient of the input, from that of x times both gates."""
        by_channel, by_place, hidden = self.open(x)
        found = gradient * by_channel * by_place
        channels = (gradient * x * by_place).sum(axis=(1, 2), keepdims=True)
        channels = channels * by_channel * (1 - by_channel)
        hidden_found = self.widen.back(channels, hidden.shape) * (hidden > 0)
        mean = self.squeeze.back(hidden_found, (len(x), 1, 1, x.shape[3]))
        found += mean / np.float32(x.shape[1] * x.shape[2])
        places = (gradient * x * by_channel).sum(axis=3, keepdims=True) * by_place * (1 - by_place)
        narrow = self.around.back(places, (*x.shape[:3], self.narrow.weights.shape[1]))
        return np.asarray(found + self.narrow.back(narrow, x.shape))


def halved(x: np.ndarray, step: int) -> np.ndarray:
    """Mean of step × step places; the last row and column may hold fewer."""
    if step == 1:
        return x
    rows, columns = (np.arange(0, size, step) for size in x.shape[1:3])
    summed = np.add.reduceat(np.add.reduceat(x, rows, axis=1), columns, axis=2)
    return np.asarray(summed / _shared(x.shape, step))


def halved_back(gradient: np.ndarray, shape: tuple[int, ...], step: int) -> np.ndarray:
    """Gradient of an input of this shape to `halved`."""
    if step == 1:
        return gradient
    each = gradient / _shared(shape, step)
    spread = each.repeat(step, axis=1).repeat(step, axis=2)
    return np.asarray(spread[:, : shape[1], : shape[2]])


def _shared(shape: tuple[int, ...], step: int) -> np.ndarray:
    """How many places each mean is of: H' × W' × 1."""
    rows, columns = (
        np.minimum(step, size - np.arange(0, size, step)).astype(np.float32) for size in shape[1:3]
    )
    return np.asarray((rows[:, None] * columns)[:, :, None])


def cells(size: int, number: int) -> np.ndarray:
    """Which share each of `size` places has in the mean of each of `number` cells that cover them:
    number × size, float32. Neighbouring cells overlap where they do not divide the places."""
    found = np.zeros((number, size), np.float32)
    for cell in range(number):
        first, end = cell * size // number, -(-(cell + 1) * size // number)
        found[cell, first:end] = 1 / (end - first)
    return found


def relu(x: np.ndarray) -> np.ndarray:
    """What is above zero."""
    return np.maximum(x, np.float32(0))


def sigmoid(x: np.ndarray) -> np.ndarray:
    """Between 0 and 1."""
    return np.asarray(1 / (1 + np.exp(-x)))
