"""Whose page it is: identity and date printed on it, kept as keyed hashes only.

Without the optional character reader pages are grouped by their traces alone.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from joblib import Parallel, delayed

from ecg_core.evidence.probes.printed import text_beside
from ecg_core.studies.curation.readings import read_scan_file
from ecg_core.studies.curation.values import PrintHashes

_WORD = r"[:.#]*\s*((?=[A-Z\-/]*\d)[A-Z0-9][A-Z0-9\-/]{2,})"
IDENTITIES = (
    r"\bPATIENT\s*(?:ID|NO|NR|NUMBER)\b\.?\s*" + _WORD,
    r"\bM\s?R\s?N\b\s*" + _WORD,
    r"\bI\s?D\s*(?:NO|NR|NUMBER)?\b\.?\s*" + _WORD,
    r"\bNAME\b\s*[:.]\s*([A-Z][A-Z,.' \-]{3,}?)(?=\s{2,}|\s+[A-Z]+\s*:|$)",
)
"""What stands for the patient, the surest first; on text in capitals."""

DATES = (
    r"\b((?:19|20)\d\d[-./](?:0?[1-9]|1[0-2])[-./](?:[0-2]?\d|3[01]))(?!\d)",
    r"\b((?:[0-2]?\d|3[01])[-./](?:[0-2]?\d|3[01])[-./](?:19|20)?\d\d)(?!\d)",
    r"\b((?:[0-2]?\d|3[01])[-. ](?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)[A-Z]*"
    r"[-. ](?:19|20)?\d\d)(?!\d)",
)
_LIKE_DIGITS = str.maketrans("OQDILSBZ", "00011582")


def read_prints(
    root: Path, pages: Sequence[tuple[str, tuple[int, int]]], key: bytes, processes: int
) -> Iterator[PrintHashes]:
    """What is printed on pages, in their order. Raises IntakeError for what is no image.

    pages: path below `root` and the trace area's first and last pixel row.
    """
    work = (delayed(_read_print)(root / path, rows, key) for path, rows in pages)
    yield from Parallel(n_jobs=processes, return_as="generator", batch_size=4)(work)


def _read_print(path: Path, rows: tuple[int, int], key: bytes) -> PrintHashes:
    began = time.process_time()
    found = understand(text_beside(read_scan_file(path).pixels, rows), key)
    return replace(found, cpu_s=time.process_time() - began)


def understand(text: str, key: bytes) -> PrintHashes:
    """Identity and date of a text, hashed with the key; one line of the page per line of text.

    >>> p = understand("ID : 168590\\n2020-08-05 11:02:38 PM", b"key")
    >>> p.identifier == understand("Patient ID 16859O", b"key").identifier
    True
    >>> p.identifier == understand("ID : 168590", b"other key").identifier
    False
    """
    capitals = text.upper()
    identity, day = _first(IDENTITIES, capitals), _first(DATES, capitals)
    return PrintHashes(
        identifier=_hashed(_plain_identity(identity), key),
        day=_hashed(_squeezed(day), key),
        text=text,
    )


def _first(patterns: Sequence[str], text: str) -> str:
    for pattern in patterns:
        found = re.search(pattern, text, re.MULTILINE)
        if found:
            return str(found.group(1))
    return ""


def _plain_identity(text: str) -> str:
    """Without punctuation; letters that look like digits read as digits where digits prevail."""
    plain = _squeezed(text)
    digits = sum(c.isdigit() for c in plain)
    return plain.translate(_LIKE_DIGITS) if 2 * digits >= len(plain) else plain


def _squeezed(text: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", text)


def _hashed(text: str, key: bytes) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:16] if text else ""
