"""Arrays as the browser takes them: data addresses of images, bytes of waveforms."""

from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image

# Pale to deep blue: far from the red of the grid in every kind of colour vision, and laid over
# the paper by multiplication, so that a black trace stays black under it.
HEAT_STOPS: tuple[tuple[float, tuple[int, int, int]], ...] = (
    (0.0, (222, 241, 252)),
    (0.5, (104, 178, 226)),
    (1.0, (36, 84, 190)),
)
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


def heat_image(heat: np.ndarray) -> np.ndarray:
    """Attention (float, height × width, 0 to 1) as a translucent RGBA picture of that size."""
    level = np.clip(np.nan_to_num(heat), 0.0, 1.0)
    stops = [stop for stop, _ in HEAT_STOPS]
    channels = [
        np.interp(level, stops, [rgb[channel] for _, rgb in HEAT_STOPS]) for channel in range(3)
    ]
    # Weak attention fades away instead of tinting the whole sheet.
    cover = np.clip((level - 0.12) / 0.4, 0.0, 1.0) * 255
    return np.stack([*channels, cover], axis=-1).round().astype(np.uint8)


def ink_image(ink: np.ndarray) -> np.ndarray:
    """Ink (uint8, height × width, 255 is ink) as dark strokes on nothing, RGBA."""
    picture = np.zeros((*ink.shape, 4), np.uint8)
    picture[..., :3] = (20, 24, 26)
    picture[..., 3] = ink
    return picture
