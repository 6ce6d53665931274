"""Lines of the printed report, in its language: the machine's answer, decisions, numbers."""

from __future__ import annotations

from ecg_core.network.statements import TRIAGE_CLASSES, Triage, triage_names
from ecg_core.network.values import METHOD_NAMES, Prediction
from ecg_core.report.content import Content
from ecg_core.signal.values import QUANTITIES, Measurements, Quality
from ecg_core.triage.acute import acute_words
from ecg_core.triage.facts import Facts


def header_numbers(measurements: Measurements) -> list[tuple[str, str]]:
    """The numbers of a recorder's header, (name, value with unit); "–" where blank."""

    def shown(key: str) -> str:
        one = measurements.values[key]
        if one.value is None:
            return "–"
        return f"{one.value:.0f}" + (" ?" if one.quality is Quality.DOUBTFUL else "")

    axes = "/".join(shown(key) for key in ("p_axis", "qrs_axis", "t_axis"))
    return [
        ("Rate", f"{shown('rate')}/min"),
        ("RR", f"{shown('rr')} ± {shown('rr_sd')} ms"),
        ("PR", f"{shown('pr')} ms"),
        ("QRS", f"{shown('qrs')} ms"),
        ("QT", f"{shown('qt')} ms"),
        ("QTcF / QTcB", f"{shown('qtcf')} / {shown('qtcb')} ms"),
        ("P-QRS-T axes", f"{axes} {QUANTITIES['qrs_axis'].unit}"),
    ]


def shade_note(content: Content) -> str:
    """What the shade under the traces is, and of which class."""
    assert content.attention is not None
    target = content.prediction.name_of(content.attention.target)
    return content.say(f"Shade: where the model looked, not why (asked for: {target})")


def in_a_line(content: Content) -> str:
    """What the machine said, in one line: what it holds likeliest, or that it abstains."""
    prediction = content.prediction
    if prediction.abstained:
        said = "it abstains"
    else:
        pairs = zip(TRIAGE_CLASSES, prediction.triage, strict=True)
        told = [(one, p) for one, p in pairs if one in prediction.triage_classes]
        one, p = max(told, key=lambda pair: pair[1])
        said = f"{triage_names(prediction.reads)[one]} {_share(prediction, one, p)}"
    return content.say(f"The machine said: {said}; priority {content.priority.priority}.")


def answer(content: Content) -> list[str]:
    """What the machine said: classes, findings, priority, and where it looked."""
    prediction = content.prediction
    if prediction.abstained:
        reasons = " ".join(content.say(r.text) for r in prediction.reasons)
        lines = [f"{content.say('The machine abstains:')} {reasons}"]
    else:
        names = triage_names(prediction.reads)
        pairs = zip(TRIAGE_CLASSES, prediction.triage, strict=True)
        told = [(one, names[one], p) for one, p in pairs if one in prediction.triage_classes]
        lines = [
            ", ".join(content.say(f"{name} {_share(prediction, one, p)}") for one, name, p in told)
        ]
        flagged = Facts(content.measurements, prediction).findings
        if flagged:
            named = (content.say(f"{f.name} {f.probability:.0%}") for f in flagged)
            lines.append(f"{content.say('Findings:')} {', '.join(named)}")
    lines.append(content.say(f"Priority {content.priority.priority}: {content.priority.rule}"))
    if content.attention is not None and not prediction.abstained:
        top = sorted(content.attention.shares, key=lambda s: -s.share)[:5]
        shares = ", ".join(f"{s.lead} {s.share:.0%}" for s in top)
        method = METHOD_NAMES.get(content.attention.method, content.attention.method)
        lines.append(
            content.say(
                f"Where the model looked, not why ({method}): {shares}; "
                f"outside the leads {content.attention.outside:.0%}"
            )
        )
    return lines


def decision(content: Content) -> list[str]:
    """Who decided what and when, with their reasons."""
    if not content.decided:
        return [content.say("Nobody has decided on this ECG yet.")]
    lines = []
    for one in content.decided:
        when = f"{one.when:%Y-%m-%d %H:%M} UTC"
        lines.append(content.say(f"{one.decision}. {one.reader}, {when}, event {one.event}."))
        if one.reason:
            lines.append(f"{content.say('Reason:')} {one.reason}")
    return lines


def _share(prediction: Prediction, one: Triage, p: float) -> str:
    return acute_words(prediction) if one is Triage.ACUTE_MI else f"{p:.0%}"
