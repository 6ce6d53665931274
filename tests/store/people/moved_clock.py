"""A clock that the tests of signing in move."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """Stands at eight in the morning of 1 March 2026 until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)
