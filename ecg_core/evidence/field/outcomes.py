"""What became of inputs that should not be answered, and of good ones: rows, counts, shares."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scipy.stats import binomtest

from ecg_core.evidence import evidence_file
from ecg_core.evidence.figures.metrics import Interval

FILE_NAME = "abstention.jsonl"
"""Beside the evidence files of the model that was asked."""


@dataclass(frozen=True)
class InputOutcome:
    """What became of one input.

    group: "foreign" (no twelve-lead ECG) or "good". outcome: "refused by intake", "refused as a
    page", "abstained" or "answered". reasons: codes of the remark or of the model's doubts.
    """

    group: str
    kind: str
    name: str
    outcome: str
    reasons: tuple[str, ...]
    sha256: str
    model: str
    weights_sha256: str

    @property
    def answered(self) -> bool:
        """Whether the machine stood by an answer."""
        return self.outcome == "answered"

    def line(self) -> str:
        """As one line of JSON."""
        return evidence_file.line(self)


@dataclass(frozen=True)
class Count:
    """How many inputs of one kind were refused, abstained on and answered."""

    group: str
    kind: str
    refused: int
    abstained: int
    answered: int

    @property
    def n(self) -> int:
        """All inputs of the kind."""
        return self.refused + self.abstained + self.answered


def load(model_name: str, weights_sha256: str) -> tuple[InputOutcome, ...]:
    """The outcomes shipped with a model; none where there are none or they are of other weights."""
    rows = evidence_file.lines(model_name, FILE_NAME, weights_sha256)
    return tuple(InputOutcome(**{**row, "reasons": tuple(row["reasons"])}) for row in rows)


def counts(rows: Iterable[InputOutcome]) -> tuple[Count, ...]:
    """One row a kind, in the order in which kinds come."""
    kinds: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        kinds.setdefault((row.group, row.kind), []).append(row.outcome)
    return tuple(
        Count(
            group,
            kind,
            sum(outcome.startswith("refused") for outcome in outcomes),
            outcomes.count("abstained"),
            outcomes.count("answered"),
        )
        for (group, kind), outcomes in kinds.items()
    )


def left_to_people(rows: Sequence[InputOutcome]) -> Interval:
    """Share that was refused or abstained on, with Wilson's 95 % interval. Raises on no rows."""
    left = sum(not row.answered for row in rows)
    bounds = binomtest(left, len(rows)).proportion_ci(0.95, method="wilson")
    return Interval(left / len(rows), float(bounds.low), float(bounds.high))
