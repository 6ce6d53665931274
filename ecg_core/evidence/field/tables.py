"""The figures of a model card as the Markdown tables that documents quote."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from ecg_core.evidence import forms
from ecg_core.evidence.attention import rows as attending_rows
from ecg_core.evidence.attention import summary
from ecg_core.evidence.field import outcomes
from ecg_core.evidence.figures import curves, definitions, six_tasks
from ecg_core.evidence.figures.carried import LOST
from ecg_core.evidence.figures.metrics import Interval
from ecg_core.evidence.values import Kind
from ecg_core.network.card import Figure, ModelCard
from ecg_core.network.registry import models_folder

PERCENT = ("sensitivity",)
AIMED: dict[str, float] = {
    "all": 0.92,
    "diagnostic": 0.93,
    "subdiagnostic": 0.922,
    "superdiagnostic": 0.931,
    "form": 0.88,
    "rhythm": 0.95,
    "triage macro-F1, rule: first": 0.7,
    "infarction of stage I or I–II flagged acute at 95 % specificity": 0.75,
}
"""What the release was to reach at least, set down before it was trained."""


def _cell(figure: Figure) -> str:
    if any(word in figure.name for word in PERCENT):
        return f"{figure.value:.1%} ({figure.low:.1%} to {figure.high:.1%})"
    return f"{figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f})"


def _aimed(what: str, value: float, spec: str) -> str:
    """What was aimed at, and whether it was missed; "" where nothing was set down."""
    aim = AIMED.get(what)
    if aim is None:
        return ""
    return f"{aim:{spec}}" + (", missed" if value < aim else "")


def _told(interval: Interval) -> str:
    return f"{interval.value:.3f} ({interval.low:.3f} to {interval.high:.3f})"


def headline(card: ModelCard) -> str:
    """Every figure of the default layout's clean pages."""
    rows = [f for f in card.figures if f.condition == "clean" and f.layout == "3x4+1R"]
    first = rows[0]
    lines = [
        f"{first.dataset} {first.split}, clean pages, 3×4 and one rhythm strip, n = {first.n}; "
        "95 % confidence interval by patient. "
        f"Model `{card.name}` {card.version}, weights `{card.weights_sha256[:12]}`.",
        "",
        "| figure | n | value (95 % CI) |",
        "|---|---|---|",
    ]
    for figure in rows:
        lines.append(f"| {figure.name} | {figure.n} | {_cell(figure)} |")
    return "\n".join(lines)


def calibration(card: ModelCard) -> str:
    """Calibration error of every superclass on the default layout's clean pages, beside chance."""
    cases = forms.read_all(models_folder() / card.name, card)[0]
    asked = cases.of_kind(Kind.SUPERCLASS)
    lines = ["| class | n | calibration error (95 % CI) | by chance |", "|---|---|---|---|"]
    for one in asked:
        found = curves.reliability(one, cases.patients)
        lines.append(f"| {one.name} | {found.n} | {_told(found.ece)} | {_told(found.by_chance)} |")
    both = (
        curves.calibration_error(asked, cases.patients),
        curves.calibration_error_by_chance(asked),
    )
    n = np.count_nonzero(np.logical_and.reduce([one.known for one in asked]))
    lines.append(f"| **mean** | {n} | {_told(both[0])} | {_told(both[1])} |")
    return "\n".join(lines)


def layouts(card: ModelCard) -> str:
    """Superclass macro-AUC of clean pages in every layout."""
    lines = ["| layout | n | superclass macro-AUC (95 % CI) |", "|---|---|---|"]
    for figure in card.figures:
        if figure.name == "superclass macro-AUC" and figure.condition == "clean":
            lines.append(f"| {figure.layout} | {figure.n} | {_cell(figure)} |")
    return "\n".join(lines)


