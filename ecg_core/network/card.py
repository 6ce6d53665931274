"""The model card: the one place where labels, geometry, thresholds and figures live."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from ecg_core.network.architecture import Architecture
from ecg_core.network.statements import Reads, Triage, triage_classes
from ecg_core.network.subgroup_figure import SubgroupFigure


@dataclass(frozen=True)
class Output:
    """One sigmoid output: calibration (slope, offset on the logit) and operating point.

    shown: whether a clinician sees it (the card's `findings_rule`).
    """

    code: str
    name: str
    slope: float
    offset: float
    threshold: float
    shown: bool


@dataclass(frozen=True)
class Figure:
    """One measured figure with its 95 % confidence interval and where it comes from."""

    name: str
    dataset: str
    split: str
    condition: str
    layout: str
    n: int
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class FlagsCounted:
    """Acute flags on the evidence from this probability up to that of the next band.

    right: how many of them were acute infarctions.
    """

    from_probability: float
    flags: int
    right: int


@dataclass(frozen=True)
class Triaging:
    """Calibration of the softmax (one temperature, an offset per class) and the acute operating
    point: the probability of an acute infarction from which it is flagged.

    A strip's model never flags one: its threshold is 1. acute_right, acute_missed: on the evidence,
    of acute flags the share that was right, of acute infarctions the share not flagged; None where
    it was not measured. acute_bands: the flags counted by their probability, from the lowest.
    """

    temperature: float
    offsets: tuple[float, ...]
    acute_threshold: float
    acute_right: float | None = None
    acute_missed: float | None = None
    acute_bands: tuple[FlagsCounted, ...] = ()

    def flags_like(self, probability: float) -> FlagsCounted | None:
        """The flags of about this probability; None where they were not counted, or below all."""
        below = [band for band in self.acute_bands if band.from_probability <= probability]
        return below[-1] if below else None


@dataclass(frozen=True)
class Limits:
    """When the model abstains: page unlike the pages it was fitted on.

    ink_low, ink_high: share of ink on the page. strangeness: distance of the pooled features
    from the training pages (root mean square of whitened components).
    """

    ink_low: float
    ink_high: float
    strangeness: float


@dataclass(frozen=True)
class ModelCard:
    """Everything a reader, a programmer and an auditor need to know about one model.

    arranged: whether the network reads the page arranged as the default layout
    (`ecg_core.page.arrange`) or as it lies. reads: twelve-lead pages or rhythm strips.
    triage_rule: by which its triage classes were taught (`training.data.triage_labels.RULES`).
    """

    name: str
    version: str
    summary: str
    weights_sha256: str
    preprocessing_version: str
    px_per_mm: float
    layouts: tuple[str, ...]
    architecture: Architecture
    parameters: int
    superclasses: tuple[Output, ...]
    statements: tuple[Output, ...]
    triage: Triaging
    limits: Limits
    calibrated_on: str
    thresholds_rule: str
    findings_rule: str
    training_data: str
    intended_use: str
    out_of_scope: tuple[str, ...]
    do_not_trust_when: tuple[str, ...]
    figures: tuple[Figure, ...] = ()
    arranged: bool = False
    subgroups: tuple[SubgroupFigure, ...] = ()
    reads: Reads = Reads.TWELVE_LEADS
    triage_rule: str = "first"

    @property
    def triage_classes(self) -> tuple[Triage, ...]:
        """The triage classes that the model tells apart, in the order of its softmax."""
        return triage_classes(self.reads)

    def write(self, path: Path) -> None:
        """Write the card as JSON."""
        text = json.dumps(asdict(self), indent=1, ensure_ascii=False)
        path.write_text(text + "\n", encoding="utf-8")

    @staticmethod
    def read(path: Path) -> ModelCard:
        """Read a card. Raises ValueError or KeyError when it is not one."""
        plain = json.loads(path.read_text(encoding="utf-8"))
        shape = plain.pop("architecture")
        shape |= {"widths": tuple(shape["widths"]), "depths": tuple(shape["depths"])}
        triage = plain.pop("triage")
        triage["offsets"] = tuple(triage["offsets"])
        counted = triage.pop("acute_bands", ())
        triage["acute_bands"] = tuple(FlagsCounted(**band) for band in counted)
        return ModelCard(
            architecture=Architecture(**shape),
            superclasses=tuple(Output(**o) for o in plain.pop("superclasses")),
            statements=tuple(Output(**o) for o in plain.pop("statements")),
            triage=Triaging(**triage),
            limits=Limits(**plain.pop("limits")),
            figures=tuple(Figure(**f) for f in plain.pop("figures")),
            subgroups=tuple(SubgroupFigure.from_plain(f) for f in plain.pop("subgroups", ())),
            layouts=tuple(plain.pop("layouts")),
            out_of_scope=tuple(plain.pop("out_of_scope")),
            do_not_trust_when=tuple(plain.pop("do_not_trust_when")),
            reads=Reads(plain.pop("reads", Reads.TWELVE_LEADS)),
            **plain,
        )
