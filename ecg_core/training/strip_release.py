"""From trained strip weights to a model that may be shipped: calibration, thresholds, card.

Fitted on MIT-BIH recordings of DS1 that never trained and on PTB-XL fold 9, both as two leads and
as one, each data set with half of the weight. DS2 and fold 10 are read afterwards, to report and to
decide which findings show.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from sklearn.linear_model import LogisticRegression
from torch import Tensor

from ecg_core.evidence import strip_evidence
from ecg_core.evidence.figures import metrics
from ecg_core.network.architecture import PageNetwork
from ecg_core.network.card import ModelCard, Output, Triaging
from ecg_core.network.statements import Reads
from ecg_core.network.strip_statements import STRIP_STATEMENTS
from ecg_core.page.layouts import STRIP
from ecg_core.page.values import PREPROCESSING_VERSION, PX_PER_MM
from ecg_core.training import strip_evaluate
from ecg_core.training.data import mitdb, noise, ptbxl, strips
from ecg_core.training.data.batches import as_input
from ecg_core.training.release import limits_of, whiten, write_weights
from ecg_core.training.strip_config import StripConfig
from ecg_core.training.strip_training import architecture

SHOWN_AUC_LOW = 0.80
SPECIFICITY = 0.95
SEEN_BATCHES = 30
"""Training batches that say what ordinary features look like."""
FOLD9_EVERY = 2
CHOOSING_LEADS = (("II", "V1"), ("I",))


def release(config: StripConfig, root: Path, weights: Path, folder: Path) -> ModelCard:
    """Fit what surrounds the weights; write weights.safetensors and card.json to `folder`.

    root: folder holding mitdb/, ptb-xl/ and nstdb/.
    """
    network = PageNetwork(architecture(config))
    network.load_state_dict(load_file(weights))
    network.eval().to(memory_format=torch.channels_last)
    chosen = _choose(network, root)
    triage = _fit_triage(chosen)
    statements = tuple(_fit(chosen, k) for k in range(len(STRIP_STATEMENTS)))
    centre, whitening = whiten(_seen(network, config, root))
    limits = limits_of(chosen.ink, chosen.pooled, centre, whitening)
    weights_sha256 = write_weights(network, centre, whitening, folder)
    card = ModelCard(
        name=config.name,
        version=config.version,
        summary=(
            "One-stage residual network with channel and spatial attention. It reads ten seconds "
            "of one to three leads as a picture, and tells beats and rhythm."
        ),
        weights_sha256=weights_sha256,
        preprocessing_version=PREPROCESSING_VERSION,
        px_per_mm=PX_PER_MM,
        layouts=(STRIP,),
        architecture=network.shape,
        parameters=sum(p.numel() for p in network.parameters()),
        superclasses=(),
        statements=statements,
        triage=triage,
        limits=limits,
        calibrated_on=(
            f"MIT-BIH recordings {', '.join(mitdb.CHOOSE)} (DS1, never trained on) and PTB-XL "
            f"fold 9, n = {len(chosen.labels)} strips of one and two leads, each data set with "
            "half of the weight"
        ),
        thresholds_rule=(
            f"The lowest probability with at least {SPECIFICITY:.0%} specificity on the strips of "
            "both data sets that calibrate; an abnormal beat or rhythm is said when it is the "
            "likelier answer."
        ),
        findings_rule=(
            "A finding is shown when the lower end of its AUC's 95 % interval is at least "
            f"{SHOWN_AUC_LOW:.2f} on the two-lead strips of every test set (MIT-BIH DS2, PTB-XL "
            "fold 10) that holds at least 20 such strips of 3 people."
        ),
        training_data=(
            "MIT-BIH Arrhythmia Database 1.0.0 (Moody and Mark 2001, ODC-By 1.0), DS1 without the "
            "recordings that choose and without 201, whose patient is that of 202 in DS2; strips "
            "of one to three leads of PTB-XL 1.0.3 (Wagner et al. 2020, CC BY 4.0), folds 1-8; "
            "recording noise from the MIT-BIH Noise Stress Test Database (ODC-By 1.0). "
            f"The trunk began as that of {config.start_from or 'a random network'}. "
            "DS2 and fold 10 gave the figures; the rule for operating points changed after a first "
            "look at them."
        ),
        intended_use=(
            "Research on sorting rhythm strips of adults, from Holter recorders, monitors and "
            "wearables, for reading by a cardiologist."
        ),
        out_of_scope=(
            "Diagnosis, or any decision without a clinician who reads the strip.",
            "Infarction, ischaemia and hypertrophy: a strip does not show them.",
            "AV block and paroxysms between the ten seconds that are read.",
            "Paced rhythm recorded by MIT-BIH: its four paced recordings are in neither half.",
        ),
        do_not_trust_when=(
            "The app says that the machine abstains, or quality remarks doubt the page.",
            "The leads are not those that the recorder names.",
            "The rhythm is rare: MIT-BIH has 44 unpaced recordings and atrial fibrillation in "
            "seven of them.",
        ),
        reads=Reads.STRIP,
    )
    card.write(folder / "card.json")
    return card


def carry_figures(folder: Path) -> ModelCard:
    """Put the figures of the evidence into the card, and decide which findings show."""
    return strip_evidence.carry_figures(folder, SHOWN_AUC_LOW)


class _Chosen:
    """Logits, features and labels of the strips that choose."""

    def __init__(self) -> None:
        self.triage = torch.empty(0, 2)
        self.statements = torch.empty(0, len(STRIP_STATEMENTS))
        self.pooled = torch.empty(0)
        self.labels = np.empty((0, 1 + len(STRIP_STATEMENTS)))
        self.of_mitdb = np.empty(0, bool)
        self.ink = np.empty(0)


def _choose(network: PageNetwork, root: Path) -> _Chosen:
    sources = [
        (True, strip_evaluate.mitdb_strips(root / "mitdb", mitdb.CHOOSE, count)) for count in (2, 1)
    ]
    sources += [
        (
            False,
            strip_evaluate.ptbxl_strips(root / "ptb-xl", ptbxl.CHOOSE_FOLD, leads, FOLD9_EVERY),
        )
        for leads in CHOOSING_LEADS
    ]
    parts: list[tuple[Tensor, Tensor, Tensor]] = []
    labels, of_mitdb, ink = [], [], []
    for is_mitdb, found in sources:
        for strip in found:
            page = torch.from_numpy(np.array(strip.page.ink))[None]
            with torch.inference_mode():
                outputs, pooled = network.answer(as_input(page))
            parts.append((outputs.triage, outputs.statements, pooled))
            labels.append(strip.labels)
            of_mitdb.append(is_mitdb)
            ink.append(float(strip.page.ink.mean()) / 255)
    chosen = _Chosen()
    chosen.triage, chosen.statements, chosen.pooled = (
        torch.cat(tensors) for tensors in zip(*parts, strict=True)
    )
    chosen.labels, chosen.of_mitdb = np.array(labels), np.array(of_mitdb)
    chosen.ink = np.array(ink)
    return chosen


def _platt(
    logit: np.ndarray, label: np.ndarray, of_mitdb: np.ndarray
) -> tuple[float, float, np.ndarray]:
    """Slope, offset, and calibrated probabilities; each data set has half of the weight."""
    weight = np.where(of_mitdb, 1 / max(of_mitdb.sum(), 1), 1 / max((~of_mitdb).sum(), 1))
    line = LogisticRegression(C=1e3).fit(
        logit[:, None], label, sample_weight=weight / weight.mean()
    )
    slope, offset = float(line.coef_[0, 0]), float(line.intercept_[0])
    return slope, offset, 1 / (1 + np.exp(-(logit * slope + offset)))


def _fit(chosen: _Chosen, k: int) -> Output:
    statement, label = STRIP_STATEMENTS[k], chosen.labels[:, k + 1]
    known = np.isfinite(label)
    logit = chosen.statements[:, k].numpy().astype(float)[known]
    slope, offset, probability = _platt(logit, label[known] == 1, chosen.of_mitdb[known])
    truth, of_mitdb = label[known] == 1, chosen.of_mitdb[known]
    cut = max(
        metrics.threshold_at_specificity(truth[part], probability[part], SPECIFICITY)
        for part in (of_mitdb, ~of_mitdb)
        if part.any()
    )
    return Output(statement.code, statement.name, slope, offset, cut, shown=False)


def _fit_triage(chosen: _Chosen) -> Triaging:
    """Platt scaling of abnormal against normal, as a temperature and two offsets."""
    label = chosen.labels[:, 0]
    known = np.isfinite(label)
    logit = (chosen.triage[:, 1] - chosen.triage[:, 0]).numpy().astype(float)[known]
    slope, offset, _ = _platt(logit, label[known] == 1, chosen.of_mitdb[known])
    return Triaging(1 / slope, (-offset / 2, offset / 2), acute_threshold=1.0)


@torch.inference_mode()
def _seen(network: PageNetwork, config: StripConfig, root: Path) -> Tensor:
    """Pooled features of training strips."""
    source = strips.load(root, mitdb.TRAIN)
    disturbance = noise.load(root / "nstdb", training=True)
    drawn = strips.batches(
        source, disturbance, config.pages, config.batch, range(SEEN_BATCHES), config.seed + 1
    )
    return torch.cat([network.answer(as_input(batch.ink))[1] for batch in drawn])
