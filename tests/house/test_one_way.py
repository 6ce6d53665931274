"""One way through an ECG: only `ecg_core/answer.py` asks the classifier and the verdict."""

from __future__ import annotations

import ast
import re

from tests.house.source import Module, modules

THE_WAY = "ecg_core.answer"
MANY_AT_ONCE = {
    "ecg_core.network.export": "compares the exported network with this one",
    "ecg_core.network.strips": "reads a long record along, window by window",
    "ecg_core.training": "fits the weights that will answer",
    "ecg_core.studies": "asks about thousands of arranged pages that are no cases",
}
"""Who may use the network below `Classifier.predict`, and why."""
CHOOSE_SECONDS = (
    "ecg_core.page",
    "ecg_core.signal",
    "ecg_core.network.strips",
    "ecg_core.training",
)
"""Rooms that cut windows: the page's own, beats' surroundings, and windows along a recording."""


def asks(module: Module) -> set[str]:
    """What a module asks for itself that only the one way may."""
    if module.name in (THE_WAY, "ecg_core.network.classifier", "ecg_core.triage.verdict"):
        return set()
    if not re.search(r"\bpredict\(|\bjudge\b|network\.classifier", module.text):
        return set()
    allowed = module.name.startswith(tuple(MANY_AT_ONCE))
    found = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom) and node.module == "ecg_core.triage.verdict":
            found |= {"the verdict" for alias in node.names if alias.name == "judge"}
        if isinstance(node, ast.ImportFrom) and node.module == "ecg_core.network.classifier":
            below = {"answer_all", "as_input", "calibrated"} & {a.name for a in node.names}
            found |= {f"the network by {name}" for name in below if not allowed}
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            # The studies' own classifiers of features are no network.
            if node.func.attr == "predict" and not module.name.startswith("ecg_core.studies"):
                found.add("the classifier")
            if node.func.attr == "judge" and _name(node.func.value) == "verdict":
                found.add("the verdict")
    return found


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else str(getattr(node, "attr", ""))


def test_only_the_one_way_asks_the_classifier_and_the_verdict() -> None:
    second = {str(module): found for module in modules() if (found := asks(module))}
    assert not second, f"go through ecg_core/answer.py instead: {second}"


def test_a_second_way_would_be_found() -> None:
    for text in (
        "said = classifier.predict(page)",
        "from ecg_core.triage.verdict import Verdict, judge",
        "from ecg_core.triage import verdict\nverdict.judge(facts)",
        "from ecg_core.network.classifier import answer_all",
    ):
        path = modules()[0].path
        assert asks(Module("widgets.desk.somewhere", path, text)), text


def test_the_ten_seconds_of_a_longer_record_are_chosen_in_one_place() -> None:
    chosen = {
        str(module)
        for module in modules()
        if ".window(" in module.text and not module.name.startswith(CHOOSE_SECONDS)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "window"
    }
    assert not chosen, f"call page.ten_seconds instead: {chosen}"
