"""Where the model looked: class activation maps laid over the leads (pytorch-grad-cam)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from torch import Tensor, nn

from ecg_core import importing
from ecg_core.network.architecture import PageNetwork
from ecg_core.network.attention import DEFAULT_METHOD, METHODS
from ecg_core.network.classifier import Classifier
from ecg_core.network.statements import SUPERCLASSES, triage_names
from ecg_core.network.values import Attention, LeadShare
from ecg_core.page.arrange import arranged_boxes, put_back
from ecg_core.page.values import EcgPage, LeadBox


def targets(classifier: Classifier) -> tuple[tuple[str, str], ...]:
    """What attention can be asked for: (key, plain name), triage classes first."""
    card = classifier.card
    names = triage_names(card.reads)
    triage = tuple((str(c), names[c]) for c in card.triage_classes)
    supers = tuple((output.code, output.name) for output in card.superclasses)
    shown = tuple((o.code, o.name) for o in card.statements if o.shown)
    return triage + supers + tuple(pair for pair in shown if pair[0] not in SUPERCLASSES)


class _OneHead(nn.Module):
    """The network seen through the head that holds the target."""

    def __init__(self, network: PageNetwork, head: str) -> None:
        super().__init__()
        self.network = network
        self.head = head

    def forward(self, ink: Tensor) -> Tensor:
        logits: Tensor = getattr(self.network(ink), self.head)
        return logits


def locate(classifier: Classifier, target: str) -> tuple[str, int]:
    """Head of the network that holds a target, and its place there. Raises KeyError."""
    card = classifier.card
    if target in set(card.triage_classes):
        return "triage", [str(c) for c in card.triage_classes].index(target)
    supers = [output.code for output in card.superclasses]
    if target in supers:
        return "superclasses", supers.index(target)
    codes = [output.code for output in card.statements]
    if target in codes:
        return "statements", codes.index(target)
    raise KeyError(f"the model has no output {target!r}")


def attend(
    classifier: Classifier, page: EcgPage, target: str, method: str = DEFAULT_METHOD
) -> Attention:
    """Attention of one output on one page.

    target: triage class ("acute_mi"), superclass ("MI") or statement code ("AFIB").
    method: a key of `METHODS`. Raises KeyError for an unknown target or method.
    """
    head, index = locate(classifier, target)
    read = classifier.network_input(page)
    boxes = boxes_read(classifier, page)
    # The hooks sit on the shared network: nobody else may run it meanwhile.
    with classifier.lock:
        heat = heat_map(classifier.network, read, head, index, method, boxes)
    # Shares are of what the network read: put back, heat on blank paper would be lost.
    shares, outside = lead_shares(heat, boxes)
    if classifier.card.arranged:
        height, width = page.ink.shape
        heat = put_back(heat, height, width, page.boxes)
    return Attention(target, method, heat, shares, outside)


def boxes_read(classifier: Classifier, page: EcgPage) -> tuple[LeadBox, ...]:
    """Where the leads lie on what the network reads of a page."""
    if not classifier.card.arranged:
        return page.boxes
    height, width = page.ink.shape
    return tuple(arranged_boxes(height, width, page.boxes))


def heat_map(
    network: PageNetwork,
    read: Tensor,
    head: str,
    index: int,
    method: str = DEFAULT_METHOD,
    boxes: Sequence[LeadBox] = (),
) -> np.ndarray:
    """Class activation map of one output on what the network reads: float32, H×W, 0 to 1.

    read: 1×1×H×W. boxes: where the leads lie on it. The page is read once, as it is: averaging over
    augmented copies, as the library offers, would mirror time.
    """
    chosen = METHODS[method]
    layers = [network.trunk[stage] for stage in chosen.stages or range(len(network.trunk))]
    with importing.much():
        library = chosen.cam()
    with library(model=_OneHead(network, head), target_layers=layers) as cam:
        found = cam(input_tensor=read.requires_grad_(True), targets=[lambda logits: logits[index]])[
            0
        ]
    heat = chosen.joined(np.asarray(found, np.float32), boxes)
    return np.asarray(np.clip(heat, 0, 1))


def lead_shares(heat: np.ndarray, boxes: Sequence[LeadBox]) -> tuple[tuple[LeadShare, ...], float]:
    """Share of the heat in each lead's boxes and outside them all; together they are one.

    heat: float32, height × width in pixels. Where boxes of two leads overlap, the pixel counts for
    the first. `density` is the share per area, relative to all leads together. An empty map
    has all its share outside.
    """
    owner = np.full(heat.shape, -1, np.int16)
    leads = tuple(dict.fromkeys(box.lead for box in boxes))
    for box in boxes:
        region = owner[box.pixels]
        region[region < 0] = leads.index(box.lead)
    total = float(heat.sum(dtype=np.float64))
    if total <= 0:
        return tuple(LeadShare(lead, 0.0, 0.0) for lead in leads), 1.0
    counts = np.bincount(owner.ravel() + 1, minlength=len(leads) + 1)
    sums = np.bincount(owner.ravel() + 1, weights=heat.ravel(), minlength=len(leads) + 1) / total
    inside, area = sums[1:].sum(), counts[1:].sum()
    shares = []
    for index, lead in enumerate(leads):
        fair = counts[index + 1] / area * inside if area else 0.0
        share = float(sums[index + 1])
        shares.append(LeadShare(lead, share, float(share / fair) if fair > 0 else 0.0))
    return tuple(shares), float(sums[0])
