"""`measure`: one line a case, numbers with their quality, blanks with their reason."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ecg_core.cli import main
from ecg_core.signal.values import QUANTITIES

DEMO = Path(__file__).parents[2] / "assets" / "demo"


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_record_is_measured_with_quality_and_leads(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["measure", str(DEMO / "anterior_stemi.hea")]) == 0
    (line,) = lines(capsys)
    assert line["status"] == "ok" and not line["off_paper"]
    found = line["measurements"]
    assert set(found) == set(QUANTITIES)
    # The demonstration beats at 92/min, with an ST elevation of 0.45 mV in V3 on which a tall T
    # rises, and the reciprocal depression in III.
    assert found["rate"]["value"] == pytest.approx(92, abs=3)
    assert found["rate"]["unit"] == "bpm" and found["rate"]["quality"] == "good"
    assert line["leads"]["V3"]["st_j60_mv"] > line["leads"]["V3"]["st_j_mv"] > 0.3
    assert line["leads"]["III"]["st_j60_mv"] < -0.1
    assert len(line["leads"]) == 12


def test_what_cannot_be_measured_is_null_and_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["measure", str(DEMO / "fibrillation.hea")]) == 0
    pr = lines(capsys)[0]["measurements"]["pr"]
    assert pr["value"] is None and pr["quality"] == "none"
    assert "P wave" in pr["why"]


def test_ten_seconds_of_a_long_record_are_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    strip = str(DEMO / "one_minute_strip.hea")
    assert main(["measure", strip, "--start", "0"]) == 0
    assert main(["measure", strip, "--start", "28"]) == 0
    calm, fibrillating = (line["measurements"] for line in lines(capsys))
    # Sinus rhythm of 72/min, and 1.6 times as fast while the atria fibrillate.
    assert calm["rate"]["value"] == pytest.approx(72, abs=4)
    assert fibrillating["rate"]["value"] > calm["rate"]["value"] + 20
    assert fibrillating["rr_sd"]["value"] > 3 * calm["rr_sd"]["value"]
    assert main(["measure", strip, "--start", "90"]) == 3
    assert lines(capsys)[0]["status"] == "rejected"


def test_a_bad_file_spoils_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    junk = tmp_path / "junk.png"
    junk.write_bytes(b"\x89PNG nothing")
    assert main(["measure", str(junk), str(DEMO / "normal.hea")]) == 3
    rejected, measured = lines(capsys)
    assert rejected["status"] == "rejected" and rejected["reasons"]
    assert measured["measurements"]["rate"]["value"] == pytest.approx(68, abs=2)
    assert main(["measure", str(tmp_path / "nowhere.hea")]) == 2
