"""`report`: one page of PDF, of a file or of a stored case, and a clear no."""

from __future__ import annotations

import json
from pathlib import Path

import pypdfium2
import pytest

import ecg_core.answer
from ecg_core.cli import main
from ecg_core.network.registry import DEFAULT_MODEL
from ecg_core.report.values import Facts
from ecg_core.triage.limits import Person, Sex
from tests.network.models import write_model

DEMO = Path(__file__).parents[2] / "assets" / "demo"


@pytest.fixture(autouse=True)
def _small_model(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    models = tmp_path_factory.mktemp("models")
    write_model(models / DEFAULT_MODEL)
    monkeypatch.setenv("ECG_MODELS_DIR", str(models))


def words(pdf: Path) -> tuple[str, tuple[float, float]]:
    """Text of the one page, and its size in mm."""
    document = pypdfium2.PdfDocument(pdf)
    assert len(document) == 1
    width, height = (points / 72 * 25.4 for points in document[0].get_size())
    return " ".join(document[0].get_textpage().get_text_bounded().split()), (width, height)


@pytest.mark.parametrize(("paper", "size_mm"), [("a4", (297.0, 210.0)), ("letter", (279.4, 215.9))])
def test_a_file_becomes_one_page(
    paper: str, size_mm: tuple[float, float], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "report.pdf"
    record = str(DEMO / "normal.hea")
    assert main(["report", record, "--out", str(out), "--paper", paper, "--patient", "A. B."]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "input": record,
        "status": "ok",
        "out": str(out),
    }
    text, size = words(out)
    assert size == pytest.approx(size_mm, abs=0.2)
    assert "A. B." in text and "25 mm/s 10 mm/mV" in text
    assert "Draft, not signed" in text and "Research use only. Not a diagnosis." in text
    # The demonstration beats at 68/min.
    assert "Ventricular rate 68/min." in text or "Ventricular rate 69/min." in text


def test_a_report_is_printed_in_another_language(tmp_path: Path) -> None:
    out = tmp_path / "befund.pdf"
    record = str(DEMO / "normal.hea")
    assert main(["report", record, "--out", str(out), "--language", "de"]) == 0
    text, _ = words(out)
    assert "Entwurf, nicht signiert" in text and "Nur für die Forschung. Keine Diagnose." in text
    assert "Kammerfrequenz 68/min." in text or "Kammerfrequenz 69/min." in text


def test_age_and_sex_reach_the_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Facts] = []
    compose = ecg_core.answer.compose

    def noted(facts: Facts, *more: object) -> object:
        asked.append(facts)
        return compose(facts, *more)

    monkeypatch.setattr(ecg_core.answer, "compose", noted)
    record, out = str(DEMO / "normal.hea"), str(tmp_path / "report.pdf")
    assert main(["report", record, "--out", out, "--age", "2", "--sex", "female"]) == 0
    assert main(["report", record, "--out", out]) == 0
    assert [facts.person for facts in asked] == [Person(2.0, Sex.FEMALE), Person()]


def test_what_is_no_ecg_or_not_there_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "report.pdf"
    junk = tmp_path / "junk.png"
    junk.write_bytes(b"\x89PNG nothing")
    assert main(["report", str(junk), "--out", str(out)]) == 3
    assert json.loads(capsys.readouterr().out)["status"] == "rejected"
    assert main(["report", str(tmp_path / "none.hea"), "--out", str(out)]) == 2
    data = str(tmp_path / "data")
    assert main(["report", "no-such-case", "--out", str(out), "--data-dir", data]) == 2
    assert capsys.readouterr().err.strip()
    assert not out.exists()
