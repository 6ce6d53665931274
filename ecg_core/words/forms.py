"""How a language writes numbers and dates, after the Unicode tables that Babel carries."""

from __future__ import annotations

import re
from datetime import date, datetime
from numbers import Number
from string import Formatter
from typing import Any

from babel import Locale, dates, numbers

DAY, MOMENT, SECOND = "yyyy-MM-dd", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss"
"""Patterns of dates in English; what another language writes are entries of its tables."""
_WRITTEN = re.compile(r"\d[\d,]*(?:\.\d+)?|\.\d+")
_SPACED_PERCENT = re.compile(r"(?<=\d)%")
_NUMBERS_ALONE = re.compile(
    r"[+\-−–±≥≤<>~]?\d[\d,]*(?:\.\d+)?"
    r"(?:[ \u00a0]?(?:mV|µV|ms|mm|mm/s|mm/mV|s|%|°|Hz|/min|[–-]|to|of|/|,? [+\-−]?)?"
    r"[ \u00a0]?[+\-−]?\d[\d,]*(?:\.\d+)?)*"
    r"[ \u00a0]?(?:mV|µV|ms|mm|mm/s|mm/mV|s|%|°|Hz|/min)?"
)


class Forms(Formatter):
    """Numbers of a language. As a `str.format`: what stands for a number is written in its form.

    >>> Forms("de").format("{share:.1%} of {n:,}", share=0.125, n=21799)
    '12,5\\xa0% of 21.799'
    >>> Forms("en").format("{share:.1%} of {n:,}", share=0.125, n=21799)
    '12.5% of 21,799'
    """

    def __init__(self, language: str) -> None:
        self._locale = Locale.parse(language)
        self._group = numbers.get_group_symbol(self._locale)
        self._decimal = numbers.get_decimal_symbol(self._locale)
        self._marks = str.maketrans({",": self._group, ".": self._decimal})
        pattern = self._locale.percent_formats[None].pattern
        self._percent = pattern.split(";")[0].lstrip("#,0.")

    def format_field(self, value: Any, format_spec: str) -> str:
        """A value of a sentence: numbers in the form of the language, all else as it is."""
        text = str(super().format_field(value, format_spec))
        is_number = isinstance(value, Number) and not isinstance(value, bool)
        return self.respelt(text) if is_number else text

    def respelt(self, text: str) -> str:
        """Numbers that were written in English, in the form of the language.

        >>> Forms("de").respelt("+0.2 mV"), Forms("de").respelt("79%")
        ('+0,2 mV', '79\\xa0%')
        """
        text = _WRITTEN.sub(lambda found: found.group().translate(self._marks), text)
        return _SPACED_PERCENT.sub(self._percent, text)

    @property
    def separators(self) -> str:
        """The marks of decimals and of thousands, as a chart takes them.

        >>> Forms("de").separators, Forms("en").separators
        (',.', '.,')
        """
        return self._decimal + self._group

    def respelt_alone(self, text: str) -> str | None:
        """The same of text that is numbers and units alone; None of any other.

        >>> Forms("de").respelt_alone("-0.2 mV"), Forms("de").respelt_alone("scan 1.2.png")
        ('-0,2 mV', None)
        """
        return self.respelt(text) if _NUMBERS_ALONE.fullmatch(text) else None

    def date(self, day: date | datetime, pattern: str) -> str:
        """A day or a moment by a pattern of letters (yyyy, MM, dd, HH, mm)."""
        if isinstance(day, datetime):
            return dates.format_datetime(day, pattern, tzinfo=day.tzinfo, locale=self._locale)
        return dates.format_date(day, pattern, locale=self._locale)
