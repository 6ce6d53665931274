"""How far the whole chain was walked, signed: what comes later need not begin at the first event.

A walk that found everything in order signs its end with the key of the checkpoints, which does not
lie in the data folder: whoever can write there can neither forge such a mark nor give an event
before it another hash. What a mark does not tell is a row that was changed while its hash was
left alone: for that the whole chain is walked again, though not at every look.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from ecg_core.store.audit import checkpoints, merkle
from ecg_core.store.audit.anchor import ChainPlace
from ecg_core.store.audit.canonical import canonical_json
from ecg_core.store.audit.checkpoints import Checkpoint
from ecg_core.store.cases.store import Store
from ecg_core.store.upkeep.errors import StoreError
from ecg_core.store.upkeep.files import write_whole

ORIGIN = "ecg-triage, walked whole"
"""What is signed besides size and root: no checkpoint passes for a walk."""


@dataclass(frozen=True)
class SignedWalk:
    """The end of a walk that was signed, and when the walk began.

    wrong: what the chain no longer holds of it, in words; "" when it holds all.
    """

    end: ChainPlace
    walked_utc: str
    wrong: str = ""


def path_of(store: Store) -> Path:
    """Where the mark lies, beside the chain's witness."""
    return store.witness.with_suffix(".walked")


def sign(store: Store, end: ChainPlace, walked_utc: str) -> None:
    """Sign that the chain was found in order up to here; nothing without a key. Raises OSError."""
    key = checkpoints.signing_key()
    if key is None:
        return
    hashes = checkpoints.hashes(store)[: end.seq]
    if not hashes or hashes[-1] != end.hash:
        # The chain was changed between walk and signature.
        return
    root = merkle.root([merkle.leaf(one) for one in hashes]).hex()
    made = checkpoints.signed(Checkpoint(ORIGIN, end.seq, root, walked_utc), key)
    write_whole(path_of(store), canonical_json(made.plain()).encode(), store.scratch)


def last(store: Store) -> SignedWalk | None:
    """The mark of the last walk; None without one that the present key signed."""
    try:
        key = checkpoints.public_key()
        kept = Checkpoint(**json.loads(path_of(store).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, StoreError):
        return None
    if key is None or kept.origin != ORIGIN or not checkpoints.signature_holds(kept, key):
        return None
    hashes, walked_utc = checkpoints.hashes(store), kept.created_utc
    if kept.size > len(hashes):
        words = f"Events {len(hashes) + 1} to {kept.size} are no longer there."
        return SignedWalk(ChainPlace(kept.size, ""), walked_utc, words)
    root = merkle.root([merkle.leaf(one) for one in hashes[: kept.size]]).hex()
    day, words = walked_utc[:10], ""
    if root != kept.root:
        words = f"Of the events up to {kept.size} at least one is not what it was on {day}."
    return SignedWalk(ChainPlace(kept.size, hashes[kept.size - 1]), walked_utc, words)
