"""Attention methods: one short file each, all of one contract."""

from ecg_core.network.attention import gradcam, gradcam_plus_plus, hirescam
from ecg_core.network.attention.method import AttentionMethod

METHODS: dict[str, AttentionMethod] = {
    method.key: method for method in (gradcam.method, hirescam.method, gradcam_plus_plus.method)
}
"""By key; the first is the default."""

DEFAULT_METHOD = gradcam.method.key

__all__ = ["DEFAULT_METHOD", "METHODS", "AttentionMethod"]
