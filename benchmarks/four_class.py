"""Tables of the four-class page set: curation, cross-validation, zero-shot, the field."""

from __future__ import annotations

from functools import cache
from itertools import product
from statistics import median

from ecg_core import network
from ecg_core.learning import four_class, literature
from ecg_core.learning.crossval import figures, zero_shot
from ecg_core.learning.crossval.answers import Answers
from ecg_core.learning.crossval.methods import MATCHED, MEAN
from ecg_core.learning.curation import published
from ecg_core.learning.literature import Nearest
from ecg_core.learning.metrics import Interval
from ecg_core.network.card import ModelCard
from ecg_core.network.registry import models_folder

NOT_MEASURED = "Not measured yet."
SHOWN_BY_PAIR = (
    "normal ECG, no abnormal rhythm or rate",
    "triage class normal",
    "heart rate alone, slower",
    "superclass MI",
)
AS_PUBLISHED = "as published"
OURS = MEAN
"""The method that stands for ours beside published systems."""


def curation() -> str:
    """What becomes of the published files, class by class."""
    found = published.load()
    if found is None:
        return NOT_MEASURED
    lines = ["| class | files | distinct pages kept | groups |", "|---|---|---|---|"]
    for row in sorted(found.classes, key=lambda row: four_class.FOLDERS.index(row.label)):
        name = four_class.NAMES[row.label]
        lines.append(f"| {name} | {row.files} | {row.kept} | {row.groups} |")
    lines.append(f"| **all** | {found.files} | {found.kept} | {found.groups} |")
    dropped = ", ".join(f"{why} {n}" for why, n in found.reasons if why != "kept")
    lines += [
        "",
        f"Not kept: {dropped or 'none'}. {found.identities} printed identities on {found.days} "
        f"days; {found.groups_in_several_classes} identities have pages in more than one class "
        f"({found.pages_in_such_groups} pages).",
    ]
    return "\n".join(lines)


def probes() -> str:
    """What header and footer alone tell of the class."""
    found = published.load()
    if found is None:
        return NOT_MEASURED
    lines = [
        "| seen | pages | accuracy (95 % CI) | majority | balanced accuracy (95 % CI) | chance |",
        "|---|---|---|---|---|---|",
    ]
    for probe in found.probes:
        right, balanced = (_cell(Interval(*v)) for v in (probe.accuracy, probe.balanced_accuracy))
        lines.append(
            f"| {probe.name} | {probe.n} | {right} | {probe.majority:.3f} | {balanced} "
            f"| {probe.chance:.3f} |"
        )
    return "\n".join(lines)


@cache
def _answers() -> tuple[Answers, ...]:
    return figures.load()


def crossval() -> str:
    """Every method under every protocol."""
    if not _answers():
        return NOT_MEASURED
    lines = [
        "| protocol | method | n | accuracy (95 % CI) | balanced accuracy (95 % CI) | CPU |",
        "|---|---|---|---|---|---|",
    ]
    for one in map(figures.figures, _answers()):
        lines.append(
            f"| {one.protocol} | {one.method} | {one.n} | {_cell(one.accuracy)} "
            f"| {_cell(one.balanced_accuracy)} | {one.cpu_s:.0f} s |"
        )
    return "\n".join(lines)


def short() -> str:
    """Accuracy of ours beside three trivial methods, protocol by protocol."""
    methods = ("majority", "heart rate alone", "thumbnail and random forest, traces", MATCHED, OURS)
    found = {(a.protocol, a.method): figures.figures(a) for a in _answers()}
    if not found:
        return NOT_MEASURED
    lines = [f"| accuracy (95 % CI) | {' | '.join(methods)} |", f"|---|{'---|' * len(methods)}"]
    for protocol in dict.fromkeys(name for name, _ in found):
        row = [found.get((protocol, method)) for method in methods]
        cells = ["" if one is None else _cell(one.accuracy) for one in row]
        lines.append(f"| {protocol} | {' | '.join(cells)} |")
    return "\n".join(lines)


def recalls() -> str:
    """Share of each class answered right by the trained methods."""
    names = list(four_class.NAMES.values())
    if not _answers():
        return NOT_MEASURED
    lines = [
        f"| protocol | method | {' | '.join(names)} |",
        f"|---|---|{'---|' * len(names)}",
    ]
    for one in map(figures.figures, _answers()):
        if not one.trivial:
            cells = " | ".join(_cell(interval) for _, interval in one.recalls)
            lines.append(f"| {one.protocol} | {one.method} | {cells} |")
    return "\n".join(lines)


def gains() -> str:
    """What trained methods have over trivial ones, honestly."""
    honest = [a for a in _answers() if a.protocol == "honest"]
    if not honest:
        return NOT_MEASURED
    lines = [
        "| method | over | accuracy gained (95 % CI) | balanced accuracy gained (95 % CI) |",
        "|---|---|---|---|",
    ]
    for gain in figures.gains(honest):
        lines.append(
            f"| {gain.method} | {gain.over} | {_cell(gain.accuracy)} "
            f"| {_cell(gain.balanced_accuracy)} |"
        )
    return "\n".join(lines)


