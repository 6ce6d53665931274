"""What is said of a page in German: remarks, hints, questions, what was set by hand."""

from __future__ import annotations

import pytest

from ecg_core.page.by_hand import in_words
from ecg_core.page.correction import Correction
from ecg_core.page.doubts.limits import ROWS, Limit
from ecg_core.page.layouts import SCANNED
from ecg_core.page.orders import AS_PRINTED, names
from ecg_core.signal.bands import BANDS, Band, label
from tests.words.english import filled, left_in_english, say

SAID = [row for row in ROWS if row.text not in ("{what}", "{notes}")]


@pytest.mark.parametrize("row", SAID, ids=lambda row: row.code)
@pytest.mark.parametrize("measured", ["", " The pulse is 12.6 mm high."])
def test_every_remark_has_its_german(row: Limit, measured: str) -> None:
    text, hint = filled(row.text, measured=measured), filled(row.hint)
    for english in (text, hint, f"{text} {hint}".strip()):
        assert not left_in_english(english), say(english)
        assert not english or say(english) != english
        assert ("12." in english) == ("12," in say(english))
        assert ("54%" in english) == ("54\u00a0%" in say(english))


def test_every_layout_has_its_german_name() -> None:
    for name in {*names(), *SCANNED}:
        for printed in (name, name + AS_PRINTED):
            assert not left_in_english(printed), say(printed)
    asked = "Is this page laid out as 3x4+1R or 3x4+1R by rows?"
    assert say(asked) == "Hat diese Seite das Layout 3x4+1R oder 3x4+1R zeilenweise?"


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("Flat: II, V3.", "Nulllinie: II, V3."),
        (
            "Cut off at the limit of the recorder's range, for so much of the time: V1 12 %, V2 "
            "less than 1 %.",
            "An der Aussteuerungsgrenze des Geräts abgeschnitten, für diesen Zeitanteil: V1 12 %, "
            "V2 unter 1 %.",
        ),
        (
            "By the lines of the grid this would be 400 beats a minute, waves of 50 mm: they are "
            "not 1 mm apart, or no grid.",
            "Nach den Rasterlinien wären das 400 Schläge in der Minute, Ausschläge von 50 mm: sie "
            "liegen nicht 1 mm auseinander oder sind kein Raster.",
        ),
        (
            "No calibration pulse or print tells the scale: 25 mm/s and 10 mm/mV assumed.",
            "Weder Eichzacke noch Aufdruck nennen den Maßstab: 25 mm/s und 10 mm/mV angenommen.",
        ),
        (
            "5 or 10 mm/mV? The pulse is 8.5 mm high.",
            "5 oder 10 mm/mV? Die Eichzacke ist 8,5 mm hoch.",
        ),
        ("25 or 50 mm/s?", "25 oder 50 mm/s?"),
        ("Which lead does row 3 show?", "Welche Ableitung zeigt Zeile 3?"),
        ("Which lead does the strip show?", "Welche Ableitung zeigt der Streifen?"),
        (
            "The rows are 247 mm long where the calibration pulse is 7.3 mm high.",
            "Die Zeilen sind 247 mm lang, die Eichzacke ist 7,3 mm hoch.",
        ),
    ],
)
def test_a_remark_is_said_with_its_numbers(english: str, german: str) -> None:
    assert say(english).replace("\u00a0", " ") == german


def test_what_was_set_by_hand_is_said_in_german() -> None:
    corners = ((0.0, 0.0), (900.0, 0.0), (900.0, 700.0), (0.0, 700.0))
    for turns in range(4):
        set_so = Correction(corners, turns, 50.0, 5.0, ("II", "V1"))
        said = f"Set by hand: {in_words('3x4 by rows', set_so)}."
        assert not left_in_english(said), say(said)
    assert say("Set by hand: layout 3x4 by rows, 50 mm/s, leads II, V1.") == (
        "Von Hand eingestellt: Layout 3x4 zeilenweise, 50 mm/s, Ableitungen II, V1."
    )


@pytest.mark.parametrize("band", Band)
@pytest.mark.parametrize("mains_hz", [None, 50.0])
def test_filters_are_named_in_german(band: Band, mains_hz: float | None) -> None:
    edges = BANDS[band]
    for english in (label(band, mains_hz), edges.name if edges else ""):
        assert not left_in_english(english), say(english)
    assert say(label(Band.DIAGNOSTIC, 50.0)) == "0,05–150 Hz, Netzfilter 50 Hz"
