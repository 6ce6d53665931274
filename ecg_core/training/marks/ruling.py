"""Paper and its ruling: lines of 1 and 5 mm in many colours, widths and kinds, or none."""

from __future__ import annotations

import numpy as np

# What rulings and papers are printed in, RGB; a ruling is mixed from paper and one of these.
RULES = np.array(
    [
        (230, 60, 80),
        (255, 120, 140),
        (220, 30, 30),
        (240, 120, 40),
        (60, 160, 80),
        (60, 110, 200),
        (130, 130, 130),
        (60, 60, 60),
        (150, 80, 50),
        (200, 120, 200),
        (90, 160, 170),
    ],
    np.float32,
)
PAPERS = np.array(
    [
        (255, 255, 255),
        (255, 240, 240),
        (252, 228, 232),
        (255, 222, 214),
        (240, 240, 240),
        (250, 246, 226),
        (230, 240, 230),
        (225, 232, 240),
        (214, 206, 190),
        (190, 185, 180),
    ],
    np.float32,
)


def _lines(
    n: int, start: float, step: float, width: float, whole: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Ink and label along one axis for lines every ``step`` px: covered share of each pixel."""
    x = np.arange(n, dtype=np.float32)
    if whole:
        nearest = np.round(start + np.round((x - start) / step) * step)
        width = max(1.0, round(width))
        d = np.abs(x - nearest) - (0.5 if width % 2 == 0 else 0.0)
        d = np.abs(x - nearest - 0.5) if width % 2 == 0 else np.abs(x - nearest)
    else:
        d = np.abs((x - start + step / 2) % step - step / 2)
    ink = np.clip(width / 2 + 0.5 - d, 0, min(1.0, width))
    label = np.clip(max(width, 1.0) / 2 + 0.5 - d, 0, 1)
    return ink.astype(np.float32), label.astype(np.float32)


def _cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.maximum(a[:, None], b[None, :])


def rule(
    r: np.random.Generator, picture: np.ndarray, paper: np.ndarray, k: float
) -> tuple[np.ndarray, np.ndarray, bool, float]:
    """Rule the paper in place; returns (grid map, bold map, bold known, strength of the lines)."""
    h, w = picture.shape[:2]
    none = np.zeros((h, w), np.float32)
    kind = r.random()
    if kind < 0.12:
        return none, none.copy(), True, 0.0
    hue = RULES[r.integers(len(RULES))] + r.uniform(-25, 25, 3).astype(np.float32)
    strength = float(r.uniform(0.12, 0.95))
    thin_alpha = strength * (float(r.uniform(0.35, 1.0)) if r.random() < 0.8 else 1.0)
    whole = r.random() < 0.4
    ox, oy = r.uniform(0, 5 * k, 2)
    lw1 = k * float(r.uniform(0.05, 0.2))
    lw5 = lw1 * float(r.uniform(1.0, 2.5)) if r.random() < 0.6 else lw1
    plain = r.random() < 0.22  # 5 mm lines like the others
    if plain:
        lw5, strength = lw1, thin_alpha
    alone = kind < 0.2
    dots = (not alone) and r.random() < 0.15
    hue5 = RULES[r.integers(len(RULES))] if (not plain and r.random() < 0.12) else hue
    inside = none + 1
    if r.random() < 0.3:  # the ruled area ends within the page
        x0, y0 = (int(v) for v in r.uniform(-0.6, 0.45, 2) * (w, h))
        x1, y1 = (int(v) for v in r.uniform(0.55, 1.6, 2) * (w, h))
        inside[:] = 0
        inside[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0)] = 1
        if r.random() < 0.4:
            ox, oy = x0 % (5 * k), y0 % (5 * k)
    grid, bold = none.copy(), none.copy()
    if not alone:
        ax, lx = _lines(w, ox % k, k, lw1, whole)
        ay, ly = _lines(h, oy % k, k, lw1, whole)
        ink, label = _cross(ay, ax), _cross(ly, lx)
        if dots:
            ink, label = np.minimum(ay[:, None], ax[None]), np.minimum(ly[:, None], lx[None])
            if r.random() < 0.5:  # dots along 5 mm lines are spared in some books: dashes instead
                dash = _lines(w, 0, k / 2, k / 4, False)[0]
                ink = np.maximum(ink, np.minimum(ay[:, None], dash[None]))
        ink = (ink * inside * thin_alpha)[..., None]
        picture *= 1 - ink
        picture += ink * hue
        grid = np.maximum(grid, label)
    ax, lx = _lines(w, ox, 5 * k, lw5, whole)
    ay, ly = _lines(h, oy, 5 * k, lw5, whole)
    label = _cross(ly, lx)
    ink = (_cross(ay, ax) * inside * strength)[..., None]
    picture *= 1 - ink
    picture += ink * hue5
    grid = np.maximum(grid, label) * inside
    seen = (lw5 * strength > 1.25 * lw1 * thin_alpha) or hue5 is not hue or dots
    if not alone and seen:
        bold = label * inside
    return grid, bold, not alone and (seen or plain), float(strength)
