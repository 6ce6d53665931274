"""ONNX export: the same calibrated probabilities for any batch; a wrong file is not left."""

import json
from pathlib import Path

import numpy as np
import pytest

from ecg_core.network import export
from ecg_core.network.classifier import Classifier
from ecg_core.page.arrange import SIZE_PX
from tests.network.models import write_model

pytest.importorskip("onnxscript", reason="ONNX packages are not installed")
onnxruntime = pytest.importorskip("onnxruntime", reason="ONNX packages are not installed")


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Classifier:
    folder = tmp_path_factory.mktemp("models") / "tiny"
    return Classifier(write_model(folder, arranged=True, cell_features=4))


@pytest.fixture(scope="module")
def ink() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (3, *SIZE_PX), dtype=np.uint8)


def test_exported_probabilities_are_the_models_own(
    classifier: Classifier, ink: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, difference = export.export_onnx(classifier, ink, tmp_path)
    assert difference <= 1e-4
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    triage, supers, statements = session.run(None, {"ink": (ink[:1, None] / 255).astype("f4")})
    assert triage.sum() == pytest.approx(1, abs=1e-5)
    assert supers.shape == (1, 5) and statements.shape == (1, 56)
    described = json.loads(path.with_suffix(".json").read_text())
    assert described["model"]["weights_sha256"] == classifier.card.weights_sha256
    assert described["triage"] == ["normal", "acute_mi", "prior_mi", "other_abnormal"]

    monkeypatch.setattr(export, "TOLERANCE", -1.0)
    with pytest.raises(export.ExportError, match="differ"):
        export.export_onnx(classifier, ink, tmp_path)
    assert not path.exists()


def test_pages_of_another_size_are_refused(classifier: Classifier, tmp_path: Path) -> None:
    with pytest.raises(export.ExportError, match="264"):
        export.export_onnx(classifier, np.zeros((1, 100, 100), np.uint8), tmp_path)
    assert not list(tmp_path.iterdir())
