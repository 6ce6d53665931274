#!/usr/bin/env python3
"""check_proof.py PROOF.json PUBLIC_KEY: is this event of the audit trail under a signed checkpoint?

It needs nothing of ECG Triage, only Python with the `cryptography` package. PUBLIC_KEY is what
`python -m ecg_core audit key` printed, kept by whoever checks.
"""

import base64
import hashlib
import json
import sys
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def canonical(value: object) -> bytes:
    """JSON with sorted keys and without spaces, as it was hashed and signed."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def main(proof_file: str, public_key: str) -> int:
    """Print what was found; 0 when the event is as it was signed."""
    shown = json.loads(Path(proof_file).read_text(encoding="utf-8"))
    found = hashlib.sha256(b"\x00" + hashlib.sha256(canonical(shown["event"])).digest()).digest()
    for side, beside in shown["proof"]:
        pair = bytes.fromhex(beside) + found if side == "left" else found + bytes.fromhex(beside)
        found = hashlib.sha256(b"\x01" + pair).digest()
    checkpoint = dict(shown["checkpoint"])
    signature = base64.b64decode(checkpoint.pop("signature"))
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key))
    try:
        key.verify(signature, canonical(checkpoint))
    except InvalidSignature:
        print("The checkpoint is not signed by this key.")
        return 1
    if found.hex() != checkpoint["root"]:
        print("The event is not what was signed.")
        return 1
    print(f"Event {shown['event']['seq']} is as it was signed on {checkpoint['created_utc']}.")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2]))
