"""Every table of every language: nothing is missing, empty, doubtful, or loses a place."""

from __future__ import annotations

import pytest

from ecg_core.words import languages
from ecg_core.words.tables import entries
from tests.house.spoken import everything, places

OTHERS = [one for one in languages() if one != "en"]


@pytest.mark.parametrize("language", OTHERS)
def test_everything_that_is_said_has_an_entry(language: str) -> None:
    there = {(one.english, one.many, one.context) for one in entries(language)}
    missing = [one for one in everything() if (one.english, one.many, one.context) not in there]
    assert not missing, [f"{one.where} {one.english!r}" for one in missing]


@pytest.mark.parametrize("language", OTHERS)
def test_no_entry_is_empty_or_doubtful_or_said_in_two_ways(language: str) -> None:
    there = list(entries(language))
    assert not [one.english for one in there if one.fuzzy or not all(one.said)]
    said: dict[tuple[str, str], set[tuple[str, ...]]] = {}
    for one in there:
        said.setdefault((one.english, one.context), set()).add(one.said)
    assert not {key: ways for key, ways in said.items() if len(ways) > 1}


@pytest.mark.parametrize("language", OTHERS)
def test_entries_keep_their_places(language: str) -> None:
    lost = [
        f"{one.file}: {one.english}"
        for one in entries(language)
        for said in one.said
        if places(said) != places(one.english) | places(one.many)
        and not (one.many and places(said) | {"n"} == places(one.english) | places(one.many))
    ]
    assert not lost


def test_every_place_is_given_a_value() -> None:
    wrong = [
        f"{one.where} {one.english}"
        for one in everything()
        if one.places and not places(one.english) | places(one.many) <= one.places
    ]
    assert not wrong
