"""The evidence on attention as lines that a document and the Performance page show alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ecg_core.evidence.attention.rows import (
    OTHER,
    RANDOM,
    AttentionFigure,
    AttentionRow,
    differences,
    figures,
)
from ecg_core.network.values import METHOD_NAMES

MAPS: dict[str, str] = {
    **METHOD_NAMES,
    OTHER: "Grad-CAM of another ECG",
    RANDOM: "random map",
}


PARTS: dict[str, str] = {"everything": "weights throughout"}
"""Parts of the network whose key does not read well in a sentence."""


@dataclass(frozen=True)
class MapTest:
    """What a test asks. good: what a map that tells the truth would show. percent: of ECGs."""

    test: str
    text: str
    good: str
    percent: bool = False


QUESTIONS: tuple[MapTest, ...] = (
    MapTest("deletion", "Probability left while the map's places are blanked first", "low"),
    MapTest("insertion", "Probability reached while they are put back first", "high"),
    MapTest("road", "ROAD: probability lost, most less least important first", "above 0"),
    MapTest("randomised", "Likeness to the map of a network with random", "near 0"),
    MapTest("agreement", "Likeness to the map of a model trained apart", "high"),
    MapTest("strangers", "Likeness to its map of another ECG of the class (control)", "low"),
    MapTest("planted", "Planted infarction leads ranked first", "above chance", percent=True),
    MapTest("wave", "Planted wave: hottest place in its beat", "above chance", percent=True),
    MapTest("control", "Planted normal leads ranked first (control)", "at chance", percent=True),
    MapTest("outside", "Share of attention outside the leads", "below 9 %", percent=True),
)


@dataclass(frozen=True)
class Line:
    """One line: question, map, what it should be, ECGs, and the mean with its interval."""

    test: str
    question: str
    map: str
    good: str
    n: int
    value: str
    against_random: str


def lines(rows: Sequence[AttentionRow]) -> tuple[Line, ...]:
    """Every figure of the rows, question by question."""
    found = figures(rows)
    less = {(f.test, f.part, f.map): f for f in differences(rows, RANDOM)}
    return tuple(
        _line(question, figure, less.get((figure.test, figure.part, figure.map)))
        for question in QUESTIONS
        for figure in found
        if figure.test == question.test
    )


def _line(question: MapTest, figure: AttentionFigure, less: AttentionFigure | None) -> Line:
    part = (
        f": {figure.part}"
        if figure.test in {"planted", "control", "wave"}
        else f" {PARTS.get(figure.part, figure.part)}"
    )
    chance = f", chance {figure.chance:.0%}" if figure.chance else ""
    return Line(
        figure.test,
        question.text + (part if figure.part else ""),
        MAPS.get(figure.map, figure.map),
        question.good + chance,
        figure.n,
        _interval(figure, question.percent),
        "" if less is None else _interval(less, question.percent, signed=True),
    )


def _interval(figure: AttentionFigure, percent: bool, signed: bool = False) -> str:
    spec = ("+" if signed else "") + (".0%" if percent else ".3f")
    mean = figure.mean
    return f"{mean.value:{spec}} ({mean.low:{spec}} to {mean.high:{spec}})"
