"""Second factors: codes of an authenticator (RFC 6238, by pyotp) and recovery codes; no database.

A secret has to be kept so that codes can be computed from it. It is sealed with a key that lies
outside the database, and to the account whose it is: a stolen database tells no code, and a secret
that was copied to another account opens nothing.
"""

from __future__ import annotations

import base64
import json
import secrets
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest

import pyotp
from cryptography.fernet import Fernet, InvalidToken

from ecg_core.store.audit.canonical import sha256_text

ISSUER = "ECG Triage"
STEP_S = 30
"""Seconds of one time step (RFC 6238, 4.1); authenticators know no other default."""
STEPS_OFF = 1
"""Time steps by which the clock of a telephone may be early or late (RFC 6238, 5.2)."""
OFFER_S = 900
"""Seconds that an offered secret waits for its first code."""
RECOVERY_CODES = 10
_RECOVERY_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
"""32 signs, none of which is taken for another."""
_RECOVERY_LENGTH, _GROUP = 16, 4
"""80 bits: so much cannot be tried out, so that one SHA-256 is enough to keep it by."""


def fresh_secret() -> str:
    """A new secret in base32: 160 bits, as RFC 4226 recommends."""
    return pyotp.random_base32(32)


def address(secret: str, name: str) -> str:
    """The otpauth address that authenticators read from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def step_of(secret: str, code: str, moment: datetime, after: int | None = None) -> int | None:
    """The time step whose code this is, near a moment and later than `after`; None for others.

    The example is the first row of RFC 6238, appendix B, of which six digits are shown.

    >>> from datetime import UTC
    >>> secret = base64.b32encode(b"12345678901234567890").decode()
    >>> step_of(secret, "287082", datetime.fromtimestamp(59, UTC))
    1
    >>> step_of(secret, "287082", datetime.fromtimestamp(59, UTC), after=1)
    """
    typed = plain(code)
    if not (typed.isascii() and typed.isdigit()):
        return None
    totp = pyotp.TOTP(secret, interval=STEP_S)
    now = int(moment.timestamp()) // STEP_S
    found = None
    for step in range(max(0, now - STEPS_OFF), now + STEPS_OFF + 1):
        if compare_digest(totp.generate_otp(step), typed) and (after is None or step > after):
            found = step
    return found


def fresh_recovery_codes() -> tuple[str, ...]:
    """New recovery codes in groups of four signs, as they are written down."""

    def one() -> str:
        signs = "".join(secrets.choice(_RECOVERY_LETTERS) for _ in range(_RECOVERY_LENGTH))
        return "-".join(signs[k : k + _GROUP] for k in range(0, _RECOVERY_LENGTH, _GROUP))

    return tuple(one() for _ in range(RECOVERY_CODES))


def recovery_hash(account_id: str, code: str) -> str:
    """What is kept of a recovery code: a hash that is another for each account."""
    return sha256_text(f"recovery|{account_id}|{plain(code)}")


def plain(code: str) -> str:
    """A code as typed, without what separates its groups.

    >>> plain(" 287 082 "), plain("ABCD-efgh")
    ('287082', 'abcdefgh')
    """
    return "".join(sign for sign in code.casefold() if not sign.isspace() and sign != "-")


def seal(key: bytes, account_id: str, secret: str) -> str:
    """A secret as it may be kept or offered: readable with the key, for this account alone."""
    return _fernet(key).encrypt(json.dumps([account_id, secret]).encode()).decode()


def unseal(key: bytes, account_id: str, sealed: str, within_s: int | None = None) -> str | None:
    """The secret of `seal`; None with another key or account, or sealed longer ago."""
    try:
        whose, secret = json.loads(_fernet(key).decrypt(sealed, ttl=within_s))
    except (InvalidToken, ValueError):
        return None
    return str(secret) if whose == account_id else None


def _fernet(key: bytes) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(sha256(b"second factor|" + key).digest()))
