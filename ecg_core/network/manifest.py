"""What a model folder held when it was released: hashes of card and weights, and a signature.

The card says what its weights are; thresholds and calibration stand in the card itself, so that it
is pinned as well. Whoever can write the folder can write the manifest too: a signature (Ed25519,
with a key that lies elsewhere) tells that, where a service asks for one.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from pathlib import Path

MANIFEST = "manifest.json"
PINNED = ("card.json", "weights.safetensors")
KEY, PUBLIC_KEY = "ECG_RELEASE_KEY", "ECG_RELEASE_PUBLIC_KEY"
"""Environment: what releases are signed with, and what their signatures are checked with (each 32
bytes in base64)."""


def pin(folder: Path) -> None:
    """Write the manifest of a model folder, signed where `ECG_RELEASE_KEY` is set.

    Raises OSError, or ValueError for what is no key.
    """
    files = _hashes(folder)
    manifest: dict[str, object] = {"files": files}
    if given := os.environ.get(KEY):
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(given, validate=True))
        manifest["signature"] = base64.b64encode(key.sign(_signed(files))).decode()
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


def differs(folder: Path) -> str:
    """What a model folder's manifest says otherwise, in words; "" when all is as released.

    A folder without a manifest is as released unless signatures are asked for
    (`ECG_RELEASE_PUBLIC_KEY`). Raises OSError.
    """
    wanted = os.environ.get(PUBLIC_KEY, "")
    path = folder / MANIFEST
    if not path.exists():
        return f"It has no manifest, and {PUBLIC_KEY} asks for a signed one." if wanted else ""
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        said: dict[str, str] = dict(manifest["files"])
        signature = str(manifest.get("signature", ""))
    except (KeyError, TypeError, ValueError, AttributeError):
        return "Its manifest is damaged."
    for name, digest in _hashes(folder).items():
        if said.get(name) != digest:
            return f"{name} is {digest}, its manifest says {said.get(name, 'nothing')}."
    if wanted and not _holds(signature, said, wanted):
        return f"Its manifest is not signed by the key of {PUBLIC_KEY}."
    return ""


def _hashes(folder: Path) -> dict[str, str]:
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in PINNED}


def _signed(files: dict[str, str]) -> bytes:
    return json.dumps(files, sort_keys=True, separators=(",", ":")).encode()


def _holds(signature: str, files: dict[str, str], key: str) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key, validate=True))
        public.verify(base64.b64decode(signature, validate=True), _signed(files))
    except (InvalidSignature, ValueError):
        return False
    return True
