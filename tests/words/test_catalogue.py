"""Sentences in another language: exact, counted, and finished English ones said again."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from ecg_core.words import nearest
from ecg_core.words.catalogue import Catalogue

TABLE = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "yyyy-MM-dd HH:mm"
msgstr "dd.MM.yyyy, HH:mm"

msgid "words that begin small within a sentence"
msgstr "Möglicher Kein"

msgid "Possible old infarction, {percent}."
msgstr "Möglicher alter Infarkt, {percent}."

msgid "PR {pr} ms, normal."
msgstr "PQ-Zeit {pr} ms, normal."

msgid "Conclusion: urgent: {reasons}."
msgstr "Beurteilung: dringend: {reasons}."

msgid "ST elevation of {mv} mV in {leads}"
msgstr "ST-Hebung von {mv} mV in {leads}"

msgid "possible inferior infarction"
msgstr "möglicher inferiorer Infarkt"

msgid "{share:.1%} of {n:,} ECGs"
msgstr "{share:.1%} von {n:,} EKGs"

msgid "Open"
msgstr "Öffnen"

msgctxt "state"
msgid "Open"
msgstr "Offen"

msgid "{n} case"
msgid_plural "{n} cases"
msgstr[0] "{n} Fall"
msgstr[1] "{n} Fälle"
"""


@pytest.fixture
def german(tmp_path: Path) -> Catalogue:
    (tmp_path / "de").mkdir()
    (tmp_path / "de" / "core_some.po").write_text(TABLE, encoding="utf-8")
    return Catalogue("de", tmp_path)


@pytest.mark.parametrize(
    ("english", "said"),
    [
        ("PR 198 ms, normal.", "PQ-Zeit 198 ms, normal."),
        ("PR 1,198 ms, normal.", "PQ-Zeit 1.198 ms, normal."),
        ("ST elevation of +0.2 mV in II, III, aVF", "ST-Hebung von +0,2 mV in II, III, aVF"),
        (
            "Conclusion: urgent: ST elevation of 0.25 mV in II; possible inferior infarction.",
            "Beurteilung: dringend: ST-Hebung von 0,25 mV in II; möglicher inferiorer Infarkt.",
        ),
        # What begins a sentence begins small within one, unless it is a noun.
        (
            "Conclusion: urgent: PR 198 ms, normal; possible old infarction, 80 %.",
            "Beurteilung: dringend: PQ-Zeit 198 ms, normal; möglicher alter Infarkt, 80 %.",
        ),
        # Each sentence by itself; what no entry fits stays as it was written.
        ("PR 198 ms, normal. Seen by Dr. Gray.", "PQ-Zeit 198 ms, normal. Seen by Dr. Gray."),
        # What the core begins small may begin a line.
        ("Possible inferior infarction", "Möglicher inferiorer Infarkt"),
        ("0.05–150 Hz", "0,05–150 Hz"),
        ("12 cases", "12 Fälle"),
        ("1 case", "1 Fall"),
        ("scan 1.2.png", "scan 1.2.png"),
        ("", ""),
    ],
)
def test_a_finished_sentence_is_said_again(german: Catalogue, english: str, said: str) -> None:
    assert german.say(english) == said


def test_places_are_filled_in_the_form_of_the_language(german: Catalogue) -> None:
    text = "{share:.1%} of {n:,} ECGs"
    assert german.say(text, share=0.125, n=21799) == "12,5\u00a0% von 21.799 EKGs"
    assert Catalogue("en").say(text, share=0.125, n=21799) == "12.5% of 21,799 ECGs"


def test_a_count_takes_its_form_of_plural(german: Catalogue) -> None:
    given = ("{n} case", "{n} cases")
    assert [german.count(*given, n) for n in (0, 1, 2)] == ["0 Fälle", "1 Fall", "2 Fälle"]
    assert [Catalogue("en").count(*given, n) for n in (0, 1)] == ["0 cases", "1 case"]


def test_one_english_word_may_be_two(german: Catalogue) -> None:
    assert german.say("Open") == "Öffnen"
    assert german.say("Open", context="state") == "Offen"
    assert german.say("Open", context="no such") == "Öffnen"


def test_what_has_no_entry_stays_english(german: Catalogue) -> None:
    assert german.say("Nobody wrote {this}.", this=1.5) == "Nobody wrote 1,5."
    assert german.say("Nobody wrote this.") == "Nobody wrote this."


def test_numbers_and_dates_in_both_forms() -> None:
    english, german = Catalogue("en"), Catalogue("de")
    when = datetime(2025, 4, 2, 7, 5)
    assert (english.number(21799.5, 1), german.number(21799.5, 1)) == ("21,799.5", "21.799,5")
    assert (english.percent(0.055, 1), german.percent(0.055, 1)) == ("5.5%", "5,5\u00a0%")
    assert (english.date(date(2025, 4, 2)), german.date(date(2025, 4, 2))) == (
        "2025-04-02",
        "02.04.2025",
    )
    assert (english.moment(when), german.moment(when)) == ("2025-04-02 07:05", "02.04.2025, 07:05")
    assert (english.second(when), german.second(when)) == (
        "2025-04-02 07:05:00",
        "02.04.2025, 07:05:00",
    )


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [
        ("de-DE", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("en-GB,en;q=0.9,de;q=0.1", "en"),
        ("fr-FR,fr", "en"),
        ("", "en"),
        ("*", "en"),
        ("x" * 50 + ";;", "en"),
        (None, "en"),
    ],
)
def test_the_browser_is_answered_in_its_language(asked: str | None, spoken: str) -> None:
    assert nearest(asked) == spoken
