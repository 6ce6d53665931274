"""From trained weights to a model that may be shipped: calibration, thresholds, limits, card.

A task fits what its answers mean on the cases that choose; how ordinary pages look, the weights and
the card are one for all. Cases that report are read afterwards, by `evaluate`; their figures only
describe, and decide which findings are shown.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from sklearn.linear_model import LogisticRegression
from torch import Tensor

from ecg_core.evidence import forms, triage_questions
from ecg_core.evidence.figures import carried, rates
from ecg_core.evidence.forms.strips import TWO, leads_of
from ecg_core.evidence.values import MIN_POSITIVES, CaseSet, Kind
from ecg_core.network import manifest
from ecg_core.network.architecture import Outputs, PageNetwork
from ecg_core.network.card import Figure, FlagsCounted, Limits, ModelCard, Output, Triaging
from ecg_core.network.classifier import CENTRE, WHITENING
from ecg_core.network.statements import SUPERCLASSES, Reads
from ecg_core.page.values import PREPROCESSING_VERSION, PX_PER_MM
from ecg_core.training import loop
from ecg_core.training.config import PageNetworkConfig
from ecg_core.training.data.batches import as_input

STRANGENESS_QUANTILE = 0.997
"""Test signals and noise are told by their waves (`page.doubts.plausible`) before this counts."""
SHOWN_AUC_LOW = 0.80
"""Of a finding on strips: the lower end of its AUC's interval."""
SHOWN_AUC, SHOWN_PPV = 0.85, 0.40
"""Of a finding on pages: its AUC, and the share of the flagged recordings that have it."""
FLAG_BANDS = (0.10, 0.30)
"""Acute flags are counted below, between and above. Fold 10 holds 21 infarctions: finer bands would
count none."""
INK_OUTLIERS = 0.001
"""Of the choosing pages to each side: one that was spoilt beyond reading sets no limit."""
WHITENING_FLOOR = 0.02
"""Share of the mean variance added to every direction before whitening."""


@dataclass(frozen=True, eq=False)
class Answered:
    """What a network makes of n pages. pooled: features, n×F. ink_share: of each page, n."""

    outputs: Outputs
    pooled: Tensor
    ink_share: np.ndarray


@dataclass(frozen=True)
class Fitted:
    """Calibration and operating points of every output, and what the card says of them.

    words: fields of the card that are sentences or sentences' lists, and what pages the model is
    for.
    """

    superclasses: tuple[Output, ...]
    statements: tuple[Output, ...]
    triage: Triaging
    words: dict[str, Any]


