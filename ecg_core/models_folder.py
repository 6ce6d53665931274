"""Where the models lie."""

from __future__ import annotations

import os
from pathlib import Path


def models_folder() -> Path:
    """`ECG_MODELS_DIR`, or `models/` at the top of the project."""
    return Path(os.environ.get("ECG_MODELS_DIR") or Path(__file__).parents[1] / "models")
