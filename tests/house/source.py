"""The program's own source, parsed: what the house tests walk over."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROGRAM = ("ecg_core", "widgets", "pages", "server")


@dataclass(frozen=True)
class Module:
    """One file: its dotted name and its syntax tree."""

    name: str
    path: Path
    tree: ast.Module

    def __str__(self) -> str:
        return self.path.relative_to(ROOT).as_posix()


@cache
def modules() -> tuple[Module, ...]:
    """Every module of the program, `app.py` among them."""
    paths = [ROOT / "app.py", *(p for top in PROGRAM for p in sorted((ROOT / top).rglob("*.py")))]
    return tuple(
        Module(_dotted(path), path, ast.parse(path.read_text(encoding="utf-8"))) for path in paths
    )


def _dotted(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def names() -> frozenset[str]:
    """The dotted names of all modules."""
    return frozenset(one.name for one in modules())


def imports(module: Module) -> Iterator[str]:
    """Every module of this program that a module imports, wherever in the file it does.

    `from a import b` gives "a.b" where b is a module, else "a".
    """
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            inside = [f"{node.module}.{alias.name}" for alias in node.names]
            found = [one if one in names() else node.module for one in inside]
        else:
            continue
        yield from (one for one in found if one.split(".")[0] in PROGRAM)
