"""The 8-bit variant of an exported model: a third of the size, convolutions in whole numbers.

Only the convolutions of the trunk are quantised (weights per channel, activations by the range
that calibration pages show). The gates of the attention are tiny and multiply whole feature maps,
and the heads and the calibration decide the probabilities: they stay in single precision.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ecg_core.network.export import ExportError

GATE = ".attention."
"""In the names of the weights that belong to attention gates."""
WORST = 0.3
"""Rounding moves a probability by less; a larger difference is a fault."""


def quantise(exported: Path, ink: np.ndarray) -> tuple[Path, float]:
    """Write NAME-int8.onnx beside NAME.onnx; returns it and its largest difference from that.

    ink: uint8, N × 264 × 500, calibration pages as the network reads them.
    Raises ExportError when a probability moves by more than `WORST` (the file is removed).
    """
    import onnx
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType
    from onnxruntime.quantization import quantize_static as quantize

    class Pages(CalibrationDataReader):  # type: ignore[misc]
        def __init__(self) -> None:
            self.left = iter(ink)

        def get_next(self) -> dict[str, np.ndarray] | None:
            page = next(self.left, None)
            return None if page is None else {"ink": as_input(page[None])}

    nodes = onnx.load(exported).graph.node
    gates = [n.name for n in nodes if n.op_type == "Conv" and GATE in n.input[1]]
    path = exported.with_name(f"{exported.stem}-int8.onnx")
    quantize(
        str(exported),
        str(path),
        Pages(),
        quant_format=QuantFormat.QDQ,
        op_types_to_quantize=["Conv"],
        nodes_to_exclude=gates,
        per_channel=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        # Processors without VNNI add 8-bit products in 16 bits; 7-bit weights cannot overflow.
        reduce_range=True,
    )
    difference = largest_difference(answers(exported, ink), answers(path, ink))
    if not difference <= WORST:
        path.unlink()
        raise ExportError(f"Answers in 8 bits differ by {difference:.2g}.")
    return path, difference


def answers(path: Path, ink: np.ndarray, batch: int = 32) -> list[np.ndarray]:
    """What an exported file says of pages (uint8, N × H × W): one array an output."""
    session = one_thread(path)
    parts = [
        session.run(None, {"ink": as_input(ink[start : start + batch])})
        for start in range(0, len(ink), batch)
    ]
    return [np.concatenate(output) for output in zip(*parts, strict=True)]


def one_thread(path: Path):  # type: ignore[no-untyped-def]
    """An onnxruntime session that uses one thread."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def as_input(ink: np.ndarray) -> np.ndarray:
    """Pages (uint8, N × H × W) as an exported file reads them: N×1×H×W, 0 paper to 1 ink."""
    return ink[:, None].astype(np.float32) / 255


def largest_difference(one: list[np.ndarray], other: list[np.ndarray]) -> float:
    """Largest difference of any probability."""
    return max(float(np.abs(a - b).max()) for a, b in zip(one, other, strict=True))
