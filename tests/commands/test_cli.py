"""The command line keeps its contract: JSON lines, exit codes, one object a case."""

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ecg_core.cli import COMMANDS, main, parser
from ecg_core.network.registry import DEFAULT_MODEL
from ecg_core.store.cases.store import Store
from tests.network.models import write_model

pytestmark = pytest.mark.slow

DEMO = Path(__file__).parents[2] / "assets" / "demo"
KEYS = {
    "input",
    "sha256",
    "status",
    "reasons",
    "triage",
    "superclasses",
    "findings",
    "priority",
    "measurements",
    "verdict",
    "rule",
    "draft",
    "layout",
    "px_per_mm",
    "quality",
    "model",
    "elapsed_ms",
}


@pytest.fixture(autouse=True)
def _small_model(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    models = tmp_path_factory.mktemp("models")
    write_model(models / DEFAULT_MODEL)
    monkeypatch.setenv("ECG_MODELS_DIR", str(models))


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def header() -> Path:
    return next(iter(sorted(DEMO.glob("*.hea"))))


def test_predict_answers_with_the_whole_contract(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["predict", str(header()), "--json"]) == 0
    (line,) = lines(capsys)
    assert set(line) == KEYS
    assert line["input"] == str(header())
    assert set(line["triage"]) == {"normal", "acute_mi", "prior_mi", "other_abnormal"}
    assert set(line["superclasses"]) == {"NORM", "MI", "STTC", "CD", "HYP"}
    assert line["priority"] in {"immediate", "urgent", "soon", "routine"}


def test_of_a_longer_record_the_seconds_are_said_and_can_be_chosen(
    capsys: pytest.CaptureFixture[str],
) -> None:
    strip = str(DEMO / "one_minute_strip.hea")
    assert main(["predict", strip]) == 0
    assert main(["predict", strip, "--start", "7.5"]) == 0
    assert main(["predict", strip, "--start", "60.5"]) == 3
    found, chosen, beyond = lines(capsys)
    assert set(found) == KEYS | {"start_s"} and found["start_s"] in range(0, 60, 10)
    assert chosen["start_s"] == 7.5
    assert beyond["status"] == "rejected"
    assert str(beyond["reasons"]).startswith("['No ten seconds begin at 60.5 s")


def test_record_name_without_suffix_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["predict", str(header().with_suffix(""))]) == 0
    assert lines(capsys)[0]["status"] == "ok"


def test_folder_gives_one_line_a_case_and_the_bad_one_spoils_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for file in DEMO.glob(header().stem + ".*"):
        shutil.copy(file, tmp_path)
    (tmp_path / "letter.txt").write_text("Dear colleague")
    assert main(["predict", str(tmp_path)]) == 3
    found = lines(capsys)
    assert sorted(str(line["status"]) for line in found) == ["ok", "rejected"]
    rejected = next(line for line in found if line["status"] == "rejected")
    assert rejected["reasons"]


def test_missing_path_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["predict", "no/such/file.png"]) == 2
    assert "no/such/file.png" in capsys.readouterr().err
    with pytest.raises(SystemExit) as stopped:
        main(["predict"])
    assert stopped.value.code == 2


def test_explain_writes_overlay_and_shares(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", str(header()), "--target", "MI", "--out", str(tmp_path)]) == 0
    shares = json.loads((tmp_path / "attention.json").read_text())
    assert sum(shares["shares"].values()) + shares["outside"] == pytest.approx(1, abs=1e-6)
    assert (tmp_path / "overlay.png").read_bytes().startswith(b"\x89PNG")
    assert main(["explain", str(header()), "--target", "NOPE", "--out", str(tmp_path)]) == 2


def test_a_rendered_record_is_read_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet, page = tmp_path / "sheet.png", tmp_path / "page.png"
    assert main(["render", str(header()), "--layout", "3x4+1R", "--out", str(sheet)]) == 0
    assert main(["rectify", str(sheet), "--out", str(page)]) == 0
    line = lines(capsys)[-1]
    assert line["layout"] == "3x4+1R"
    assert line["px_per_mm"] == pytest.approx(8.0, rel=0.02)
    assert page.exists()
    noise = tmp_path / "noise.png"
    import cv2

    cv2.imwrite(str(noise), np.random.default_rng(0).integers(0, 255, (600, 800), np.uint8))
    assert main(["rectify", str(noise), "--out", str(page)]) == 3


def test_audit_of_a_new_data_folder_is_intact(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Store.open(tmp_path).close()
    assert main(["audit", "verify", "--data-dir", str(tmp_path)]) == 0
    assert lines(capsys)[0]["ok"] is True


def test_train_names_a_bad_configuration(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("epochs = 1\n")
    assert main(["train", str(wrong)]) == 2
    assert "wrong.toml" in capsys.readouterr().err


def test_evaluate_names_a_missing_data_set(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "--root", str(tmp_path), "--split", "10"]) == 2
    assert "No PTB-XL" in capsys.readouterr().err


def test_export_writes_both_variants_and_tells_their_differences(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("onnxscript", reason="ONNX packages are not installed")
    assert main(["export", "--out", str(tmp_path), "--int8"]) == 0
    whole, small = lines(capsys)
    assert {Path(str(line["onnx"])).name for line in (whole, small)} == {
        f"{DEFAULT_MODEL}.onnx",
        f"{DEFAULT_MODEL}-int8.onnx",
    }
    assert whole["pages"] == 7, "demonstration records with twelve leads"
    assert float(str(whole["largest_difference"])) <= 1e-4
    assert main(["export", "--out", str(tmp_path), "--int8", "--data", str(tmp_path)]) == 2
    assert "No PTB-XL" in capsys.readouterr().err


def test_export_that_answers_otherwise_is_refused_and_removed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("onnxscript", reason="ONNX packages are not installed")
    from ecg_core.network import export

    monkeypatch.setattr(export, "TOLERANCE", -1.0)
    assert main(["export", "--out", str(tmp_path)]) == 3
    assert "differ from PyTorch" in capsys.readouterr().err
    assert not list(tmp_path.glob("*.onnx"))


def test_export_without_its_packages_says_what_to_install(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "onnxscript", None)
    assert main(["export", "--out", str(tmp_path)]) == 3
    assert "onnxscript is missing; install requirements-dev.txt" in capsys.readouterr().err


def test_the_table_of_commands_names_every_subcommand() -> None:
    (action,) = (a for a in parser()._actions if isinstance(a, argparse._SubParsersAction))
    assert set(action.choices) == set(COMMANDS)


def test_one_command_does_not_wait_for_what_others_import() -> None:
    asked = "import sys, ecg_core.cli as c; c.parser('measure'); print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    loaded = set(ran.stdout.split())
    assert "ecg_core.commands.measuring" in loaded
    assert not {"torch", "sqlalchemy", "sklearn", "pandas", "streamlit"} & loaded


def test_who_predicts_imports_nothing_large_before_a_case_is_handed_out() -> None:
    asked = "import sys, ecg_core.cli as c; c.parser('predict'); print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    loaded = set(ran.stdout.split())
    assert "ecg_core.commands.predicting" in loaded
    assert not {"torch", "scipy", "sqlalchemy", "pandas"} & loaded
