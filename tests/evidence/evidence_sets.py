"""A made-up evidence set whose columns a test sets itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ecg_core.evidence.published import EvidenceSet


def evidence_set(n: int, **columns: Any) -> EvidenceSet:
    """`n` cases of as many patients, sixty-year-old men of one site, unless columns say else."""
    plain = EvidenceSet(
        model="made-up",
        version="0",
        weights_sha256="0" * 64,
        dataset="Made up",
        split="test",
        condition="clean",
        layout="3x4+1R",
        refused=0,
        case_ids=np.arange(n),
        patients=np.arange(n),
        age=np.full(n, 60.0),
        sex=np.zeros(n, int),
        device=np.full(n, "cart"),
        site=np.zeros(n, int),
        abstained=np.zeros(n, bool),
        superclass_labels=np.zeros((n, 5), bool),
        superclass_scores=np.zeros((n, 5)),
        triage_labels=np.zeros(n, int),
        triage_scores=np.full((n, 4), 0.25),
        codes=(),
        statement_labels=np.zeros((n, 0), bool),
        statement_scores=np.zeros((n, 0)),
    )
    return replace(plain, **columns)
