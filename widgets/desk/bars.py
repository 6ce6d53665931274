"""Horizontal bars: probabilities with their operating points, shares of attention."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import streamlit as st

from ecg_core.leads import STANDARD_LEADS
from ecg_core.network.statements import TRIAGE_CLASSES, Triage, triage_names
from ecg_core.network.values import Attention, Finding, Prediction
from ecg_core.triage.acute import acute_words

_SCRIPTS = ("drawn", "bars")
_ASSETS = Path(__file__).parents[2] / "assets" / "viewer"
_COMPONENT = st.components.v2.component(
    "ecg_bars",
    html='<div class="bars"\n role="group"></div>',
    css=(_ASSETS / "bars.css").read_text(encoding="utf-8"),
    js="\n".join(
        (_ASSETS / f"{name}.js").read_text(encoding="utf-8") for name in ("drawn", "bars")
    ),
)


@dataclass(frozen=True)
class Bar:
    """One row: its name, how much of the track is filled (0 to 1), and the figure as text.

    mark: where a threshold stands on the track (0 to 1). tone: "strong", "" or "faint".
    """

    name: str
    share: float
    text: str
    mark: float | None = None
    mark_text: str = ""
    tone: str = ""


def bars(rows: Sequence[Bar], label: str, key: str, long: bool = False) -> None:
    """Show rows; `long` puts the name above its track, for names that need the width."""
    _COMPONENT(
        key=key,
        data={"rows": [asdict(row) for row in rows], "label": label, "long": long},
    )


def percent(probability: float) -> str:
    """Probability for a reader: whole per cent, and never a false 0 or 100."""
    if probability <= 0.005:
        return "<1 %"
    if probability >= 0.995:
        return ">99 %"
    return f"{probability * 100:.0f} %"


def triage_bars(prediction: Prediction, key: str, bold: bool = True) -> None:
    """The triage classes with their probabilities; bold: the likeliest emphasised."""
    names = triage_names(prediction.reads)
    rows = [
        Bar(
            names[name],
            share,
            acute_words(prediction) if name is Triage.ACUTE_MI else percent(share),
            mark=prediction.acute_threshold if name is Triage.ACUTE_MI else None,
            mark_text=f"Flagged from {percent(prediction.acute_threshold)}",
            tone="strong" if bold and name == prediction.triage_class else "",
        )
        for name, share in zip(TRIAGE_CLASSES, prediction.triage, strict=True)
        if name in names
    ]
    bars(rows, "Probability of each triage class", key, long=True)


def finding_bars(findings: Sequence[Finding], label: str, key: str) -> None:
    """Findings with their probabilities; the tick is the operating point."""
    rows = [
        Bar(
            finding.name,
            finding.probability,
            percent(finding.probability),
            mark=finding.threshold,
            mark_text=f"Flagged from {percent(finding.threshold)}",
            tone="strong" if finding.flagged else "",
        )
        for finding in findings
    ]
    bars(rows, label, key, long=True)


def lead_bars(attention: Attention, key: str) -> None:
    """Attention per area in each lead, the mean lead being 1, on a common scale."""
    top = max([share.density for share in attention.shares] + [1e-9])
    rows = [
        Bar(
            share.lead,
            share.density / top,
            f"{share.density:.1f} ×",
            mark=1 / top if top > 1 else None,
            mark_text=f"The mean lead is 1.0 ×; {share.lead} holds {percent(share.share)} in all",
            tone="strong" if share.density == top else "",
        )
        for share in sorted(attention.shares, key=lambda s: STANDARD_LEADS.index(s.lead))
    ]
    bars(rows, "Attention per area in each lead, the mean lead being 1", key)
