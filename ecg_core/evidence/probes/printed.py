"""What is printed above and below the traces, read as text.

The characters are read by RapidOCR (Apache License 2.0), whose models come in its wheel; nothing
leaves the machine. It is optional.
"""

from __future__ import annotations

import importlib.util
from functools import cache
from typing import Any

import numpy as np

OCR_SIDE_PX = 1120
"""Longer side at which text is looked for."""
GAP_PX = 20


def available() -> bool:
    """Whether the optional character reader is installed."""
    return importlib.util.find_spec("rapidocr") is not None


def margins(pixels: np.ndarray, rows: tuple[int, int]) -> np.ndarray:
    """Header and footer of a page (uint8, height × width × 3), one below the other."""
    gap = np.full((GAP_PX, *pixels.shape[1:]), 255, np.uint8)
    return np.concatenate([gap, pixels[: rows[0]], gap, pixels[rows[1] :], gap])


def text_beside(pixels: np.ndarray, rows: tuple[int, int]) -> str:
    """Text in header and footer of a page (uint8, height × width × 3), one line each.

    rows: first and last pixel row of the traces.
    """
    return _text(margins(pixels, rows))


def _text(picture: np.ndarray) -> str:
    found = _engine()(np.ascontiguousarray(picture[:, :, ::-1]))
    return "\n".join(getattr(found, "txts", None) or ())


@cache
def _engine() -> Any:
    """One reader per process, on one thread."""
    from rapidocr import RapidOCR

    return RapidOCR(
        params={
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "Global.use_cls": False,
            "Global.log_level": "error",
            "Global.max_side_len": 4000,
            "Global.width_height_ratio": -1,
            "Det.limit_type": "max",
            "Det.limit_side_len": OCR_SIDE_PX,
        }
    )
