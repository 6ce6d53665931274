"""Perceptual hashes of pages, and an index that finds near ones without comparing all pairs.

A whole ECG page of one printer looks like any other: grid, frame and print outweigh the trace. The
hash is therefore taken of the ink alone, arranged as the default page; scale, crop, header and
colour are gone by then. Pages whose traces could not be placed are hashed as pictures, apart.

Index: multi-index hashing (Norouzi, Punjani, Fleet, CVPR 2012). Hashes within `radius` bits agree
within ⌊radius / bands⌋ bits in at least one of their 16-bit bands; only those are compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import cv2
import imagehash
import numpy as np
from PIL import Image

HASH_SIDE = 16
"""Rows and columns of the hash: 256 bits of the discrete cosine transform."""
SOFT_PX = 2.0
"""Blur before hashing: copies read at another scale lie a little beside the original."""
BAND_BITS = 16
_CHUNK = 4_000_000


def ink_hash(ink: np.ndarray) -> np.ndarray:
    """Perceptual hash of ink (uint8, height × width): uint8, 32 bytes."""
    soft = cv2.GaussianBlur(ink, (0, 0), SOFT_PX)
    bits = imagehash.phash(Image.fromarray(soft), hash_size=HASH_SIDE).hash
    return np.packbits(np.asarray(bits).ravel())


def distance(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """Differing bits of hashes (uint8, … × bytes)."""
    return np.asarray(np.bitwise_count(one ^ two).sum(axis=-1, dtype=np.int64))


@dataclass(frozen=True, eq=False)
class NearPairs:
    """Pairs within the radius (m × 2, first < second) and how many were compared to find them."""

    pairs: np.ndarray
    compared: int


def near_pairs(hashes: np.ndarray, radius: int) -> NearPairs:
    """All pairs of hashes (uint8, n × bytes) that differ in at most `radius` bits.

    Of equal hashes only the first is paired with others, and each of the rest with that first one:
    enough to join them, and never quadratic in the number of equal pages.
    """
    if not len(hashes):
        return NearPairs(np.empty((0, 2), np.int64), 0)
    _, first, member_of = np.unique(hashes, axis=0, return_index=True, return_inverse=True)
    representative = first[member_of.ravel()]
    equal = np.flatnonzero(representative != np.arange(len(hashes)))
    found = [np.column_stack([representative[equal], equal])]
    compared = len(equal)
    unique = np.sort(first)
    if len(unique) > 1:
        # Neighbouring frequencies go together: shuffled, no band holds only common ones.
        bits = np.unpackbits(hashes[unique], axis=1)
        order = np.random.default_rng(0).permutation(bits.shape[1])
        shuffled = np.ascontiguousarray(np.packbits(bits[:, order], axis=1))
        bands = shuffled.view(">u2").astype(np.uint16)
        for one, two in _candidates(bands, radius // bands.shape[1]):
            compared += len(one)
            near = distance(shuffled[one], shuffled[two]) <= radius
            found.append(unique[np.column_stack([one[near], two[near]])])
    pairs = np.sort(np.concatenate(found), axis=1)
    return NearPairs(np.unique(pairs, axis=0), compared)


def _candidates(bands: np.ndarray, slack: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Index pairs of rows (uint16, n × bands) that agree in some band within `slack` bits."""
    masks = [mask for mask in range(1 << BAND_BITS) if mask.bit_count() <= slack]
    for band in bands.T:
        order = np.argsort(band, kind="stable")
        ranked = band[order]
        for mask in masks:
            wanted = ranked ^ np.uint16(mask)
            low = np.searchsorted(ranked, wanted, "left")
            many = np.searchsorted(ranked, wanted, "right") - low
            ends = np.cumsum(many)
            cuts = np.searchsorted(ends, np.arange(_CHUNK, ends[-1] + _CHUNK, _CHUNK), "right")
            for begin, end in pairwise([0, *cuts.tolist()]):
                part = many[begin:end]
                one = np.repeat(np.arange(begin, end), part)
                within = np.arange(part.sum()) - np.repeat(np.cumsum(part) - part, part)
                two = np.repeat(low[begin:end], part) + within
                # Each pair comes up from both sides.
                once = one < two
                yield order[one[once]], order[two[once]]
