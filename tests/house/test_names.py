"""A public class name means one thing in the whole program."""

from __future__ import annotations

import re
from collections import defaultdict

from tests.house.source import modules

_CLASS = re.compile(r"^class ([A-Z]\w*)", re.MULTILINE)
TWO_MEANINGS = {"Grid"}
"""Names that still have two; the list may only shrink."""
ONE_MEANING = {"View", "Method", "Question", "Reading", "Evidence", "Verdict", "Finding", "Answer"}
"""Words of the field that readers of the code meet everywhere: never on the list above."""


def test_no_public_class_name_means_two_things() -> None:
    where = defaultdict(list)
    for module in modules():
        for name in _CLASS.findall(module.text):
            where[name].append(str(module))
    twice = {name: files for name, files in where.items() if len(files) > 1}
    assert set(twice) <= TWO_MEANINGS, f"rename one of each: {twice}"
    assert not TWO_MEANINGS & ONE_MEANING
