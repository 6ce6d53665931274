"""Facts for the rules: measured synthetic ECGs with the answers of an imagined model."""

from __future__ import annotations

from functools import cache

from ecg_core.intake.values import EcgRecord
from ecg_core.leads import STANDARD_LEADS
from ecg_core.network.statements import STATEMENTS, SUPERCLASS_NAMES, TRIAGE_CLASSES, Triage
from ecg_core.network.values import Finding, ModelIdentity, Prediction, Reason
from ecg_core.signal.measurements import measure
from ecg_core.signal.synthetic.beat_model import Heart, synthesise
from ecg_core.signal.values import Measurements


def record(heart: Heart, seed: int = 3) -> EcgRecord:
    signals = synthesise(heart, seed=seed).signals_mv
    return EcgRecord("synthetic", "0" * 64, signals, STANDARD_LEADS, STANDARD_LEADS, 500.0, 10.0)


@cache
def measured(heart: Heart) -> Measurements:
    return measure(record(heart))


def prediction(
    triage: Triage = Triage.NORMAL,
    flagged: tuple[str, ...] = (),
    below: tuple[str, ...] = (),
    abstains: bool = False,
) -> Prediction:
    """A model's answer: `flagged` findings above their operating points, `below` just under."""
    findings = [Finding(code, STATEMENTS[code].name, 0.8, 0.5) for code in flagged]
    findings += [Finding(code, STATEMENTS[code].name, 0.49, 0.5) for code in below]
    return Prediction(
        triage=tuple(0.7 if one is triage else 0.1 for one in TRIAGE_CLASSES),
        superclasses=tuple(Finding(c, n, 0.1, 0.5) for c, n in SUPERCLASS_NAMES.items()),
        findings=tuple(findings),
        reasons=(Reason("layout", "Two leads only."),) if abstains else (),
        model=ModelIdentity("model", "1.0", "a" * 64, "page-1"),
        page_sha256="b" * 64,
        elapsed_ms=10.0,
    )
