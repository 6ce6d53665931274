"""Tables of the four-class page set: curation, cross-validation, zero-shot, the field."""

from __future__ import annotations

from functools import cache
from itertools import product
from statistics import median

import pandas as pd

from benchmarks.markdown import NOT_MEASURED, interval, measured, table
from ecg_core import network
from ecg_core.evidence.field import literature
from ecg_core.evidence.field.literature import Nearest
from ecg_core.evidence.figures.metrics import Interval
from ecg_core.evidence.four_classes import curated, figures, folders
from ecg_core.evidence.four_classes.answers import MethodAnswers
from ecg_core.evidence.four_classes.compared import MATCHED, MEAN
from ecg_core.network.card import ModelCard
from ecg_core.network.registry import models_folder
from ecg_core.studies.crossval import zero_shot

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
    found = curated.load()
    if found is None:
        return NOT_MEASURED
    classes = sorted(found.classes, key=lambda row: folders.FOLDERS.index(row.label))
    rows = [(folders.NAMES[one.label], one.files, one.kept, one.groups) for one in classes]
    rows.append(("**all**", found.files, found.kept, found.groups))
    lines = table(("class", "files", "distinct pages kept", "groups"), rows)
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
    found = curated.load()
    if found is None:
        return NOT_MEASURED
    return measured(
        (
            "seen",
            "pages",
            "accuracy (95 % CI)",
            "majority",
            "balanced accuracy (95 % CI)",
            "chance",
        ),
        [
            (
                probe.name,
                probe.n,
                interval(Interval(*probe.accuracy)),
                f"{probe.majority:.3f}",
                interval(Interval(*probe.balanced_accuracy)),
                f"{probe.chance:.3f}",
            )
            for probe in found.probes
        ],
    )


@cache
def _answers() -> tuple[MethodAnswers, ...]:
    return figures.load()


def crossval() -> str:
    """Every method under every protocol."""
    return measured(
        (
            "protocol",
            "method",
            "n",
            "accuracy (95 % CI)",
            "balanced accuracy (95 % CI)",
            "CPU",
        ),
        [
            (
                one.protocol,
                one.method,
                one.n,
                interval(one.accuracy),
                interval(one.balanced_accuracy),
                f"{one.cpu_s:.0f} s",
            )
            for one in map(figures.figures, _answers())
        ],
    )


def short() -> str:
    """Accuracy of ours beside three trivial methods, protocol by protocol."""
    methods = ("majority", "heart rate alone", "thumbnail and random forest, traces", MATCHED, OURS)
    found = {(a.protocol, a.method): figures.figures(a) for a in _answers()}
    rows = []
    for protocol in dict.fromkeys(name for name, _ in found):
        own = [found.get((protocol, method)) for method in methods]
        rows.append((protocol, *("" if one is None else interval(one.accuracy) for one in own)))
    return measured(("accuracy (95 % CI)", *methods), rows)


def recalls() -> str:
    """Share of each class answered right by the trained methods."""
    return measured(
        ("protocol", "method", *folders.NAMES.values()),
        [
            (one.protocol, one.method, *(interval(recall) for _, recall in one.recalls))
            for one in map(figures.figures, _answers())
            if not one.trivial
        ],
    )


def gains() -> str:
    """What trained methods have over trivial ones, honestly."""
    honest = [a for a in _answers() if a.protocol == "honest"]
    return measured(
        (
            "method",
            "over",
            "accuracy gained (95 % CI)",
            "balanced accuracy gained (95 % CI)",
        ),
        [
            (gain.method, gain.over, interval(gain.accuracy), interval(gain.balanced_accuracy))
            for gain in (figures.gains(honest) if honest else ())
        ],
    )


def unchanged() -> str:
    """The released model on pages it never saw."""
    found = _asked()
    if found is None:
        return NOT_MEASURED
    card, rows = found
    lines = [
        f"Model `{card.name}` {card.version}, weights `{card.weights_sha256[:12]}`; "
        f"{len(rows)} pages, {int(rows['abstained'].sum())} of them abstained on and counted here.",
        "",
        *table(
            ("question", "score", "positive / all", "AUC (95 % CI)"),
            (
                (
                    figure.question,
                    f"**{figure.score}**" if figure.first else figure.score,
                    f"{figure.positives} / {figure.n}",
                    interval(figure.auc),
                )
                for figure in zero_shot.figures(rows)
            ),
        ),
    ]
    return "\n".join(lines)


