"""No screen says a bare English word: every label goes through the catalogue."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.house.source import Module, modules

TEXT_FIRST = frozenset(
    [
        "title",
        "header",
        "subheader",
        "caption",
        "markdown",
        "write",
        "button",
        "form_submit_button",
        "download_button",
        "link_button",
        "checkbox",
        "toggle",
        "radio",
        "selectbox",
        "multiselect",
        "slider",
        "select_slider",
        "text_input",
        "text_area",
        "number_input",
        "date_input",
        "file_uploader",
        "camera_input",
        "segmented_control",
        "pills",
        "badge",
        "metric",
        "expander",
        "popover",
        "toast",
        "error",
        "warning",
        "info",
        "success",
        "spinner",
        "status",
        "tabs",
        "Column",
        "TextColumn",
        "NumberColumn",
        "CheckboxColumn",
        "SelectboxColumn",
        "ProgressColumn",
        "dialog",
    ]
)
"""What of Streamlit takes a text first."""
NAMED = frozenset({"label", "help", "placeholder", "title", "text", "alt", "caption"})
"""Arguments that are texts wherever they stand."""
SAME_EVERYWHERE = frozenset({"CSV", "WFDB (ZIP)", "ECG Triage"})
_SIGNS = re.compile(r":material/\w+:|:\w+(?:-badge)?\[|<[^>]*>|\{[^}]*\}")


def bare(node: ast.expr) -> Iterator[str]:
    """Words of a text that goes through nothing."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        words = _SIGNS.sub("", node.value)
        if re.search(r"[A-Za-z]{2}", words) and node.value not in SAME_EVERYWHERE:
            yield node.value
    elif isinstance(node, ast.JoinedStr):
        fixed = "".join(str(one.value) for one in node.values if isinstance(one, ast.Constant))
        if re.search(r"[A-Za-z]{2}", _SIGNS.sub("", fixed)):
            yield fixed
    elif isinstance(node, ast.IfExp):
        yield from (*bare(node.body), *bare(node.orelse))
    elif isinstance(node, ast.BinOp):
        yield from (*bare(node.left), *bare(node.right))
    elif isinstance(node, ast.List | ast.Tuple):
        for one in node.elts:
            yield from bare(one)


def labels(module: Module) -> Iterator[tuple[int, str]]:
    """Line and text of every label that a module writes as it is."""
    for call in ast.walk(module.tree):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
            continue
        given = [one.value for one in call.keywords if one.arg in NAMED]
        if call.func.attr in TEXT_FIRST:
            given += call.args[:1]
        elif call.func.attr == "progress":
            given += call.args[1:2]
        for node in given:
            for text in bare(node):
                yield call.lineno, text


def test_no_screen_writes_a_label_that_no_catalogue_knows() -> None:
    found = [
        f"{module}:{line} {text!r}"
        for module in modules()
        if module.name.split(".")[0] in ("app", "pages", "widgets")
        for line, text in labels(module)
    ]
    assert not found, "say it through _(…)"


def test_nobody_calls_something_else_by_the_name_that_says_words() -> None:
    """`for _, x in …` beside `_("…")` would make a number of what says words."""
    taken = [
        f"{module}:{name.lineno}"
        for module in modules()
        if "words import" in module.text
        for name in ast.walk(module.tree)
        if isinstance(name, ast.Name) and name.id == "_" and isinstance(name.ctx, ast.Store)
    ]
    assert not taken


def test_a_bare_label_would_be_found() -> None:
    text = (
        'st.button("Save", key="save", help=_("Why"))\n'
        'st.caption(f"{n} ECGs")\n'
        'st.badge("Yes" if fine else _("No"))\n'
        'st.markdown(f":material/check: **{name}**")\n'
    )
    module = Module("widgets.made_up", Path("made_up.py"), text)
    assert sorted(labels(module)) == [(1, "Save"), (2, " ECGs"), (3, "Yes")]


def test_what_a_cache_keeps_is_english_or_kept_by_language() -> None:
    loose = [
        f"{module}:{function.lineno} {function.name}"
        for module in modules()
        for function in ast.walk(module.tree)
        if isinstance(function, ast.FunctionDef)
        and any(
            "cache_" in ast.unparse(one) or "kept(" in ast.unparse(one)
            for one in function.decorator_list
        )
        and "language" not in [one.arg for one in function.args.args]
        and any(
            isinstance(call, ast.Call) and ast.unparse(call.func) in ("_", "counted", "percent")
            for call in ast.walk(ast.Module(function.body, []))
        )
    ]
    assert not loose
