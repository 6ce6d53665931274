"""What intake told stands on the page, and the machine leaves children to people."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ecg_core import network
from ecg_core.intake.told import DOUBTS, Told
from ecg_core.page.doubts import as_filed
from ecg_core.page.drawn.from_record import from_record
from ecg_core.page.values import Severity
from tests.page.sample_records import beating


def test_notes_are_one_note_and_doubts_keep_their_codes() -> None:
    told = Told()
    told.note("One.", "Two.", "One.")
    told.doubt("lead_twice", lead="V1", missing="V2")
    record = replace(beating(), notes=told.notes, doubts=told.doubts)
    found = {remark.code: remark for remark in from_record(record).remarks}
    assert (found["as_filed"].severity, found["as_filed"].text) == (Severity.NOTE, "One. Two.")
    assert found["lead_twice"].severity is Severity.DOUBT
    assert found["lead_twice"].hint == DOUBTS["lead_twice"][1]
    assert as_filed.remarks(beating()) == ()


@pytest.mark.parametrize(("years", "abstains"), [(0, True), (15, True), (16, False), (None, False)])
def test_machine_abstains_under_sixteen_by_that_name(years: int | None, abstains: bool) -> None:
    page = from_record(replace(beating(), age_years=years))
    codes = [reason.code for reason in network.Answering().to(page.layout).predict(page).reasons]
    assert ("too_young" in codes) is abstains