def _asked() -> tuple[ModelCard, pd.DataFrame] | None:
    """The model that was asked about these pages, the one that answers before older ones."""
    for name in dict.fromkeys((network.default_model(), *reversed(network.list_models()))):
        card = ModelCard.read(models_folder() / name / "card.json")
        rows = zero_shot.load(card.name, card.weights_sha256)
        if rows is not None:
            return card, rows
    return None


def pairs() -> str:
    """Where the released model's scores fail: class against class."""
    found = _asked()
    if found is None:
        return NOT_MEASURED
    _, rows = found
    cells = []
    shown = [s for s in zero_shot.SCORES if s.name in SHOWN_BY_PAIR]
    for score in shown:
        for yes, no in product(score.question.folders, folders.FOLDERS):
            if no not in score.question.folders:
                area = interval(zero_shot.between(rows, score, yes, no))
                cells.append((score.name, folders.NAMES[yes], folders.NAMES[no], area))
    return measured(("score", "of", "against", "AUC (95 % CI)"), cells)


def cost(rows: list[dict]) -> str:
    """What finding near-duplicates takes."""
    return measured(
        ("pages", "all pairs", "compared", "share", "near-duplicates found", "CPU"),
        [
            (
                f"{row['pages']:,}",
                f"{row['all_pairs']:,}",
                f"{row['compared']:,}",
                f"{row['compared'] / row['all_pairs']:.1%}",
                f"{row['found']:,} of {row['copies']:,}",
                f"{row['cpu_s']:.1f} s",
            )
            for row in rows
            if row["what"] == "cost"
        ],
    )


def copies(rows: list[dict]) -> str:
    """Which copies of printed pages are found."""
    found = [row for row in rows if row["what"] == "copy"]
    cells = []
    for kind in dict.fromkeys(row["kind"] for row in found):
        own = [row for row in found if row["kind"] == kind]
        read = [row for row in own if row["read"]]
        bits = [row["bits"] for row in read]
        near = [row["likeness"] for row in read if row["likeness"] > 0]
        told = f"{min(near):.3f}" if near and kind != "another recording" else ""
        spread = f"{median(bits):.0f}, {max(bits)}" if bits else ""
        cells.append((kind, len(own), len(read), sum(row["found"] for row in own), spread, told))
    return measured(
        (
            "copy",
            "n",
            "read",
            "found",
            "bits differing, median and most",
            "ink in common, least",
        ),
        cells,
    )


def field() -> str:
    """Published systems, what is known of their protocol, and ours under the nearest one."""
    rows = []
    for system in literature.SYSTEMS:
        claim = system.claim + (" (second-hand)" if system.second_hand else "")
        source = f" {system.source}" if system.source else ""
        ours = " ".join(part for part in (_ours(system.nearest), system.caution) if part)
        rows.append((f"{system.name}, {system.year}", claim, f"{system.protocol}{source}", ours))
    return measured(("system", "claim", "what is known of its protocol", "ours, nearest"), rows)


def _ours(nearest: Nearest) -> str:
    if nearest is Nearest.PTBXL:
        main = next(f for f in _card().figures if f.name == "superclass macro-AUC")
        area = interval(Interval(main.value, main.low, main.high))
        return f"PTB-XL fold 10, superclass macro-AUC {area}."
    if nearest is Nearest.AS_PUBLISHED:
        found = [figures.figures(a) for a in _answers() if a.method in (MATCHED, OURS)]
        cells = [
            f"{one.protocol}{', whole page' * (one.method == MATCHED)} {interval(one.accuracy)}"
            for one in found
            if one.method == OURS or one.protocol == AS_PUBLISHED
        ]
        return f"Accuracy {'; '.join(cells)}." if cells else ""
    return ""


def _card() -> ModelCard:
    return ModelCard.read(models_folder() / network.default_model() / "card.json")
