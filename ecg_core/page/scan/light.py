"""Why a picture could not be read, where its light explains it better than what was not found."""

from __future__ import annotations

import cv2
import numpy as np

from ecg_core.page.doubts.quality import refuse
from ecg_core.page.values import PageError

SMALL_PX = 400
UNSEEN = frozenset({"no_grid_no_trace", "not_an_ecg", "too_blurred", "unclear_rows", "no_scale"})
"""Refusals that poor light can be behind."""
UNTOLD = frozenset({"too_blurred", "unclear_rows", "not_an_ecg"})
"""Refusals of a page whose grid was found, but not its traces."""
DARK = 75.0
"""The brightest twentieth of a picture taken in the dark stays below this grey level."""
BURNT, BURNT_SHARE, SHADED_SHARE = 252, 0.35, 0.15
"""Burnt out: a third at the very top while as much as this lies in the middle, which tells a
photograph from a scan on white paper."""
GREY_SATURATION = 10.0
"""Without colour, a grid as dark as the traces cannot be told from them."""

DIM, PLAINLY_BRIGHT = 110.0, 150.0
"""Most of a dark screen is below this grey level; a picture this bright need not be made small to
tell."""
STROKE_PX = 8.0


def light_on_dark(pixels: np.ndarray) -> bool:
    """Whether a picture shows light lines on a dark ground, as screens at night do.

    pixels: uint8, height × width × 3, RGB. A photograph taken in the dark has dark lines still.
    """
    every = max(1, max(pixels.shape[:2]) // SMALL_PX)
    if float(np.median(pixels[::every, ::every])) > PLAINLY_BRIGHT:
        return False
    shrink = min(1.0, SMALL_PX / max(pixels.shape[:2]))
    small = cv2.resize(pixels, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    if float(np.median(grey)) > DIM:
        return False
    relief = grey - cv2.GaussianBlur(grey, (0, 0), STROKE_PX)
    return float((relief**3).mean()) > 0.0


def explained(pixels: np.ndarray, refusal: PageError, grid_found: bool) -> PageError:
    """The refusal, or a plainer one: too dark, burnt out, grid and traces in one grey.

    pixels: uint8, height × width × 3, RGB. grid_found: whether the paper's grid was.
    """
    code = refusal.remark.code
    if code not in UNSEEN:
        return refusal
    shrink = SMALL_PX / max(pixels.shape[:2])
    small = cv2.resize(pixels, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    bright = float(np.percentile(grey, 95))
    if bright < DARK:
        return refuse("too_dark", level=100.0 * bright / 255.0)
    burnt = float((small.min(axis=2) >= BURNT).mean())
    if burnt > BURNT_SHARE and ((grey > 60) & (grey < 200)).mean() > SHADED_SHARE:
        return refuse("burnt_out", share=100.0 * burnt)
    colour = float(cv2.cvtColor(small, cv2.COLOR_RGB2HSV)[..., 1].mean())
    if grid_found and code in UNTOLD and colour < GREY_SATURATION:
        return refuse("inseparable")
    return refusal
