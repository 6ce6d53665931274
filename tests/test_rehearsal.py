"""After the rehearsal nothing is left to be imported for a first ECG."""

from __future__ import annotations

import subprocess
import sys

from tests.house.source import ROOT

FIRST_ECGS = """
import sys
from ecg_core import intake, network
from ecg_core.answer import Answer, answer
from ecg_core.commands.files import bundles
from ecg_core.rehearsal import rehearse

models = network.Answering()
rehearse(models)
before = set(sys.modules)
for _, bundle in bundles(sys.argv[1:]):
    said = answer(bundle, models, read=intake.read_here)
    assert isinstance(said, Answer)
    _ = said.draft, said.attention()
late = set(sys.modules) - before
print(*sorted(one for one in late if one.startswith(("ecg_core.", "scipy.", "torch.", "cv2"))))
"""


def test_a_first_record_and_a_first_scan_import_no_more_of_what_answers() -> None:
    demo = ROOT / "assets" / "demo"
    paths = [str(demo / "normal.hea"), str(demo / "stemi_export.png")]
    ran = subprocess.run(
        [sys.executable, "-c", FIRST_ECGS, *paths],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    # Files are read in a process of its own, which is started and imports beside this.
    late = [one for one in ran.stdout.split() if not one.startswith("ecg_core.intake")]
    assert late == []
