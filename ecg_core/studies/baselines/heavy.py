"""Heavy CNN: ResNet-50 (He et al. 2016), random start, on pages at half the resolution.

At full resolution a page costs eleven thousand million multiplications, over ten times ours.
"""

from __future__ import annotations

from torch import nn
from torchvision.models import resnet50

from ecg_core.studies.baselines.method import Baseline, Described, small_photograph


def build(statements: int) -> nn.Module:
    """ResNet-50 without its classifier."""
    backbone = resnet50(weights=None)
    backbone.fc = nn.Identity()
    return Described(backbone, 2048, statements, small_photograph)


method = Baseline("resnet50", "Heavy CNN: ResNet-50, 1 px/mm", build, peak_rate=1e-3)
