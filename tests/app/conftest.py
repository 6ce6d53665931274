"""The whole app without a browser: a fresh data directory, and one session at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import streamlit as st
from argon2 import PasswordHasher
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest, local_script_runner

from ecg_core import network
from ecg_core.store.people import passwords
from server import cookies, place
from widgets.intake.demos import FOLDER
from widgets.session import models, person

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True, scope="session")
def _app_tests_without_waste() -> Iterator[None]:
    """Every AppTest reads all installed packages' metadata anew, and asks a thousand times a second
    whether its script has ended: neither tells a test anything."""
    found = cache(manifest_scanner.scan_component_manifests)
    asks = local_script_runner.require_widgets_deltas

    def waits(runner: local_script_runner.LocalScriptRunner, timeout: float = 3) -> None:
        if runner._script_thread is not None:
            runner._script_thread.join(timeout)
        asks(runner, 0.1)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", found)
        patch.setattr(local_script_runner, "require_widgets_deltas", waits)
        yield


@pytest.fixture(autouse=True)
def _fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("ECG_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("ECG_DATABASE_URL", raising=False)
    model = models.classifier() if network.default_model() in network.list_models() else None
    st.cache_resource.clear()
    st.cache_data.clear()
    if model is not None:
        # Loading it once is enough for all tests.
        load = network.load
        monkeypatch.setattr(
            network,
            "load",
            lambda name=None: model if name in (None, model.card.name) else load(name),
        )


READER = "Dr. A. Reader"


class Cookies(dict[str, str]):
    """The cookies of the browser that a test plays."""

    def sign_in(self, token: str) -> None:
        """Hold the cookie of this sign-in, as the account pages would give it."""
        self[cookies.NAME] = cookies._signer().sign(token).decode()


@pytest.fixture(autouse=True)
def browser_cookies(_fresh: None, monkeypatch: pytest.MonkeyPatch) -> Cookies:
    """Signs in `READER`, the first person, who may read, lead and administer."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(1, 8, 1))
    held = Cookies()
    monkeypatch.setattr(person, "_cookies", lambda: held)
    link = place.accounts().first_link()
    assert link is not None
    held.sign_in(place.accounts().use_link(link, "correct horse battery", READER))
    return held


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
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=300).run()


def demo_files(*names: str) -> list[tuple[str, bytes]]:
    """Files of the demo ECGs, as a reader would drop them."""
    return [(name, (FOLDER / name).read_bytes()) for name in names]


def drop(app: AppTest, *files: tuple[str, bytes]) -> AppTest:
    """Drop files on the opening screen."""
    for name, data in files:
        app.file_uploader[0].upload(name, data)
    return app.run()


def drop_record(app: AppTest, name: str) -> AppTest:
    """Drop a record of the demonstrations: its files, as a reader would, make a case."""
    return drop(app, *demo_files(f"{name}.hea", f"{name}.dat"))


def component(app: AppTest, key: str) -> dict[str, object]:
    """What the page hands to the component whose key begins so."""
    for node in app.main:
        found = _find(node, key)
        if found is not None:
            return found
    raise AssertionError(key)


def _find(node: object, key: str) -> dict[str, object] | None:
    proto = getattr(node, "proto", None)
    if proto is not None and key in str(getattr(proto, "id", "")):
        return json.loads(proto.json)
    for child in getattr(node, "children", {}).values():
        found = _find(child, key)
        if found is not None:
            return found
    return None


def words(app: AppTest) -> str:
    """Everything that is written on the page, for looking for words."""
    kinds = ("markdown", "caption", "subheader", "error", "warning", "success", "info")
    said = [str(item.value) for kind in kinds for item in app.get(kind)]
    return "\n".join([*said, *(item.proto.body for item in app.get("html"))])
