"""Every sentence that stands in the code of the other rooms, in German."""

from __future__ import annotations

import pytest

from tests.words.english import left_in_english, say
from tests.words.written import finished

ROOMS = ("page", "signal", "report", "triage", "network")
FOR_PROGRAMMERS = ("network/export.py", "network/quantise.py")
IN_PARTS = {
    "Which lead does V5 show?": "Which lead does row 3 show?",
    "V5. V5, V5, event V5.": "Agree. Reader, 2026-05-04 08:15 UTC, event 7.",
}
"""Sentences whose places are words: as they are finished."""
SAID = {
    IN_PARTS.get(text, text): where
    for room in ROOMS
    for text, where in finished(f"ecg_core.{room}")
    if not any(path in where for path in FOR_PROGRAMMERS)
}


def test_the_sentences_of_the_rooms_are_found() -> None:
    assert len(SAID) > 200


@pytest.mark.parametrize("english", SAID)
def test_every_sentence_has_its_german(english: str) -> None:
    assert say(english) != english and not left_in_english(english), (SAID[english], say(english))
