"""Telling traces from everything else that is printed in ink."""

from __future__ import annotations

import cv2
import numpy as np

from ecg_core.page.scan.connected import pieces_of
from ecg_core.page.scan.ink import RASTER

INKED = 0.5
"""Cover from which a pixel counts as ink."""
LONG_MM, TALL_MM = 9.0, 5.5
"""A piece of trace is this wide or this tall; letters are neither."""
UNBROKEN_MM, UNBROKEN_SHARE = 4.0, 0.35
"""So much of a trace runs on for so long; of a line of text, hardly anything does."""
RULE_MM, RULE_HEIGHT_MM = 60.0, 1.2
"""A straight line this long and this thin is a ruled line, not a trace."""
BRIDGE_MM = 2.0
"""Gaps in a trace that are bridged before its pieces are judged."""


def keep_traces(cover: np.ndarray) -> np.ndarray:
    """The ink that belongs to traces: bool, height × width.

    Text, specks and ruled lines are left out; pieces of a broken trace are joined over small
    gaps first.
    """
    ink = cover > INKED
    mask = ink.view(np.uint8)
    bridge = np.ones((3, round(BRIDGE_MM * RASTER) | 1), np.uint8)
    closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, bridge)
    count, labels, stats = pieces_of(closed)
    pieces, piece_labels, piece_stats = pieces_of(mask)
    inked = np.flatnonzero(ink)
    whole = labels.ravel()[inked]
    width, height = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    piece_width = piece_stats[:, cv2.CC_STAT_WIDTH]
    # Which whole each piece is part of: any of its pixels tells.
    part_of = np.zeros(pieces, int)
    part_of[piece_labels.ravel()[inked]] = whole
    unbroken = np.bincount(
        part_of,
        np.where(piece_width >= UNBROKEN_MM * RASTER, piece_width, 0),
        count,
    )
    keep = ((width >= LONG_MM * RASTER) & (unbroken >= UNBROKEN_SHARE * width)) | (
        height >= TALL_MM * RASTER
    )
    keep &= ~((width >= RULE_MM * RASTER) & (height <= RULE_HEIGHT_MM * RASTER))
    keep[0] = False
    traces = np.zeros(mask.shape, bool)
    traces.ravel()[inked] = keep[whole]
    return traces
