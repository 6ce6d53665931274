"""What the network is trained on: hard labels, and a teacher's soft answers where there are any."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from ecg_core.network.architecture import Outputs
from ecg_core.training.data.ptbxl import PtbXl

STATEMENT_WEIGHT = 5.0
"""The mean runs over some fifty statements, most of them rare: one statement then weighs about
half as much as one superclass."""
TRIAGE_WEIGHT = 0.3


@dataclass(frozen=True)
class Targets:
    """Labels of one batch: superclasses B×5 and statements B×S in 0..1, triage B (−1 unknown)."""

    superclasses: Tensor
    statements: Tensor
    triage: Tensor


def targets(data: PtbXl, rows: np.ndarray) -> Targets:
    """Labels of the given rows of the data set."""
    return Targets(
        torch.from_numpy(data.superclasses[rows]).float(),
        torch.from_numpy(data.statements[rows]).float(),
        torch.from_numpy(data.triage[rows]).long(),
    )


def supervised(outputs: Outputs, targets: Targets, triage_weights: Tensor) -> Tensor:
    """Cross-entropies of the three heads; records without a triage class leave its term out."""
    loss = F.binary_cross_entropy_with_logits(outputs.superclasses, targets.superclasses)
    loss = loss + STATEMENT_WEIGHT * F.binary_cross_entropy_with_logits(
        outputs.statements, targets.statements
    )
    known = targets.triage >= 0
    if known.any():
        loss = loss + TRIAGE_WEIGHT * F.cross_entropy(
            outputs.triage[known], targets.triage[known], weight=triage_weights
        )
    return loss


def distilled(outputs: Outputs, teacher: Outputs) -> Tensor:
    """Distance from the teacher's probabilities (Hinton et al. 2015), temperature one."""
    loss = F.binary_cross_entropy_with_logits(
        outputs.superclasses, torch.sigmoid(teacher.superclasses)
    )
    loss = loss + STATEMENT_WEIGHT * F.binary_cross_entropy_with_logits(
        outputs.statements, torch.sigmoid(teacher.statements)
    )
    return loss + TRIAGE_WEIGHT * F.cross_entropy(
        outputs.triage, torch.softmax(teacher.triage, dim=1)
    )


def measured(told: Tensor, known: Tensor) -> Tensor:
    """Huber distance from the measurements (B×K); those that could not be made are left out."""
    there = torch.isfinite(known)
    return F.smooth_l1_loss(told[there], known[there]) if there.any() else told.sum() * 0.0


def triage_weights(triage: Tensor, classes: int) -> Tensor:
    """Square-root inverse frequency per triage class, mean one: rare classes count, calmly."""
    counts = torch.bincount(triage[triage >= 0].long(), minlength=classes).float().clamp(min=1)
    weights = counts.rsqrt()
    return weights / weights.mean()
