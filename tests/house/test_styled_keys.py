"""Widgets whose keys the style sheet takes for those of the ECG's paper."""

from __future__ import annotations

import ast

from tests.house.source import modules

PAPERS = "paper_"
"""assets/style.css gives what has such a key the place of an ECG: on a phone 44 lines' height."""


def _beginning(value: ast.expr) -> str:
    """The letters with which a string begins; "" of anything else."""
    first = value.values[0] if isinstance(value, ast.JoinedStr) and value.values else value
    said = first.value if isinstance(first, ast.Constant) else ""
    return said if isinstance(said, str) else ""


def test_nothing_but_the_paper_has_a_key_of_a_paper() -> None:
    keyed = [
        (str(module), ast.unparse(call.func))
        for module in modules()
        if str(module).startswith(("widgets/", "pages/"))
        for call in ast.walk(module.tree)
        if isinstance(call, ast.Call)
        for word in call.keywords
        if word.arg == "key" and _beginning(word.value).startswith(PAPERS)
    ]
    assert len(keyed) >= 3, "the viewer, the case, the blind desk"
    assert {name for _, name in keyed} == {"paper"}, keyed
