"""Phase of printed lines: how they differ from any surface, told on a coarse raster of sites."""

from __future__ import annotations

import cv2
import numpy as np

from ecg_core.page.scan.geometry.homography import robust_fit
from ecg_core.page.scan.geometry.lattice import Lattice

BLOCK_MM = 1.25
"""Lines are demodulated in blocks of this size; sites lie two blocks apart."""
LEAST_BLOCKS = 16
SMOOTH_MM = 4.0
"""Phase is averaged over this distance (Gaussian sigma)."""
MOST_STEPS = 4000
"""So many steps from site to site tell a quadratic: neighbours say the same."""


class Sites:
    """Places of a picture on which phase is told: rows × columns, each the middle of 2 × 2 blocks.

    places: n × 2, px. terms: polynomial terms to the second degree, 6 × rows × columns.
    """

    def __init__(self, lines: np.ndarray, px_per_mm: float) -> None:
        size = min(BLOCK_MM * px_per_mm, min(lines.shape) / LEAST_BLOCKS)
        self.block = max(2, round(size))
        self.pitch_mm = 2 * self.block / px_per_mm
        rows, columns = (side // (2 * self.block) for side in lines.shape)
        self.shape = (rows, columns)
        height, width = 2 * self.block * rows, 2 * self.block * columns
        self.lines = np.ascontiguousarray(lines[:height, :width], np.float32)
        x, y = ((np.arange(count) + 0.5) * 2 * self.block - 0.5 for count in (columns, rows))
        self.x, self.y = np.meshgrid(x, y)
        self.places = np.stack([self.x.ravel(), self.y.ravel()], axis=1)
        half = max(height, width) / 2
        u, v = (self.x - width / 2) / half, (self.y - height / 2) / half
        self.terms = np.stack([np.ones_like(u), u, v, u * u, u * v, v * v])


class Family:
    """One set of lines: the picture demodulated by their mean frequency, block by block.

    turns: phase (radians) in one mm of paper. carrier: phase of the mean frequency at the sites.
    """

    def __init__(self, sites: Sites, frequency: np.ndarray, order: int) -> None:
        self.sites, self.order = sites, order
        self.turns = 2 * np.pi * order / 5.0
        kx, ky = 2 * np.pi * frequency * order / 5.0
        self.carrier = kx * sites.x + ky * sites.y
        height, width = sites.lines.shape
        along = np.exp(-1j * kx * np.arange(width)).reshape(-1, sites.block)
        blocks = sites.lines.reshape(height, -1, sites.block)
        real, imag = (
            np.einsum("hnb,nb->hn", blocks, np.ascontiguousarray(part, np.float32))
            for part in (along.real, along.imag)
        )
        down = np.exp(-1j * ky * np.arange(height))[:, None]
        beats = ((real + 1j * imag) * down).reshape(-1, sites.block, real.shape[1])
        self.beats = beats.sum(axis=1).astype(np.complex64)

    @staticmethod
    def both(sites: Sites, lattice: Lattice, order: int) -> tuple[Family, Family]:
        """Lines across and down."""
        return Family(sites, lattice.across, order), Family(sites, lattice.down, order)

    def rest(self, phase: np.ndarray) -> np.ndarray:
        """How lines differ from a phase (radians, at the sites): complex, rows × columns."""
        rows, columns = self.sites.shape
        offset = (phase.reshape(rows, columns) - self.carrier).astype(np.float32)
        angle = cv2.resize(offset, None, fx=2, fy=2)
        real, imag = cv2.polarToCart(np.ones_like(angle), angle)
        turned = self.beats * (real - 1j * imag)
        z = turned.reshape(rows, 2, columns, 2).sum(axis=(1, 3))
        sigma = SMOOTH_MM / self.sites.pitch_mm
        real, imag = (
            cv2.GaussianBlur(np.ascontiguousarray(part), (0, 0), sigma) for part in (z.real, z.imag)
        )
        return np.asarray(real + 1j * imag)

    def on(self, paper_mm: np.ndarray, axis: int) -> np.ndarray:
        """The same for places of the paper at the sites (n × 2)."""
        return self.rest(paper_mm[:, axis] * self.turns)


def slopes(family: Family) -> np.ndarray:
    """Phase at the sites, as a quadratic whose slopes follow a set of lines.

    Begins as plain parallel lines. Slopes need no unwrapping: neighbouring sites differ from the
    model by far less than half a turn.
    """
    terms = family.sites.terms
    rows = np.concatenate([np.diff(terms, axis=axis).reshape(6, -1).T for axis in (2, 1)])
    some = slice(None, None, max(1, len(rows) // MOST_STEPS))
    model = np.zeros(6)
    for known in (slice(1, 3), slice(1, 3), slice(1, 6), slice(1, 6)):
        z = family.rest(family.carrier + np.tensordot(model, terms, 1))
        weight = trusted(z)
        steps = (z[:, 1:] * z[:, :-1].conj(), z[1:] * z[:-1].conj())
        trust = (
            np.minimum(weight[:, 1:], weight[:, :-1]),
            np.minimum(weight[1:], weight[:-1]),
        )
        goal = np.concatenate([np.angle(step).ravel() for step in steps])
        both = np.concatenate([part.ravel() for part in trust])
        model[known] += robust_fit(rows[some, known], goal[some], both[some])
    phase = family.carrier + np.tensordot(model, terms, 1)
    z = family.rest(phase)
    return np.asarray(phase + np.angle((z * trusted(z)).sum()))


def trusted(z: np.ndarray) -> np.ndarray:
    """Weight of each place: none where the lines are faint, and no more for a loud one.

    A ruled strip may cover a tenth of a page.
    """
    strength = np.abs(z)
    usual = max(float(np.percentile(strength, 92)), 1e-12)
    return np.where(strength > 0.3 * usual, np.minimum(strength, usual) / usual, 0.0)
