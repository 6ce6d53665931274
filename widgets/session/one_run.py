"""What is asked once a run and holds until it ends: who is here, in which language, by which rules.

A run draws some seventy elements, and many of them ask. What is asked before a run (what a press of
a button does) or after it (downloads, parts that run alone) is asked anew, and so is what was asked
more than a second ago: a run that waits for a model is long enough for somebody to lose a role.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

T = TypeVar("T")
HOLDS_S = 1.0
_told: ContextVar[dict[str, tuple[float, object]] | None] = ContextVar("told", default=None)


@contextmanager
def run() -> Iterator[None]:
    """Hold what is asked from here on until this ends."""
    before = _told.set({})
    try:
        yield
    finally:
        _told.reset(before)


def once(name: str, ask: Callable[[], T]) -> T:
    """What was asked under this name in this run, else what `ask` gives. Raises what it raises.

    >>> from itertools import count
    >>> numbers = count()
    >>> with run():
    ...     once("n", lambda: next(numbers)), once("n", lambda: next(numbers))
    (0, 0)
    >>> once("n", lambda: next(numbers)), once("n", lambda: next(numbers))
    (1, 2)
    """
    told = _told.get()
    if told is None:
        return ask()
    when, found = told.get(name, (-HOLDS_S, None))
    now = time.monotonic()
    if name not in told or now - when > HOLDS_S:
        found = ask()
        told[name] = (now, found)
    return found  # type: ignore[return-value]
