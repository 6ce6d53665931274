"""The strip network's training configuration, read from the TOML file beside its weights."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from ecg_core.training.data.pages import PageRecipe


@dataclass(frozen=True)
class StripConfig:
    """One training run. start_from: the released model whose trunk is taken on, or "".

    look_every: steps between looks at the choosing strips, each with a checkpoint.
    """

    name: str
    version: str
    seed: int
    steps: int
    batch: int
    peak_rate: float
    weight_decay: float
    average_decay: float
    look_every: int
    start_from: str
    stem: int
    widths: tuple[int, ...]
    depths: tuple[int, ...]
    dropout: float
    time_kernel: int
    pages: PageRecipe


def is_strip(path: Path) -> bool:
    """Whether a configuration is for strips: it says `reads = "strip"`."""
    return tomllib.loads(path.read_text(encoding="utf-8")).get("reads") == "strip"


def read(path: Path) -> StripConfig:
    """Read a configuration. Raises TypeError or KeyError naming what is wrong with it."""
    plain = tomllib.loads(path.read_text(encoding="utf-8"))
    plain.pop("reads")
    network = plain.pop("network")
    network["widths"], network["depths"] = tuple(network["widths"]), tuple(network["depths"])
    return StripConfig(pages=PageRecipe(**plain.pop("pages")), **network, **plain)
