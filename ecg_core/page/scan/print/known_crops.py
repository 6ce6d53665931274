"""Texts of crops that were read before, and of crops that hardly differ from one of them.

Programs that print ECGs print their lead names and speeds alike. What of a name reaches the
recogniser still differs by a shade from page to page, as far as paper, grid and litter around it
were told a little otherwise: by one step of grey, where letters differ from one another by several.
"""

from __future__ import annotations

from collections import OrderedDict, deque

import numpy as np

REMEMBERED, SHAPES, OF_A_SHAPE = 4096, 512, 16
"""So many texts, and so many shapes of crops with so many sure texts of each, are remembered."""
SURE = 0.9
"""A crop that was read so surely lends its text to crops like it."""

Key = tuple[tuple[int, ...], bytes]


class KnownCrops:
    """Texts of crops in a few steps of grey (uint8, height × width); not safe for threads."""

    def __init__(self) -> None:
        self._texts: OrderedDict[Key, str] = OrderedDict()
        self._sure: OrderedDict[tuple[int, ...], deque[tuple[np.ndarray, str]]] = OrderedDict()

    def text_of(self, crop: np.ndarray) -> str | None:
        """The text of a crop that was read before, or that is like one; None for others."""
        key = key_of(crop)
        if key in self._texts:
            self._texts.move_to_end(key)
            return self._texts[key]
        for known, text in self._sure.get(crop.shape, ()):
            if int(np.abs(np.subtract(known, crop, dtype=np.int8)).max(initial=0)) <= 1:
                return text
        return None

    def add(self, crop: np.ndarray, text: str, sure: float) -> None:
        """Remember a text; the one that was not asked for the longest time is forgotten. sure: how
        certain it is, 0 to 1."""
        self._texts[key_of(crop)] = text
        if len(self._texts) > REMEMBERED:
            self._texts.popitem(last=False)
        if text and sure >= SURE:
            self._sure.setdefault(crop.shape, deque(maxlen=OF_A_SHAPE)).append((crop, text))
            self._sure.move_to_end(crop.shape)
            if len(self._sure) > SHAPES:
                self._sure.popitem(last=False)


def key_of(crop: np.ndarray) -> Key:
    """Shape and greys of a crop."""
    return crop.shape, crop.tobytes()
