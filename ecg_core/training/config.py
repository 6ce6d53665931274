"""The training configuration, read from the TOML file that travels with the weights."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from ecg_core.page.layouts import LAYOUTS
from ecg_core.training.data.pages import PageRecipe


@dataclass(frozen=True)
class TrainConfig:
    """One training run. layouts: share of the pages per layout, summing to one.

    measured_weight: weight of the extra targets of `ecg_core.training.data.extra_targets`.
    """

    name: str
    version: str
    seed: int
    epochs: int
    batch: int
    peak_rate: float
    weight_decay: float
    average_decay: float
    teacher_share: float
    stem: int
    widths: tuple[int, ...]
    depths: tuple[int, ...]
    dropout: float
    layouts: tuple[tuple[str, float], ...]
    pages: PageRecipe
    attention: bool = True
    residual: bool = True
    time_kernel: int = 3
    cell_features: int = 0
    measured_weight: float = 0.0


def read(path: Path) -> TrainConfig:
    """Read and check a configuration. Raises ValueError naming what is wrong with it."""
    plain = tomllib.loads(path.read_text(encoding="utf-8"))
    network = plain.pop("network")
    shares = plain.pop("layouts")
    unknown = set(shares) - set(LAYOUTS)
    if unknown:
        raise ValueError(f"{path}: unknown layout {', '.join(sorted(unknown))}")
    if abs(sum(shares.values()) - 1) > 1e-6:
        raise ValueError(f"{path}: layout shares sum to {sum(shares.values()):g}, not 1")
    network["widths"], network["depths"] = tuple(network["widths"]), tuple(network["depths"])
    return TrainConfig(
        layouts=tuple(shares.items()), pages=PageRecipe(**plain.pop("pages")), **network, **plain
    )
