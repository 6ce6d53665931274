"""What the reader looks at on one case: attention for what, by which method, beside which ECG."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import streamlit as st

from ecg_core.network.statements import TRIAGE_CLASSES
from ecg_core.network.values import Attention, ModelIdentity, Prediction
from ecg_core.page.values import EcgPage
from widgets.session import models


@dataclass(frozen=True)
class Looking:
    """Choices of one reader on one case; "" means none.

    target, against: targets of attention, the second shown beside the first. method: of
    attention. previous: key of another ECG, as `widgets.desk.earlier` offers it.
    """

    target: str
    against: str = ""
    method: str = ""
    previous: str = ""


def looking(case_id: str, target: str) -> Looking:
    """The choices of this session; at first attention for `target` alone."""
    return _all().get(case_id, Looking(target))


def chooser(case_id: str, target: str) -> Callable[[str, str], None]:
    """What to call with the name of a choice and its value."""

    def choose(name: str, value: str) -> None:
        _all()[case_id] = replace(looking(case_id, target), **{name: value})

    return choose


def attentions(
    page: EcgPage, at: Looking, model: ModelIdentity
) -> tuple[Attention, Attention | None]:
    """Attention as chosen, and the one beside it. Raises ModelUnavailableError."""
    first = models.attention(page, at.target, model, at.method)
    if not at.against or at.against == at.target:
        return first, None
    return first, models.attention(page, at.against, model, at.method)


def probable(prediction: Prediction) -> dict[str, float]:
    """How probable each target of attention is."""
    answered = (*prediction.superclasses, *prediction.findings)
    found = {finding.code: finding.probability for finding in answered}
    return found | dict(zip(map(str, TRIAGE_CLASSES), prediction.triage, strict=True))


def _all() -> dict[str, Looking]:
    chosen: dict[str, Looking] = st.session_state.setdefault("looking", {})
    return chosen
