"""Finished English sentences said again in another language, by the entries that they fit.

The core says whole sentences, stores them and compares them; which places they were made of is no
longer known. An entry with places is read as an expression: "PR {pr} ms, normal." fits "PR 198 ms,
normal.". What stands in a place is said again itself: a number or a date in the form of the
language, another sentence, a list. A sentence may also be a part of another one ("not judged: no P
wave leads every beat"): small at its beginning and without its full stop.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from ecg_core.words.forms import DAY, MOMENT, Forms
from ecg_core.words.tables import Wording

FINISHED = "core_"
"""Begins the names of tables for sentences that come finished. What a screen fills itself ("{n} of
{total}") would fit too many of them."""
_PLACE = re.compile(r"\{(\w+)[^{}]*\}")
_ANYTHING, _WITHIN_SENTENCE, _IN_BRACKETS = ".+?", r"(?:(?![.!?]\s+[A-Z]).)+?", "[^()]+"
_SENTENCES = re.compile(r"(?<=[.!?])(\s+)(?=[A-Z0-9])")
_WORD = re.compile(r"[a-z]{3}")
_WHEN = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d)?")
_LISTS = ("; ", ", ", " and ", " or ", " · ")
SMALL = "words that begin small within a sentence"
"""An entry of a language whose nouns begin large, so that only a list can tell: its words that
begin small where a sentence becomes a part of another one."""
_DEEPEST = 6
"""How far sentences within sentences are followed."""


@dataclass(frozen=True)
class _Pattern:
    """An entry with places. within: places end with their sentence. across: they may go on.

    closed: whether its last sign is its own, not one of a place.
    """

    within: re.Pattern[str]
    across: re.Pattern[str]
    said: str
    rank: tuple[bool, int]
    closed: bool


