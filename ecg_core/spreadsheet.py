"""Cells of tables that people open in a spreadsheet."""

from __future__ import annotations

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(value: object) -> object:
    """A cell that no spreadsheet takes for a formula (OWASP, CSV injection); numbers stay numbers.

    >>> safe_cell("=HYPERLINK(1)"), safe_cell("-aVR"), safe_cell(-0.5)
    ("'=HYPERLINK(1)", "'-aVR", -0.5)
    """
    if isinstance(value, str) and value.startswith(_BEGINS_A_FORMULA):
        return f"'{value}"
    return value
