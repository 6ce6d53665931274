"""HiResCAM: every feature weighs its gradient at the very place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ecg_core.network.attention.method import AttentionMethod
from ecg_core.network.values import METHOD_NAMES

if TYPE_CHECKING:
    from pytorch_grad_cam.base_cam import BaseCAM


def library() -> type[BaseCAM]:
    """The library's class; it takes seconds to import, so only whoever asks for a map does."""
    from pytorch_grad_cam import HiResCAM

    return HiResCAM


def every_map() -> type[BaseCAM]:
    """The same class, but it gives the maps of all layers, one after another: N×L×H×W."""
    from pytorch_grad_cam import HiResCAM

    class EveryMap(HiResCAM):  # type: ignore[misc]
        def aggregate_multi_layers(self, cam_per_target_layer: list[np.ndarray]) -> np.ndarray:
            return np.concatenate(cam_per_target_layer, axis=1)

    return EveryMap


method = AttentionMethod(
    key="hirescam",
    name=METHOD_NAMES["hirescam"],
    about="Each feature counts by its effect on the answer at the very place.",
    source="Draelos and Carin, arXiv:2011.08891, 2020",
    cam=library,
)
