"""Evidence files: per-case answers and labels, from which every figure is made again.

A form says which columns a file has and which case set they make. Adding one is a file here and a
row in `FORMS`; whoever reads evidence knows case sets only.
"""

from __future__ import annotations

from pathlib import Path

from ecg_core.evidence import evidence_file
from ecg_core.evidence.forms import strips, twelve_leads
from ecg_core.evidence.forms.form import Form
from ecg_core.evidence.values import CaseSet
from ecg_core.network.card import ModelCard
from ecg_core.network.registry import models_folder
from ecg_core.network.statements import Reads

FORMS: dict[Reads, Form] = {
    Reads.TWELVE_LEADS: twelve_leads.FORM,
    Reads.STRIP: strips.FORM,
}
"""The form of a model's evidence, by what the model reads."""


def folder_of(home: Path, card: ModelCard) -> Path:
    """Where the evidence of a model lies. home: its folder."""
    return home / "evidence" / FORMS[card.reads].below


def read(path: Path, card: ModelCard) -> CaseSet:
    """One evidence file, asked at the operating points of its model's card."""
    frame, shared = evidence_file.read(path)
    return FORMS[card.reads].cases(frame, shared, card)


def read_all(home: Path, card: ModelCard) -> tuple[CaseSet, ...]:
    """All evidence in a model's folder, the usual pages first."""
    paths = sorted(folder_of(home, card).glob("*.parquet"))
    return tuple(sorted((read(path, card) for path in paths), key=FORMS[card.reads].order))


def shipped(card: ModelCard) -> tuple[CaseSet, ...]:
    """The evidence shipped with a model; files of other weights are left out.

    >>> from ecg_core.network.registry import card_of, default_model
    >>> first = shipped(card_of(default_model()))[0]
    >>> first.dataset, first.split, first.condition, first.n
    ('PTB-XL', 'fold 10', 'clean', 2198)
    """
    found = read_all(models_folder() / card.name, card)
    return tuple(cases for cases in found if cases.weights_sha256 == card.weights_sha256)


def shown(card: ModelCard) -> tuple[CaseSet, ...]:
    """The evidence shipped with a model, with the questions that a reader is shown."""
    return tuple(cases.telling(FORMS[card.reads].least) for cases in shipped(card))


def write(cases: CaseSet, card: ModelCard, folder: Path) -> Path:
    """Write one set as a Parquet file; what the cases share is in the file's metadata."""
    form = FORMS[card.reads]
    path = folder / f"{file_stem(cases, form)}.parquet"
    return evidence_file.write(path, form.columns(cases), form.shared(cases))


def file_stem(cases: CaseSet, form: Form) -> str:
    """Name of the evidence file, without its suffix."""
    return "_".join(part.lower().replace(" ", "-") for part in form.named_by(cases))
