"""What shapes a page network, apart from any library that runs it."""

from __future__ import annotations

from dataclasses import dataclass

from ecg_core.network.statements import SUPERCLASSES, TRIAGE_CLASSES

CELLS = (4, 4)
"""Rows and columns of the arranged page that keep features of their own."""


@dataclass(frozen=True)
class Architecture:
    """What shapes the page network; stored in the model card.

    stem: filters of the first convolution (7×9 pixels, stride 4).
    widths, depths: channels and residual blocks of each stage; every stage halves the page.
    time_kernel: width of the second convolution of each block from the second stage on; above 3
    it is a stroke along time (1 × width) that compares neighbouring beats.
    cell_features: channels kept per cell of the page (4 rows × 4 columns of leads), so that the
    heads know which lead they read; 0 pools the whole page only.
    superclasses, triage: outputs of those heads; a network without one has 0.
    """

    statements: int
    stem: int = 32
    widths: tuple[int, ...] = (64, 96, 128)
    depths: tuple[int, ...] = (1, 2, 2)
    attention: bool = True
    residual: bool = True
    dropout: float = 0.2
    time_kernel: int = 3
    cell_features: int = 0
    superclasses: int = len(SUPERCLASSES)
    triage: int = len(TRIAGE_CLASSES)
