"""Ours, as released and with one thing changed at a time."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from torch import nn

from ecg_core.network.architecture import Architecture, PageNetwork
from ecg_core.studies.baselines.method import Baseline

RELEASED = Architecture(0, depths=(1, 1, 2), time_kernel=9, cell_features=32)
"""The shape of `resatt-arranged-ptbxl`; the number of statements is put in when it is built."""


def build(statements: int, shape: Architecture = RELEASED) -> nn.Module:
    """The page network."""
    return PageNetwork(replace(shape, statements=statements))


method = Baseline("ours", "Ours: residual attention network", build, peak_rate=4e-3)

ABLATIONS: tuple[Baseline, ...] = (
    replace(method, key="clean-only", words="No augmentation: clean pages only", augmented=False),
    replace(
        method,
        key="no-attention",
        words="No attention",
        build=partial(build, shape=replace(RELEASED, attention=False)),
    ),
    replace(
        method,
        key="no-residuals",
        words="No residual connections",
        build=partial(build, shape=replace(RELEASED, residual=False)),
    ),
    replace(method, key="flips", words="Every second page mirrored in time", flipped=True),
    replace(method, key="one-head", words="One head: superclasses alone", all_heads=False),
    replace(
        method,
        key="clean-3px",
        words="Clean pages only, 3 px/mm",
        augmented=False,
        px_per_mm=3.0,
    ),
)
"""Each differs from ours in one thing; the 3 px/mm row from the clean-only row."""
