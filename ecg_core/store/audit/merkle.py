"""Merkle trees over the audit chain, as certificate transparency builds them (RFC 6962, section 2).

The root of the first n events is one hash that fixes all of them; a proof of a few hashes shows
that one event is among them without showing any other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

EMPTY = hashlib.sha256(b"").digest()


def leaf(event_hash: str) -> bytes:
    """The leaf of an event, from its hash in hexadecimal; of what is no hash, no event's leaf."""
    try:
        known = bytes.fromhex(event_hash)
    except ValueError:
        known = b"no hash: " + event_hash.encode(errors="replace")
    return hashlib.sha256(b"\x00" + known).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaves in order.

    >>> one, two = leaf("00" * 32), leaf("11" * 32)
    >>> root([one, two]) == hashlib.sha256(b"\\x01" + one + two).digest()
    True
    """
    if not leaves:
        return EMPTY
    level = list(leaves)
    # Pairing each level from the left gives the RFC's tree: its left subtree is a power of two.
    while len(level) > 1:
        paired = [_node(level[k], level[k + 1]) for k in range(0, len(level) - 1, 2)]
        level = paired + level[len(paired) * 2 :]
    return level[0]


def proof(leaves: Sequence[bytes], index: int) -> tuple[tuple[str, bytes], ...]:
    """What leads from the leaf at `index` (from 0) to the root: ("left" or "right", hash) each.

    Raises IndexError when there is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    steps: list[tuple[str, bytes]] = []
    level, at = list(leaves), index
    while len(level) > 1:
        beside = at ^ 1
        if beside < len(level):
            steps.append(("left" if beside < at else "right", level[beside]))
        paired = [_node(level[k], level[k + 1]) for k in range(0, len(level) - 1, 2)]
        level, at = paired + level[len(paired) * 2 :], at // 2
    return tuple(steps)


def led_to(start: bytes, steps: Sequence[tuple[str, bytes]]) -> bytes:
    """The root to which a proof leads from a leaf."""
    found = start
    for side, beside in steps:
        found = _node(beside, found) if side == "left" else _node(found, beside)
    return found


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
