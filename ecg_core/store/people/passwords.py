"""Passwords: what is accepted, and how they are kept (argon2id by argon2-cffi's defaults)."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ecg_core.store.upkeep.errors import StoreError

SHORTEST, LONGEST = 10, 200
"""Characters. Length is asked for, not a mixture of kinds (NIST SP 800-63B)."""
LOOKED_AT = 72
"""Characters that are judged; judging takes longer than linear time."""
LEAST_GUESSES = 1e8
"""Guesses that a password must withstand, by zxcvbn: lists of common passwords and names,
keyboard rows, dates and repetitions (Wheeler, USENIX Security 2016; NIST SP 800-63B, 3.1.1.2)."""

_hasher = PasswordHasher()


def checked_password(password: str, name: str) -> str:
    """The password, if it will do. Raises StoreError with what is wrong."""
    if len(password) < SHORTEST:
        raise StoreError(
            f"The password is shorter than {SHORTEST} characters.", "Choose a longer one."
        )
    if len(password) > LONGEST:
        raise StoreError(
            f"The password is longer than {LONGEST} characters.", "Choose a shorter one."
        )
    # Imported where a password is chosen: the lists take a moment to read.
    from zxcvbn import zxcvbn

    judged = zxcvbn(password[:LOOKED_AT], user_inputs=[name, *name.split(), "ecg", "triage"])
    if judged["guesses"] < LEAST_GUESSES:
        why = judged["feedback"]["warning"] or "It is on a list of common passwords."
        raise StoreError(
            "The password is too easy to guess.", f"{why} Several unrelated words are good."
        )
    return password


def hashed(password: str) -> str:
    """The argon2 hash to keep, with its own salt."""
    return _hasher.hash(password)


def matches(password: str, kept: str | None) -> bool:
    """Whether this is the password; takes as long when there is none to compare with."""
    try:
        return _hasher.verify(kept or _nobodys(), password) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    """The hash of a password that nobody has; made when it is first needed."""
    return _hasher.hash("nobody has this password")
