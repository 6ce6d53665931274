"""Tables as documents quote them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ecg_core.evidence.figures.metrics import Interval

NOT_MEASURED = "Not measured yet."


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Lines of a Markdown table; None is a cell that a row has no figure for."""
    return [_line(head), "|" + "---|" * len(head), *map(_line, rows)]


def measured(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """The table, or a sentence where nothing was measured."""
    return "\n".join(table(head, rows)) if rows else NOT_MEASURED


def interval(value: Interval) -> str:
    """A figure with its 95 % interval."""
    return f"{value.value:.3f} ({value.low:.3f} to {value.high:.3f})"


def _line(cells: Sequence[object]) -> str:
    return "|" + "".join(" |" if cell is None else f" {cell} |" for cell in cells)
