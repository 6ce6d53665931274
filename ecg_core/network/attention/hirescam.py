"""HiResCAM: every feature weighs its gradient at the very place."""

from pytorch_grad_cam import HiResCAM

from ecg_core.network.attention.method import AttentionMethod
from ecg_core.network.values import METHOD_NAMES

method = AttentionMethod(
    key="hirescam",
    name=METHOD_NAMES["hirescam"],
    about="Each feature counts by its effect on the answer at the very place.",
    source="Draelos and Carin, arXiv:2011.08891, 2020",
    cam=HiResCAM,
)
