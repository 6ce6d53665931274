"""Attention as a picture: the shade that is laid over an ECG, on the screen and in print."""

from __future__ import annotations

import numpy as np

# Pale to deep blue: far from the red of the grid in every kind of colour vision, and laid over
# the paper by multiplication, so that a black trace stays black under it.
HEAT_STOPS: tuple[tuple[float, tuple[int, int, int]], ...] = (
    (0.0, (222, 241, 252)),
    (0.5, (104, 178, 226)),
    (1.0, (36, 84, 190)),
)


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
