"""A draft report as plain JSON values."""

from __future__ import annotations

from typing import Any

from ecg_core.report.values import Narrative


def narrative_to_plain(narrative: Narrative) -> dict[str, Any]:
    """Its sentences, {code, text, abnormal}, and its conclusion."""
    return {
        "sentences": [
            {"code": one.code, "text": one.text, "abnormal": one.abnormal}
            for one in narrative.sentences
        ],
        "conclusion": narrative.conclusion,
    }