class Finished:
    """Says finished texts again by the entries of a language (keys: English text and context)."""

    def __init__(self, table: Mapping[tuple[str, str], Wording], forms: Forms) -> None:
        self._entries, self._forms = table, forms

    def said(self, text: str) -> str:
        """A finished English text in the language; as it is where no entry fits it."""
        again = self._again(text, 0) or self._forms.respelt_alone(text)
        if again is None and text[:1].isupper():
            # What the core begins small may begin a line on a screen.
            small = self._again(text[0].lower() + text[1:], 0)
            again = small and small[0].upper() + small[1:]
        return again or text

    @cached_property
    def _patterns(self) -> list[_Pattern]:
        """Those that begin with words first, and of these the longest."""
        found = [
            _pattern(text, one.said[min(form, len(one.said) - 1)])
            for one in self._entries.values()
            for form, text in enumerate((one.english, one.many))
            if one.file.startswith(FINISHED)
            and _PLACE.search(text)
            and _PLACE.sub("", text).strip()
        ]
        return sorted(found, key=lambda pattern: pattern.rank)

    def _exact(self, text: str) -> str | None:
        entry = self._entries.get((text, ""))
        return entry.said[0] if entry else None

    def _again(self, text: str, depth: int) -> str | None:
        """A finished English text in this language; None where no entry fits it."""
        if not self._entries or depth > _DEEPEST or not text:
            return None
        if text.endswith("?."):
            # A question at the end of the sentence around it.
            return self._again(text[:-1], depth)
        return (
            self._exact(text)
            or self._by_clauses(text, depth)
            or self._matched(text, depth)
            or self._by_sentences(text, depth)
            or self._matched(text, depth, across=True)
        )

    def _matched(
        self, text: str, depth: int, across: bool = False, whole: bool = False
    ) -> str | None:
        """By the first entry with places that fits. whole: only if no word in one stays English."""
        for pattern in self._patterns:
            found = (pattern.across if across else pattern.within).fullmatch(text)
            if found is None or (whole and not pattern.closed and text.endswith(".")):
                continue
            values: dict[str, str] = {}
            for name, part in found.groupdict().items():
                value = self._value(part, depth, whole)
                if value is not None:
                    values[name] = value
            if len(values) == len(found.groupdict()):
                return _PLACE.sub(lambda place, values=values: values[place[1]], pattern.said)  # type: ignore[misc]
        return None

    def _by_sentences(self, text: str, depth: int) -> str | None:
        """Sentence by sentence; several that are one entry are said as one."""
        parts = _SENTENCES.split(text)
        if len(parts) == 1:
            return None
        said: list[str] = []
        at, any_said = 0, False
        while at < len(parts):
            one, end = self._again(parts[at], depth + 1), at + 1
            for longer in range(len(parts), at + 1, -2):
                run = self._exact("".join(parts[at:longer]))
                if run is not None:
                    one, end = run, longer
                    break
            any_said = any_said or one is not None
            said += [one or parts[at], *parts[end : end + 1]]
            at = end + 1
        return "".join(said) if any_said else None

    def _by_clauses(self, text: str, depth: int) -> str | None:
        """Sentences in a row as parts of another one. Some of them have semicolons themselves."""
        if text[-1] in ".!?":
            return None
        clauses = self._clauses(text.split("; "), depth)
        return (
            None if clauses is None else "; ".join([*clauses[:1], *map(self._small, clauses[1:])])
        )

    def _small(self, clause: str) -> str:
        """A clause that others come before."""
        word = clause.split(" ", 1)[0]
        return word.lower() + clause[len(word) :] if word in self._begin_small else clause

    @cached_property
    def _begin_small(self) -> frozenset[str]:
        return frozenset((self._exact(SMALL) or "").split())

    def _clauses(self, parts: list[str], depth: int) -> list[str] | None:
        if not parts:
            return []
        for end in range(1, len(parts) + 1):
            one = self._clause("; ".join(parts[:end]), depth)
            rest = None if one is None else self._clauses(parts[end:], depth)
            if one is not None and rest is not None:
                return [one, *rest]
        return None

    def _clause(self, text: str, depth: int) -> str | None:
        large = text[:1].upper() + text[1:]
        forms = (f"{large}.", text, large)
        found = next((one for form in forms if (one := self._exact(form)) is not None), None)
        if found is None:
            tried = (self._matched(form, depth, whole=True) for form in forms)
            found = next((one for one in tried if one is not None), None)
        return None if found is None else found.removesuffix(".")

    def _value(self, text: str, depth: int, whole: bool) -> str | None:
        """What stands in a place: numbers, another sentence, a list.

        whole: None where words of it stay English.
        """
        alone = self._date(text) or self._forms.respelt_alone(text)
        if alone is not None:
            return alone
        said = self._again(text, depth + 1) or self._listed(text, depth, whole)
        return said or (None if whole and _WORD.search(text) else text)

    def _date(self, text: str) -> str | None:
        """A day or a moment as the language writes it; None of all else."""
        found = _WHEN.fullmatch(text)
        pattern = self._exact(MOMENT if found and found[1] else DAY) if found else None
        try:
            when = datetime.fromisoformat(text) if pattern else None
        except ValueError:
            return None
        return self._forms.date(when, pattern) if when and pattern else None

    def _listed(self, text: str, depth: int, whole: bool) -> str | None:
        for between in _LISTS:
            parts = text.split(between)
            if len(parts) > 1:
                said = [self._value(part, depth + 1, whole) for part in parts]
                listed = (self._exact(between) or between).join(one or "" for one in said)
                return None if None in said or listed == text else listed
        return None


def _pattern(text: str, said: str) -> _Pattern:
    rank = (text.startswith("{"), -len(_PLACE.sub("", text)))
    within, across = (_expression(text, place) for place in (_WITHIN_SENTENCE, _ANYTHING))
    return _Pattern(within, across, said, rank, not text.endswith("}"))


def _expression(text: str, place: str) -> re.Pattern[str]:
    """What a sentence with places looks like once it is finished."""
    seen: set[str] = set()
    out, end = "", 0
    for found in _PLACE.finditer(text):
        name = found[1]
        bracketed = text[: found.start()].endswith("(") and text[found.end() :].startswith(")")
        what = _IN_BRACKETS if bracketed else place
        out += re.escape(text[end : found.start()])
        out += f"(?P={name})" if name in seen else f"(?P<{name}>{what})"
        seen.add(name)
        end = found.end()
    return re.compile(out + re.escape(text[end:]), re.DOTALL)
