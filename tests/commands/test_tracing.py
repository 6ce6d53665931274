"""`trace` writes what it recovered, names what it left out, and refuses the rest."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import wfdb

from ecg_core.cli import main
from ecg_core.page.drawn.printed import print_record
from tests.page.sample_records import beating

DEMO = Path(__file__).parents[2] / "assets" / "demo"


def test_scan_becomes_wfdb_and_csv(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    leads = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V4", "V5", "V6")
    pixels = print_record(beating(leads=leads), "3x4+1R", 6.0).pixels
    scan = tmp_path / "SMITH_John.png"
    cv2.imwrite(str(scan), cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
    out = tmp_path / "out"
    assert main(["trace", str(scan), str(DEMO / "normal.hea"), "--out", str(out)]) == 3
    line, record = (json.loads(text) for text in capsys.readouterr().out.splitlines())
    assert (line["status"], line["layout"], line["fs_hz"]) == ("ok", "3x4+1R", 250.0)
    assert line["left_out"] == ["V3"]
    assert record["status"] == "rejected"
    names = sorted(path.name for path in out.iterdir())
    assert [Path(name).suffix for name in names] == [".csv", ".dat", ".hea"]
    assert not any("SMITH" in name for name in names)
    again = wfdb.rdrecord(line["files"][0].removesuffix(".hea"))
    assert "V3" not in again.sig_name
    assert np.isfinite(again.p_signal[:, again.sig_name.index("II")]).mean() > 0.95


def test_path_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    assert main(["trace", str(tmp_path / "no.png"), "--out", str(tmp_path)]) == 2


def test_redacting_names_what_went_and_what_stayed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("rapidocr")
    out = tmp_path / "clean.png"
    assert main(["redact", str(DEMO / "old_inferior_scan.jpg"), "--out", str(out)]) == 0
    printed = capsys.readouterr()
    line = json.loads(printed.out)
    assert line["page_read"]
    assert line["painted_over"] >= 2
    assert out.stat().st_size > 10_000
    assert "Look at the result" in printed.err
    assert main(["redact", str(DEMO / "normal.hea"), "--out", str(out)]) == 2


def test_what_is_set_by_hand_holds_for_every_command_that_reads_scans(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.png"
    pixels = print_record(beating(leads=("II",)), "strip", 5.0).pixels
    cv2.imwrite(str(page), pixels[:, :, ::-1])
    out = str(tmp_path / "out")
    assert main(["trace", str(page), "--lead", "V1", "--gain", "5", "--out", out]) == 0
    assert list(json.loads(capsys.readouterr().out)["leads"]) == ["V1"]
    for command in ("predict", "measure", "report", "explain", "rectify"):
        with pytest.raises(SystemExit):
            main([command, str(page), "--lead", "V11"])
        assert "leads are I, II" in capsys.readouterr().err
