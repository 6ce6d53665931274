"""The program's own source as text and imports: what the house tests walk over."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROGRAM = ("ecg_core", "widgets", "pages", "server")
_IMPORT = re.compile(
    r"^[ \t]*(?:from ([\w.]+) import (\([^)]*\)|[^\n(]+)|import ([^\n]+))$", re.MULTILINE
)


@dataclass(frozen=True)
class Module:
    """One file: its dotted name and its text."""

    name: str
    path: Path
    text: str

    def __str__(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax, parsed when a test asks: all files take seconds."""
        return ast.parse(self.text)

    @cached_property
    def imports(self) -> tuple[str, ...]:
        """Every module of this program that it imports, wherever in the file it does.

        `from a import b` gives "a.b" where b is a module, else "a".
        """
        found = []
        for whence, what, plain in _IMPORT.findall(self.text):
            if plain:
                found += [word.split()[0] for word in plain.split(",")]
                continue
            parts = re.sub(r"#.*|[()]", "", what).replace("\n", " ").split(",")
            inside = [f"{whence}.{part.split()[0]}" for part in parts if part.strip()]
            found += [one if one in names() else whence for one in inside]
        return tuple(one for one in dict.fromkeys(found) if one.split(".")[0] in PROGRAM)


@cache
def modules() -> tuple[Module, ...]:
    """Every module of the program, `app.py` among them."""
    paths = [ROOT / "app.py", *(p for top in PROGRAM for p in sorted((ROOT / top).rglob("*.py")))]
    return tuple(Module(_dotted(path), path, path.read_text(encoding="utf-8")) for path in paths)


def _dotted(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def names() -> frozenset[str]:
    """The dotted names of all modules."""
    return frozenset(one.name for one in modules())
