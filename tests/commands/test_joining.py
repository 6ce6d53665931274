"""`predict` joins limb and chest pages that plainly belong together, and offers what may."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ecg_core.cli import main
from ecg_core.commands import predicting
from ecg_core.commands.predicting import Case, joined
from ecg_core.intake import Bundle, Upload
from ecg_core.network import Answering
from ecg_core.network.registry import DEFAULT_MODEL
from ecg_core.page.layouts import LAYOUTS, SCANNED
from ecg_core.page.values import EcgPage
from ecg_core.read_as import AS_IT_COMES, ReadAs
from tests.network.models import write_model
from tests.page.sample_records import beating
from tests.page.two_pages import drawn, halves

FILE = (Upload("report.pdf", b"%PDF"),)
NOBODY = None


def case(layout: str, part: int | None, files: tuple[Upload, ...] = FILE) -> Case:
    plan = {**LAYOUTS, **SCANNED}[layout]
    page = EcgPage(np.zeros((2, 500), np.uint8), layout, plan.boxes(), "scan", "a", "0" * 64)
    name = "report.pdf" if part is None else f"report.pdf#page={part + 1}"
    bundle = Bundle(f"report.pdf, page {part}", files, part)
    return Case(name, bundle, {"input": name, "reasons": []}, page, AS_IT_COMES)


def inputs(*cases: Case) -> list[object]:
    # Nothing here asks the model: `predict` is replaced.
    return [one.line["input"] for one in joined(iter(cases), NOBODY)]  # type: ignore[arg-type]


@pytest.fixture
def quality(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """Remarks on the joined page."""
    remarks: dict[str, object] = {"joined_pages": {}}

    def predict(_model: Answering, name: str, bundle: Bundle, read_as: ReadAs) -> Case:
        assert bundle.with_next
        return replace(
            case("12x1", 0), name=name, bundle=bundle, line={"input": name, "quality": remarks}
        )

    monkeypatch.setattr(predicting, "predict", predict)
    return remarks


def test_pages_that_belong_together_are_one_line(quality: dict[str, object]) -> None:
    limb, chest, whole = case("6x1 limb", 0), case("6x1 chest", 1), case("3x4", 2)
    assert inputs(limb, chest, whole) == ["report.pdf#page=1+2", "report.pdf#page=3"]
    turned = case("6x1 chest", 0), case("6x1 limb", 1)
    assert inputs(*turned) == ["report.pdf#page=1+2"]
    four = (limb, chest, case("6x1 limb", 2), case("6x1 chest", 3))
    assert inputs(*four) == ["report.pdf#page=1+2", "report.pdf#page=3+4"]


@pytest.mark.parametrize("code", sorted(predicting.UNSURE))
def test_pages_that_may_belong_together_are_offered(quality: dict[str, object], code: str) -> None:
    quality[code] = {}
    limb, chest = case("6x1 limb", 0), case("6x1 chest", 1)
    assert inputs(limb, chest) == ["report.pdf#page=1", "report.pdf#page=2"]
    assert limb.line["join"] == chest.line["join"] == "report.pdf#page=1+2"
    assert "Page 2 shows the other leads" in str(limb.line["reasons"])
    assert "Page 1 shows the other leads" in str(chest.line["reasons"])


def test_pages_of_one_rate_that_name_nobody_are_joined_with_that_doubt(
    quality: dict[str, object],
) -> None:
    quality["pages_unnamed"] = {}
    assert inputs(case("6x1 limb", 0), case("6x1 chest", 1)) == ["report.pdf#page=1+2"]


def test_others_stay_apart(quality: dict[str, object]) -> None:
    limb = case("6x1 limb", 0)
    for other in (
        case("6x1 limb", 1),
        case("6x1 chest", 2),
        case("3x4", 1),
        case("6x1 chest", 1, (Upload("report.pdf", b"another"),)),
        case("6x1 chest", None),
    ):
        assert len(inputs(limb, other)) == 2 and "join" not in limb.line


def test_from_a_document_to_one_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_model(tmp_path / "models" / DEFAULT_MODEL)
    monkeypatch.setenv("ECG_MODELS_DIR", str(tmp_path / "models"))
    (tmp_path / "report.pdf").write_bytes(drawn(*halves(beating(3))))
    main(["predict", str(tmp_path / "report.pdf")])
    (line,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert line["input"].endswith("report.pdf#page=1+2") and line["layout"] == "12x1"
    assert not any("of twelve leads" in reason for reason in line["reasons"])
    assert "joined_pages" in line["quality"]
