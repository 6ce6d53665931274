"""Why the machine was wrong, as people see it: tags on cases, appended, counted."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock

FILE_NAME = "error_tags.jsonl"
CAUSES: dict[str, str] = {
    "label": "Label wrong",
    "artefact": "Artefact or noise",
    "borderline": "Borderline finding",
    "reading": "Page read wrongly",
    "missed": "Plainly missed",
    "other": "Something else",
}
"""What a reviewer may say; "" takes a tag back."""


@dataclass(frozen=True)
class Tag:
    """One tag: whose answer to which case and question it explains. cause: key of `CAUSES`."""

    dataset: str
    case_id: str
    code: str
    cause: str
    by: str
    at_utc: str


def add(folder: Path, dataset: str, case_id: str, code: str, cause: str, by: str) -> Tag:
    """Append a tag; an earlier one of the same case and question no longer counts.

    Raises ValueError for an unknown cause.
    """
    if cause and cause not in CAUSES:
        raise ValueError(f"unknown cause {cause!r}")
    tag = Tag(dataset, case_id, code, cause, by, datetime.now(UTC).isoformat(timespec="seconds"))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE_NAME
    with FileLock(f"{path}.lock"), path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(tag), ensure_ascii=False) + "\n")
    return tag


def load(folder: Path, dataset: str, code: str) -> dict[str, Tag]:
    """The tag in force of every tagged case of a data set and question."""
    found: dict[str, Tag] = {}
    path = folder / FILE_NAME
    if not path.exists():
        return found
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            tag = Tag(**json.loads(line))
        except (ValueError, TypeError):
            continue
        if (tag.dataset, tag.code) == (dataset, code):
            found[tag.case_id] = tag
    return {case: tag for case, tag in found.items() if tag.cause}


def counts(tags: dict[str, Tag]) -> tuple[tuple[str, int], ...]:
    """Causes in plain words with how often they were given, the commonest first."""
    counted = Counter(tag.cause for tag in tags.values())
    return tuple((CAUSES[cause], number) for cause, number in counted.most_common())
