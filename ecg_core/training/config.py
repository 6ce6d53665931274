"""Training configurations, read from the TOML file that travels with the weights."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ecg_core.network.architecture import Architecture
from ecg_core.network.statements import Reads
from ecg_core.page.layouts import LAYOUTS
from ecg_core.training.data.pages import PageRecipe

PRECISIONS = ("float32", "bfloat16")


@dataclass(frozen=True, kw_only=True)
class Learning:
    """What every run of the loop needs to know.

    precision: "bfloat16" multiplies in bfloat16 where that is safe; 1.7 times as fast on processors
    that have it. Weights and losses stay in float32.
    """

    name: str
    seed: int
    batch: int
    peak_rate: float
    weight_decay: float
    average_decay: float
    precision: str = PRECISIONS[0]


@dataclass(frozen=True, kw_only=True)
class PageNetworkConfig(Learning):
    """A page network that is trained and released: its shape, and how its pages vary."""

    version: str
    stem: int
    widths: tuple[int, ...]
    depths: tuple[int, ...]
    dropout: float
    pages: PageRecipe
    attention: bool = True
    residual: bool = True
    time_kernel: int = 3
    cell_features: int = 0

    def architecture(self, statements: int, **heads: int) -> Architecture:
        """The network's shape. heads: outputs of the other heads, where they are not the usual."""
        return Architecture(
            statements,
            self.stem,
            self.widths,
            self.depths,
            self.attention,
            self.residual,
            self.dropout,
            self.time_kernel,
            self.cell_features,
            **heads,
        )


@dataclass(frozen=True, kw_only=True)
class TwelveLeadConfig(PageNetworkConfig):
    """A network for twelve-lead pages.

    layouts: share of the pages per layout, summing to one. teachers: names in
    `ecg_core.training.teacher.TEACHERS`, whose mean is imitated; teacher_share: its weight.
    measured_weight: weight of the extra targets of `ecg_core.training.data.extra_targets`.
    least_positives: training recordings that a statement needs to be taught. triage_rule: of
    `ecg_core.training.data.triage_labels`. start_from: the released model whose weights it goes on
    from, or "". begun_share: of the weights it began from in those that are released; the rest is
    of the trained ones (Wortsman et al. 2022, CVPR: robust fine-tuning).
    """

    epochs: int
    layouts: tuple[tuple[str, float], ...]
    teacher_share: float
    teachers: tuple[str, ...] = ("resnet-48",)
    measured_weight: float = 0.0
    least_positives: int = 40
    triage_rule: str = "first"
    start_from: str = ""
    begun_share: float = 0.0


@dataclass(frozen=True, kw_only=True)
class StripConfig(PageNetworkConfig):
    """A network for rhythm strips. start_from: the released model whose trunk is taken on, or "".

    look_every: steps between looks at the choosing strips, each with a checkpoint.
    """

    steps: int
    look_every: int
    start_from: str


def read(path: Path) -> TwelveLeadConfig | StripConfig:
    """Read and check a configuration; `reads = "strip"` says that it is for strips.

    Raises ValueError, TypeError or KeyError naming what is wrong with it.
    """
    plain = tomllib.loads(path.read_text(encoding="utf-8"))
    reads = Reads(plain.pop("reads", Reads.TWELVE_LEADS))
    network: dict[str, Any] = plain.pop("network")
    network["widths"], network["depths"] = tuple(network["widths"]), tuple(network["depths"])
    plain |= network | {"pages": PageRecipe(**plain.pop("pages"))}
    if plain.get("precision", PRECISIONS[0]) not in PRECISIONS:
        raise ValueError(f"{path}: precision is {' or '.join(PRECISIONS)}")
    if reads is Reads.STRIP:
        return StripConfig(**plain)
    shares = plain.pop("layouts")
    unknown = set(shares) - set(LAYOUTS)
    if unknown:
        raise ValueError(f"{path}: unknown layout {', '.join(sorted(unknown))}")
    if abs(sum(shares.values()) - 1) > 1e-6:
        raise ValueError(f"{path}: layout shares sum to {sum(shares.values()):g}, not 1")
    plain["teachers"] = tuple(plain.get("teachers", TwelveLeadConfig.teachers))
    return TwelveLeadConfig(layouts=tuple(shares.items()), **plain)
