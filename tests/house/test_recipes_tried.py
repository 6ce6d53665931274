"""Every recipe of CONTRIBUTING, followed to the letter in a copy of the program.

A dummy of each kind is added in the files that its recipe names and in no other; one fresh process
then uses them all.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.source import ROOT

RECIPES = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")

DUMMY_FORMAT = """
import numpy as np

from ecg_core.intake.isolation.limits import FileLimits
from ecg_core.intake.reader import Reader
from ecg_core.intake.values import Bundle, EcgRecord
from ecg_core.leads import STANDARD_LEADS


def read(bundle: Bundle, limits: FileLimits) -> EcgRecord:
    mv = np.frombuffer(bundle.files[0].data[8:], "<f4").reshape(12, -1)
    return EcgRecord(bundle.name, "0" * 64, mv, STANDARD_LEADS, STANDARD_LEADS, 500.0, 10.0)


reader = Reader("dummy", "Dummy file", lambda head, name: head.startswith(b"DUMMYECG"), read)
"""
DUMMY_COMMAND = """
def register(subparsers):
    subparsers.add_parser("dummy").set_defaults(run=lambda arguments: 7)
"""
DUMMY_METHOD = """
from pytorch_grad_cam import LayerCAM

from ecg_core.network.attention.method import AttentionMethod
from ecg_core.network.values import METHOD_NAMES

method = AttentionMethod("dummy", METHOD_NAMES["dummy"], "About.", "Source", lambda: LayerCAM)
"""
DUMMY_VIEW = """
import streamlit as st


def show(context):
    st.write("A dummy view")
