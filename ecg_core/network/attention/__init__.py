"""Attention methods: one short file each, all of one contract."""

from ecg_core.network.attention import (
    gradcam,
    gradcam_plus_plus,
    hirescam,
    hirescam_fine,
    hirescam_stages,
)
from ecg_core.network.attention.method import AttentionMethod

METHODS: dict[str, AttentionMethod] = {
    method.key: method
    for method in (
        hirescam_stages.method,
        hirescam_fine.method,
        hirescam.method,
        gradcam.method,
        gradcam_plus_plus.method,
    )
}
"""By key, in the order of `METHOD_NAMES`: the first is the default."""

DEFAULT_METHOD = next(iter(METHODS))

__all__ = ["DEFAULT_METHOD", "METHODS", "AttentionMethod"]
