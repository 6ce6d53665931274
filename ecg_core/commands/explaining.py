"""`explain PATH --target CODE --out DIR`: overlay PNG and attention.json."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ecg_core import network
from ecg_core.answer import answer
from ecg_core.commands import by_hand
from ecg_core.commands.files import ALL_READ, SOME_REJECTED, WRONG_USAGE, bundles, complain, emit
from ecg_core.network.values import METHOD_NAMES, Attention
from ecg_core.page.values import EcgPage
from ecg_core.prepared import Refusal

ZOOM = 3


def register(subparsers: Any) -> None:
    """Add the subcommand."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "explain", help="where the model looked"
    )
    parser.add_argument("path", metavar="PATH")
    parser.add_argument("--target", required=True, help="triage class, superclass or SCP code")
    parser.add_argument("--method", default=next(iter(METHOD_NAMES)), choices=tuple(METHOD_NAMES))
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--model", choices=network.list_models() or None)
    by_hand.add(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Explain one case."""
    read_as = by_hand.read_as(arguments)
    try:
        name, bundle = next(bundles([arguments.path]))
        said = answer(bundle, network.Answering(arguments.model), read_as=read_as)
        if isinstance(said, Refusal):
            emit({"input": arguments.path, "status": "rejected", "reasons": [str(said)]})
            return SOME_REJECTED
        attention = said.attention(arguments.target, arguments.method)
    except (FileNotFoundError, StopIteration):
        complain(f"No ECG at {arguments.path}")
        return WRONG_USAGE
    except KeyError as error:
        complain(str(error.args[0]))
        return WRONG_USAGE
    arguments.out.mkdir(parents=True, exist_ok=True)
    overlay, shares = arguments.out / "overlay.png", arguments.out / "attention.json"
    overlay.write_bytes(overlay_png(said.page, attention))
    plain = {
        "input": name,
        "target": attention.target,
        "method": attention.method,
        "shares": {s.lead: s.share for s in attention.shares},
        "density": {s.lead: s.density for s in attention.shares},
        "outside": attention.outside,
        "model": said.prediction.model.name,
        "weights_sha256": said.prediction.model.weights_sha256,
        "page_sha256": said.page.sha256,
    }
    shares.write_text(json.dumps(plain, indent=1), encoding="utf-8")
    emit({"input": name, "status": "ok", "overlay": str(overlay), "attention": str(shares)})
    return ALL_READ


def overlay_png(page: EcgPage, attention: Attention) -> bytes:
    """The page's ink with the heat laid over it, as PNG."""
    size = (page.ink.shape[1] * ZOOM, page.ink.shape[0] * ZOOM)
    paper = 255 - cv2.resize(page.ink, size, interpolation=cv2.INTER_LINEAR)
    heat = cv2.resize(attention.heat, size, interpolation=cv2.INTER_LINEAR)[..., None]
    colour = np.array((40, 120, 230), np.float32)  # orange, in OpenCV's order
    blended = paper[..., None] * (1 - 0.55 * heat) + colour * (0.55 * heat)
    encoded: bytes = cv2.imencode(".png", blended.astype(np.uint8))[1].tobytes()
    return encoded
