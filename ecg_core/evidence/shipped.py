"""Evidence files as case sets: five superclasses, statements, triage classes, groups."""

from __future__ import annotations

import numpy as np

from ecg_core.evidence.figures import subgroups
from ecg_core.evidence.published import MIN_POSITIVES, EvidenceSet
from ecg_core.evidence.values import CaseSet, Choice, Dimension, Origin, Question
from ecg_core.network.card import ModelCard, Output
from ecg_core.network.statements import STATEMENTS, SUPERCLASSES, TRIAGE_CLASSES, TRIAGE_NAMES

ACUTE = "acute_mi"
ACUTE_NAME = "Acute infarction (triage)"


def from_evidence(
    found: EvidenceSet, card: ModelCard, origin: Origin = Origin.SHIPPED, title: str = ""
) -> CaseSet:
    """One evidence file, asked at the operating points of its model's card.

    Superclasses come first, then the acute-infarction flag, then statements with at least
    `MIN_POSITIVES` cases that have them.
    """
    outputs = {output.code: output for output in (*card.superclasses, *card.statements)}
    everywhere = np.ones(found.n, bool)
    questions = [
        _question(outputs[code], found.superclass_labels[:, k], found.superclass_scores[:, k])
        for k, code in enumerate(SUPERCLASSES)
    ]
    acute = TRIAGE_CLASSES.index(TRIAGE_CLASSES[1])
    questions.append(
        Question(
            ACUTE,
            ACUTE_NAME,
            found.triage_labels == acute,
            found.triage_scores[:, acute].astype(float),
            found.triage_labels >= 0,
            card.triage.acute_threshold,
        )
    )
    for k, code in enumerate(found.codes):
        enough = found.statement_labels[:, k].sum() >= MIN_POSITIVES
        if enough and code in outputs and code not in SUPERCLASSES:
            labels, scores = found.statement_labels[:, k], found.statement_scores[:, k]
            questions.append(_question(outputs[code], labels, scores))
    return CaseSet(
        title=title or found.title,
        origin=origin,
        dataset=found.dataset,
        split=found.split,
        condition=found.condition,
        layout=found.layout,
        model=found.model,
        version=found.version,
        weights_sha256=found.weights_sha256,
        refused=found.refused,
        case_ids=found.case_ids,
        patients=found.patients,
        abstained=found.abstained.astype(bool) & everywhere,
        questions=tuple(questions),
        choice=Choice(
            tuple(TRIAGE_NAMES[name] for name in TRIAGE_CLASSES),
            found.triage_labels.astype(int),
            found.triage_scores.astype(float),
        ),
        dimensions=dimensions(found),
    )


def _question(output: Output, labels: np.ndarray, scores: np.ndarray) -> Question:
    name = STATEMENTS[output.code].name if output.code in STATEMENTS else output.name
    return Question(
        output.code,
        output.name or name,
        labels.astype(bool),
        scores.astype(float),
        np.ones(len(labels), bool),
        output.threshold,
    )


def dimensions(found: EvidenceSet) -> tuple[Dimension, ...]:
    """Age band, sex, device and site of every case, as `subgroups.groups` names them."""
    named: dict[str, np.ndarray] = {}
    for dimension, group, inside in subgroups.groups(found):
        values = named.setdefault(dimension, np.full(found.n, "", dtype=object))
        values[inside] = group
    return tuple(Dimension(name, values.astype(str)) for name, values in named.items())