def tasks(card: ModelCard) -> str:
    """The six tasks of PTB-XL's benchmark."""
    lines = [
        "| task, fold 10 | n | classes told | macro-AUC of those (95 % CI) | untold as 0.5 "
        "| aimed at |",
        "|---|---|---|---|---|---|",
    ]
    for one in six_tasks.load(card.name, card.weights_sha256):
        area = f"{one.value:.3f} ({one.low:.3f} to {one.high:.3f})"
        told = f"{one.told} of {one.classes}"
        aim = _aimed(one.task, one.value, ".3f")
        lines.append(f"| {one.task} | {one.n} | {told} | {area} | {one.with_untold:.3f} | {aim} |")
    return "\n".join(lines)


def defined(card: ModelCard) -> str:
    """Triage by both rules, and infarctions by their stage."""
    lines = ["| figure, fold 10 | n | value (95 % CI) | aimed at |", "|---|---|---|---|"]
    for one in definitions.load(card.name, card.weights_sha256):
        spec = ".0%" if "flagged" in one.what else ".3f"
        value = f"{one.value:{spec}} ({one.low:{spec}} to {one.high:{spec}})"
        lines.append(f"| {one.what} | {one.n} | {value} | {_aimed(one.what, one.value, spec)} |")
    return "\n".join(lines)


def degraded(card: ModelCard) -> str:
    """Superclass macro-AUC of degraded pages, and what the same cases lost against clean ones."""
    lines = [
        "| condition | layout | n | superclass macro-AUC (95 % CI) | lost against clean |",
        "|---|---|---|---|---|",
    ]
    lost = {(f.condition, f.layout): f for f in card.figures if f.name == LOST}
    for figure in card.figures:
        if figure.name == "superclass macro-AUC" and figure.condition != "clean":
            less = _cell(lost[figure.condition, figure.layout])
            where = f"{figure.condition.replace('_', ' ')} | {figure.layout}"
            lines.append(f"| {where} | {figure.n} | {_cell(figure)} | {less} |")
    return "\n".join(lines)


def silence(card: ModelCard) -> str:
    """Inputs that are no twelve-lead ECG, and good ones: refused, abstained, answered."""
    rows = outcomes.load(card.name, card.weights_sha256)
    if not rows:
        return "Not measured with this model."
    lines = ["| input | n | refused | abstained | answered |", "|---|---|---|---|---|"]
    for group, title in (("foreign", "no twelve-lead ECG"), ("good", "good ECG")):
        of_group = [row for row in rows if row.group == group]
        for count in outcomes.counts(of_group):
            numbers = (count.n, count.refused, count.abstained, count.answered)
            lines.append(f"| {count.kind} | " + " | ".join(map(str, numbers)) + " |")
        share = outcomes.left_to_people(of_group)
        lines.append(
            f"| **{title}, not answered** | {len(of_group)} | | | "
            f"{share.value:.1%} ({share.low:.1%} to {share.high:.1%}) |"
        )
    return "\n".join(lines)


def attention(card: ModelCard) -> str:
    """Whether attention tells anything: perturbation, forgotten weights, planted leads."""
    rows = attending_rows.load(card.name, card.weights_sha256)
    if not rows:
        return "Not measured with this model."
    lines = [
        "| question | map | should be | n | mean (95 % CI) | less a random map |",
        "|---|---|---|---|---|---|",
    ]
    for one in summary.lines(rows):
        cells = (one.question, one.map, one.good, one.n, one.value, one.against_random)
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines)


TABLES = {
    "headline": headline,
    "calibration": calibration,
    "layouts": layouts,
    "tasks": tasks,
    "definitions": defined,
    "degraded": degraded,
    "silence": silence,
    "attention": attention,
}


def quoted(text: str, card: ModelCard) -> str:
    """A document with the card's tables renewed."""
    for name, table in TABLES.items():
        text = replaced(text, name, partial(table, card))
    return text


def replaced(text: str, name: str, table: Callable[[], str]) -> str:
    """A document with one table between `<!-- figures NAME -->` and `<!-- end -->` renewed."""
    start = f"<!-- figures {name} -->\n"
    if start not in text:
        return text
    before, rest = text.split(start, 1)
    _, after = rest.split("<!-- end -->", 1)
    return f"{before}{start}{table()}\n<!-- end -->{after}"
