"""HiResCAM: every feature weighs its gradient at the very place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecg_core.network.attention.method import AttentionMethod
from ecg_core.network.values import METHOD_NAMES

if TYPE_CHECKING:
    from pytorch_grad_cam.base_cam import BaseCAM


def library() -> type[BaseCAM]:
    """The library's class; it takes seconds to import, so only whoever asks for a map does."""
    from pytorch_grad_cam import HiResCAM

    return HiResCAM


method = AttentionMethod(
    key="hirescam",
    name=METHOD_NAMES["hirescam"],
    about="Each feature counts by its effect on the answer at the very place.",
    source="Draelos and Carin, arXiv:2011.08891, 2020",
    cam=library,
)
