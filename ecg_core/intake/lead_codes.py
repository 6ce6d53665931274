"""Numbers and codes of leads: MDC (ISO 11073-10101) and SCP-ECG (EN 1064) count leads alike."""

from __future__ import annotations

import re

LEAD_OF_NUMBER: dict[int, str] = {
    1: "I",
    2: "II",
    **{number: f"V{number - 2}" for number in range(3, 10)},
    **{number: f"V{number - 8}R" for number in range(10, 16)},
    61: "III",
    62: "aVR",
    63: "aVL",
    64: "aVF",
    65: "-aVR",
    66: "V8",
    67: "V9",
}
"""Lead by number; those that no ECG of twelve leads has are left out."""

_NUMBERED = re.compile(r"(?:2:|5\.6\.3-9-)(\d{1,3})")
_NAMED = re.compile(r"(?:MDC_)?ECG_(?:LEAD|ELEC_POTL)_(\w+)", re.IGNORECASE)
_FIRST_OF_MDC = 131_328
"""Code of "lead unspecified" in partition 2; lead n follows n later."""


def lead_of_code(code: str) -> str | None:
    """The label that a code stands for, as "MDC_ECG_LEAD_V1", "2:3", "5.6.3-9-3" or "131331".

    >>> [lead_of_code(code) for code in ("MDC_ECG_LEAD_V1", "2:3", "131331", "5.6.3-9-65", "x")]
    ['V1', 'V1', 'V1', '-aVR', None]
    """
    text = code.strip()
    if match := _NUMBERED.fullmatch(text):
        return LEAD_OF_NUMBER.get(int(match[1]))
    if match := _NAMED.fullmatch(text):
        return match[1]
    if text.isdigit() and len(text) == 6:
        return LEAD_OF_NUMBER.get(int(text) - _FIRST_OF_MDC)
    return None
