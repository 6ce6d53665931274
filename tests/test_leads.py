"""Every spelling of a lead finds its standard name; anything else finds none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecg_core.leads import ALIASES, STANDARD_LEADS, canonical_lead


@pytest.mark.parametrize("lead", STANDARD_LEADS)
@pytest.mark.parametrize("spell", [str, str.lower, str.upper, "Lead {}".format, " {} ".format])
def test_spellings_of_the_standard_names(lead: str, spell: object) -> None:
    assert canonical_lead(spell(lead)) == lead  # type: ignore[operator]


@pytest.mark.parametrize(("alias", "lead"), ALIASES.items())
def test_aliases(alias: str, lead: str) -> None:
    assert canonical_lead(alias) == lead


@pytest.mark.parametrize("name", ["vx", "vy", "vz", "Resp", "ABP", "V7", "V3R", "", "PLETH"])
def test_other_channels_are_no_standard_leads(name: str) -> None:
    assert canonical_lead(name) is None


@given(st.text(max_size=12))
def test_any_text_gives_a_standard_lead_or_none(name: str) -> None:
    assert canonical_lead(name) in (*STANDARD_LEADS, None)
