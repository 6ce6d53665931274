"""Grad-CAM++: only places that raise the answer weigh, several alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecg_core.network.attention.method import AttentionMethod
from ecg_core.network.values import METHOD_NAMES

if TYPE_CHECKING:
    from pytorch_grad_cam.base_cam import BaseCAM


def library() -> type[BaseCAM]:
    """The library's class; it takes seconds to import, so only whoever asks for a map does."""
    from pytorch_grad_cam import GradCAMPlusPlus

    return GradCAMPlusPlus


method = AttentionMethod(
    key="gradcam++",
    name=METHOD_NAMES["gradcam++"],
    about="Only what raises the answer counts, and several places may count alike.",
    source="Chattopadhay et al., WACV 2018",
    cam=library,
)
