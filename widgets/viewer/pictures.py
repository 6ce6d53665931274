"""Arrays as the browser takes them: data addresses of images, bytes of waveforms."""

from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image

from ecg_core.network.shade import HEAT_STOPS

HEAT_CSS = "linear-gradient(90deg, " + ", ".join(f"rgb{rgb}" for _, rgb in HEAT_STOPS) + ")"


def data_url(pixels: np.ndarray, lossless: bool = True) -> str:
    """Address of an image that travels inside the page.

    pixels: uint8, height × width × 3 (RGB) or × 4 (RGBA). Photographs may go as JPEG.
    """
    buffer = io.BytesIO()
    kind = "PNG" if lossless else "JPEG"
    options = {"compress_level": 3} if lossless else {"quality": 92, "subsampling": 0}
    Image.fromarray(pixels).save(buffer, kind, **options)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(buffer.getvalue()).decode()}"


def jpeg_url(jpeg: bytes) -> str:
    """Address of a JPEG that is one already."""
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}"


def ink_url(ink: np.ndarray) -> str:
    """Address of ink (uint8, height × width, 255 is ink) as dark strokes on nothing."""
    tints = np.tile(np.array((20, 24, 26, 0), np.uint8), (256, 1))
    tints[:, 3] = np.arange(256)
    return _tinted(Image.fromarray(ink), tints)


def _tinted(levels: Image.Image, tints: np.ndarray) -> str:
    """Address of a picture of one channel, each level in its colour (256 × RGBA)."""
    picture = Image.fromarray(np.asarray(levels), "P")
    picture.putpalette(tints[:, :3].tobytes())
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", compress_level=3, transparency=tints[:, 3].tobytes())
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"
