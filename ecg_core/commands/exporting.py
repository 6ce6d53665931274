"""`export --out DIR`: the model with its calibration as one ONNX file, compared with PyTorch."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ecg_core import network
from ecg_core.commands.files import ALL_READ, SOME_REJECTED, bundles, complain, emit
from ecg_core.intake import IntakeError, read
from ecg_core.page import PageError, to_page
from ecg_core.page.layouts import DEFAULT_LAYOUT

DEMO = Path(__file__).parents[2] / "assets" / "demo"


def register(subparsers: Any) -> None:
    """Add the subcommand."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "export", help="write the model as ONNX"
    )
    parser.add_argument("--model", choices=network.list_models() or None)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Export, and compare with PyTorch on the demonstration ECGs that are records."""
    import numpy as np

    from ecg_core.network.export import ExportError, export_onnx

    classifier = network.load(arguments.model)
    inks = []
    for _, bundle in bundles([str(DEMO)]):
        try:
            page = to_page(read(bundle), DEFAULT_LAYOUT)
        except (IntakeError, PageError):
            continue
        if page.source == "record" and page.layout == DEFAULT_LAYOUT:
            inks.append(classifier.read_ink(page))
    try:
        path, difference = export_onnx(classifier, np.stack(inks), arguments.out)
    except ExportError as error:
        complain(str(error))
        return SOME_REJECTED
    emit(
        {
            "onnx": str(path),
            "bytes": path.stat().st_size,
            "pages": len(inks),
            "largest_difference": difference,
            "weights_sha256": classifier.card.weights_sha256,
        }
    )
    return ALL_READ
