"""What is printed above and below the traces, read as text: do words go with the labels?

Reading a page takes a quarter of a second of processor time, so a sample is read, and for a limited
time. Words come from the reader of characters that redaction uses; nothing leaves the machine.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from itertools import chain, zip_longest

import numpy as np
from scipy.stats import fisher_exact

from ecg_core.evidence.probes import printed
from ecg_core.evidence.probes.shortcuts import Label, Word

MOST_PAGES, MOST_CPU_S = 150, 60.0
FEWEST_PATIENTS = 5
"""A word printed for fewer says nothing of others, and may be somebody's name."""
ALPHA = 0.01
"""Chance that any word at all is named in a set whose words go with no label (Bonferroni)."""
MOST_WORDS = 8
_WORD = re.compile(r"[^\W\d_]{3,}")


class PrintReader:
    """Reads pages until there have been enough, or time is up."""

    def __init__(self, most: int = MOST_PAGES, cpu_s: float = MOST_CPU_S) -> None:
        self._left = most if printed.available() else 0
        self._cpu_s = cpu_s

    def read(self, pixels: np.ndarray, area: tuple[int, int, int, int]) -> str | None:
        """Text above and below the traces, or None where no more is read.

        pixels: uint8, height × width × 3. area: rows from and to, columns from and to.
        """
        if self._left <= 0 or self._cpu_s <= 0:
            return None
        started = time.process_time()
        text = printed.text_beside(pixels, area[:2])
        self._left -= 1
        self._cpu_s -= time.process_time() - started
        return text


def order(asked: Sequence[Label], n: int) -> np.ndarray:
    """Places of all cases in the order in which to read them: wherever it ends, both kinds are in.

    Cases with and without each label take turns, each kind in random order.
    """
    shuffled = np.random.default_rng(0).permutation(n)
    kinds = [shuffled[label.known[shuffled] & (label.truth[shuffled] == side)]
             for label in asked for side in (True, False)]  # fmt: skip
    turns = chain.from_iterable(zip_longest(*kinds))
    return np.array(list(dict.fromkeys([*(k for k in turns if k is not None), *shuffled])), int)


def going_with(
    texts: Sequence[str | None], asked: Sequence[Label], groups: np.ndarray
) -> tuple[Word, ...]:
    """Words printed more often, or more rarely, for patients with a label: the surest first.

    texts: of each case, None where it was not read. groups: patient of each case. Fisher's exact
    test by patient.
    """
    read = np.array([text is not None for text in texts], bool)
    _, patient = np.unique(groups[read], return_inverse=True)
    said: dict[str, set[int]] = {}
    for person, text in zip(patient, (text for text in texts if text is not None), strict=True):
        for word in set(_WORD.findall(text.lower())):
            said.setdefault(word, set()).add(int(person))
    said = {word: people for word, people in said.items() if len(people) >= FEWEST_PATIENTS}
    found: list[tuple[float, Word]] = []
    for label in asked:
        known, truth = label.known[read], label.truth[read]
        ill = set(patient[known & truth].tolist())
        well = set(patient[known].tolist()) - ill
        for word, people in said.items():
            hits, alarms = len(people & ill), len(people & well)
            table = [[hits, len(ill) - hits], [alarms, len(well) - alarms]]
            p = float(fisher_exact(table).pvalue)
            found.append((p, Word(label.name, word, hits, len(ill), alarms, len(well))))
    found.sort(key=lambda pair: (pair[0], pair[1].word))
    sure = [word for p, word in found if p * len(found) < ALPHA]
    return tuple(sure[:MOST_WORDS])
