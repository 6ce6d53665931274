"""Which drafts of a sheet are weighed."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from ecg_core.page.scan.sheets import search
from ecg_core.page.scan.sheets.sheet import Said


@dataclass(frozen=True)
class Thought:
    """As much of a draft as is asked for here."""

    name: str
    said: tuple[Said, ...]

    @property
    def score(self) -> float:
        return sum(one.value for one in self.said)


def thought(name: str, names: float, rest: float) -> Thought:
    return Thought(name, (Said("names", names, ""), Said("rarity", rest, "")))


@pytest.mark.parametrize(("names", "best"), [(6.8, "3x4 right"), (8.1, "3x4 as printed")])
def test_leads_are_read_off_their_names_where_no_arrangement_tells_as_much(
    monkeypatch: pytest.MonkeyPatch, names: float, best: str
) -> None:
    """V1R to V3R are read and the others not: the right leads, not V1R to V3R and V4 to V6."""
    known = [thought("3x4 right", 6.8, 11.0), thought("3x4", -1.9, 16.0)]
    printed = thought("3x4 as printed", names, 12.8)
    seen = SimpleNamespace(agreements=[0.9], extra=0.0)
    monkeypatch.setattr(search, "_with_rows", lambda *some: known)
    monkeypatch.setattr(
        search, "_as_printed", lambda draft: [printed] if draft.name == "3x4" else []
    )
    monkeypatch.setattr(search, "_weighed", lambda draft, some: draft)
    assert search.drafts_of([seen], SimpleNamespace())[0].name == best
