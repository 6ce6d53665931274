"""Deletion, insertion and ROAD: does the answer hang on what the map calls important?

Deletion blanks the paper in the order of the map and insertion puts the ink back in that order
(Petsiuk et al., BMVC 2018); the area under the probability, relative to that of the whole page, is
low for deletion and high for insertion when the map is right. ROAD fills what is removed with
noisy linear interpolation, so that the shape of the hole tells nothing (Rong et al., ICML 2022);
half the difference between removing the least and the most important first is above zero when the
map is right.
"""

from __future__ import annotations

import cv2
import numpy as np
import torch
from pytorch_grad_cam.metrics.road import NoisyLinearImputer

from ecg_core.network.classifier import Classifier
from ecg_core.studies.attention.sampling import Asked, probabilities

STEPS = 20
"""Equal parts in which the page is blanked or put back."""
ROAD_PERCENT = (20.0, 40.0)
"""Shares of the page that ROAD removes."""
CELL_PX = 32
"""Stride of the last feature map: a random map is made as coarse as the network's."""


def random_map(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """A map that knows nothing, as coarse and as smooth as attention: float32, 0 to 1."""
    height, width = shape
    coarse = rng.random((-(-height // CELL_PX), -(-width // CELL_PX)), dtype=np.float32)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR))


def ranks(heat: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Place of every pixel in the order of the map, most important first, from 0 to below 1.

    Where the map is even, for example where it is zero, the order is drawn at random.
    """
    flat = heat.ravel()
    order = np.lexsort((rng.random(flat.size), -flat))
    place = np.empty(flat.size)
    place[order] = np.arange(flat.size) / flat.size
    return place.reshape(heat.shape)


def deletion_and_insertion(
    classifier: Classifier, asked: Asked, heat: np.ndarray, rng: np.random.Generator
) -> tuple[float, float]:
    """Areas under the probability while the page is blanked and while it is put back."""
    place, shares = ranks(heat, rng), np.arange(STEPS + 1) / STEPS
    deleted = np.stack([np.where(place < share, 0, asked.ink) for share in shares])
    inserted = np.stack([np.where(place < share, asked.ink, 0) for share in shares])
    both = np.concatenate([deleted, inserted]).astype(np.uint8)
    scores = probabilities(classifier, both, asked.target) / max(
        probabilities(classifier, asked.ink[None], asked.target)[0], 1e-9
    )
    return (
        float(np.trapezoid(scores[: STEPS + 1], shares)),
        float(np.trapezoid(scores[STEPS + 1 :], shares)),
    )


def road(classifier: Classifier, asked: Asked, heat: np.ndarray, rng: np.random.Generator) -> float:
    """Half the probability lost by removing the most, less by removing the least, important."""
    place = ranks(heat, rng)
    page = torch.from_numpy(asked.ink).to(torch.float32).div_(255)[None]
    imputer = NoisyLinearImputer()
    scores = []
    for removed in [place < p / 100 for p in ROAD_PERCENT] + [
        place >= 1 - p / 100 for p in ROAD_PERCENT
    ]:
        torch.manual_seed(asked.ecg_id)
        filled = imputer(page, torch.from_numpy(~removed).to(torch.float32))
        ink = (filled[0].clamp(0, 1) * 255).round().to(torch.uint8).numpy()
        scores.append(probabilities(classifier, ink[None], asked.target)[0])
    most, least = np.split(np.array(scores), 2)
    return float((least - most).mean() / 2)
