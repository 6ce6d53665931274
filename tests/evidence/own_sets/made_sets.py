"""Small labelled sets from the demonstration ECGs, and answers that need no model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ecg_core import network
from ecg_core.evidence.own_sets import sets
from ecg_core.evidence.own_sets.answering import ANSWERED, REFUSED, CaseAnswer, CaseFiles
from ecg_core.evidence.own_sets.checking import check
from ecg_core.evidence.own_sets.columns import guess, read_table
from ecg_core.evidence.own_sets.engines import Stop
from ecg_core.evidence.own_sets.sets import LabelledSet, SetInfo
from ecg_core.intake.bundles import split
from ecg_core.intake.values import Bundle, Upload

DEMO = Path(__file__).parents[3] / "assets" / "demo"
NAMES = ("normal", "left_bundle", "hypertrophy", "old_inferior")
TABLE = b"file,patient,triage,CD,sex\n" + b"".join(
    line.encode() + b"\n"
    for line in (
        "normal,p1,normal,0,f",
        "left_bundle,p2,other,1,m",
        "hypertrophy,p3,other,0,m",
        "old_inferior,p3,prior,0,f",
    )
)


def bundles(names: Sequence[str] = NAMES) -> tuple[Bundle, ...]:
    uploads = [
        Upload(path.name, path.read_bytes())
        for name in names
        for path in (DEMO / f"{name}.hea", DEMO / f"{name}.dat")
    ]
    return split(uploads)


def model() -> SetInfo:
    card = network.card_of(network.default_model())
    return sets.identity(card.name, card.version, card.weights_sha256)


def labelled_set(folder: Path, name: str = "Ward 3") -> LabelledSet:
    found = bundles()
    table = read_table(TABLE)
    checked = check(table, guess(table), [bundle.name for bundle in found])
    assert not checked.problems
    return sets.create(folder, name, found, checked.labels, model())


def made_up(case: CaseFiles, conduction: float = 0.2) -> CaseAnswer:
    """An answer without a model: conduction disturbance where the name says bundle branch."""
    if "hypertrophy" in case.name:
        return CaseAnswer(case.name, "", REFUSED, "too small", (), (), "", "", 1.0)
    probability = 0.9 if "bundle" in case.name else conduction
    codes = ("NORM", "MI", "STTC", "HYP")
    findings = (("CD", probability), *((code, 0.1) for code in codes))
    triage = (0.7, 0.1, 0.1, 0.1)
    return CaseAnswer(case.name, "", ANSWERED, "", triage, findings, "3x4+1R", "read", 1.0)


def serial(cases: Sequence[CaseFiles], model_name: str, stop: Stop) -> Iterator[CaseAnswer]:
    """An engine that makes answers up, one by one."""
    for case in cases:
        if stop():
            return
        yield made_up(case)
