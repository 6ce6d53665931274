"""Grad-CAM++: only places that raise the answer weigh, several alike."""

from pytorch_grad_cam import GradCAMPlusPlus

from ecg_core.network.attention.method import AttentionMethod
from ecg_core.network.values import METHOD_NAMES

method = AttentionMethod(
    key="gradcam++",
    name=METHOD_NAMES["gradcam++"],
    about="Only what raises the answer counts, and several places may count alike.",
    source="Chattopadhay et al., WACV 2018",
    cam=GradCAMPlusPlus,
)
