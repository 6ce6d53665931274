"""The network for rhythm strips: the page network's trunk, taken on with strips.

The trunk begins as that of the released twelve-lead network, which learned on PTB-XL folds 1-8;
the heads are new. MIT-BIH recordings of DS1 that never train and PTB-XL fold 9 choose and
calibrate, each data set with half of the weight; DS2 and fold 10 only report.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from sklearn.metrics import roc_auc_score
from torch import Tensor, nn

from ecg_core.evidence.figures import metrics
from ecg_core.evidence.forms import strips as strip_form
from ecg_core.evidence.values import CaseSet
from ecg_core.intake.values import EcgRecord
from ecg_core.leads import STANDARD_LEADS
from ecg_core.network.architecture import PageNetwork
from ecg_core.network.card import Output, Triaging
from ecg_core.network.classifier import Classifier
from ecg_core.network.registry import models_folder
from ecg_core.network.statements import STRIP_TRIAGE, TRIAGE_CLASSES, Triage
from ecg_core.network.strip_statements import STRIP_STATEMENTS
from ecg_core.page.values import EcgPage
from ecg_core.training import evaluate, loop, losses
from ecg_core.training.config import StripConfig
from ecg_core.training.data import mitdb, noise, pages, ptbxl, strips
from ecg_core.training.data.batches import as_input
from ecg_core.training.data.strip_pages import LabelledStrip, mitdb_strips, ptbxl_strips
from ecg_core.training.release import Answered, Fitted, platt
from ecg_core.training.tasks import words

MONITORED_EVERY = 2
"""Every second choosing window, every fourth fold-9 recording."""
SPECIFICITY = 0.95
ORDINARY_BATCHES = 30
"""Training batches that say what ordinary features look like."""
FOLD9_EVERY = 2
CHOOSING_LEADS = (("II", "V1"), ("I",))
REPORTED_LEADS: tuple[tuple[str, ...], ...] = (("II", "V1"), ("I",), ("I", "II", "III"))
"""A Holter's or monitor's two leads, a watch's one, a patch's three."""


@dataclass(frozen=True, eq=False)
class Watched:
    """Clean strips of II and V1 (or what a recording has) that choose, with their labels."""

    name: str
    ink: np.ndarray
    statements: np.ndarray
    abnormal: np.ndarray


class StripTask:
    """Training, release and evidence of a strip network. root: holds mitdb/, ptb-xl/, nstdb/."""

    unit, rise = "steps", 0.15

    def __init__(self, config: StripConfig, root: Path, runs: Path | None = None) -> None:
        self.config, self.root = config, root

    # What the loop asks.

    @property
    def steps(self) -> int:
        """Batches of the whole run."""
        return self.config.steps

    @cached_property
    def _source(self) -> strips.StripSource:
        return strips.load(self.root, mitdb.TRAIN)

    @cached_property
    def _noise(self) -> np.ndarray:
        return noise.load(self.root / "nstdb", training=True)

    def network(self) -> PageNetwork:
        """A network with new heads on the trunk of the model that the configuration names."""
        heads = {"superclasses": 0, "triage": len(STRIP_TRIAGE)}
        network = PageNetwork(self.config.architecture(len(STRIP_STATEMENTS), **heads))
        if self.config.start_from:
            learned = load_file(models_folder() / self.config.start_from / "weights.safetensors")
            taken = {k: v for k, v in learned.items() if k.startswith(("stem.", "trunk."))}
            network.load_state_dict(network.state_dict() | taken)
        return network

    def weights(self, trained: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        """Trained weights are released as they are."""
        return trained

    def also(self, network: nn.Module) -> Mapping[str, nn.Module]:
        """Nothing else learns."""
        return {}

    def rounds(self, done: int) -> Iterator[loop.Round]:
        """One every so many steps."""
        every, last = self.config.look_every, self.config.steps
        for first in range(done, last, every):
            until = min(first + every, last)
            yield loop.Round(
                until, self._batches(range(first, until), self.config.seed), until - first
            )

    def _batches(self, steps: range, seed: int) -> Iterator[strips.StripBatch]:
        recipe, size = self.config.pages, self.config.batch
        return strips.batches(self._source, self._noise, recipe, size, steps, seed)

    def loss(
        self, network: nn.Module, also: Mapping[str, nn.Module], batch: strips.StripBatch
    ) -> Tensor:
        """Cross-entropies of statements and of normal against abnormal."""
        truth = {"statements": batch.statements, "triage": batch.abnormal}
        return losses.supervised(network(as_input(batch.ink)), truth, losses.STRIPS)

    @cached_property
    def _watched(self) -> tuple[Watched, ...]:
        """Every so many windows of the choosing recordings, fold 9 at half that rate."""
        rng = np.random.default_rng(0)

        def page(
            signals_uv: np.ndarray, present: tuple[str, ...], shown: tuple[str, ...]
        ) -> np.ndarray:
            return strips.draw(signals_uv, present, shown, 40.0, pages.CLEAN, None, rng)

        windows = [
            (record, start)
            for record in mitdb.load(self.root / "mitdb", mitdb.CHOOSE)
            for start in record.starts_s()[::MONITORED_EVERY]
        ]
        statements, abnormal = zip(*(r.labels(start) for r, start in windows), strict=True)
        data, told = self._source.ptbxl, self._source.labels
        rows = data.rows((ptbxl.CHOOSE_FOLD,))[:: 2 * MONITORED_EVERY]
        return (
            Watched(
                "DS1",
                np.stack([page(r.window_uv(start), r.leads, r.leads) for r, start in windows]),
                np.stack(statements),
                np.array(abnormal),
            ),
            Watched(
                "fold 9",
                np.stack([page(data.signals_uv[r], STANDARD_LEADS, ("II", "V1")) for r in rows]),
                told.statements[rows],
                told.abnormal[rows],
            ),
        )

    def look(self, network: nn.Module) -> dict[str, float]:
        """AUC of every answer that both kinds of label occur for."""
        found = {}
        for one in self._watched:
            outputs = loop.infer(network, one.ink)
            score = torch.softmax(outputs.triage, dim=1)[:, 1].numpy()
            columns = [("abnormal", np.where(one.abnormal < 0, np.nan, one.abnormal), score)]
            columns += [
                (s.code, one.statements[:, k], outputs.statements[:, k].numpy())
                for k, s in enumerate(STRIP_STATEMENTS)
            ]
            for code, truth, scores in columns:
                known = np.isfinite(truth)
                if len(set(truth[known])) == 2:
                    found[f"{one.name} {code}"] = float(roc_auc_score(truth[known], scores[known]))
        return found

    # What a release asks.

    @cached_property
    def _choosing(self) -> tuple[tuple[LabelledStrip, ...], np.ndarray]:
        """The strips, and which of them are of MIT-BIH (bool)."""
        of_mitdb = [
            strip
            for count in (2, 1)
            for strip in mitdb_strips(self.root / "mitdb", mitdb.CHOOSE, count)
        ]
        others = [
            strip
            for leads in CHOOSING_LEADS
            for strip in ptbxl_strips(self.root / "ptb-xl", ptbxl.CHOOSE_FOLD, leads, FOLD9_EVERY)
        ]
        here = np.arange(len(of_mitdb) + len(others)) < len(of_mitdb)
        return (*of_mitdb, *others), here

    def choosing(self) -> Iterator[np.ndarray]:
        """Strips of one and two leads, one at a time: they differ in height."""
        return (np.array(strip.page.ink)[None] for strip in self._choosing[0])

    def ordinary(self) -> Iterator[np.ndarray]:
        """Training strips."""
        drawn = self._batches(range(ORDINARY_BATCHES), self.config.seed + 1)
        return (batch.ink.numpy() for batch in drawn)

    def fit(self, chosen: Answered) -> Fitted:
        """Platt scaling; operating points that hold their specificity on both data sets."""
        found, of_mitdb = self._choosing
        labels, outputs = np.array([strip.labels for strip in found]), chosen.outputs
        statements = tuple(
            _output(k, outputs.statements[:, k], labels[:, k + 1], of_mitdb)
            for k in range(len(STRIP_STATEMENTS))
        )
        return Fitted(
            (),
            statements,
            _triage(outputs.triage, labels[:, 0], of_mitdb),
            words.strips(self.config.start_from, len(found), SPECIFICITY),
        )

    # What evidence reports.

    def evidence(self, classifier: Classifier) -> Iterator[CaseSet]:
        """DS2 and fold 10."""
        return evidence(classifier, self.root)


def evidence(classifier: Classifier, root: Path) -> Iterator[CaseSet]:
    """DS2 and fold 10 as strips. Raises FileNotFoundError when they are not there.

    root: folder holding mitdb/ and ptb-xl/.
    """
    for count, leads in ((2, "two leads"), (1, "lead II")):
        of_mitdb = mitdb_strips(root / "mitdb", mitdb.DS2, count)
        yield answered(classifier, of_mitdb, "MIT-BIH", "DS2", leads)
    for shown in REPORTED_LEADS:
        found = ptbxl_strips(root / "ptb-xl", ptbxl.REPORT_FOLD, shown)
        yield answered(classifier, found, "PTB-XL", f"fold {ptbxl.REPORT_FOLD}", " ".join(shown))


def answered(
    classifier: Classifier,
    labelled: Iterator[LabelledStrip],
    dataset: str,
    split: str,
    leads: str,
) -> CaseSet:
    """Answers to strips of the same number of leads. leads: as the evidence names them."""
    told: list[tuple[str, float, np.ndarray]] = []

    def read() -> Iterator[tuple[EcgRecord, EcgPage]]:
        for strip in labelled:
            told.append((strip.group, strip.start_s, strip.labels))
            yield strip.record, strip.page

    found = evaluate.answer(classifier, read())
    groups, starts_s, labels = zip(*told, strict=True)
    abnormal = 1.0 - found.triage[:, TRIAGE_CLASSES.index(Triage.NORMAL)]
    return strip_form.case_set(
        classifier.card,
        {"dataset": dataset, "split": split, "leads": leads},
        groups=np.array(groups),
        starts_s=np.array(starts_s),
        abstained=found.abstained,
        labels=np.array(labels),
        scores=np.column_stack([abnormal, found.statements]),
    )


def _halves(of_mitdb: np.ndarray) -> np.ndarray:
    """Weights of cases with which each data set has half, mean one."""
    weight = np.where(of_mitdb, 1 / max(of_mitdb.sum(), 1), 1 / max((~of_mitdb).sum(), 1))
    return np.asarray(weight / weight.mean())


def _output(k: int, logits: Tensor, label: np.ndarray, of_mitdb: np.ndarray) -> Output:
    known = np.isfinite(label)
    truth, here = label[known] == 1, of_mitdb[known]
    logit = logits.numpy().astype(float)[known]
    slope, offset, probability = platt(logit, truth, _halves(here))
    cut = max(
        metrics.threshold_at_specificity(truth[part], probability[part], SPECIFICITY)
        for part in (here, ~here)
        if part.any()
    )
    one = STRIP_STATEMENTS[k]
    return Output(one.code, one.name, slope, offset, cut, shown=False)


def _triage(logits: Tensor, label: np.ndarray, of_mitdb: np.ndarray) -> Triaging:
    """Platt scaling of abnormal against normal, as a temperature and two offsets."""
    known = np.isfinite(label)
    logit = (logits[:, 1] - logits[:, 0]).numpy().astype(float)[known]
    slope, offset, _ = platt(logit, label[known] == 1, _halves(of_mitdb[known]))
    return Triaging(1 / slope, (-offset / 2, offset / 2), acute_threshold=1.0)
