"""One way to write a value as JSON, so that the same value always has the same hash."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime


def canonical_json(value: object) -> str:
    """Sorted keys, no spaces, ASCII only, floats by their shortest exact form.

    Raises ValueError for numbers that JSON does not have (NaN, infinity).

    >>> canonical_json({"b": 0.1, "a": [1, "é"]})
    '{"a":[1,"\\\\u00e9"],"b":0.1}'
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def sha256_text(text: str) -> str:
    """SHA-256 of a text's UTF-8 bytes, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def sha256_bytes(data: bytes) -> str:
    """SHA-256 of bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def utc_now() -> str:
    """This moment as `utc_text` writes it."""
    return utc_text(datetime.now(UTC))


def utc_text(moment: datetime) -> str:
    """A moment in UTC, to the microsecond; such texts sort in time order."""
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
