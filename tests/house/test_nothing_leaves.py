"""No library of the program reports its use to anybody."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
_READS_PRINT = """
from ecg_core.page.scan.print import lettering
import onnxruntime, rapidocr
from pathlib import Path
model = next(Path(rapidocr.__file__).parent.glob("models/*rec*.onnx"))
onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
"""


def test_onnxruntime_keeps_no_identifier_to_report_by(tmp_path: Path) -> None:
    # Its reports go by an identifier of the machine that it writes beside a queue of events.
    kept = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    kept |= {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    subprocess.run(
        [sys.executable, "-c", _READS_PRINT], cwd=ROOT, env=kept, check=True, timeout=150
    )
    assert [path for path in tmp_path.rglob("*") if "onnxruntime" in str(path)] == []
