"""From trained weights to a model that may be shipped: calibration, thresholds, limits, card.

Everything here is fitted on fold 9 (clean and degraded pages together) and on training pages;
fold 10 is read afterwards, by `evaluate`, and only to report and to decide which findings carry.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from sklearn.linear_model import LogisticRegression
from torch import Tensor

from ecg_core.evidence import published
from ecg_core.evidence.figures import metrics, subgroups
from ecg_core.network.architecture import Outputs, PageNetwork
from ecg_core.network.card import Limits, ModelCard, Output, Triaging
from ecg_core.network.classifier import CENTRE, WHITENING
from ecg_core.network.statements import (
    STATEMENTS,
    SUPERCLASS_NAMES,
    SUPERCLASSES,
    TRIAGE_CLASSES,
    Triage,
)
from ecg_core.page.layouts import LAYOUTS
from ecg_core.page.values import PREPROCESSING_VERSION, PX_PER_MM
from ecg_core.training.config import TrainConfig
from ecg_core.training.data import noise, pages, ptbxl
from ecg_core.training.data.batches import as_input
from ecg_core.training.train import architecture

ACUTE_SPECIFICITY = 0.95
STRANGENESS_QUANTILE = 0.99
SHOWN_AUC_LOW = 0.80
SEEN_PAGES = 1500
"""Training recordings that say what ordinary features look like."""
WHITENING_FLOOR = 0.02
"""Share of the mean variance added to every direction before whitening."""

TRAINING_DATA = (
    "PTB-XL 1.0.3 (Wagner et al. 2020, CC BY 4.0), 100 Hz signals, folds 1-8 drawn as pages; "
    "recording noise from the MIT-BIH Noise Stress Test Database (ODC-By 1.0). "
    "Fold 9 chose, fold 10 was read once for the figures."
)


def release(
    config: TrainConfig, data: ptbxl.PtbXl, noise_root: Path, weights: Path, folder: Path
) -> ModelCard:
    """Fit what surrounds the weights and write weights.safetensors and card.json to `folder`."""
    network = PageNetwork(architecture(config, len(data.codes)))
    network.load_state_dict(load_file(weights))
    network.eval().to(memory_format=torch.channels_last)
    choose = data.rows((ptbxl.CHOOSE_FOLD,))
    outputs, pooled, ink_share = _read_pages(network, data, noise_root, choose, config, seed=9)
    twice = np.concatenate([choose, choose])
    triage = _fit_triage(outputs.triage, data.triage[twice])
    supers = _fit_outputs(
        outputs.superclasses, data.superclasses[twice], SUPERCLASSES, SUPERCLASS_NAMES
    )
    names = {code: STATEMENTS[code].name for code in data.codes}
    statements = _fit_outputs(outputs.statements, data.statements[twice], data.codes, names)

    training = np.random.default_rng(config.seed).permutation(data.rows(ptbxl.TRAIN_FOLDS))
    training = training[:SEEN_PAGES]
    _, seen, _ = _read_pages(network, data, noise_root, training, config, seed=10)
    centre, whitening = whiten(seen)
    limits = limits_of(ink_share, pooled, centre, whitening)
    weights_sha256 = write_weights(network, centre, whitening, folder)
    card = ModelCard(
        name=config.name,
        version=config.version,
        summary=(
            "One-stage residual network with channel and spatial attention. It reads a "
            "twelve-lead ECG page as a picture in one pass, its leads arranged as on the "
            "3×4 page with one rhythm strip."
        ),
        weights_sha256=weights_sha256,
        preprocessing_version=PREPROCESSING_VERSION,
        px_per_mm=PX_PER_MM,
        layouts=tuple(LAYOUTS),
        architecture=network.shape,
        parameters=sum(p.numel() for p in network.parameters()),
        superclasses=supers,
        statements=statements,
        triage=triage,
        limits=limits,
        calibrated_on=(
            f"PTB-XL fold 9, n = {len(choose)} recordings, each as a clean and as a degraded page"
        ),
        thresholds_rule=(
            "Superclasses and findings: highest F1 on fold 9. Acute infarction: "
            f"{ACUTE_SPECIFICITY:.0%} specificity on fold 9."
        ),
        findings_rule=(
            f"A finding is shown when fold 10 holds at least {published.MIN_POSITIVES} positive "
            "recordings and the lower end of its AUC's 95 % interval there is at least "
            f"{SHOWN_AUC_LOW:.2f}."
        ),
        training_data=TRAINING_DATA,
        intended_use=(
            "Research on sorting twelve-lead resting ECGs of adults for reading by a cardiologist."
        ),
        out_of_scope=(
            "Diagnosis, or any decision without a clinician who reads the ECG.",
            "Children, exercise and long-term ECGs, and fewer than nine leads.",
            "Recordings at another speed or gain than 25 mm/s and 10 mm/mV unless rescaled.",
        ),
        do_not_trust_when=(
            "The app says that the machine abstains, or quality remarks doubt the page.",
            "Leads are missing, swapped, flat or overlap.",
            "The page comes from a printer or a population unlike the training data "
            "(one German institute, 1989-1996): see the figures for other sources.",
        ),
        arranged=True,
    )
    card.write(folder / "card.json")
    return card


def carry_figures(folder: Path) -> ModelCard:
    """Put the figures of the evidence files into the card, and decide which findings show."""
    card = ModelCard.read(folder / "card.json")
    found = published.read_all(folder / "evidence")
    stale = [e.file_name() for e in found if e.weights_sha256 != card.weights_sha256]
    if stale:
        raise ValueError(f"evidence of other weights: {', '.join(stale)}")
    main = found[0]
    figures = [figure for e in found for figure in published.figures(e)]
    figures += [published.lost(e, main) for e in found if e.condition != "clean"]
    shown = set()
    for k, code in enumerate(main.codes):
        labels, scores = main.statement_labels[:, k], main.statement_scores[:, k]
        if labels.sum() < published.MIN_POSITIVES or code in SUPERCLASSES:
            continue
        if metrics.auc(labels, scores, main.patients).low >= SHOWN_AUC_LOW:
            shown.add(code)
    statements = tuple(replace(o, shown=o.code in shown) for o in card.statements)
    groups = subgroups.figures(main, [o.threshold for o in card.superclasses])
    card = replace(card, figures=tuple(figures), statements=statements, subgroups=groups)
    card.write(folder / "card.json")
    return card


def _read_pages(
    network: PageNetwork,
    data: ptbxl.PtbXl,
    noise_root: Path,
    rows: np.ndarray,
    config: TrainConfig,
    seed: int,
) -> tuple[Outputs, Tensor, np.ndarray]:
    """Every row as a clean default page, then every row as a degraded page of some layout."""
    rng = np.random.default_rng((config.seed, seed))
    unseen = noise.load(noise_root, training=False)
    degraded = replace(config.pages, degraded=1.0, other_seconds=0.0)
    names, shares = zip(*config.layouts, strict=True)
    logits: list[Outputs] = []
    features: list[Tensor] = []
    ink_share: list[np.ndarray] = []
    for recipe in (pages.CLEAN, degraded):
        for start in range(0, len(rows), 64):
            drawn = []
            for row in rows[start : start + 64]:
                name = "3x4+1R" if recipe is pages.CLEAN else str(rng.choice(names, p=shares))
                plan = pages.plan_for(name, rng, vary=recipe is not pages.CLEAN)
                drawn.append(pages.draw_arranged(data.signals_uv[row], plan, recipe, unseen, rng))
            ink = np.stack(drawn)
            with torch.inference_mode():
                outputs, pooled = network.answer(as_input(torch.from_numpy(ink)))
            logits.append(outputs)
            features.append(pooled)
            ink_share.append(ink.mean(axis=(1, 2)) / 255)
    joined = Outputs(*(torch.cat(heads) for heads in zip(*logits, strict=True)))
    return joined, torch.cat(features), np.concatenate(ink_share)


def _fit_outputs(
    logits: Tensor, truth: np.ndarray, codes: tuple[str, ...], names: dict[str, str]
) -> tuple[Output, ...]:
    """Platt scaling (Platt 1999) and the F1 threshold of each sigmoid output."""
    fitted = []
    for k, code in enumerate(codes):
        logit, label = logits[:, k].numpy().astype(float), truth[:, k]
        slope, offset = 1.0, 0.0
        if 0 < label.sum() < len(label):
            line = LogisticRegression(C=1e3).fit(logit[:, None], label)
            if line.coef_[0, 0] > 0:
                slope, offset = float(line.coef_[0, 0]), float(line.intercept_[0])
        probability = 1 / (1 + np.exp(-(logit * slope + offset)))
        threshold = metrics.best_f1_threshold(label, probability) if label.any() else 0.5
        fitted.append(Output(code, names[code], slope, offset, threshold, shown=False))
    return tuple(fitted)


def _fit_triage(logits: Tensor, truth: np.ndarray) -> Triaging:
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
        ink_low=float(ink_share.min() * 0.7),
        ink_high=float(ink_share.max() * 1.3),
        strangeness=float(torch.quantile(strange, STRANGENESS_QUANTILE)),
    )


def write_weights(network: PageNetwork, centre: Tensor, whitening: Tensor, folder: Path) -> str:
    """Write weights.safetensors to `folder`; returns its SHA-256."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "weights.safetensors"
    tensors = {name: value.contiguous() for name, value in network.state_dict().items()}
    save_file(tensors | {WHITENING: whitening, CENTRE: centre}, file)
    return hashlib.sha256(file.read_bytes()).hexdigest()
