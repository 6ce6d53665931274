"""`export --out DIR`: the model with its calibration as one ONNX file, compared with PyTorch.

`--int8` writes an 8-bit variant beside it, compared with the first.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ecg_core import network
from ecg_core.commands.files import ALL_READ, SOME_REJECTED, WRONG_USAGE, bundles, complain, emit
from ecg_core.intake import IntakeError, read
from ecg_core.page.layouts import DEFAULT_LAYOUT
from ecg_core.page.values import PageError
from ecg_core.preparing import page_of

if TYPE_CHECKING:
    from ecg_core.network.classifier import Classifier

DEMO = Path(__file__).parents[2] / "assets" / "demo"


def register(subparsers: Any) -> None:
    """Add the subcommand."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "export", help="write the model as ONNX"
    )
    parser.add_argument("--model", choices=network.list_models() or None)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--int8", action="store_true", help="write the 8-bit variant as well")
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="PTB-XL, whose folds 1-8 give the pages that calibrate the 8-bit variant; "
        "otherwise the demonstration ECGs do",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Export, and compare with PyTorch on the demonstration ECGs that are records."""
    from ecg_core.network.export import ExportError, export_onnx

    classifier = network.load(arguments.model)
    ink = demo_ink(classifier)
    try:
        path, difference = export_onnx(classifier, ink, arguments.out)
        _tell(path, len(ink), difference, classifier)
        if arguments.int8:
            from ecg_core.network.quantise import quantise
            from ecg_core.training.data import calibration_pages, ptbxl

            if arguments.data:
                ink = calibration_pages.draw(classifier, ptbxl.load(arguments.data))
            path, difference = quantise(path, ink)
            _tell(path, len(ink), difference, classifier)
    except FileNotFoundError as error:
        complain(f"No PTB-XL at {arguments.data}: {error}")
        return WRONG_USAGE
    except ExportError as error:
        complain(str(error))
        return SOME_REJECTED
    return ALL_READ


def demo_ink(classifier: Classifier) -> np.ndarray:
    """The demonstration ECGs that are twelve-lead records, as the network reads them."""
    inks = []
    for _, bundle in bundles([str(DEMO)]):
        try:
            page = page_of(read(bundle))
        except (IntakeError, PageError):
            continue
        if page.source == "record" and page.layout == DEFAULT_LAYOUT:
            inks.append(classifier.read_ink(page))
    return np.stack(inks)


def _tell(path: Path, pages: int, difference: float, classifier: Classifier) -> None:
    emit(
        {
            "onnx": str(path),
            "bytes": path.stat().st_size,
            "pages": pages,
            "largest_difference": difference,
            "weights_sha256": classifier.card.weights_sha256,
        }
    )
