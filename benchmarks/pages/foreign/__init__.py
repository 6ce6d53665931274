"""Inputs that are not twelve-lead ECGs, made from a seed: what the abstention benchmark sends."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.pages.foreign import drawings, paper, photographs, strips, waves
from benchmarks.pages.foreign.values import Foreign, Maker

MAKERS: tuple[Maker, ...] = (
    *paper.MAKERS,
    *drawings.MAKERS,
    *photographs.MAKERS,
    *waves.MAKERS,
)
"""The kinds that need no data."""


def suite(seed: int, mitdb: Path | None) -> Iterator[Foreign]:
    """Every input of every kind, each kind from a generator of its own.

    mitdb: folder of the MIT-BIH Arrhythmia Database, for strips; None leaves them out.
    """
    for maker in MAKERS:
        yield from maker.make(_generator(seed, maker.kind))
    if mitdb is not None:
        for maker in strips.makers(mitdb):
            yield from maker.make(_generator(seed, maker.kind))


def _generator(seed: int, kind: str) -> np.random.Generator:
    return np.random.default_rng([seed, zlib.crc32(kind.encode())])
