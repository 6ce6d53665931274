"""A released model as one ONNX file for devices without PyTorch.

Calibration is part of the graph: what leaves it are the probabilities that the app shows. The
file is compared with PyTorch on real pages before it counts as written.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from ecg_core.network.architecture import PageNetwork
from ecg_core.network.card import ModelCard
from ecg_core.network.classifier import Classifier, calibrated
from ecg_core.network.statements import Reads
from ecg_core.page.arrange import SIZE_PX

OUTPUTS = ("triage", "superclasses", "statements")
TOLERANCE = 1e-4
"""Largest difference of a probability from PyTorch's that is allowed."""


class ExportError(Exception):
    """The exported file does not answer as the model does, or a package is missing."""


class CalibratedNetwork(nn.Module):
    """Ink B×1×264×500 (0 paper to 1 ink) in; probabilities B×4, B×5 and B×S out."""

    def __init__(self, network: PageNetwork, card: ModelCard) -> None:
        super().__init__()
        self.network, self.card = network, card

    def forward(self, ink: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        logits = self.network(ink)
        triaging = self.card.triage
        scaled = logits.triage / triaging.temperature + torch.tensor(triaging.offsets)
        return (
            torch.softmax(scaled, dim=1),
            calibrated(logits.superclasses, self.card.superclasses),
            calibrated(logits.statements, self.card.statements),
        )


def export_onnx(classifier: Classifier, ink: np.ndarray, folder: Path) -> tuple[Path, float]:
    """Write NAME.onnx and NAME.json; returns the file and its largest difference from PyTorch.

    ink: uint8, N × 264 × 500, pages as the network reads them, to compare on.
    Raises ExportError when a probability differs by more than `TOLERANCE` (the file is removed)
    or when the packages for ONNX are not installed.
    """
    try:
        import onnxruntime
        import onnxscript  # noqa: F401 - the exporter needs it
    except ModuleNotFoundError as missing:
        raise ExportError(
            f"The package {missing.name} is missing; install requirements-dev.txt."
        ) from missing
    card = classifier.card
    if card.reads is Reads.STRIP:
        raise ExportError(f"{card.name} reads strips of any height, which is not exported.")
    if ink.shape[1:] != SIZE_PX:
        raise ExportError(f"Pages of {SIZE_PX[0]} × {SIZE_PX[1]} px are needed to compare on.")
    network = PageNetwork(card.architecture)
    network.load_state_dict(classifier.network.state_dict())
    whole = CalibratedNetwork(network, card).eval()
    pages = torch.from_numpy(ink).unsqueeze(1).to(torch.float32).div(255)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{card.name}.onnx"
    torch.onnx.export(
        whole,
        (torch.cat([pages[:1], pages[:1]]),),
        path,
        input_names=["ink"],
        output_names=list(OUTPUTS),
        dynamic_shapes=({0: torch.export.Dim("batch")},),
        dynamo=True,
        external_data=False,
        verbose=False,
    )
    _name_origin(path, classifier)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    with torch.inference_mode():
        wanted = whole(pages)
    got = session.run(list(OUTPUTS), {"ink": pages.numpy()})
    difference = max(
        float(np.abs(w.numpy() - np.asarray(g)).max()) for w, g in zip(wanted, got, strict=True)
    )
    if not difference <= TOLERANCE:
        path.unlink()
        raise ExportError(f"ONNX answers differ from PyTorch's by {difference:.2g}.")
    described = {
        "model": asdict(classifier.identity),
        "input": {
            "name": "ink",
            "shape": ["batch", 1, *SIZE_PX],
            "meaning": "0 paper to 1 ink",
            "px_per_mm": card.px_per_mm,
            "arranged_as": "3x4+1R" if card.arranged else "as printed",
        },
        "triage": [str(c) for c in card.triage_classes],
        "acute_threshold": card.triage.acute_threshold,
        "superclasses": [[o.code, o.name, o.threshold] for o in card.superclasses],
        "statements": [[o.code, o.name, o.threshold, o.shown] for o in card.statements],
    }
    text = json.dumps(described, indent=1, ensure_ascii=False)
    path.with_suffix(".json").write_text(text + "\n", encoding="utf-8")
    return path, difference


def _name_origin(path: Path, classifier: Classifier) -> None:
    """The file carries the model's identity, and nothing of the machine that wrote it.

    The exporter notes each node's call stack, with paths, which is taken out.
    """
    import onnx

    model = onnx.load(path)
    graph = model.graph
    for part in (graph, *graph.node, *graph.input, *graph.output, *graph.value_info):
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
    onnx.helper.set_model_props(model, asdict(classifier.identity))
    onnx.save(model, path)
