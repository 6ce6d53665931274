"""Which cases belong together, because something joins them pair by pair."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components


def alike(keys: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Each index with the first that has the same key; empty keys are like nothing."""
    first: dict[Hashable, int] = {}
    return [
        (first[key], index)
        for index, key in enumerate(keys)
        if key and first.setdefault(key, index) != index
    ]


def joined(count: int, links: Sequence[tuple[int, int]]) -> np.ndarray:
    """Number of the connected part each of `count` files belongs to, in order of appearance.

    >>> joined(4, [(0, 2), (2, 3)]).tolist()
    [0, 1, 0, 0]
    """
    one, two = np.array(links, np.int64).reshape(-1, 2).T
    graph = coo_array((np.ones(len(one), np.int8), (one, two)), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1])
