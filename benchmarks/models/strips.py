"""The strip model's figures as the table that BENCHMARKS.md quotes."""

from __future__ import annotations

from ecg_core.network.card import Figure, ModelCard
from ecg_core.network.registry import STRIP_MODEL, models_folder

SHORT = ("Abnormal beat or rhythm", "Atrial fibrillation or flutter")


def short() -> str:
    """The two answers that matter most, on MIT-BIH's test recordings."""
    lines = table().splitlines()
    return "\n".join(
        line
        for line in lines
        if not line.startswith("| ")
        or line.startswith("| data")
        or (line.startswith("| MIT-BIH") and any(name in line for name in SHORT))
    )


def table() -> str:
    """AUC and rates of every answer, on every set of strips that has evidence."""
    path = models_folder() / STRIP_MODEL / "card.json"
    if not path.exists():
        return "Not measured yet."
    card = ModelCard.read(path)
    lines = [
        f"Model `{card.name}` {card.version}, weights `{card.weights_sha256[:12]}`; 95 % "
        "confidence interval by recording (MIT-BIH) or patient (PTB-XL); ten-second strips.",
        "",
        "| data | leads | answer | strips | AUC (95 % CI) | sensitivity | specificity |",
        "|---|---|---|---|---|---|---|",
    ]
    for figure in card.figures:
        if not figure.name.startswith("AUC "):
            continue
        what = figure.name.removeprefix("AUC ")
        rates = [
            next(f for f in card.figures if _beside(figure, f) and f.name == f"{name} {what}").value
            for name in ("sensitivity", "specificity")
        ]
        lines.append(
            f"| {figure.dataset} {figure.split} | {figure.layout.removeprefix('strip ')} "
            f"| {what} | {figure.n} | {figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f}) "
            f"| {rates[0]:.1%} | {rates[1]:.1%} |"
        )
    return "\n".join(lines)


def _beside(one: Figure, other: Figure) -> bool:
    return (one.dataset, one.split, one.layout) == (other.dataset, other.split, other.layout)
