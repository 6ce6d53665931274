"""A scored set in the form that every view of the Performance page works on."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ecg_core.evidence import dimensions, triage_questions
from ecg_core.evidence.own_sets.answering import ABSTAINED, REFUSED
from ecg_core.evidence.own_sets.checking import Labels
from ecg_core.evidence.own_sets.sets import LabelledSet
from ecg_core.evidence.values import CaseSet, Dimension, Origin, Question
from ecg_core.network.card import ModelCard
from ecg_core.network.statements import TRIAGE_CLASSES


def as_cases(labelled: LabelledSet, card: ModelCard) -> CaseSet:
    """Every case that has an answer with probabilities; questions that the labels can judge.

    Cases not scored yet are left out; refused ones are counted.
    """
    info, labels, answers = labelled.info, labelled.labels(), labelled.answers()
    read = [
        k
        for k, file in enumerate(labels.files)
        if str(file) in answers and answers[str(file)].status != REFUSED
    ]
    told = [answers[str(labels.files[k])] for k in read]
    rows = np.array(read, int)
    outputs = {output.code: output for output in (*card.superclasses, *card.statements)}
    scores = [dict(one.findings) for one in told]
    questions = []
    for k, code in enumerate(labels.codes):
        if code in outputs and all(code in said for said in scores) and told:
            questions.append(
                Question(
                    code,
                    outputs[code].name,
                    labels.truth[rows, k],
                    np.array([said[code] for said in scores]),
                    labels.known[rows, k],
                    outputs[code].threshold,
                )
            )
    triage = np.array([one.triage for one in told]).reshape(len(told), len(TRIAGE_CLASSES))
    truth = labels.triage[rows]
    choice = None
    if (truth >= 0).any():
        choice = triage_questions.triage_class(truth, triage)
        questions.append(triage_questions.acute(truth, triage, card))
    return CaseSet(
        title=info.name,
        origin=Origin.OWN,
        dataset=info.name,
        split="",
        condition="as uploaded",
        layout="",
        model=info.model,
        version=info.version,
        weights_sha256=info.weights_sha256,
        refused=sum(one.status == REFUSED for one in answers.values()),
        case_ids=labels.files[rows],
        patients=labels.patients[rows],
        abstained=np.array([one.status == ABSTAINED for one in told], bool),
        questions=tuple(questions),
        choice=choice,
        dimensions=(
            *_facts(labels, rows),
            Dimension("layout", np.array([one.layout for one in told], str)),
            Dimension("quality", np.array([one.quality for one in told], str)),
        ),
    )


def _facts(labels: Labels, rows: np.ndarray) -> tuple[Dimension, ...]:
    found = []
    for role, values in labels.facts.items():
        here = values[rows]
        if role == "age":
            years = pd.to_numeric(pd.Series(here, dtype=object), errors="coerce")
            here = dimensions.age_bands(years.to_numpy(float))
        found.append(Dimension(role, np.where(here == "", dimensions.UNKNOWN, here)))
    return tuple(found)
