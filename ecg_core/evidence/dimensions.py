"""What cases are grouped by, in the words of a table: age bands, sex, recorder, site.

Data sets write these in their own way: `facts` of a case set keeps that, `grouped` says it in
words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from ecg_core.evidence.values import Dimension

AGE_BANDS: tuple[tuple[str, float, float], ...] = (
    ("under 40", 0, 40),
    ("40–59", 40, 60),
    ("60–74", 60, 75),
    # PTB-XL writes 300 for everyone older than 89.
    ("75 and over", 75, np.inf),
)
"""Name, from, below (years)."""
SEXES: dict[str, str] = {"0": "men", "1": "women"}
"""As PTB-XL writes them."""
UNKNOWN = "not recorded"
NOT_RECORDED = ("", "-1", "nan", "None")
ORDERS: dict[str, tuple[str, ...]] = {
    "age": (*(name for name, _, _ in AGE_BANDS), UNKNOWN),
    "sex": (*SEXES.values(), UNKNOWN),
}
"""Groups with an order of their own; others come by size."""


def age_bands(years: np.ndarray) -> np.ndarray:
    """The band of each age (float, n, NaN unknown), as `AGE_BANDS` names them.

    >>> age_bands(np.array([39.9, 40.0, 300.0, np.nan])).tolist()
    ['under 40', '40–59', '75 and over', 'not recorded']
    """
    named = np.full(len(years), UNKNOWN, dtype=object)
    for name, low, high in AGE_BANDS:
        named[(years >= low) & (years < high)] = name
    return named.astype(str)


def sexes(values: np.ndarray) -> np.ndarray:
    """The sex of each case in words, from PTB-XL's numbers.

    >>> sexes(np.array([0, 1, -1])).tolist()
    ['men', 'women', 'not recorded']
    """
    return np.array([SEXES.get(word, UNKNOWN) for word in _words(values)], str)


def names(values: np.ndarray) -> np.ndarray:
    """Names without stray spaces.

    >>> names(np.array(["AT-6     6", ""])).tolist()
    ['AT-6 6', 'not recorded']
    """
    words = _words(values)
    return np.where(np.isin(words, NOT_RECORDED), UNKNOWN, words)


WORDS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "age": lambda values: age_bands(np.asarray(values, float)),
    "sex": sexes,
    "device": names,
    "site": names,
}
"""How each fact of a twelve-lead evidence file is said; the order is that of the card."""


def grouped(facts: Mapping[str, np.ndarray]) -> tuple[Dimension, ...]:
    """A dimension for each fact that `WORDS` can say."""
    return tuple(Dimension(name, say(facts[name])) for name, say in WORDS.items() if name in facts)


def _words(values: np.ndarray) -> np.ndarray:
    """Values as words without stray spaces; whole numbers without a decimal point."""
    if values.dtype.kind == "f":
        values = np.array([f"{v:g}" for v in values])
    return np.array([" ".join(str(v).split()) for v in values], str)
