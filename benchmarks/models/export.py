"""The exported model against PyTorch: `python -m benchmarks.models.export --ptbxl DIR [--model
NAME]`.

Clean pages of PTB-XL fold 9, one thread. One JSON line a variant goes to --out: superclass
macro-AUC and what it lost, largest difference of any probability, bytes, latency of one page.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from functools import partial
from pathlib import Path

import numpy as np
import torch
from sklearn.metrics import roc_auc_score

from benchmarks.screen.latency import timed
from ecg_core import network
from ecg_core.commands.exporting import demo_ink
from ecg_core.network.classifier import Classifier, answer_all, calibrated
from ecg_core.network.export import OUTPUTS, export_onnx
from ecg_core.network.quantise import answers, as_input, largest_difference, one_thread, quantise
from ecg_core.page.layouts import DEFAULT_LAYOUT
from ecg_core.training.data import calibration_pages, ptbxl
from ecg_core.training.data.recordings import page_of

OFFERED_LOSS = 0.003
"""A variant that loses as much macro-AUC is not offered."""


def pytorch_answers(classifier: Classifier, ink: np.ndarray) -> list[np.ndarray]:
    """Triage, superclass and statement probabilities of the model itself."""
    logits, _ = answer_all(classifier, ink)
    card = classifier.card
    return [
        classifier.triage_probabilities(logits.triage).numpy(),
        calibrated(logits.superclasses, card.superclasses).numpy(),
        calibrated(logits.statements, card.statements).numpy(),
    ]


def fold9_ink(
    classifier: Classifier, data: ptbxl.PtbXl, limit: int | None
) -> tuple[np.ndarray, np.ndarray]:
    """Clean pages of fold 9 as the network reads them, and their superclasses."""
    rows = data.rows((ptbxl.CHOOSE_FOLD,))
    if limit is not None and limit < len(rows):
        rows = rows[np.linspace(0, len(rows) - 1, limit).astype(int)]
    pages = [
        page_of(np.array(data.signals_uv[r]), int(data.ecg_ids[r]), "clean", DEFAULT_LAYOUT)
        for r in rows
    ]
    return np.stack([classifier.read_ink(page) for page in pages]), data.superclasses[rows]


def main() -> None:
    """Export, quantise and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ptbxl", type=Path, required=True, help="PTB-XL folder")
    parser.add_argument("--model", choices=network.list_models())
    parser.add_argument("--limit", type=int, help="only about this many recordings of fold 9")
    parser.add_argument("--repeats", type=int, default=200)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/export.jsonl"))
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    classifier = network.load(arguments.model)
    data = ptbxl.load(arguments.ptbxl)
    ink, truth = fold9_ink(classifier, data, arguments.limit)
    with tempfile.TemporaryDirectory() as folder:
        whole, _ = export_onnx(classifier, demo_ink(classifier), Path(folder))
        small, _ = quantise(whole, calibration_pages.draw(classifier, data))
        own = pytorch_answers(classifier, ink)
        found = {"ONNX fp32": whole, "ONNX int8": small}
        one = ink[:1]
        rows = [
            _row("PyTorch fp32", classifier.folder / "weights.safetensors", own, own, truth)
            | _latency(partial(pytorch_answers, classifier, one), arguments.repeats)
        ]
        for name, path in found.items():
            run = partial(one_thread(path).run, list(OUTPUTS), {"ink": as_input(one)})
            rows.append(
                _row(name, path, answers(path, ink), own, truth) | _latency(run, arguments.repeats)
            )
    about = {"model": classifier.card.name, "weights_sha256": classifier.card.weights_sha256}
    text = "".join(json.dumps(about | row) + "\n" for row in rows)
    arguments.out.write_text(text, encoding="utf-8")
    print(text, end="")


def _row(
    variant: str,
    file: Path,
    said: list[np.ndarray],
    own: list[np.ndarray],
    truth: np.ndarray,
) -> dict[str, object]:
    """Figures of one variant beside the model's own answers."""
    superclasses = OUTPUTS.index("superclasses")
    auc = float(roc_auc_score(truth, said[superclasses]))
    loss = float(roc_auc_score(truth, own[superclasses])) - auc
    return {
        "variant": variant,
        "fold": ptbxl.CHOOSE_FOLD,
        "n": len(truth),
        "superclass_macro_auc": round(auc, 5),
        "auc_lost": round(loss, 5),
        "offered": loss < OFFERED_LOSS,
        "largest_difference": largest_difference(said, own),
        "bytes": file.stat().st_size,
    }


def _latency(work: partial, repeats: int) -> dict[str, object]:
    p50, p95 = timed(work, repeats)
    return {"threads": 1, "p50_ms": round(p50, 2), "p95_ms": round(p95, 2)}


if __name__ == "__main__":
    main()