def unchanged() -> str:
    """The released model on pages it never saw."""
    card = _card()
    rows = zero_shot.load(card.name, card.weights_sha256)
    if rows is None:
        return "Not measured with this model."
    lines = [
        f"Model `{card.name}` {card.version}, weights `{card.weights_sha256[:12]}`; "
        f"{len(rows)} pages, {int(rows['abstained'].sum())} of them abstained on and counted here.",
        "",
        "| question | score | positive / all | AUC (95 % CI) |",
        "|---|---|---|---|",
    ]
    for figure in zero_shot.figures(rows):
        name = f"**{figure.score}**" if figure.first else figure.score
        lines.append(
            f"| {figure.question} | {name} | {figure.positives} / {figure.n} "
            f"| {_cell(figure.auc)} |"
        )
    return "\n".join(lines)


def pairs() -> str:
    """Where the released model's scores fail: class against class."""
    card = _card()
    rows = zero_shot.load(card.name, card.weights_sha256)
    if rows is None:
        return "Not measured with this model."
    lines = ["| score | of | against | AUC (95 % CI) |", "|---|---|---|---|"]
    shown = [s for s in zero_shot.SCORES if s.name in SHOWN_BY_PAIR]
    for score in shown:
        for yes, no in product(score.question.folders, four_class.FOLDERS):
            if no not in score.question.folders:
                area = _cell(zero_shot.between(rows, score, yes, no))
                names = f"{four_class.NAMES[yes]} | {four_class.NAMES[no]}"
                lines.append(f"| {score.name} | {names} | {area} |")
    return "\n".join(lines)


def cost(rows: list[dict]) -> str:
    """What finding near-duplicates takes."""
    found = [row for row in rows if row["what"] == "cost"]
    if not found:
        return NOT_MEASURED
    lines = [
        "| pages | all pairs | compared | share | near-duplicates found | CPU |",
        "|---|---|---|---|---|---|",
    ]
    for row in found:
        share = row["compared"] / row["all_pairs"]
        lines.append(
            f"| {row['pages']:,} | {row['all_pairs']:,} | {row['compared']:,} | {share:.1%} "
            f"| {row['found']:,} of {row['copies']:,} | {row['cpu_s']:.1f} s |"
        )
    return "\n".join(lines)


def copies(rows: list[dict]) -> str:
    """Which copies of printed pages are found."""
    found = [row for row in rows if row["what"] == "copy"]
    if not found:
        return NOT_MEASURED
    lines = [
        "| copy | n | read | found | bits differing, median and most | ink in common, least |",
        "|---|---|---|---|---|---|",
    ]
    for kind in dict.fromkeys(row["kind"] for row in found):
        own = [row for row in found if row["kind"] == kind]
        read = [row for row in own if row["read"]]
        bits = [row["bits"] for row in read]
        near = [row["likeness"] for row in read if row["likeness"] > 0]
        told = f"{min(near):.3f}" if near and kind != "another recording" else ""
        spread = f"{median(bits):.0f}, {max(bits)}" if bits else ""
        lines.append(
            f"| {kind} | {len(own)} | {len(read)} | {sum(row['found'] for row in own)} "
            f"| {spread} | {told} |"
        )
    return "\n".join(lines)


def field() -> str:
    """Published systems, what is known of their protocol, and ours under the nearest one."""
    lines = [
        "| system | claim | what is known of its protocol | ours, nearest |",
        "|---|---|---|---|",
    ]
    for system in literature.SYSTEMS:
        claim = system.claim + (" (second-hand)" if system.second_hand else "")
        source = f" {system.source}" if system.source else ""
        ours = " ".join(part for part in (_ours(system.nearest), system.caution) if part)
        lines.append(
            f"| {system.name}, {system.year} | {claim} | {system.protocol}{source} | {ours} |"
        )
    return "\n".join(lines)


def _ours(nearest: Nearest) -> str:
    if nearest is Nearest.PTBXL:
        main = next(f for f in _card().figures if f.name == "superclass macro-AUC")
        area = _cell(Interval(main.value, main.low, main.high))
        return f"PTB-XL fold 10, superclass macro-AUC {area}."
    if nearest is Nearest.AS_PUBLISHED:
        found = [figures.figures(a) for a in _answers() if a.method in (MATCHED, OURS)]
        cells = [
            f"{one.protocol}{', whole page' if one.method == MATCHED else ''} {_cell(one.accuracy)}"
            for one in found
            if one.method == OURS or one.protocol == AS_PUBLISHED
        ]
        return f"Accuracy {'; '.join(cells)}." if cells else ""
    return ""


def _card() -> ModelCard:
    return ModelCard.read(models_folder() / network.default_model() / "card.json")


def _cell(value: Interval) -> str:
    return f"{value.value:.3f} ({value.low:.3f} to {value.high:.3f})"
