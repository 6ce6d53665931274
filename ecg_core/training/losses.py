"""What a network is trained on: rows of targets, each learned from labels and from teachers.

Adding a target is a row here and a head of that name; adding a teacher is a row in
`ecg_core.training.teacher.TEACHERS`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from ecg_core.network.architecture import Outputs
from ecg_core.network.statements import STATEMENTS, SUPERCLASSES, TRIAGE_CLASSES, Triage
from ecg_core.training.data.ptbxl import PtbXl

Labels = Mapping[str, Tensor]
"""Labels of one batch by head: 0 to 1 and NaN unknown (B×K), or a class and −1 unknown (B)."""


@dataclass(frozen=True)
class Target:
    """One row of what is learned.

    head: field of `Outputs` and key of `Labels`. exclusive: whether one of its classes is true
    (softmax) or each by itself (sigmoid). weight: in the sum.
    """

    head: str
    exclusive: bool
    weight: float


TWELVE_LEADS: tuple[Target, ...] = (
    Target("superclasses", exclusive=False, weight=1.0),
    # The mean runs over some fifty statements, most of them rare: one statement then weighs about
    # half as much as one superclass.
    Target("statements", exclusive=False, weight=5.0),
    Target("triage", exclusive=True, weight=0.3),
)
STRIPS: tuple[Target, ...] = (
    # The mean runs over seven statements, most of them rare in a batch.
    Target("statements", exclusive=False, weight=3.0),
    Target("triage", exclusive=True, weight=1.0),
)


def labels(data: PtbXl, rows: np.ndarray) -> Labels:
    """Labels of the given rows of PTB-XL."""
    return {
        "superclasses": torch.from_numpy(data.superclasses[rows]).float(),
        "statements": torch.from_numpy(data.statements[rows]).float(),
        "triage": torch.from_numpy(data.triage[rows]).long(),
    }


def injured(truth: Labels, changed: Tensor, codes: Sequence[str]) -> Labels:
    """Labels once a current of acute injury lies over some recordings.

    changed: bool, B. Acute infarction, superclass infarction and not normal are known of these;
    the rhythm and conduction stay; of everything else nothing is known.

    >>> plain = {"superclasses": torch.zeros(1, 5), "statements": torch.ones(1, 2),
    ...     "triage": torch.zeros(1, dtype=torch.long)}
    >>> told = injured(plain, torch.tensor([True]), ("NORM", "SR"))
    >>> told["superclasses"], told["statements"], told["triage"]
    (tensor([[0., 1., nan, 0., nan]]), tensor([[0., 1.]]), tensor([1]))
    """
    superclasses, statements = truth["superclasses"].clone(), truth["statements"].clone()
    known = {"NORM": 0.0, "MI": 1.0, "STTC": torch.nan, "HYP": torch.nan}
    for name, value in known.items():
        superclasses[changed, SUPERCLASSES.index(name)] = value
    for k, code in enumerate(codes):
        if code == "NORM":
            statements[changed, k] = 0.0
        elif STATEMENTS[code].group not in ("rhythm", "CD"):
            statements[changed, k] = torch.nan
    triage = truth["triage"].clone()
    triage[changed] = TRIAGE_CLASSES.index(Triage.ACUTE_MI)
    return {"superclasses": superclasses, "statements": statements, "triage": triage}


def supervised(
    outputs: Outputs,
    truth: Labels,
    targets: Sequence[Target],
    class_weights: Mapping[str, Tensor] | None = None,
) -> Tensor:
    """Weighted cross-entropies of the targets; what has no label leaves its term out.

    class_weights: of exclusive targets, by head.
    """
    loss = torch.zeros(())
    for target in targets:
        logits, told = getattr(outputs, target.head).float(), truth[target.head]
        known = told >= 0 if target.exclusive else torch.isfinite(told)
        if not known.any():
            continue
        if target.exclusive:
            weight = (class_weights or {}).get(target.head)
            term = F.cross_entropy(logits[known], told[known], weight=weight)
        else:
            term = F.binary_cross_entropy_with_logits(logits[known], told[known])
        loss = loss + target.weight * term
    return loss


def distilled(outputs: Outputs, teacher: Outputs, targets: Sequence[Target]) -> Tensor:
    """Distance from a teacher's probabilities (Hinton et al. 2015), temperature one."""
    loss = torch.zeros(())
    for target in targets:
        logits, soft = getattr(outputs, target.head).float(), getattr(teacher, target.head)
        term = (
            F.cross_entropy(logits, soft)
            if target.exclusive
            else F.binary_cross_entropy_with_logits(logits, soft)
        )
        loss = loss + target.weight * term
    return loss


def probabilities(logits: Outputs, targets: Sequence[Target]) -> Outputs:
    """What a teacher believes, from its logits.

    >>> none = torch.zeros(1, 2)
    >>> probabilities(Outputs(none, none, torch.zeros(1, 4)), TWELVE_LEADS).triage
    tensor([[0.2500, 0.2500, 0.2500, 0.2500]])
    """
    exclusive = {target.head: target.exclusive for target in targets}
    return Outputs(
        *(
            torch.softmax(head, dim=1) if exclusive[name] else torch.sigmoid(head)
            for name, head in logits._asdict().items()
        )
    )


def mean(teachers: Sequence[Outputs]) -> Outputs:
    """What several teachers believe together: the mean of their probabilities."""
    return Outputs(*(torch.stack(heads).mean(dim=0) for heads in zip(*teachers, strict=True)))


def measured(told: Tensor, known: Tensor) -> Tensor:
    """Huber distance from the measurements (B×K); those that could not be made are left out."""
    there = torch.isfinite(known)
    told = told.float()
    return F.smooth_l1_loss(told[there], known[there]) if there.any() else told.sum() * 0.0


def triage_weights(triage: Tensor, classes: int) -> Tensor:
    """Square-root inverse frequency per triage class, mean one: rare classes count, calmly.

    >>> triage_weights(torch.tensor([0, 0, 0, 0, 1, -1]), 2)
    tensor([0.6667, 1.3333])
    """
    counts = torch.bincount(triage[triage >= 0].long(), minlength=classes).float().clamp(min=1)
    weights = counts.rsqrt()
    return weights / weights.mean()
