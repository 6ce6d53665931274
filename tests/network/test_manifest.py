"""A model folder is the one that was released, or is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ecg_core.cli import main
from ecg_core.models_folder import models_folder
from ecg_core.network import manifest, registry
from ecg_core.store.audit import checkpoints
from ecg_core.store.upkeep import health


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in (manifest.KEY, manifest.PUBLIC_KEY):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "small"
    folder.mkdir()
    (folder / "weights.safetensors").write_bytes(b"abc")
    # SHA-256 of "abc", from FIPS 180-2.
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    (folder / "card.json").write_text(json.dumps({"weights_sha256": digest, "threshold": 0.5}))
    monkeypatch.setenv("ECG_MODELS_DIR", str(tmp_path))
    monkeypatch.setattr(health.network, "answering_models", lambda: ["small"])
    return folder


def test_a_changed_card_is_told_though_it_names_its_weights_rightly(folder: Path) -> None:
    assert main(["pin", str(folder)]) == 0
    assert [one.ok for one in health.weights()] == [True]
    text = (folder / "card.json").read_text()
    (folder / "card.json").write_text(text.replace("0.5", "0.9"))
    (found,) = health.weights()
    assert found.refuses and found.what.startswith("card.json is ")
    assert "its manifest says" in found.what
    (folder / "card.json").write_text(text)
    assert health.weights()[0].ok
    (folder / manifest.MANIFEST).write_text('{"files": 3}')
    assert health.weights()[0].what == "Its manifest is damaged."


def test_a_signature_is_asked_for_where_a_key_is_known(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private, public = checkpoints.new_key()
    monkeypatch.setenv(manifest.PUBLIC_KEY, public)
    assert "has no manifest" in manifest.differs(folder)
    manifest.pin(folder)
    assert "not signed" in manifest.differs(folder)
    monkeypatch.setenv(manifest.KEY, private)
    manifest.pin(folder)
    assert manifest.differs(folder) == ""
    # Whoever changes the card and writes a manifest that fits cannot sign it.
    card = json.loads((folder / "card.json").read_text()) | {"threshold": 0.9}
    (folder / "card.json").write_text(json.dumps(card))
    signature = json.loads((folder / manifest.MANIFEST).read_text())["signature"]
    monkeypatch.delenv(manifest.KEY)
    manifest.pin(folder)
    forged = json.loads((folder / manifest.MANIFEST).read_text()) | {"signature": signature}
    (folder / manifest.MANIFEST).write_text(json.dumps(forged))
    assert "not signed" in manifest.differs(folder)
    monkeypatch.setenv(manifest.PUBLIC_KEY, "no key")
    assert "not signed" in manifest.differs(folder)


def test_what_is_shipped_is_as_it_was_released(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(manifest.PUBLIC_KEY, raising=False)
    shipped = sorted(path.parent for path in models_folder().glob("*/card.json"))
    assert registry.DEFAULT_MODEL in [folder.name for folder in shipped]
    for folder in shipped:
        assert (folder / manifest.MANIFEST).exists(), f"python -m ecg_core pin models/{folder.name}"
        assert manifest.differs(folder) == "", f"python -m ecg_core pin models/{folder.name}"
