"""The marks network: pixels to four maps (trace, grid, text, bold lines)."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.fusion import fuse_conv_bn_eval

FINE = 16  # channels at half the picture's resolution
WIDTHS = (32, 48, 64, 96)  # at a quarter, an eighth, a sixteenth, a thirty-second
MAPS = ("trace", "grid", "text", "bold")


def conv(a: int, b: int, stride: int = 1) -> nn.Sequential:
    """A 3 × 3 convolution with batch normalisation and ReLU."""
    return nn.Sequential(
        nn.Conv2d(a, b, 3, stride, 1, bias=False), nn.BatchNorm2d(b), nn.ReLU(True)
    )


class MarksNet(nn.Module):
    """A U-net on pixels folded two by two: RGB 0..1 (n × 3 × h × w) to logits (n × 4 × h × w).

    Height and width are multiples of 32.  Most of the work is done at a quarter of the
    resolution and below; the half-resolution level only keeps edges where they are.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = conv(12, FINE)
        ins = (FINE, *WIDTHS[:-1])
        self.down = nn.ModuleList(
            nn.Sequential(conv(a, b, 2), conv(b, b)) for a, b in zip(ins, WIDTHS, strict=True)
        )
        self.up = nn.ModuleList(
            conv(WIDTHS[i + 1] + WIDTHS[i], WIDTHS[i]) for i in range(len(WIDTHS) - 1)
        )
        self.narrow = nn.Conv2d(WIDTHS[0], FINE, 1)
        self.last = conv(FINE, FINE)
        self.out = nn.Conv2d(FINE, 4 * len(MAPS), 1)

    def folded(self) -> MarksNet:
        """The same network with every normalisation folded into its convolution, in place."""
        for block in list(self.modules()):
            if isinstance(block, nn.Sequential) and len(block) == 3:
                merged = fuse_conv_bn_eval(block[0], block[1])  # type: ignore[type-var, arg-type]
                block[0], block[1] = merged, nn.Identity()
        return self.to(memory_format=torch.channels_last)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.pixel_unshuffle(x, 2).contiguous(memory_format=torch.channels_last)
        fine = x = self.stem(x)
        kept = []
        for block in self.down:
            x = block(x)
            kept.append(x)
        for i in reversed(range(len(self.up))):
            x = self.up[i](
                torch.cat([F.interpolate(x, scale_factor=2.0, mode="nearest"), kept[i]], 1)
            )
        x = self.last(fine + F.interpolate(self.narrow(x), scale_factor=2.0, mode="nearest"))
        return F.pixel_shuffle(self.out(x), 2)
