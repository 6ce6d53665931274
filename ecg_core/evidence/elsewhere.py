"""Other evidence in the form that every view works on: rhythm strips, the four-class page set."""

from __future__ import annotations

import numpy as np

from ecg_core.evidence import strip_evidence
from ecg_core.evidence.four_classes import folders
from ecg_core.evidence.four_classes.answers import Answers
from ecg_core.evidence.strip_evidence import CODES, NAMES, StripEvidence
from ecg_core.evidence.values import CaseSet, Choice, Dimension, Origin, Question
from ecg_core.network.card import ModelCard

PAGES = "Four-class pages"
EVEN = 0.5
"""A class of the page set is flagged where it is likelier than not."""


def from_strips(found: StripEvidence, card: ModelCard) -> CaseSet:
    """Rhythm strips, asked at the operating points of the strip model's card."""
    cuts = strip_evidence.thresholds(card)
    questions = []
    for k, code in enumerate(CODES):
        known = np.isfinite(found.labels[:, k])
        if known.any():
            scores = found.scores[:, k].astype(float)
            questions.append(
                Question(code, NAMES[code], found.labels[:, k] == 1, scores, known, cuts[code])
            )
    names = [f"{g} {s:g} s" for g, s in zip(found.groups, found.starts_s, strict=True)]
    return CaseSet(
        title=f"{found.dataset} {found.split}, strips of {found.leads.replace(' ', ', ')}",
        origin=Origin.SHIPPED,
        dataset=found.dataset,
        split=found.split,
        condition="clean",
        layout=f"strip, {found.leads}",
        model=found.model,
        version=found.version,
        weights_sha256=found.weights_sha256,
        refused=0,
        case_ids=np.array(names, str),
        patients=found.groups,
        abstained=found.abstained.astype(bool),
        questions=tuple(questions),
        dimensions=(Dimension("recording", found.groups.astype(str)),),
    )


def from_pages(answers: Answers) -> CaseSet:
    """Out-of-fold answers to the four-class page set under one protocol."""
    names = tuple(folders.NAMES.get(name, name) for name in answers.classes)
    everywhere = np.ones(len(answers.files), bool)
    return CaseSet(
        title=f"{PAGES}, {answers.protocol}: {answers.method}",
        origin=Origin.SHIPPED,
        dataset=PAGES,
        split=f"five-fold, {answers.protocol}",
        condition="printed",
        layout="3x4+1R",
        model=answers.method,
        version="",
        weights_sha256=answers.manifest_sha256,
        refused=0,
        case_ids=answers.files,
        patients=answers.groups,
        abstained=~everywhere,
        questions=tuple(
            Question(
                f"class_{k}", name[0].upper() + name[1:], answers.labels == k,
                answers.scores[:, k].astype(float), everywhere, EVEN,
            )
            for k, name in enumerate(names)
        ),
        choice=Choice(
            tuple(name[0].upper() + name[1:] for name in names),
            answers.labels.astype(int),
            answers.scores.astype(float),
        ),
        dimensions=(Dimension("fold", answers.folds.astype(str)),),
        points_rule="A class is flagged where it is likelier than not; nothing was tuned.",
    )  # fmt: skip
