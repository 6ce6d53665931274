"""Sentences that stand in the code of a room, finished with made-up values."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import product

from tests.house.source import Module, modules

NUMBER, WORD = "12", "V5"
_SENTENCE = re.compile(r"[A-ZÄÖÜ\d].* .*[.?]\s?$|[a-zV]\w*\d? .*[a-z]{2}.*\.$", re.DOTALL)


def finished(room: str) -> Iterator[tuple[str, str]]:
    """Every sentence of a room's modules, in each of its forms, and where it stands."""
    for module in modules():
        if module.name.startswith(room):
            for line, text in _texts(module):
                if _SENTENCE.match(text.strip()) and "%s" not in text:
                    yield text.strip(), f"{module}:{line}"


def _texts(module: Module) -> Iterator[tuple[int, str]]:
    constants = {
        target.id: node.value.value
        for node in module.tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name) and isinstance(node.value.value, str)
    }
    inside: set[int] = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Expr):
            # Docstrings, and strings that say what stands above them.
            inside.add(id(node.value))
        if isinstance(node, ast.JoinedStr):
            inside |= {id(part) for part in ast.walk(node) if part is not node}
    for node in ast.walk(module.tree):
        if id(node) in inside:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if not re.search(r"\{\w+", node.value):
                yield node.lineno, node.value
        elif isinstance(node, ast.JoinedStr):
            for text in _forms(node, constants):
                yield node.lineno, text


def _forms(part: ast.expr, constants: dict[str, str]) -> list[str]:
    """What a part of a text may be: the text itself, one of two others, a number, a name."""
    match part:
        case ast.Constant():
            return [str(part.value)]
        case ast.JoinedStr():
            return ["".join(one) for one in product(*(_forms(v, constants) for v in part.values))]
        case ast.FormattedValue(value=ast.IfExp() as either):
            both = (either.body, either.orelse)
            if all(isinstance(one, ast.Constant | ast.JoinedStr) for one in both):
                return [text for one in both for text in _forms(one, constants)]
        case ast.FormattedValue(value=ast.Name(id=name)) if name in constants:
            return [constants[name]]
    return [NUMBER if getattr(part, "format_spec", None) else WORD]
