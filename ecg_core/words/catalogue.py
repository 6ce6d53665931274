"""What is said on screen, in the language of whoever reads it.

Sentences are written in English in the code, and kept in English in the database: an audit is of
one language. A catalogue says them in another: the very text where there is an entry of it, else
by an entry with places ("PR {pr} ms, normal.") that the finished sentence fits, with its numbers
in the form of the language; else the English text, unchanged.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import cache, cached_property, lru_cache
from pathlib import Path

from babel import Locale, UnknownLocaleError, negotiate_locale

from ecg_core.words.finished import Finished
from ecg_core.words.forms import DAY, MOMENT, SECOND, Forms
from ecg_core.words.tables import FOLDER, Wording, entries

ENGLISH = "en"
PLURALS = ("zero", "one", "two", "few", "many", "other")
"""In the order in which a table lists them."""


class Catalogue:
    """The words of one language."""

    def __init__(self, language: str, folder: Path = FOLDER) -> None:
        self.language = language
        self._folder = folder
        self.said_again: Callable[[str], str] = lru_cache(20_000)(self._said_again)

    @cached_property
    def forms(self) -> Forms:
        """How numbers and dates are written."""
        return Forms(self.language)

    @cached_property
    def _plural(self) -> Callable[[int], int]:
        form = Locale.parse(self.language).plural_form
        known = [name for name in PLURALS if name in {*form.tags, "other"}]
        return lambda n: known.index(form(n))

    @cached_property
    def _entries(self) -> dict[tuple[str, str], Wording]:
        return {(one.english, one.context): one for one in entries(self.language, self._folder)}

    @cached_property
    def _finished(self) -> Finished:
        return Finished(self._entries, self.forms)

    def say(self, text: str, /, context: str = "", **values: object) -> str:
        """A text in this language, its places filled with values; numbers in the language's form.

        text: English, with places as of `str.format`. context: tells apart what is one word in
        English and two in another language.

        >>> Catalogue("en").say("PR {pr:.0f} ms, normal.", pr=198.0)
        'PR 198 ms, normal.'
        """
        entry = self._entries.get((text, context)) or self._entries.get((text, ""))
        if values:
            return self.forms.vformat(entry.said[0] if entry else text, (), values)
        return entry.said[0] if entry else self.said_again(text)

    def count(self, one: str, many: str, n: int, /, **values: object) -> str:
        """The same of a text that depends on a number, which is its place {n}.

        >>> Catalogue("en").count("{n} case", "{n} cases", 2)
        '2 cases'
        """
        entry = self._entries.get((one, ""))
        if entry is None or len(entry.said) < 2:
            text = one if n == 1 else many
        else:
            text = entry.said[self._plural(n)]
        return self.forms.vformat(text, (), {"n": n, **values})

    def _said_again(self, text: str) -> str:
        return self._finished.said(text)

    def number(self, value: float, digits: int = 0) -> str:
        """A number with so many decimals, thousands told apart.

        >>> Catalogue("de").number(21799), Catalogue("de").number(0.925, 3)
        ('21.799', '0,925')
        """
        return self.forms.format("{value:,.{digits}f}", value=value, digits=digits)

    def percent(self, share: float, digits: int = 0) -> str:
        """A share of one as a percentage.

        >>> Catalogue("de").percent(0.79), Catalogue("en").percent(0.79)
        ('79\\xa0%', '79%')
        """
        return self.forms.format("{share:.{digits}%}", share=share, digits=digits)

    def date(self, day: date) -> str:
        """A day.

        >>> Catalogue("de").date(date(2025, 4, 2)), Catalogue("en").date(date(2025, 4, 2))
        ('02.04.2025', '2025-04-02')
        """
        return self.forms.date(day, self.say(DAY))

    def moment(self, when: datetime) -> str:
        """A day with hour and minute."""
        return self.forms.date(when, self.say(MOMENT))

    def second(self, when: datetime) -> str:
        """A day with hour, minute and second."""
        return self.forms.date(when, self.say(SECOND))


@cache
def catalogue(language: str) -> Catalogue:
    """The words of a language, read once."""
    return Catalogue(language)


@cache
def languages(folder: Path = FOLDER) -> dict[str, str]:
    """The languages that there are, English first: code → name as its speakers write it.

    >>> languages()["de"]
    'Deutsch'
    """
    others = sorted({path.parent.name for path in folder.glob("*/*.po")})
    return {code: _name(code) for code in (ENGLISH, *others)}


def _name(code: str) -> str:
    name = Locale.parse(code).get_display_name(code) or code
    return name[:1].upper() + name[1:]


def nearest(asked: str | None) -> str:
    """The language there is that comes nearest to what a browser asks for; else English.

    asked: "de-AT", or a whole header "de-AT,de;q=0.9,en;q=0.8".

    >>> nearest("de-AT,de;q=0.9"), nearest("fr-FR"), nearest(None)
    ('de', 'en', 'en')
    """
    wanted = [part.split(";")[0].strip().replace("-", "_") for part in (asked or "").split(",")]
    try:
        found = negotiate_locale([one for one in wanted if one], list(languages()))
    except (UnknownLocaleError, ValueError):
        found = None
    return found or ENGLISH
