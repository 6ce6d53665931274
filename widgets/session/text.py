"""Words of readers and names of files, shown as they are."""

from __future__ import annotations

_MARKS = r"\`*_[]<#$~:|"


def plain(text: str) -> str:
    """Text with everything escaped that Streamlit would take for Markdown.

    >>> print(plain("V1_*new*.png"))
    V1\\_\\*new\\*.png
    """
    one_line = " ".join(text.split())
    return "".join(f"\\{letter}" if letter in _MARKS else letter for letter in one_line)
