"""Grad-CAM: every feature weighs its mean gradient over the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecg_core.network.attention.method import AttentionMethod
from ecg_core.network.values import METHOD_NAMES

if TYPE_CHECKING:
    from pytorch_grad_cam.base_cam import BaseCAM


def library() -> type[BaseCAM]:
    """The library's class; it takes seconds to import, so only whoever asks for a map does."""
    from pytorch_grad_cam import GradCAM

    return GradCAM


method = AttentionMethod(
    key="gradcam",
    name=METHOD_NAMES["gradcam"],
    about="Each feature counts by its mean effect on the answer over the whole page.",
    source="Selvaraju et al., ICCV 2017",
    cam=library,
)
