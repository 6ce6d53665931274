"""Where the model looked: class activation maps laid over the leads."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack

import cv2
import numpy as np
import torch
from torch import Tensor

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
    augmented copies would mirror time.
    """
    chosen = METHODS[method]
    size = (read.shape[3], read.shape[2])
    maps = [
        _on_page(chosen.weigh(features, gradients), size)
        for features, gradients in _seen(network, read, head, index, chosen.stages)
    ]
    heat = chosen.joined(np.stack(maps), boxes)
    return np.asarray(np.clip(heat, 0, 1))


def _seen(
    network: PageNetwork, read: Tensor, head: str, index: int, stages: Sequence[int]
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Features of some stages, and the gradients of one output by them: C×h×w each."""
    held: list[Tensor] = []
    network.eval()
    with ExitStack() as hooks, torch.enable_grad():
        for stage in stages:
            hook = network.trunk[stage].register_forward_hook(
                lambda _module, _given, found: held.append(found)
            )
            hooks.callback(hook.remove)
        logits: Tensor = getattr(network(read.requires_grad_(True)), head)
        gradients = torch.autograd.grad(logits[0, index], held)
    return [
        (one.detach()[0].numpy(), gradient[0].numpy())
        for one, gradient in zip(held, gradients, strict=True)
    ]


def _on_page(coarse: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """What speaks for the answer, 0 to 1, as large as the page. size: width, height."""
    found = np.maximum(coarse, 0)
    found = found - found.min()
    scaled = np.asarray(found / (1e-7 + found.max()), np.float32)
    return np.asarray(cv2.resize(scaled, size))


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