class Releasing(Protocol):
    """What a release asks of a task."""

    @property
    def config(self) -> PageNetworkConfig:
        """How it was trained."""

    def network(self) -> PageNetwork:
        """A network of its shape."""

    def weights(self, trained: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        """What is released of trained weights."""

    def choosing(self) -> Iterable[np.ndarray]:
        """Stacks of pages (uint8, N×H×W) on which everything is fitted."""

    def ordinary(self) -> Iterable[np.ndarray]:
        """Stacks of training pages that say what ordinary features look like."""

    def fit(self, chosen: Answered) -> Fitted:
        """Calibrate the answers to the choosing pages."""


def release(task: Releasing, weights: Path, folder: Path) -> ModelCard:
    """Fit what surrounds the weights and write weights.safetensors and card.json to `folder`."""
    network = task.network()
    network.load_state_dict(task.weights(load_file(weights)))
    network.eval().to(memory_format=torch.channels_last)
    chosen = answered(network, task.choosing())
    fitted = task.fit(chosen)
    centre, whitening = whiten(answered(network, task.ordinary()).pooled)
    card = ModelCard(
        name=task.config.name,
        version=task.config.version,
        weights_sha256=write_weights(network, centre, whitening, folder),
        preprocessing_version=PREPROCESSING_VERSION,
        px_per_mm=PX_PER_MM,
        architecture=network.shape,
        parameters=sum(p.numel() for p in network.parameters()),
        superclasses=fitted.superclasses,
        statements=fitted.statements,
        triage=fitted.triage,
        limits=limits_of(chosen.ink_share, chosen.pooled, centre, whitening),
        **fitted.words,
    )
    card.write(folder / "card.json")
    manifest.pin(folder)
    return card


@torch.inference_mode()
def answered(network: PageNetwork, stacks: Iterable[np.ndarray]) -> Answered:
    """What a network makes of stacks of pages (uint8, N×H×W)."""
    outputs, pooled, ink_share = [], [], []
    for ink in stacks:
        logits, features = network.answer(as_input(torch.from_numpy(ink)))
        outputs.append(logits)
        pooled.append(features)
        ink_share.append(ink.mean(axis=(1, 2)) / 255)
    return Answered(loop.joined(outputs), torch.cat(pooled), np.concatenate(ink_share))


def platt(
    logit: np.ndarray, truth: np.ndarray, weight: np.ndarray | None = None
) -> tuple[float, float, np.ndarray]:
    """Slope, offset and calibrated probabilities (Platt 1999) of one sigmoid output.

    A falling line, or one label only, leaves the logit as it is.
    """
    slope, offset = 1.0, 0.0
    if 0 < truth.sum() < len(truth):
        line = LogisticRegression(C=1e3).fit(logit[:, None], truth, sample_weight=weight)
        if line.coef_[0, 0] > 0:
            slope, offset = float(line.coef_[0, 0]), float(line.intercept_[0])
    return slope, offset, 1 / (1 + np.exp(-(logit * slope + offset)))


def whiten(pooled: Tensor) -> tuple[Tensor, Tensor]:
    """Centre and matrix (F×F) that give features unit variance in every direction."""
    centre = pooled.mean(dim=0)
    covariance = torch.cov((pooled - centre).T.double())
    values, vectors = torch.linalg.eigh(covariance)
    floor = WHITENING_FLOOR * values.mean()
    return centre, (vectors / (values.clamp(min=0) + floor).sqrt()).float().contiguous()


def limits_of(ink_share: np.ndarray, pooled: Tensor, centre: Tensor, whitening: Tensor) -> Limits:
    """What a page must keep to, from the ink (n) and features (n×F) of the pages that choose."""
    strange = ((pooled - centre) @ whitening).square().mean(dim=1).sqrt()
    return Limits(
        ink_low=float(np.quantile(ink_share, INK_OUTLIERS) * 0.7),
        ink_high=float(np.quantile(ink_share, 1 - INK_OUTLIERS) * 1.3),
        strangeness=float(torch.quantile(strange, STRANGENESS_QUANTILE)),
    )


def write_weights(network: PageNetwork, centre: Tensor, whitening: Tensor, folder: Path) -> str:
    """Write weights.safetensors to `folder`; returns its SHA-256."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "weights.safetensors"
    tensors = {name: value.contiguous() for name, value in network.state_dict().items()}
    save_file(tensors | {WHITENING: whitening, CENTRE: centre}, file)
    return hashlib.sha256(file.read_bytes()).hexdigest()


def carry_figures(folder: Path) -> ModelCard:
    """Put the figures of the evidence into the card, and decide which findings show.

    Raises ValueError when some evidence is of other weights.
    """
    card = ModelCard.read(folder / "card.json")
    found = forms.read_all(folder, card)
    stale = [cases.title for cases in found if cases.weights_sha256 != card.weights_sha256]
    if stale:
        raise ValueError(f"evidence of other weights: {'; '.join(stale)}")
    figures, carries = CARRIED[card.reads]
    statements = tuple(
        replace(output, shown=carries(found, output.code)) for output in card.statements
    )
    groups = carried.subgroups(found[0]) if card.superclasses else ()
    card = replace(
        card,
        figures=figures(found),
        statements=statements,
        subgroups=groups,
        triage=acute_flags(found[0], card.triage),
    )
    card.write(folder / "card.json")
    manifest.pin(folder)
    return card


def acute_flags(main: CaseSet, triage: Triaging) -> Triaging:
    """How many flags of an acute infarction are right, and how many infarctions are missed."""
    asked = [question for question in main.questions if question.code == triage_questions.ACUTE]
    if not asked or not asked[0].answerable:
        return triage
    (one,) = asked
    flagged, ill = one.flagged[one.known], one.truth[one.known]
    right = float(ill[flagged].mean()) if flagged.any() else None
    return replace(
        triage,
        acute_right=right,
        acute_missed=float((~flagged[ill]).mean()),
        acute_bands=_bands(one.score[one.known], flagged, ill, triage.acute_threshold),
    )


def _bands(
    score: np.ndarray, flagged: np.ndarray, ill: np.ndarray, threshold: float
) -> tuple[FlagsCounted, ...]:
    """Flags counted by their probability; bands without one are left out."""
    edges = [threshold, *(edge for edge in FLAG_BANDS if edge > threshold), np.inf]
    within = [(low, flagged & (score >= low) & (score < high)) for low, high in pairwise(edges)]
    return tuple(
        FlagsCounted(float(low), int(flags.sum()), int(ill[flags].sum()))
        for low, flags in within
        if flags.any()
    )


def _of_pages(found: Sequence[CaseSet]) -> tuple[Figure, ...]:
    figures = [figure for cases in found for figure in carried.of_pages(cases)]
    figures += [carried.lost(cases, found[0]) for cases in found if cases.condition != "clean"]
    return tuple(figures)


def _of_strips(found: Sequence[CaseSet]) -> tuple[Figure, ...]:
    return tuple(figure for cases in found for figure in carried.of_strips(cases))


def pages_carry(found: Sequence[CaseSet], code: str) -> bool:
    """Whether the first set holds enough of a finding, and finds it well enough, to show it."""
    if code in SUPERCLASSES:
        return False
    one = next((q for q in found[0].of_kind(Kind.STATEMENT) if q.code == code), None)
    if one is None or one.positives < MIN_POSITIVES:
        return False
    right = one.truth[one.known & one.flagged]
    carried_by_flags = len(right) > 0 and right.mean() >= SHOWN_PPV
    return bool(carried_by_flags and rates.area(one, found[0].patients).value >= SHOWN_AUC)


def strips_carry(found: Sequence[CaseSet], code: str, least: float = SHOWN_AUC_LOW) -> bool:
    """Whether the two-lead strips of every data set that tells enough carry a finding."""
    telling = [
        (cases.question(code), cases.patients)
        for cases in found
        if leads_of(cases) == TWO[cases.dataset]
        and carried.carried_by_strips(cases.question(code), cases.patients)
    ]
    return bool(telling) and all(rates.area(*one).low >= least for one in telling)


Carries = Callable[[Sequence[CaseSet], str], bool]
CARRIED: dict[Reads, tuple[Callable[[Sequence[CaseSet]], tuple[Figure, ...]], Carries]] = {
    Reads.TWELVE_LEADS: (_of_pages, pages_carry),
    Reads.STRIP: (_of_strips, strips_carry),
}
"""The figures of a card, and whether a finding is carried, by what the model reads."""
