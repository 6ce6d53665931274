"""The ceiling: the one-dimensional network that reads the signals themselves, never a page."""

from __future__ import annotations

from torch import nn

from ecg_core.studies.baselines.method import Baseline, MethodInput
from ecg_core.training.signal_network import SignalNetwork


def build(statements: int) -> nn.Module:
    """The teacher's network."""
    return SignalNetwork(statements, width=48)


method = Baseline(
    "signal", "Ceiling: 1-D CNN on the signals", build, MethodInput.SIGNALS, peak_rate=4e-3
)
