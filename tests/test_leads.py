"""Every spelling of a lead finds its standard name; anything else finds none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecg_core.leads import (
    ALIASES,
    OTHER_LEADS,
    STANDARD_LEADS,
    canonical_lead,
    lead_number,
    other_lead,
    signed_lead,
)


@pytest.mark.parametrize("lead", STANDARD_LEADS)
@pytest.mark.parametrize(
    "spell",
    [
        str, str.lower, str.upper, "Lead {}".format, " {} ".format, "ECG {}".format,
        "lead_{}".format, "ECG-{}".format, "ECG Lead {}".format, "{} (raw)".format,
        "Ableitung {}".format, "D\u00e9rivation {}".format, "Lead {} (Einthoven)".format,
    ],
)  # fmt: skip
def test_spellings_of_the_standard_names(lead: str, spell: object) -> None:
    assert canonical_lead(spell(lead)) == lead  # type: ignore[operator]


@pytest.mark.parametrize(("alias", "lead"), ALIASES.items())
def test_aliases(alias: str, lead: str) -> None:
    assert canonical_lead(alias) == lead


@pytest.mark.parametrize(("sign", "lead"), [("\u2160", "I"), ("\u2161", "II"), ("\u2162", "III")])
def test_roman_numerals_of_one_sign(sign: str, lead: str) -> None:
    assert canonical_lead(sign) == lead


@pytest.mark.parametrize("lead", STANDARD_LEADS)
@pytest.mark.parametrize(
    "spell",
    [
        "-{}".format, "\u2212{}".format, "\u2013 {}".format, "Lead -{}".format, "{} neg".format,
        "NEG_{}".format, "{} (inverted)".format, "inv {}".format, "ECG -{}".format,
    ],
)  # fmt: skip
def test_leads_said_to_be_upside_down_are_never_the_lead_itself(lead: str, spell: object) -> None:
    label = spell(lead)  # type: ignore[operator]
    assert signed_lead(label) == (lead, -1)
    assert canonical_lead(label) is None


def test_code_of_the_inverted_lead() -> None:
    assert signed_lead("AVRNEG") == ("aVR", -1)


@pytest.mark.parametrize("lead", OTHER_LEADS)
def test_back_and_right_chest_are_known_and_never_v1_to_v6(lead: str) -> None:
    for label in (lead, lead.lower(), f"Lead {lead}", lead.replace("R", " R"), f"{lead} (raw)"):
        assert signed_lead(label) is None
        assert other_lead(label) == lead


@pytest.mark.parametrize(
    "name",
    [
        "vx",
        "vy",
        "vz",
        "Resp",
        "ABP",
        "V7",
        "V3R",
        "V3 (R)",
        "",
        "PLETH",
        "ECG",
        "ECG1",
        "1",
        "I-cal",
    ],
)
def test_other_channels_are_no_standard_leads(name: str) -> None:
    assert signed_lead(name) is None


@pytest.mark.parametrize(
    ("name", "number"),
    [("1", 1), ("ECG12", 12), ("ecg 2", 2), ("CH03", 3), ("V1", None), ("13", None), ("I", None)],
)
def test_labels_that_are_only_a_number(name: str, number: int | None) -> None:
    assert lead_number(name) == number


@given(st.text(max_size=12))
def test_any_text_gives_a_standard_lead_or_none(name: str) -> None:
    assert canonical_lead(name) in (*STANDARD_LEADS, None)
    assert lead_number(name) in (*range(13), None)
