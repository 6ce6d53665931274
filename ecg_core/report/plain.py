"""Measurements and the draft report as plain JSON values."""

from __future__ import annotations

from typing import Any

from ecg_core.report.values import Narrative
from ecg_core.signal.values import QUANTITIES, Measurements


def narrative_to_plain(narrative: Narrative) -> dict[str, Any]:
    """Its sentences, {code, text, abnormal}, and its conclusion."""
    return {
        "sentences": [
            {"code": one.code, "text": one.text, "abnormal": one.abnormal}
            for one in narrative.sentences
        ],
        "conclusion": narrative.conclusion,
    }


def measurements_to_plain(found: Measurements) -> dict[str, Any]:
    """Values with unit, quality and reason; levels of each lead; signs."""
    values = found.values
    return {
        "measurements": {
            key: {
                "value": _rounded(values[key].value),
                "unit": quantity.unit,
                "quality": str(values[key].quality),
                "why": values[key].why,
            }
            for key, quantity in QUANTITIES.items()
        },
        "leads": {
            lead.lead: {
                "st_j_mv": round(lead.st_j_mv, 3),
                "st_j60_mv": round(lead.st_j60_mv, 3),
                "r_mv": round(lead.r_mv, 3),
                "q_mv": round(lead.q_mv, 3),
                "s_mv": round(lead.s_mv, 3),
                "t_mv": None if lead.t_mv is None else round(lead.t_mv, 3),
                "beats": lead.beats,
                "quality": str(lead.quality),
            }
            for lead in found.leads
        },
        "signs": [sign.text for sign in found.signs],
        "off_paper": found.off_paper,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
