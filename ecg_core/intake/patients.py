"""Who an ECG is of: a pseudonym made with a secret key, never the number in the file.

A reader hands the number on as a `PatientId`, which does not print; `intake.read` exchanges it for
the pseudonym. The key stays in the app's process: the worker, which parses files from outside,
never has it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass

LONGEST_ID = 256
_BITS_OF_A_SIGN = 5
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: nothing that is read for something else over the telephone."""
_TAG_SIGNS = 8
_GAPS = re.compile(r"[\s_]+")
PLACEHOLDERS = frozenset(
    {
        "anon", "anonym", "anonymous", "anonymized", "anonymised", "deidentified", "de-identified",
        "dummy", "n/a", "na", "nil", "no id", "noid", "none", "not available", "null", "patient",
        "removed", "test", "unk", "unknown", "unspecified",
    }
)  # fmt: skip
"""Written where there is no number: two such files are not of one patient."""
_ONE_SIGN = re.compile(r"(\W|_)*(\w)?(\2|\W|_)*")


@dataclass(frozen=True, repr=False)
class PatientId:
    """A patient's number and who gave it, as a file writes them. Never stored, never printed.

    issuer: the authority that gave the number, "" where the file does not say.
    """

    number: str
    issuer: str = ""

    def __repr__(self) -> str:
        return "PatientId(…)"


def patient_id(number: object, issuer: object = "") -> PatientId | None:
    """The id that a file gives, or None where it gives none or only something in its place.

    Spacing, underscores for spaces (as EDF+ writes them) and case are evened out.

    >>> patient_id("  X ") is None, patient_id("0000") is None, patient_id("Unknown") is None
    (True, True, True)
    >>> patient_id("ab_12") == patient_id(" AB 12 ")
    True
    """
    plain = _plain(number)
    if not plain or plain in PLACEHOLDERS or _ONE_SIGN.fullmatch(plain):
        return None
    return PatientId(plain, _plain(issuer))


def pseudonym(patient: PatientId | None, key: bytes) -> str:
    """128 bits as hex, by HMAC-SHA-256 of issuer and number; "" where there is no id.

    The same number of the same issuer gives the same pseudonym from every format. Without the
    key, numbers cannot be tried out. Raises ValueError for an empty key.
    """
    if not key:
        raise ValueError("pseudonyms need a key")
    if patient is None:
        return ""
    # A separator that neither part can hold: "1" + "23" is not "12" + "3".
    message = f"{patient.issuer}\0{patient.number}".encode()
    return hmac.new(key, message, hashlib.sha256).hexdigest()[:32]


def tag(pseudonym: str) -> str:
    """A pseudonym as people read it: 40 of its bits, in two groups.

    >>> tag("00443214c74254b635cf84653a56d7c6")
    '0123-4567'
    """
    value = int(pseudonym[:10], 16)
    signs = [
        _SIGNS[value >> (_BITS_OF_A_SIGN * place) & 31] for place in reversed(range(_TAG_SIGNS))
    ]
    return f"{''.join(signs[:4])}-{''.join(signs[4:])}"


def _plain(value: object) -> str:
    text = unicodedata.normalize("NFKC", str(value or "")).replace("\0", " ")
    return _GAPS.sub(" ", text).strip().casefold()[:LONGEST_ID]
