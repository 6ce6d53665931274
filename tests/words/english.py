"""Made-up sentences of the core's tables, and what of a translated one is still English."""

from __future__ import annotations

import re
import string
from functools import cache

from ecg_core.words.catalogue import catalogue
from ecg_core.words.tables import entries

LANGUAGE = "de"
NUMBER, SHARE = 12.56, 0.537
"""What stands in the places of a made-up sentence; the number as English and German write it."""
_WORD = re.compile(r"[A-Za-zÄÖÜäöüß]{2,}")
_NAMES = frozenset({"ecg", "mi", "net"})
"""Of files in these tests, of a class, and in the name of a published system."""


def say(text: str) -> str:
    """A finished English text in German."""
    return catalogue(LANGUAGE).said_again(text)


@cache
def english_words() -> frozenset[str]:
    """Words that English texts of the tables have and no German one has."""
    english: set[str] = set()
    german: set[str] = set()
    for entry in entries(LANGUAGE):
        english |= words(entry.english) | words(entry.many)
        for said in entry.said:
            german |= words(said)
    return frozenset(english - german)


def words(text: str) -> set[str]:
    """Words of a text, small, without its places."""
    return {word.lower() for word in _WORD.findall(re.sub(r"\{[^{}]*\}", " ", text))}


def left_in_english(text: str) -> set[str]:
    """English words in the German of a finished English text.

    >>> left_in_english("Sinus rhythm.")
    set()
    >>> sorted(left_in_english("Gibberish rhythm."))
    ['rhythm']
    """
    return (words(say(text)) & english_words()) - _NAMES


def filled(template: str, **given: str) -> str:
    """A sentence with every place filled: numbers where its form asks for one, else a lead.

    >>> filled("{what} is {size:.1f} mm or {share:.0%}.")
    'V5 is 12.6 mm or 54%.'
    """
    values: dict[str, object] = {}
    for _, name, form, _ in string.Formatter().parse(template):
        if name:
            number = SHARE if "%" in (form or "") else NUMBER
            values[name] = number if form else given.get(name, "V5")
    return template.format(**values)


def places(template: str) -> set[str]:
    """The names of a text's places."""
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}
