"""Grad-CAM: every feature weighs its mean gradient over the page."""

from pytorch_grad_cam import GradCAM

from ecg_core.network.attention.method import AttentionMethod
from ecg_core.network.values import METHOD_NAMES

method = AttentionMethod(
    key="gradcam",
    name=METHOD_NAMES["gradcam"],
    about="Each feature counts by its mean effect on the answer over the whole page.",
    source="Selvaraju et al., ICCV 2017",
    cam=GradCAM,
)
