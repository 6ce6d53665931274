"""Evidence on twelve-lead pages: superclasses, statements, triage classes, who was recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ecg_core.evidence import dimensions, triage_questions
from ecg_core.evidence.forms.form import Form
from ecg_core.evidence.values import MIN_POSITIVES, CaseSet, Kind, Origin, Question
from ecg_core.network.card import ModelCard
from ecg_core.network.statements import STATEMENTS, SUPERCLASSES, TRIAGE_CLASSES
from ecg_core.page.layouts import DEFAULT_LAYOUT

FACTS = ("age", "sex", "device", "site")
SHARED = ("model", "version", "weights_sha256", "dataset", "split", "condition", "layout")
STATEMENT = "scp_"
"""Before the code of a statement in a column's name: some superclasses have the same code."""


def case_set(
    card: ModelCard,
    where: Mapping[str, str],
    *,
    refused: int,
    case_ids: np.ndarray,
    patients: np.ndarray,
    facts: Mapping[str, np.ndarray],
    abstained: np.ndarray,
    superclasses: tuple[np.ndarray, np.ndarray],
    triage: tuple[np.ndarray, np.ndarray],
    codes: Sequence[str],
    statements: tuple[np.ndarray, np.ndarray],
) -> CaseSet:
    """Labels and answers as a case set, asked at the operating points of the card.

    where: dataset, split, condition, layout, and the model when it is not the card's. superclasses,
    statements: labels (bool) and probabilities, n × 5 and n × codes. triage: labels (n, −1
    unknown) and probabilities (n × 4). facts: age, sex, device and site as the data set has them.
    """
    supers = {output.code: output for output in card.superclasses}
    known = np.ones(len(case_ids), bool)

    def asked(
        kind: Kind, listed: Sequence[str], answers: tuple[np.ndarray, np.ndarray]
    ) -> list[Question]:
        outputs = (
            supers if kind is Kind.SUPERCLASS else supers | {o.code: o for o in card.statements}
        )
        found = []
        for k, code in enumerate(listed):
            output = outputs.get(code)
            name = output.name if output is not None else ""
            told = STATEMENTS[code].name if code in STATEMENTS else code
            cut = float("nan") if output is None else output.threshold
            truth, score = answers[0][:, k].astype(bool), answers[1][:, k].astype(float)
            found.append(Question(code, name or told, truth, score, known, cut, kind))
        return found

    identity = {
        "model": card.name,
        "version": card.version,
        "weights_sha256": card.weights_sha256,
        **{name: where[name] for name in SHARED if name in where},
    }
    return CaseSet(
        title="{dataset} {split}, {condition}, {layout}".format(**identity),
        origin=Origin.SHIPPED,
        **identity,
        refused=refused,
        case_ids=case_ids,
        patients=patients,
        abstained=abstained.astype(bool),
        questions=(
            *asked(Kind.SUPERCLASS, SUPERCLASSES, superclasses),
            triage_questions.acute(*triage, card),
            *asked(Kind.STATEMENT, codes, statements),
        ),
        choice=triage_questions.triage_class(*triage),
        dimensions=dimensions.grouped(facts),
        facts=dict(facts),
    )


def _cases(frame: pd.DataFrame, shared: Mapping[str, str], card: ModelCard) -> CaseSet:
    codes = [
        str(name).removeprefix(f"p_{STATEMENT}")
        for name in frame.columns
        if str(name).startswith(f"p_{STATEMENT}")
    ]

    def answers(names: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        labels, scores = ([f"{kind}_{name}" for name in names] for kind in ("label", "p"))
        return frame[labels].to_numpy(), frame[scores].to_numpy()

    return case_set(
        card,
        shared,
        refused=int(shared["refused"]),
        case_ids=frame["case_ids"].to_numpy(),
        patients=frame["patients"].to_numpy(),
        facts={name: frame[name].to_numpy() for name in FACTS},
        abstained=frame["abstained"].to_numpy(),
        superclasses=answers(SUPERCLASSES),
        triage=(
            frame["label_triage"].to_numpy(),
            frame[[f"p_{name}" for name in TRIAGE_CLASSES]].to_numpy(),
        ),
        codes=codes,
        statements=answers([f"{STATEMENT}{code}" for code in codes]),
    )


def _columns(cases: CaseSet) -> dict[str, np.ndarray]:
    assert cases.choice is not None
    columns = {"case_ids": cases.case_ids, "patients": cases.patients, **cases.facts}
    columns["abstained"] = cases.abstained
    columns["label_triage"] = cases.choice.truth.astype(np.int8)
    for k, triage in enumerate(TRIAGE_CLASSES):
        columns[f"p_{triage}"] = cases.choice.scores[:, k].astype(np.float32)
    for kind, prefix in ((Kind.SUPERCLASS, ""), (Kind.STATEMENT, STATEMENT)):
        for question in cases.of_kind(kind):
            columns[f"label_{prefix}{question.code}"] = question.truth
            columns[f"p_{prefix}{question.code}"] = question.score.astype(np.float32)
    return columns


FORM = Form(
    below="",
    cases=_cases,
    columns=_columns,
    shared=lambda cases: {name: getattr(cases, name) for name in (*SHARED, "refused")},
    named_by=lambda cases: (cases.dataset, cases.split, cases.condition, cases.layout),
    order=lambda cases: (cases.condition != "clean", cases.layout != DEFAULT_LAYOUT),
    least=MIN_POSITIVES,
)
