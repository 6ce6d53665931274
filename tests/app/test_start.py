"""The start of the server: quick, and refused where the weights are not those of their card."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def start(program: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a program in a fresh Python."""
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "ECG_DATABASE_URL": "", **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


LIFE = """
import asyncio, sys
from server import start
async def live():
    async with start.lifespan(None):
        print("started")
asyncio.run(live())
print([name for name in ("sklearn", "reportlab") if name in sys.modules])
"""


def test_a_start_checks_everything(tmp_path: Path) -> None:
    done = start(LIFE, ECG_DATA_DIR=str(tmp_path / "start"), ECG_WORKER="elsewhere")
    assert done.returncode == 0, done.stderr
    assert "/account/set-up?token=" in done.stdout
    assert done.stdout.splitlines()[-2:] == ["started", "[]"]


def test_a_start_with_other_weights_is_refused_and_names_their_hash(tmp_path: Path) -> None:
    folder = tmp_path / "models" / "resatt-taught-ptbxl"
    folder.mkdir(parents=True)
    (folder / "weights.safetensors").write_bytes(b"abc")
    card = {
        "name": "resatt-taught-ptbxl",
        "version": "3.1",
        "weights_sha256": "0" * 64,
        "preprocessing_version": "page-2",
    }
    (folder / "card.json").write_text(json.dumps(card))
    done = start(LIFE, ECG_DATA_DIR=str(tmp_path / "var"), ECG_MODELS_DIR=str(folder.parent))
    assert done.returncode == 1
    assert "started" not in done.stdout
    # SHA-256 of "abc", from FIPS 180-2.
    found = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert f"Not started: model resatt-taught-ptbxl. Weights {found}, its card says 000" in (
        done.stderr
    )
    assert not (tmp_path / "var").exists()
