"""The network for twelve-lead pages: learned on PTB-XL folds 1-8, drawn as pages of every layout.

Fold 9 chooses, calibrates and sets operating points; fold 10 is read once, to report.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from joblib import Parallel, delayed
from sklearn.metrics import roc_auc_score
from torch import Tensor, nn
from tqdm import tqdm

from ecg_core.evidence.figures import metrics
from ecg_core.evidence.forms import twelve_leads
from ecg_core.evidence.values import CaseSet
from ecg_core.network.architecture import Outputs, PageNetwork
from ecg_core.network.card import Output, Triaging
from ecg_core.network.classifier import Classifier
from ecg_core.network.registry import card_of, models_folder
from ecg_core.network.statements import (
    STATEMENTS,
    SUPERCLASS_NAMES,
    SUPERCLASSES,
    TRIAGE_CLASSES,
    Triage,
)
from ecg_core.page.drawn import damage
from ecg_core.page.layouts import DEFAULT_LAYOUT
from ecg_core.training import begun, evaluate, loop, losses, teacher
from ecg_core.training.config import TwelveLeadConfig
from ecg_core.training.data import extra_targets, injury_current, noise, pages, ptbxl, restated
from ecg_core.training.data.batches import Batch, DrawnBatches, as_input, loader
from ecg_core.training.data.recordings import read_page, record_of
from ecg_core.training.release import Answered, Fitted, platt
from ecg_core.training.tasks import words

MONITORED = (("3x4+1R", False), ("12x1", False), ("3x4+1R", True), ("6x2", True))
"""Fold-9 pages looked at after each epoch: layout, and whether degraded."""
MONITORED_POSITIVES = 10
"""Statements rarer than this in the monitored half of fold 9 say little."""
ACUTE_SPECIFICITY = 0.95
ORDINARY_PAGES = 1500
"""Training recordings that say what ordinary features look like."""
RARE_SHAPES = ("CLBBB", "CRBBB", "PACE", "WPW", "ILBBB", "AFLT", "AFIB", "BIGU")
RARE_PAGES = 400
"""Plain ECGs of a shape that few have: so many of each belong to what looks ordinary, or their own
directions would count as strange. On fold 9 the 2.0 network is then silent on 3 of 138 with block
or pacing instead of 15."""
DEGRADED_RECORDS = 250
"""A degraded page takes a second to print, degrade and read: so many recordings a condition."""


class TwelveLeadTask:
    """Training, release and evidence of a page network.

    teachers: mean probabilities for every recording, or None to learn from labels alone.
    """

    unit, rise = "epochs", 0.2

    def __init__(
        self,
        config: TwelveLeadConfig,
        data: ptbxl.PtbXl,
        noise_root: Path,
        teachers: Outputs | None = None,
    ) -> None:
        self.config, self.data, self.noise_root = config, data, noise_root
        self.teachers = teachers

    @staticmethod
    def from_folders(config: TwelveLeadConfig, root: Path, runs: Path) -> TwelveLeadTask:
        """The task on data below `root` (ptb-xl/, nstdb/), its teachers trained where missing."""
        data = ptbxl.load(root / "ptb-xl", least_positives=config.least_positives)
        data = restated.taught_by(config.triage_rule, data, root / "ptb-xl")
        wanted = config.teachers if config.teacher_share > 0 else ()
        soft = teacher.believed(wanted, data, runs, resume=True) if wanted else None
        return TwelveLeadTask(config, data, root / "nstdb", soft)

    # What the loop asks.

    @property
    def steps(self) -> int:
        """Batches of the whole run."""
        return self._batches_an_epoch * self.config.epochs

    @cached_property
    def _batches_an_epoch(self) -> int:
        return len(self.data.rows(ptbxl.TRAIN_FOLDS)) // self.config.batch

    def network(self) -> PageNetwork:
        """A page network of the configuration's shape, beginning where it says."""
        network = PageNetwork(self.config.architecture(len(self.data.codes)))
        if self.config.start_from:
            begun.carry_over(network, self.data.codes, models_folder() / self.config.start_from)
        return network

    def weights(self, trained: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        """What is released: the trained weights, or their mean with those it began from."""
        share = self.config.begun_share
        if not share:
            return trained
        known = {one.code for one in card_of(self.config.start_from).statements}
        fresh = [k for k, code in enumerate(self.data.codes) if code not in known]
        return begun.mixed(self.network().state_dict(), trained, share, fresh)

    def also(self, network: nn.Module) -> Mapping[str, nn.Module]:
        """The head that tells measurements."""
        told = 0 if self._measured is None else self._measured.shape[1]
        assert isinstance(network, PageNetwork)
        return {"teller": nn.Linear(network.head_features, told)}

    @cached_property
    def _measured(self) -> Tensor | None:
        if not self.config.measured_weight:
            return None
        return torch.from_numpy(extra_targets.targets(self.data))

    @cached_property
    def _class_weights(self) -> dict[str, Tensor]:
        triage = torch.from_numpy(self.data.triage[self.data.rows(ptbxl.TRAIN_FOLDS)])
        return {"triage": losses.triage_weights(triage, len(TRIAGE_CLASSES))}

    def rounds(self, done: int) -> Iterator[loop.Round]:
        """One an epoch; every page is drawn anew."""
        for epoch in range(done, self.config.epochs):
            drawn = DrawnBatches(self.data, self.noise_root, self.config, epoch)
            yield loop.Round(epoch + 1, loader(drawn), len(drawn))

    def loss(self, network: nn.Module, also: Mapping[str, nn.Module], batch: Batch) -> Tensor:
        """Labels, teachers and measurements of one batch."""
        assert isinstance(network, PageNetwork)
        described = network.describe(as_input(batch.ink))
        outputs, rows = network.heads(described), batch.rows
        truth = losses.labels(self.data, rows.numpy())
        if batch.injured.any():
            truth = losses.injured(truth, batch.injured, self.data.codes)
        loss = losses.supervised(outputs, truth, losses.TWELVE_LEADS, self._class_weights)
        own = ~batch.injured
        if self.teachers is not None:
            # A teacher heard the recording as it was.
            soft = Outputs(*(head[rows[own]] for head in self.teachers))
            share = self.config.teacher_share
            said = Outputs(*(head[own] for head in outputs))
            imitated = losses.distilled(said, soft, losses.TWELVE_LEADS)
            loss = (1 - share) * loss + share * imitated
        if self._measured is not None:
            told = losses.measured(also["teller"](described[own]), self._measured[rows[own]])
            loss = loss + self.config.measured_weight * told
        return loss

    @cached_property
    def _monitored(self) -> list[tuple[str, np.ndarray]]:
        """Every second fold-9 record, in the monitored layouts; test noise, fixed seed."""
        unseen = noise.load(self.noise_root, training=False)
        found = []
        for layout, degraded in MONITORED:
            rng = np.random.default_rng((self.config.seed, 9))
            plan = pages.plan_for(layout, rng, vary=False)
            recipe = pages.PageRecipe(degraded=1.0, lead_off=0.0) if degraded else pages.CLEAN
            drawn = [
                pages.draw_arranged(self.data.signals_uv[row], plan, recipe, unseen, rng)
                for row in self.data.rows((ptbxl.CHOOSE_FOLD,))[::2]
            ]
            found.append((f"{layout} {'degraded' if degraded else 'clean'}", np.stack(drawn)))
        return found

    def look(self, network: nn.Module) -> dict[str, float]:
        """Mean AUC of superclasses and of statements on fold 9, by kind of page."""
        rows, aucs = self.data.rows((ptbxl.CHOOSE_FOLD,))[::2], {}
        truth, statements = self.data.superclasses[rows], self.data.statements[rows]
        enough = statements.sum(axis=0) >= MONITORED_POSITIVES
        for name, ink in self._monitored:
            outputs = loop.infer(network, ink)
            aucs[name] = float(roc_auc_score(truth, outputs.superclasses.numpy()))
            if enough.any():
                scores = outputs.statements.numpy()[:, enough]
                aucs[f"{name}, statements"] = float(roc_auc_score(statements[:, enough], scores))
        return aucs

    # What a release asks.

    def choosing(self) -> Iterator[np.ndarray]:
        """Fold 9, each recording as a clean and as a degraded page."""
        return self._drawn(self.data.rows((ptbxl.CHOOSE_FOLD,)), seed=9)

    def ordinary(self) -> Iterator[np.ndarray]:
        """Training recordings, drawn alike; of rare shapes, acute injury among them where it was
        taught, more than chance gives."""
        rows = np.random.default_rng(self.config.seed).permutation(
            self.data.rows(ptbxl.TRAIN_FOLDS)
        )
        told = dict(zip(self.data.codes, self.data.statements.T, strict=True))
        rare = [rows[told[code][rows]][:RARE_PAGES] for code in RARE_SHAPES if code in told]
        yield from self._drawn(np.concatenate([rows[:ORDINARY_PAGES], *rare]), seed=10)
        if self.config.pages.injured:
            yield from self._drawn(rows[-RARE_PAGES:], seed=12, injured=True)

    def _drawn(self, rows: np.ndarray, seed: int, *, injured: bool = False) -> Iterator[np.ndarray]:
        """Every row as a clean default page, then every row as a degraded page of some layout.

        injured: with a current of acute injury laid over, where there are beats.
        """
        rng = np.random.default_rng((self.config.seed, seed))
        unseen = noise.load(self.noise_root, training=False)
        degraded = replace(self.config.pages, degraded=1.0, other_seconds=0.0)
        names, shares = zip(*self.config.layouts, strict=True)
        for recipe in (pages.CLEAN, degraded):
            clean = recipe is pages.CLEAN
            for start in range(0, len(rows), 64):
                drawn = []
                for row in rows[start : start + 64]:
                    name = DEFAULT_LAYOUT if clean else str(rng.choice(names, p=shares))
                    plan = pages.plan_for(name, rng, vary=not clean)
                    signals = self.data.signals_uv[row]
                    if injured:
                        lifted = injury_current.injured(signals.astype(np.float32) / 1000.0, rng)
                        signals = signals if lifted is None else lifted * 1000.0
                    drawn.append(pages.draw_arranged(signals, plan, recipe, unseen, rng))
                yield np.stack(drawn)

    def fit(self, chosen: Answered) -> Fitted:
        """Platt scaling and F1 thresholds of the findings; temperature and offsets of triage."""
        choose = self.data.rows((ptbxl.CHOOSE_FOLD,))
        twice = np.concatenate([choose, choose])
        names = {code: STATEMENTS[code].name for code in self.data.codes}
        outputs, data = chosen.outputs, self.data
        return Fitted(
            _outputs(
                outputs.superclasses, data.superclasses[twice], SUPERCLASSES, SUPERCLASS_NAMES
            ),
            _outputs(outputs.statements, data.statements[twice], data.codes, names),
            _triage(outputs.triage, data.triage[twice]),
            words.twelve_leads(len(choose), ACUTE_SPECIFICITY, self.config),
        )

    # What evidence reports.

    def evidence(self, classifier: Classifier) -> Iterator[CaseSet]:
        """Fold 10: clean pages of every layout, degraded pages of the default one."""
        return evidence(classifier, self.data, ptbxl.REPORT_FOLD)


def evidence(classifier: Classifier, data: ptbxl.PtbXl, fold: int) -> Iterator[CaseSet]:
    """Clean pages of every layout, degraded pages of the default one: the card's evidence."""
    for layout in classifier.card.layouts:
        yield answered(classifier, data, fold, "clean", layout)
    for condition in damage.PROTOCOL:
        if condition != "clean":
            yield answered(classifier, data, fold, condition, DEFAULT_LAYOUT, DEGRADED_RECORDS)


def answered(
    classifier: Classifier,
    data: ptbxl.PtbXl,
    fold: int,
    condition: str,
    layout: str,
    limit: int | None = None,
) -> CaseSet:
    """Answers to the recordings of one fold under one condition and layout.

    limit: only every k-th recording so that about this many remain.
    """
    rows = data.rows((fold,))
    if limit is not None and limit < len(rows):
        rows = rows[np.linspace(0, len(rows) - 1, limit).astype(int)]
    read = Parallel(n_jobs=-1, return_as="generator", batch_size=4)(
        delayed(read_page)(
            np.array(data.signals_uv[row]), int(data.ecg_ids[row]), condition, layout
        )
        for row in rows
    )
    title = f"fold {fold} {condition} {layout}"
    records = (record_of(data.signals_uv[row], int(data.ecg_ids[row])) for row in rows)
    shown = tqdm(read, title, len(rows), mininterval=5)
    found = evaluate.answer(classifier, zip(records, shown, strict=True))
    at = rows[found.kept]
    where = {"dataset": "PTB-XL", "split": f"fold {fold}", "condition": condition, "layout": layout}
    return twelve_leads.case_set(
        classifier.card,
        where,
        refused=len(rows) - len(at),
        case_ids=data.ecg_ids[at],
        patients=data.patient_ids[at],
        facts={name: getattr(data, name)[at] for name in twelve_leads.FACTS},
        abstained=found.abstained,
        superclasses=(data.superclasses[at], found.superclasses),
        triage=(data.triage[at], found.triage),
        codes=data.codes,
        statements=(data.statements[at], found.statements),
    )


def _outputs(
    logits: Tensor, truth: np.ndarray, codes: Sequence[str], names: Mapping[str, str]
) -> tuple[Output, ...]:
    """Calibration and the F1 threshold of each sigmoid output."""
    fitted = []
    for k, code in enumerate(codes):
        label = truth[:, k]
        slope, offset, probability = platt(logits[:, k].numpy().astype(float), label)
        threshold = metrics.best_f1_threshold(label, probability) if label.any() else 0.5
        fitted.append(Output(code, names[code], slope, offset, threshold, shown=False))
    return tuple(fitted)


def _triage(logits: Tensor, truth: np.ndarray) -> Triaging:
    """Temperature (Guo et al. 2017) and class offsets by maximum likelihood."""
    known = torch.from_numpy(np.flatnonzero(truth >= 0))
    labels = torch.from_numpy(truth).long()[known]
    log_temperature = torch.zeros(1, requires_grad=True)
    offsets = torch.zeros(len(TRIAGE_CLASSES), requires_grad=True)
    fitter = torch.optim.LBFGS([log_temperature, offsets], max_iter=200)

    def step() -> Tensor:
        fitter.zero_grad()
        scaled = logits[known].detach().clone() / log_temperature.exp() + offsets
        loss = torch.nn.functional.cross_entropy(scaled, labels)
        # Keeps a class that fold 9 does not hold from being ruled out for ever.
        loss = loss + 1e-3 * (log_temperature.square().sum() + offsets.square().sum())
        loss.backward()
        return loss

    fitter.step(step)
    centred = (offsets - offsets.mean()).detach()
    temperature = float(log_temperature.detach().exp())
    acute = TRIAGE_CLASSES.index(Triage.ACUTE_MI)
    scores = torch.softmax(logits[known] / temperature + centred, dim=1)[:, acute].numpy()
    cut = metrics.threshold_at_specificity(labels.numpy() == acute, scores, ACUTE_SPECIFICITY)
    return Triaging(temperature, tuple(float(o) for o in centred), cut)
