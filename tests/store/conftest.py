"""Stores for the tests: an empty one, and copies of one with a history."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ecg_core.store.cases.store import Store
from tests.store.stored_cases import add, agrees, case, overrides


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store in its own folder."""
    opened = Store.open(tmp_path / "var")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a closed store with two cases, three readings and a view: 8 events."""
    folder = tmp_path_factory.mktemp("history")
    kept = Store.open(folder)
    first, second = add(kept, case(1)), add(kept, case(2, name="Second"))
    kept.record_reading(first, agrees(), "one")
    kept.record_reading(first, overrides(), "two")
    kept.record_view(first, "Dr Cid")
    kept.record_reading(second, overrides(reason="Lead reversal"), "three")
    kept.close()
    return folder


@pytest.fixture
def folder(history: Path, tmp_path: Path) -> Path:
    """A copy of `history` to do harm to."""
    return Path(shutil.copytree(history, tmp_path / "copy"))
