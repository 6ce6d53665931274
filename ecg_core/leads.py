"""Lead names: the twelve standard leads, others we know, and every spelling of them we have met."""

from __future__ import annotations

import re
import unicodedata

LIMB_LEADS: tuple[str, ...] = ("I", "II", "III", "aVR", "aVL", "aVF")
CHEST_LEADS: tuple[str, ...] = ("V1", "V2", "V3", "V4", "V5", "V6")
STANDARD_LEADS: tuple[str, ...] = LIMB_LEADS + CHEST_LEADS
OTHER_LEADS: tuple[str, ...] = (
    *("V7", "V8", "V9"),
    *(f"V{place}R" for place in range(1, 10)),
)
"""Leads over the back and the right chest. They are known so that none is taken for V1 to V6."""

LIMB_MIXTURE: dict[str, tuple[float, float]] = {
    "I": (1.0, 0.0),
    "II": (0.0, 1.0),
    "III": (-1.0, 1.0),
    "aVR": (-0.5, -0.5),
    "aVL": (1.0, -0.5),
    "aVF": (-0.5, 1.0),
}
"""Limb leads as weights of I and II (Einthoven, Goldberger)."""

# Spellings beyond case, spaces, underscores and a "lead" prefix, which `canonical_lead`
# strips. Modified limb leads (MLI, MLII, MLIII) are recorded on the torso and read as the limb
# lead they stand for; the original name stays in the record.
ALIASES: dict[str, str] = {
    "DI": "I",
    "DII": "II",
    "DIII": "III",
    "D1": "I",
    "D2": "II",
    "D3": "III",
    "L1": "I",
    "L2": "II",
    "L3": "III",
    "MLI": "I",
    "MLII": "II",
    "MLIII": "III",
    "AUGMENTEDR": "aVR",
    "AUGMENTEDL": "aVL",
    "AUGMENTEDF": "aVF",
    "C1": "V1",
    "C2": "V2",
    "C3": "V3",
    "C4": "V4",
    "C5": "V5",
    "C6": "V6",
    "MCL1": "V1",
    "MCL6": "V6",
}

_BY_UPPER = {lead.upper(): lead for lead in STANDARD_LEADS}
_OTHERS = {lead.upper(): lead for lead in OTHER_LEADS}

_WORDS = r"LEAD|ECG|EKG|MDC|ABLEITUNG|DERIVATION|DERIVACION|DERIVAZIONE"
_PREFIX = re.compile(rf"(?:(?:{_WORDS})[\s_\-.:/]*)+(?=\S)")
_MINUS = re.compile(rf"(?:(?:{_WORDS})[\s_:]+)*[-\u2010-\u2015\u2212]\s*(?=\w)")
_TURNED = r"NEG|NEGATIVE|INV|INVERTED"
_TURNED_BEFORE = re.compile(rf"(?:{_TURNED})[\s_\-.]+")
_TURNED_AFTER = re.compile(rf"(?:[\s_\-.]+(?:{_TURNED})|(?<=AV[RLF])NEG)")
_TURNED_ASIDE = re.compile(rf"[(\[]\s*(?:{_TURNED})\s*[)\]]")
_SAID_ASIDE = re.compile(
    r"[(\[]\s*(?:RAW|FILTERED|MV|UV|\u039cV|EINTHOVEN|GOLDBERGER|WILSON|AUGMENTED[^)\]]*)\s*[)\]]"
)
_SEPARATORS = re.compile(r"[\s_.:/()]+")
_APART = re.compile(r"[\s_.:/\-\u2010-\u2015\u2212]+")
_BETWEEN = re.compile(r"(?<=\w)-(?=\w)")
_NUMBER = re.compile(rf"(?:{_WORDS}|CH|CHANNEL|SIGNAL|KANAL|CANAL)?[\s_\-.:#]*0?(1[0-2]|[0-9])")


def canonical_lead(name: str) -> str | None:
    """Return the standard name of a lead, or None when it is not one of the twelve.

    A lead whose label says that it is upside down ("-aVR") is not the lead: see `signed_lead`.

    >>> canonical_lead("AVR"), canonical_lead("lead_ii"), canonical_lead("MLII")
    ('aVR', 'II', 'II')
    >>> canonical_lead("vx") is None, canonical_lead("-aVR") is None, canonical_lead("ECG1") is None
    (True, True, True)
    """
    found = signed_lead(name)
    return found[0] if found is not None and found[1] > 0 else None


def signed_lead(name: str) -> tuple[str, int] | None:
    """(standard lead, 1) of a label, (standard lead, -1) where it says that the lead is turned.

    What lies between two leads ("I-II") is neither, and no III.

    >>> signed_lead("Lead I (raw)"), signed_lead("-aVR"), signed_lead("AVRNEG"), signed_lead("I-II")
    (('I', 1), ('aVR', -1), ('aVR', -1), None)
    """
    bare, sign = _bare(name)
    lead = None if _is_between(name) else _BY_UPPER.get(bare) or ALIASES.get(bare)
    return (lead, sign) if lead is not None else None


def _is_between(name: str) -> bool:
    return sum(word in _BY_UPPER for word in _APART.split(_plain(name))) > 1


def other_lead(name: str) -> str | None:
    """The name of a lead over the back or the right chest, or None.

    >>> other_lead("v3r"), other_lead("Lead V7"), other_lead("V3") is None
    ('V3R', 'V7', True)
    """
    return _OTHERS.get(_bare(name)[0])


def lead_number(name: str) -> int | None:
    """The number of a label that is nothing but one ("3", "ECG3", "Channel 03"), 0 to 12.

    >>> lead_number("ECG12"), lead_number("1"), lead_number("V1") is None
    (12, 1, True)
    """
    match = _NUMBER.fullmatch(_plain(name))
    return int(match[1]) if match else None


def _plain(name: str) -> str:
    """Upper case without accents; \u2160 and full-width letters as plain ones."""
    text = unicodedata.normalize("NFKD", name)
    return "".join(sign for sign in text if not unicodedata.combining(sign)).strip().upper()


def _bare(name: str) -> tuple[str, int]:
    """(label without prefix, separators and what is said aside, its sign)."""
    text = _SAID_ASIDE.sub("", _plain(name)).strip()
    sign = 1
    for pattern in (_MINUS, _TURNED_BEFORE):
        if match := pattern.match(text):
            text, sign = text[match.end() :], -sign
    for pattern in (_TURNED_ASIDE, _TURNED_AFTER):
        if (match := pattern.search(text)) and match.end() == len(text):
            text, sign = text[: match.start()], -sign
    text = _PREFIX.sub("", text, count=1) if _PREFIX.match(text) else text
    text = _BETWEEN.sub("", text)
    return _SEPARATORS.sub("", text), sign
