"""The page's figures on shipped evidence are those that `evaluate` prints, to the last bit."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from ecg_core import cli, network
from ecg_core.evidence import forms
from ecg_core.evidence.figures import metrics, rates
from ecg_core.evidence.figures.metrics import Interval
from ecg_core.network.statements import SUPERCLASS_NAMES, SUPERCLASSES
from ecg_core.training.data import ptbxl, restated
from ecg_core.training.tasks import twelve_leads


def test_evaluate_prints_what_the_page_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    card = network.card_of(network.default_model())
    found = forms.shipped(card)
    if not found:
        pytest.skip("the model in models/ has no evidence files")
    # The ECGs are not answered anew: the shipped answers are evaluated.
    monkeypatch.setattr(ptbxl, "load", lambda root, codes: None)
    monkeypatch.setattr(restated, "taught_by", lambda rule, data, root: data)
    monkeypatch.setattr(network, "load", lambda name=None: SimpleNamespace(card=card))
    monkeypatch.setattr(twelve_leads, "answered", lambda *arguments: found[0])
    # What takes seconds and is not compared.
    monkeypatch.setattr(metrics, "resampled", lambda measure, people: Interval(0.0, 0.0, 0.0))
    out = ["--root", str(tmp_path), "--split", "10", "--out", str(tmp_path)]
    assert cli.main(["evaluate", *out]) == 0
    printed = {}
    for line in map(json.loads, capsys.readouterr().out.splitlines()):
        assert (line["dataset"], line["split"]) == (found[0].dataset, found[0].split)
        printed[line["name"]] = (line["n"], Interval(line["value"], line["low"], line["high"]))
    # The page reads the file that the command wrote.
    (path,) = tmp_path.glob("*.parquet")
    cases = forms.read(path, card).telling()
    for code in SUPERCLASSES:
        shown = rates.areas(cases.question(code), cases.patients)
        assert printed[f"AUC {SUPERCLASS_NAMES[code]} ({code})"] == (shown.n, shown.auc)
    macro, _ = rates.averages(cases.asking(SUPERCLASSES))
    assert printed["superclass macro-AUC"] == (cases.n, macro.auc)
    assert cases.choice is not None
    f1 = rates.macro_f1(cases.choice, cases.patients)
    assert printed["triage macro-F1"] == (int(cases.choice.known.sum()), f1)
