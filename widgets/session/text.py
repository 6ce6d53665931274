"""Words of readers and names of files, shown as they are."""

from __future__ import annotations

import re

_MARKS = r"\`*_[]<#$~:|"
_LINKS = re.compile(r"https?(?=:)|www(?=\.)|@", re.IGNORECASE)
_JOINER = "\u2060"
"""Takes no room, and keeps addresses from becoming links, which no backslash does."""


def plain(text: str) -> str:
    """Text with everything escaped that Streamlit would take for Markdown.

    >>> print(plain("V1_*new*.png"))
    V1\\_\\*new\\*.png
    """
    one_line = _LINKS.sub(lambda found: found.group() + _JOINER, " ".join(text.split()))
    return "".join(f"\\{letter}" if letter in _MARKS else letter for letter in one_line)
