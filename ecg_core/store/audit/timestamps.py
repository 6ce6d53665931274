"""Time stamps (RFC 3161): an authority outside says that these bytes were there at a time.

A checkpoint's own time is told by the machine that signs it, and whoever steals its key can sign
another chain and tell yesterday. An authority that knows neither key nor chain stamps the hash of
every checkpoint where `ECG_TSA_URL` names one; what it answered is kept beside the checkpoint.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Sequence
from datetime import datetime
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from rfc3161_client import (
    HashAlgorithm,
    PKIStatus,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    Verifier,
    VerifierBuilder,
    decode_timestamp_response,
)

from ecg_core.store.upkeep.errors import StoreError

URL, CERTIFICATES = "ECG_TSA_URL", "ECG_TSA_CERTIFICATES"
WAIT_S = 10.0
_LONGEST_ANSWER = 100_000
_AGAIN = "The next checkpoint asks again."
_COMPARE = "Compare with the checkpoints kept elsewhere."


def ask(data: bytes) -> str:
    """The answer of the authority of `ECG_TSA_URL` to these bytes, in base64; "" when none is set.

    Only their SHA-256 leaves this machine. Raises StoreError when it is out of reach, or answers
    to something else.
    """
    address = os.environ.get(URL, "").strip()
    if not address:
        return ""
    if urlsplit(address).scheme not in ("http", "https"):
        raise StoreError(f"{URL} is no address of the web.", "Write https://…")
    builder = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256)
    asked = builder.build()
    request = Request(
        address, asked.as_bytes(), {"Content-Type": "application/timestamp-query"}, method="POST"
    )
    try:
        with urlopen(request, timeout=WAIT_S) as response:
            answered: bytes = response.read(_LONGEST_ANSWER)
    except (OSError, HTTPException) as error:
        raise StoreError(f"The time-stamping authority did not answer: {error}.", _AGAIN) from error
    token = base64.b64encode(answered).decode()
    told = _told(token)
    _is_of(told, data)
    if told.tst_info.nonce != asked.nonce:
        raise StoreError("The time-stamping authority answered another request.", _AGAIN)
    return token


def check(data: bytes, token: str, certificates: Sequence[x509.Certificate]) -> datetime:
    """When these bytes were stamped. Raises StoreError when the stamp is not of them, or not signed
    by an authority of these certificates.

    token: as `ask` gives it. certificates: as `trusted` gives them; with none the signature is not
    checked.
    """
    told = _told(token)
    _is_of(told, data)
    if certificates:
        try:
            _verifier(certificates).verify_message(told, data)
        except (VerificationError, ValueError) as error:
            raise StoreError(
                f"It is not signed by the authority that is trusted: {error}", _COMPARE
            ) from error
    return told.tst_info.gen_time


def trusted() -> tuple[x509.Certificate, ...]:
    """The certificates of `ECG_TSA_CERTIFICATES`: a PEM file with root, and what stands between.

    None when it is not set. Raises StoreError when it holds no certificates.
    """
    given = os.environ.get(CERTIFICATES, "").strip()
    if not given:
        return ()
    try:
        return tuple(x509.load_pem_x509_certificates(Path(given).read_bytes()))
    except (OSError, ValueError) as error:
        raise StoreError(
            f"{CERTIFICATES} names no certificates.",
            "Name a PEM file with those of the time-stamping authority.",
        ) from error


def _told(token: str) -> TimeStampResponse:
    try:
        told = decode_timestamp_response(base64.b64decode(token, validate=True))
        if told.status not in (PKIStatus.GRANTED, PKIStatus.GRANTED_WITH_MODS):
            why = " ".join(told.status_string)
            raise StoreError(f"The time-stamping authority refused: {why or told.status}.", _AGAIN)
        # Read here, since a damaged token shows only then.
        assert told.tst_info.message_imprint.message and told.tst_info.gen_time
    except (ValueError, AssertionError) as error:
        raise StoreError("This is no time stamp.", _COMPARE) from error
    return told


def _is_of(told: TimeStampResponse, data: bytes) -> None:
    if told.tst_info.message_imprint.message != hashlib.sha256(data).digest():
        raise StoreError("The time stamp is of something else.", _COMPARE)


def _verifier(certificates: Sequence[x509.Certificate]) -> Verifier:
    builder = VerifierBuilder()
    for one in certificates:
        if one.subject == one.issuer:
            builder = builder.add_root_certificate(one)
        elif _stamps(one):
            builder = builder.tsa_certificate(one)
        else:
            builder = builder.add_intermediate_certificate(one)
    return builder.build()


def _stamps(certificate: x509.Certificate) -> bool:
    """Whether a certificate is that of an authority itself."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        return False
    return ExtendedKeyUsageOID.TIME_STAMPING in usage.value
