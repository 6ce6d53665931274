"""A public class name means one thing in the whole program."""

from __future__ import annotations

import re
from collections import defaultdict

from tests.house.source import modules

_CLASS = re.compile(r"^class ([A-Z]\w*)", re.MULTILINE)


def test_no_public_class_name_means_two_things() -> None:
    where = defaultdict(list)
    for module in modules():
        for name in _CLASS.findall(module.text):
            where[name].append(str(module))
    twice = {name: files for name, files in where.items() if len(files) > 1}
    assert not twice, f"rename one of each: {twice}"
