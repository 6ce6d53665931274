"""Counts and shares of inputs that were left to people."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecg_core.evidence import evidence_file
from ecg_core.evidence.field import outcomes
from ecg_core.evidence.field.outcomes import Count, InputOutcome


def one(group: str, kind: str, outcome: str) -> InputOutcome:
    return InputOutcome(group, kind, "x", outcome, ("ink",), "0" * 64, "made-up", "1" * 64)


ROWS = (
    one("foreign", "cat", "refused as a page"),
    one("foreign", "cat", "refused by intake"),
    one("good", "ECG", "answered"),
    one("foreign", "cat", "abstained"),
    one("foreign", "noise", "answered"),
)


def test_counts_by_kind_in_order() -> None:
    assert outcomes.counts(ROWS) == (
        Count("foreign", "cat", refused=2, abstained=1, answered=0),
        Count("good", "ECG", refused=0, abstained=0, answered=1),
        Count("foreign", "noise", refused=0, abstained=0, answered=1),
    )


def test_share_with_wilsons_interval() -> None:
    # Wilson 1927 for 9 of 10: centre (0.9 + z²/20) / (1 + z²/10), z = 1.96.
    rows = [one("foreign", "cat", "abstained")] * 9 + [one("foreign", "cat", "answered")]
    share = outcomes.left_to_people(rows)
    assert share.value == pytest.approx(0.9)
    assert (share.low, share.high) == (
        pytest.approx(0.5958, abs=1e-3),
        pytest.approx(0.9821, abs=1e-3),
    )


def test_only_outcomes_of_the_same_weights_are_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence_file, "models_folder", lambda: tmp_path)
    assert outcomes.load("made-up", "1" * 64) == ()
    file = tmp_path / "made-up" / "evidence" / outcomes.FILE_NAME
    file.parent.mkdir(parents=True)
    file.write_text("\n".join(row.line() for row in ROWS), encoding="utf-8")
    assert outcomes.load("made-up", "1" * 64) == ROWS
    assert outcomes.load("made-up", "2" * 64) == ()
