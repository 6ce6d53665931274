"""The whole app without a browser: a fresh data directory, and one session at a time."""

from __future__ import annotations

from pathlib import Path

import pytest
import streamlit as st
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from ecg_core import network
from widgets import engine
from widgets.demos import FOLDER

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("ECG_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("ECG_DATABASE_URL", raising=False)
    model = engine.classifier() if network.default_model() in network.list_models() else None
    st.cache_resource.clear()
    st.cache_data.clear()
    if model is not None:
        # Loading it once is enough for all tests.
        monkeypatch.setattr(network, "load", lambda name=None: model)


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a server where app.py has run before, which AppTest forgets at every run."""
    build = PagesManager.__init__

    def remember(self: PagesManager, *args: object, **options: object) -> None:
        build(self, *args, **options)  # type: ignore[arg-type]
        PagesManager.uses_pages_directory = False

    monkeypatch.setattr(PagesManager, "__init__", remember)


@pytest.fixture
def app(settled: None) -> AppTest:
    """The opening screen."""
    if network.default_model() not in network.list_models():
        pytest.skip("no model is shipped in models/")
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()


def demo_files(*names: str) -> list[tuple[str, bytes]]:
    """Files of the demo ECGs, as a reader would drop them."""
    return [(name, (FOLDER / name).read_bytes()) for name in names]


def drop(app: AppTest, *files: tuple[str, bytes]) -> AppTest:
    """Drop files on the opening screen."""
    for name, data in files:
        app.file_uploader[0].upload(name, data)
    return app.run()


def words(app: AppTest) -> str:
    """Everything that is written on the page, for looking for words."""
    kinds = ("markdown", "caption", "subheader", "error", "warning", "success", "info")
    return "\n".join(str(item.value) for kind in kinds for item in app.get(kind))
