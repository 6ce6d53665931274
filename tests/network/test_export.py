"""ONNX export: the same calibrated probabilities for any batch; a wrong file is not left."""

import json
from pathlib import Path

import numpy as np
import pytest

from ecg_core.network import export, quantise
from ecg_core.network.classifier import Classifier
from ecg_core.network.statements import STATEMENTS
from ecg_core.page.arrange import SIZE_PX
from tests.network.models import write_model

pytestmark = pytest.mark.slow

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
    assert supers.shape == (1, 5) and statements.shape == (1, len(STATEMENTS))
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


def test_the_file_names_its_origin_and_nothing_of_the_machine(
    classifier: Classifier, ink: np.ndarray, tmp_path: Path
) -> None:
    import onnx

    path, _ = export.export_onnx(classifier, ink, tmp_path)
    told = {prop.key: prop.value for prop in onnx.load(path).metadata_props}
    assert told["weights_sha256"] == classifier.card.weights_sha256
    assert told["name"] == "tiny"
    assert str(Path(export.__file__).parent).encode() not in path.read_bytes()


def test_in_8_bits_the_trunk_is_quantised_and_the_gates_are_not(
    classifier: Classifier, ink: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import onnx

    whole, _ = export.export_onnx(classifier, ink, tmp_path)
    small, difference = quantise.quantise(whole, ink)
    assert small == tmp_path / "tiny-int8.onnx"
    model = onnx.load(small)
    held = {tensor.name: tensor.data_type for tensor in model.graph.initializer}
    made = {output: node.op_type for node in model.graph.node for output in node.output}
    weights = [node.input[1] for node in model.graph.node if node.op_type == "Conv"]
    # Stem, two blocks of two convolutions and one skip each; four gate convolutions a block.
    gates = [name for name in weights if ".attention." in name]
    assert (len(weights), len(gates)) == (1 + 2 * 3 + 8 + 1, 8)
    assert {held[name] for name in gates} == {onnx.TensorProto.FLOAT}
    others = {made.get(name) for name in set(weights) - set(gates)}
    assert others == {"DequantizeLinear"}

    one, other = quantise.answers(whole, ink), quantise.answers(small, ink)
    assert [output.shape for output in other] == [(3, 4), (3, 5), (3, len(STATEMENTS))]
    largest = max(float(abs(a - b).max()) for a, b in zip(one, other, strict=True))
    assert difference == largest > 0

    monkeypatch.setattr(quantise, "WORST", 0.0)
    with pytest.raises(export.ExportError, match="8 bits"):
        quantise.quantise(whole, ink)
    assert not small.exists()