"""
DUMMY_LINE = """LINES: tuple[Rule, ...] = (
    Rule(
        "dummy",
        Priority.SOON,
        "Always",
        "The dummy line speaks.",
        "Nobody",
        Section.RHYTHM,
        lambda facts: Basis(),
    ),
"""

DUMMY_TABLE = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "yyyy-MM-dd"
msgstr "dd-MM-yyyy"

msgid "Save decision"
msgstr "Besluit opslaan"

msgid "{n} not read"
msgstr "{n} niet gelezen"
"""

Change = tuple[str, str, str]
"""File, what stands there, what stands there afterwards; a new file where nothing stood."""

ADDED: dict[str, tuple[Change, ...]] = {
    "A format": (
        ("ecg_core/intake/formats/dummy.py", "", DUMMY_FORMAT),
        (
            "ecg_core/intake/registry.py",
            "from ecg_core.intake.formats import (",
            "from ecg_core.intake.formats import (\n    dummy,",
        ),
        ("ecg_core/intake/registry.py", "= (\n    wfdb", "= (\n    dummy.reader,\n    wfdb"),
    ),
    "A layout": (
        (
            "ecg_core/page/layouts.py",
            '        Layout("3x4", ',
            '        Layout("dummy", (("I", "V1"), ("II", "V5")), 30.0),\n        Layout("3x4", ',
        ),
    ),
    "A condition": (
        (
            "ecg_core/page/drawn/damage.py",
            '        Condition("clean",',
            '        Condition("dummy", "Dummy.", (blur(0.1, 0.1),)),\n        Condition("clean",',
        ),
    ),
    "An attention method": (
        ("ecg_core/network/attention/dummy.py", "", DUMMY_METHOD),
        (
            "ecg_core/network/attention/__init__.py",
            "    gradcam,",
            "    dummy,\n    gradcam,",
        ),
        (
            "ecg_core/network/attention/__init__.py",
            "hirescam.method",
            "hirescam.method, dummy.method",
        ),
        (
            "ecg_core/network/values.py",
            '    "hirescam": "HiResCAM",',
            '    "hirescam": "HiResCAM",\n    "dummy": "Dummy",',
        ),
    ),
    "A finding": (
        (
            "ecg_core/network/statements.py",
            '        Statement("NDT",',
            '        Statement("DUMMY", "Dummy finding", "CD"),\n        Statement("NDT",',
        ),
    ),
    "A view of the Performance page": (
        ("widgets/performance/views/dummy.py", "", DUMMY_VIEW),
        ("widgets/performance/views/__init__.py", "    classes,\n", "    classes,\n    dummy,\n"),
        (
            "widgets/performance/views/__init__.py",
            '    PerformanceView("classes"',
            '    PerformanceView("dummy", "Dummy", dummy.show),\n    PerformanceView("classes"',
        ),
    ),
    "A rule": (("ecg_core/triage/lines/rhythm.py", "LINES: tuple[Rule, ...] = (\n", DUMMY_LINE),),
    "A language": (("ecg_core/words/nl/dummy.po", "", DUMMY_TABLE),),
    "A command": (
        ("ecg_core/commands/dummying.py", "", DUMMY_COMMAND),
        ("ecg_core/cli.py", "] = {\n", '] = {\n    "dummy": "dummying",\n'),
    ),
}

USED = """
from datetime import date
import numpy as np
from ecg_core import cli, network
from ecg_core.answer import answer, draft
from ecg_core.intake import Bundle, Upload, read_here
from ecg_core.network.attention import METHODS
from ecg_core.network.explain import attend
from ecg_core.network.statements import STATEMENTS
from ecg_core.page.drawn.from_record import from_record
from ecg_core.page.drawn.damage import CONDITIONS
from ecg_core.words import catalogue, languages
from server.words import chosen
from widgets.performance.views import VIEWS

names = ("normal.hea", "normal.dat")
demo = tuple(Upload(name, open(f"assets/demo/{name}", "rb").read()) for name in names)
mv = read_here(Bundle("normal", demo)).signals_mv
record = read_here(Bundle("a.dmy", (Upload("a.dmy", b"DUMMYECG" + mv.astype("<f4").tobytes()),)))
assert np.allclose(record.signals_mv, mv, atol=1e-6), "format"
assert [box.lead for box in from_record(record, "dummy").boxes] == ["I", "V1", "II", "V5"], "layout"
assert "dummy" in CONDITIONS, "condition"
said = answer(record, network.Answering())
model = network.Answering().to("3x4+1R")
assert "dummy" in METHODS and attend(model, said.page, "NORM", "dummy").method == "dummy", "method"
assert STATEMENTS["DUMMY"].name == "Dummy finding", "finding"
assert "DUMMY" not in {one.code for one in said.prediction.findings}, "findings of old models"
assert "dummy" in {view.key for view in VIEWS}, "view"
words = [one.text for one in draft(said.page, said.measurements, said.prediction).sentences]
assert "The dummy line speaks." in words, "rule"
assert cli.main(["dummy"]) == 7, "command"
assert languages()["nl"] == "Nederlands" and chosen({}, "nl-BE,en;q=0.5") == "nl", "language"
dutch = catalogue("nl")
assert dutch.say("Save decision") == "Besluit opslaan", "language"
assert dutch.say("{n} not read", n=3) == "3 niet gelezen", "language"
assert (dutch.number(1234.5, 1), dutch.date(date(2025, 4, 2))) == ("1.234,5", "02-04-2025")
print("all used")
"""


def test_each_dummy_touches_only_files_that_its_recipe_names() -> None:
    for recipe, changes in ADDED.items():
        text = re.split(r"\n\n(?=\*\*)", RECIPES[RECIPES.index(f"**{recipe}") :])[0]
        for path, _, _ in changes:
            folder = path.rsplit("/", 1)[0] + "/"
            assert path in text or folder in text, f"{recipe}: {path}"


@pytest.mark.timeout(300)
def test_a_dummy_by_every_recipe_is_used(tmp_path: Path) -> None:
    for folder in ("ecg_core", "widgets", "assets", "models", "server"):
        left_out = ("__pycache__", "evidence") if folder == "models" else ("__pycache__",)
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns(*left_out))
    for changes in ADDED.values():
        for path, before, after in changes:
            file = tmp_path / path
            if not before:
                assert not file.exists()
                file.parent.mkdir(exist_ok=True)
                file.write_text(after, encoding="utf-8")
                continue
            text = file.read_text(encoding="utf-8")
            assert text.count(before) == 1, f"{path}: {before!r}"
            file.write_text(text.replace(before, after), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", USED], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip().endswith("all used"), done.stderr[-2000:]
