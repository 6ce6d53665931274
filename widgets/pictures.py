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


def ink_image(ink: np.ndarray) -> np.ndarray:
    """Ink (uint8, height × width, 255 is ink) as dark strokes on nothing, RGBA."""
    picture = np.zeros((*ink.shape, 4), np.uint8)
    picture[..., :3] = (20, 24, 26)
    picture[..., 3] = ink
    return picture
