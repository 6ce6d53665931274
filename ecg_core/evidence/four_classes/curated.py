"""What curation found in the published four-class set, from the files kept as evidence."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from ecg_core.evidence.probes.values import Probe

EVIDENCE = Path(__file__).parents[3] / "benchmarks" / "results" / "ecg-images"
"""Manifest, summary and answers on the published four-class set."""


@dataclass(frozen=True)
class ClassCount:
    """Files of one class, how many curation keeps, and in how many groups."""

    label: str
    files: int
    kept: int
    groups: int


@dataclass(frozen=True)
class CurationSummary:
    """The counts of a curation.

    reasons: files by what becomes of them. groups_in_several_classes: groups whose kept pages
    have different labels, with pages_in_such_groups.
    """

    files: int
    kept: int
    reasons: tuple[tuple[str, int], ...]
    classes: tuple[ClassCount, ...]
    groups: int
    groups_in_several_classes: int
    pages_in_such_groups: int
    identities: int
    days: int
    probes: tuple[Probe, ...]


def load(folder: Path = EVIDENCE) -> CurationSummary | None:
    """The summary in a folder; None where there is none."""
    path = folder / "summary.json"
    if not path.exists():
        return None
    plain = json.loads(path.read_text(encoding="utf-8"))
    return CurationSummary(
        files=plain["files"],
        kept=plain["kept"],
        reasons=tuple(plain["reasons"].items()),
        classes=tuple(ClassCount(**row) for row in plain["classes"]),
        groups=plain["groups"],
        groups_in_several_classes=plain["groups_in_several_classes"],
        pages_in_such_groups=plain["pages_in_such_groups"],
        identities=plain["identities"],
        days=plain["days"],
        probes=tuple(
            Probe(
                name=row["name"],
                n=row["n"],
                accuracy=tuple(row["accuracy"]),
                balanced_accuracy=tuple(row["balanced_accuracy"]),
                majority=row["majority"],
                chance=row["chance"],
            )
            for row in plain["probes"]
        ),
    )
