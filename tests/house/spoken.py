"""Every text that the program says: what stands in `_`, `counted` and `noted`."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.house.source import Module, modules
from widgets.intake import demos
from widgets.viewer.component import EVERY, Component

SAYING = ("_", "say", "noted", "Later")
COUNTING = ("counted", "count")


@dataclass(frozen=True)
class Spoken:
    """A text of the program. many: its plural, "" where it has none."""

    english: str
    many: str
    context: str
    places: frozenset[str]
    where: str


def places(text: str) -> frozenset[str]:
    """The names of the places of a text.

    >>> sorted(places("{n:,} of {total}"))
    ['n', 'total']
    """
    return frozenset(re.findall(r"\{(\w+)[^{}]*\}", text))


def spoken(module: Module) -> Iterator[Spoken]:
    """What a module says, call by call."""
    for call in ast.walk(module.tree):
        if not isinstance(call, ast.Call) or not call.args:
            continue
        name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        name = call.func.id if isinstance(call.func, ast.Name) else name
        where = f"{module}:{call.lineno}"
        given = frozenset(one.arg for one in call.keywords if one.arg and one.arg != "context")
        if name in SAYING:
            context = [one.value for one in call.keywords if one.arg == "context"]
            texts = [one for one in (call.args[0], *context) if isinstance(one, ast.Constant)]
            if len(texts) > len(context) and isinstance(texts[0].value, str):
                about = str(texts[1].value) if context else ""
                yield Spoken(texts[0].value, "", about, given, where)
        elif name == "DataFrame":
            for title in _titles(call):
                yield Spoken(title, "", "", frozenset(), where)
        elif name in COUNTING and len(call.args) == 3:
            one, many = call.args[:2]
            if isinstance(one, ast.Constant) and isinstance(many, ast.Constant):
                yield Spoken(str(one.value), str(many.value), "", given | {"n"}, where)


def _titles(call: ast.Call) -> Iterator[str]:
    """Columns of a table that a reader sees; those of files alone are written in small letters."""
    lists = [one.value for one in call.keywords if one.arg == "columns"]
    for node in (*call.args, *lists):
        for part in ast.walk(node):
            named = part.keys if isinstance(part, ast.Dict) else getattr(part, "elts", [])
            for one in named if part in lists or isinstance(part, ast.Dict) else ():
                if isinstance(one, ast.Constant) and re.search(r"[A-Z]", str(one.value)):
                    yield str(one.value)


def everything() -> Iterator[Spoken]:
    """What pages, widgets, server, scripts of the browser and demonstrations say."""
    for module in modules():
        if module.name.split(".")[0] in ("app", "pages", "widgets", "server"):
            yield from spoken(module)
    for component in components():
        for text in component.texts():
            yield Spoken(text, "", "", places(text), component.name)
    for demo in demos.demos():
        for text in (demo.title, demo.caption):
            yield Spoken(text, "", "", frozenset(), "assets/demo/catalogue.json")


def components() -> list[Component]:
    """What the browser draws by itself: every module that has such a part is imported."""
    for module in modules():
        if "Component(" in module.text and module.name.startswith("widgets."):
            importlib.import_module(module.name)
    return EVERY
