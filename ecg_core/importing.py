"""Importing large libraries, which takes longer than reading an ECG."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def much() -> Iterator[None]:
    """Around imports: what they make stays, and looking for garbage takes a sixth of their time.

    >>> with much():
    ...     gc.isenabled()
    False
    >>> gc.isenabled()
    True
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
