"""Every refusal, hint, doubt and note of intake in German."""

from __future__ import annotations

import pytest

from ecg_core.intake.foreign import FOREIGN, Foreign
from ecg_core.intake.formats.vendor import FORMATS
from ecg_core.intake.registry import READERS
from ecg_core.intake.told import DOUBTS
from tests.words.english import filled, left_in_english, say
from tests.words.written import finished

SAID = dict(finished("ecg_core.intake"))


def test_the_sentences_of_intake_are_found() -> None:
    assert len(SAID) > 200
    assert "V5 is empty (0 bytes)." in SAID


@pytest.mark.parametrize("english", SAID)
def test_every_sentence_has_its_german(english: str) -> None:
    assert say(english) != english and not left_in_english(english), (SAID[english], say(english))


@pytest.mark.parametrize("code", DOUBTS)
@pytest.mark.parametrize(("parts", "are"), [("A part", "is"), ("3 parts", "are")])
def test_every_doubt_has_its_german(code: str, parts: str, are: str) -> None:
    text, hint = DOUBTS[code]
    english = f"{filled(text, parts=parts, are=are)} {filled(hint)}"
    assert not left_in_english(english), say(english)
    assert say(english) != english


@pytest.mark.parametrize("kind", FOREIGN, ids=lambda kind: kind.seems)
def test_every_foreign_file_is_named_in_german(kind: Foreign) -> None:
    english = f"V5 seems to be {kind.seems}. {kind.hint}"
    assert not left_in_english(english), say(english)


def test_formats_are_named_in_german() -> None:
    for what in (*(f"{one.article} {one.name}" for one in FORMATS), "an HL7 annotated ECG"):
        damaged = f"V5 is {what}, but it is damaged or incomplete: lead V1 has no samples."
        assert not left_in_english(damaged), say(damaged)
    for reader in READERS:
        assert not left_in_english(reader.clinical_name), say(reader.clinical_name)


@pytest.mark.parametrize(
    ("english", "german"),
    [
        (
            "ward/ecg 3.pdf has 120 MB; at most 64 MB are read. Cut the record, or scan the page "
            "at 300 dpi.",
            "ward/ecg 3.pdf hat 120 MB; gelesen werden höchstens 64 MB. Die Aufzeichnung kürzen "
            "oder die Seite mit 300 dpi scannen.",
        ),
        (
            "r1.csv is a table of samples that does not state its unit (mV or µV): numbers alone "
            "carry no calibration.",
            "r1.csv ist eine Tabelle von Messwerten ohne Angabe, in welcher Einheit (mV oder µV): "
            "Zahlen allein tragen keine Eichung.",
        ),
        (
            "100.dat is cut off: it holds 3.5 of the 10.0 seconds that the header announces.",
            "100.dat ist abgeschnitten: enthalten sind 3,5 der 10,0 Sekunden, die der Header "
            "ankündigt.",
        ),
        (
            "Leads named by hand: ECG1 = II, ECG2 = no lead.",
            "Von Hand benannte Ableitungen: ECG1 = II, ECG2 = keine Ableitung.",
        ),
    ],
)
def test_a_refusal_is_said_with_its_numbers(english: str, german: str) -> None:
    assert say(english).replace("\u00a0", " ") == german
