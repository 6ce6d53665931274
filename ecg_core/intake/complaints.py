"""What C libraries complain of on the error stream while they decode a picture, as a doubt.

libtiff and libjpeg go on after damage and only print that they did: the rest of the strip or
picture is then guessed. Their words are dropped; that there were some is told. Pillow keeps
libjpeg silent, so that a JPEG is gone through once more, at an eighth of its size (2 ms).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from ecg_core.intake.told import Told

_MOST_BYTES = 1 << 16
_HARMLESS, _DAMAGE = (b"Warning", b"[ WARN"), b"Corrupt"
"""Warnings are about tags that a library does not know, but for those of damaged JPEG."""


@contextmanager
def told_of(told: Told) -> Iterator[None]:
    """Doubt a picture over whose decoding a library complains. One thread of a process at a time.

    Files are read so in a process of their own; nothing else writes there meanwhile.
    """
    sys.stderr.flush()
    kept, (reading, writing) = os.dup(2), os.pipe()
    try:
        # A library that says more than fits must not wait for somebody to read it.
        os.set_blocking(writing, False)
        os.set_blocking(reading, False)
        os.dup2(writing, 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
        try:
            said = os.read(reading, _MOST_BYTES)
        except BlockingIOError:
            said = b""
    finally:
        for handle in (kept, reading, writing):
            os.close(handle)
    lines = [line for line in said.splitlines() if line.strip()]
    if any(_DAMAGE in line or not any(one in line for one in _HARMLESS) for line in lines):
        told.doubt("picture_damaged")


def tell_of_jpeg(data: bytes, told: Told) -> None:
    """Doubt a JPEG that is damaged amid its data, as far as its codes tell."""
    # Imported on first use: the process that reads files has it at hand.
    import cv2

    with told_of(told):
        cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_REDUCED_GRAYSCALE_8)
