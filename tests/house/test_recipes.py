"""The recipes of CONTRIBUTING name files and tables that are there; tried in test_recipes_tried."""

from __future__ import annotations

import re

import pytest

from tests.house.source import ROOT

RECIPES = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8")
_PATH = re.compile(r"`((?:\w+/)+\w+\.py)`")
_TABLE = re.compile(r"`([A-Z][A-Z_]+)`\s+\(`([\w/.]+\.py)`\)")


@pytest.mark.parametrize("path", sorted(set(_PATH.findall(RECIPES))))
def test_every_file_that_a_recipe_names_is_there(path: str) -> None:
    assert (ROOT / path).exists(), "CONTRIBUTING.md names a file that is not there"


@pytest.mark.parametrize("path", sorted(set(_PATH.findall(ARCHITECTURE))))
def test_every_file_that_the_architecture_names_is_there(path: str) -> None:
    places = (ROOT / path, ROOT / "ecg_core" / path)
    assert any(place.exists() for place in places), path


@pytest.mark.parametrize(("table", "path"), sorted(set(_TABLE.findall(RECIPES))))
def test_every_table_that_a_recipe_names_is_in_its_file(table: str, path: str) -> None:
    found = [
        one for one in (ROOT / path, *ROOT.glob(f"ecg_core/intake/formats/{path}")) if one.exists()
    ]
    assert found and re.search(rf"^{table}\b", found[0].read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize(
    "recipe",
    ["format", "layout", "finding", "attention method", "view", "rule", "language", "command"],
)
def test_there_is_a_recipe_for_every_family(recipe: str) -> None:
    assert re.search(rf"\*\*A[n]? {recipe}", RECIPES.replace("\n", " "))
