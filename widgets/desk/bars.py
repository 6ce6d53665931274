"""Horizontal bars: probabilities with their operating points, shares of attention."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ecg_core.leads import STANDARD_LEADS
from ecg_core.network.statements import TRIAGE_CLASSES, Triage, triage_names
from ecg_core.network.values import Attention, Finding, Prediction
from ecg_core.triage.acute import acute_words
from widgets.session.words import _
from widgets.viewer.component import Component

_COMPONENT = Component(
    "ecg_bars", "viewer", '<div class="bars"\n role="group"></div>', "bars.css", ("drawn", "bars")
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
        data={"rows": [vars(row) for row in rows], "label": label, "long": long},
    )


def percent(probability: float) -> str:
    """Probability for a reader: whole per cent, never a false 0 or 100, never over two lines."""
    if probability <= 0.005:
        said = _("<1 %")
    elif probability >= 0.995:
        said = _(">99 %")
    else:
        said = _("{per_cent:.0f} %", per_cent=probability * 100)
    return said.replace(" ", "\N{NO-BREAK SPACE}")


def triage_bars(prediction: Prediction, key: str, bold: bool = True) -> None:
    """The triage classes with their probabilities; bold: the likeliest emphasised."""
    names = triage_names(prediction.reads)
    rows = [
        Bar(
            _(names[name]),
            share,
            _(acute_words(prediction)) if name is Triage.ACUTE_MI else percent(share),
            mark=prediction.acute_threshold if name is Triage.ACUTE_MI else None,
            mark_text=_("Flagged from {share}", share=percent(prediction.acute_threshold)),
            tone="strong" if bold and name == prediction.triage_class else "",
        )
        for name, share in zip(TRIAGE_CLASSES, prediction.triage, strict=True)
        if name in names
    ]
    bars(rows, _("Probability of each triage class"), key, long=True)


def finding_bars(findings: Sequence[Finding], label: str, key: str) -> None:
    """Findings with their probabilities; the tick is the operating point."""
    rows = [
        Bar(
            _(finding.name),
            finding.probability,
            percent(finding.probability),
            mark=finding.threshold,
            mark_text=_("Flagged from {share}", share=percent(finding.threshold)),
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
            _("{density:.1f} ×", density=share.density),
            mark=1 / top if top > 1 else None,
            mark_text=_(
                "The mean lead is 1.0 ×; {lead} holds {share} in all",
                lead=share.lead,
                share=percent(share.share),
            ),
            tone="strong" if share.density == top else "",
        )
        for share in sorted(attention.shares, key=lambda s: STANDARD_LEADS.index(s.lead))
    ]
    bars(rows, _("Attention per area in each lead, the mean lead being 1"), key)
