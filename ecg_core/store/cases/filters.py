"""Questions that several lists ask in the same way, as conditions of a query."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import InstrumentedAttribute

from ecg_core.store.cases.schema import CaseRow


def equal(*asked: tuple[InstrumentedAttribute[Any], object]) -> list[ColumnElement[bool]]:
    """Each column has its value; None leaves a question open."""
    return [column == value for column, value in asked if value is not None]


def within_days(
    column: InstrumentedAttribute[str], first: date | None, last: date | None
) -> list[ColumnElement[bool]]:
    """A moment lies on these days (UTC), both included; None leaves an end open."""
    found: list[ColumnElement[bool]] = []
    if first is not None:
        found.append(column >= first.isoformat())
    if last is not None and last < date.max:
        found.append(column < (last + timedelta(days=1)).isoformat())
    return found


def names_case(words: str) -> ColumnElement[bool]:
    """Words that stand in a case's name, or with which its id or its input's hash begins."""
    return or_(
        CaseRow.name.icontains(words, autoescape=True),
        CaseRow.id.startswith(words.lower(), autoescape=True),
        CaseRow.input_sha256.startswith(words.lower(), autoescape=True),
    )
