"""Signed checkpoints of the audit chain: size, root, signature, kept where nobody rewrites them.

Whoever can write the database can rewrite it whole, hashes included. A checkpoint is signed
(Ed25519) with a key that does not lie in the data folder, and sent elsewhere at once; a chain
that no longer has the root of an earlier checkpoint was rewritten. The form follows transparency
logs (C2SP tlog-checkpoint; RFC 6962).
"""

from __future__ import annotations

import base64
import json
import os
import syslog
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import Certificate
from sqlalchemy import select

from ecg_core.store.audit import merkle, timestamps
from ecg_core.store.audit.canonical import canonical_json, utc_now
from ecg_core.store.audit.chain import event_plain
from ecg_core.store.cases.schema import EventRow, HeadRow
from ecg_core.store.cases.store import Store
from ecg_core.store.upkeep.errors import StoreError

KEY, PUBLIC_KEY, SENT_TO = (
    "ECG_CHECKPOINT_KEY",
    "ECG_CHECKPOINT_PUBLIC_KEY",
    "ECG_CHECKPOINT_TO",
)
OWN = "checkpoints.jsonl"
"""The file that checkpoints are appended to, in the data folder and in folders they are sent to."""
EVERY_EVENTS = 1000
"""New events after which a checkpoint is made without waiting for the next day."""
STAMPED_WITHIN = timedelta(days=1)
"""Checkpoints are stamped when they are made: a later stamp tells one that was backdated."""


@dataclass(frozen=True)
class Checkpoint:
    """The first `size` events fixed by the root of their Merkle tree.

    root: hexadecimal. signature: base64 of the Ed25519 signature of the fields before it as
    canonical JSON. timestamp: what a time-stamping authority answered to `statement`, "" where
    none was asked.
    """

    origin: str
    size: int
    root: str
    created_utc: str
    signature: str = ""
    timestamp: str = ""

    def signed_bytes(self) -> bytes:
        """What the signature is of."""
        plain = self.plain(False)
        del plain["signature"]
        return canonical_json(plain).encode()

    def statement(self) -> bytes:
        """What is stamped: the signed checkpoint as it is sent."""
        return canonical_json(self.plain(False)).encode()

    def plain(self, with_timestamp: bool = True) -> dict[str, Any]:
        """The checkpoint as it is kept, sent and proved by."""
        plain = asdict(self)
        if not (with_timestamp and self.timestamp):
            del plain["timestamp"]
        return plain


def signing_key() -> Ed25519PrivateKey | None:
    """The key of `ECG_CHECKPOINT_KEY`: a file, or its 32 bytes in base64; None when not set.

    Raises StoreError when it names no key.
    """
    given = os.environ.get(KEY)
    if not given:
        return None
    text = given
    try:
        if Path(given).is_file():
            text = Path(given).read_text(encoding="utf-8").strip()
        return Ed25519PrivateKey.from_private_bytes(base64.b64decode(text, validate=True))
    except (OSError, ValueError) as error:
        raise StoreError(
            f"{KEY} names no Ed25519 key.", "Make one with `audit key`, outside the data folder."
        ) from error


def public_key() -> Ed25519PublicKey | None:
    """The key that checkpoints are checked with: given, or that of the signing key."""
    given = os.environ.get(PUBLIC_KEY)
    if given:
        try:
            return Ed25519PublicKey.from_public_bytes(base64.b64decode(given, validate=True))
        except ValueError as error:
            raise StoreError(f"{PUBLIC_KEY} is no Ed25519 key.", "Copy it again.") from error
    private = signing_key()
    return None if private is None else private.public_key()


def new_key() -> tuple[str, str]:
    """A new private key and its public key, both in base64."""
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return (
        base64.b64encode(private.private_bytes_raw()).decode(),
        base64.b64encode(public).decode(),
    )


def make(store: Store, key: Ed25519PrivateKey, origin: str = "ecg-triage") -> Checkpoint:
    """A signed checkpoint of the chain as it is."""
    leaves = _leaves(store)
    return signed(Checkpoint(origin, len(leaves), merkle.root(leaves).hex(), utc_now()), key)


def signed(unsigned: Checkpoint, key: Ed25519PrivateKey) -> Checkpoint:
    """The same with its signature."""
    signature = base64.b64encode(key.sign(unsigned.signed_bytes())).decode()
    return replace(unsigned, signature=signature)


def stamped(bare: Checkpoint) -> tuple[Checkpoint, tuple[str, ...]]:
    """The same with the stamp of the authority, where one is set; and what went wrong, in words.

    It is worth keeping without a stamp: the next one covers the same events.
    """
    try:
        return replace(bare, timestamp=timestamps.ask(bare.statement())), ()
    except StoreError as error:
        return bare, (f"The checkpoint of {bare.size} events is not stamped. {error.reason}",)


def is_due(last: Checkpoint | None, size: int, now: str) -> bool:
    """Whether a checkpoint should be made: none yet, another day, or many new events."""
    if last is None:
        return size > 0
    if size <= last.size:
        return False
    return size - last.size >= EVERY_EVENTS or now[:10] != last.created_utc[:10]


def keep_up(store: Store, data_dir: Path) -> tuple[str, ...]:
    """Make a checkpoint when one is due, keep it and send it; nothing without a key.

    Gives what went wrong with sending, in words. The copy in the data folder only says when the
    next is due: whoever can rewrite the chain can rewrite it too.
    """
    key = signing_key()
    if key is None:
        return ()
    local = data_dir / OWN
    last = max(read_file(local), key=lambda one: one.size, default=None) if local.exists() else None
    with store.snapshot() as session:
        head = session.scalars(select(HeadRow)).one_or_none()
    if head is None or not is_due(last, head.seq, utc_now()):
        return ()
    made, failed = stamped(make(store, key))
    _to_folder(str(data_dir), canonical_json(made.plain()))
    return failed + send(made)


def compare(
    store: Store, kept: Iterable[Checkpoint], key: Ed25519PublicKey | None
) -> tuple[str, ...]:
    """What of kept checkpoints the chain no longer holds, in words; nothing when it holds all.

    The first event that differs lies after the last checkpoint that still fits.
    """
    leaves = _leaves(store)
    wrong: list[str] = []
    fits = 0
    for one in sorted(kept, key=lambda checkpoint: checkpoint.size):
        if not signature_holds(one, key):
            wrong.append(f"The checkpoint of {one.size} events is not signed by this key.")
        elif one.size > len(leaves):
            wrong.append(f"Events {len(leaves) + 1} to {one.size} are no longer there.")
        elif merkle.root(leaves[: one.size]).hex() != one.root:
            wrong.append(
                f"Of the events {fits + 1} to {one.size} at least one is not what it was on "
                f"{one.created_utc[:10]}."
            )
        else:
            fits = one.size
    return tuple(wrong)


def wrong_stamps(
    kept: Iterable[Checkpoint], certificates: Sequence[Certificate]
) -> tuple[str, ...]:
    """Which stamps of checkpoints are not theirs, not signed, or much later, in words."""
    wrong = []
    for one in kept:
        if not one.timestamp:
            continue
        which = f"The time stamp of the checkpoint of {one.size} events"
        try:
            at = timestamps.check(one.statement(), one.timestamp, certificates)
        except StoreError as error:
            wrong.append(f"{which} does not hold. {error.reason}")
            continue
        if abs(at - datetime.fromisoformat(one.created_utc)) > STAMPED_WITHIN:
            wrong.append(f"{which} is of {at:%Y-%m-%d}, the checkpoint of {one.created_utc[:10]}.")
    return tuple(wrong)


def compare_own(store: Store) -> tuple[str, ...]:
    """What the chain no longer holds of the checkpoints kept in the data folder, as `compare`.

    Only of those that the present key signed, where there is one: an earlier key's are no fault.
    """
    own = store.data_dir / OWN
    if not own.exists():
        return ()
    key = public_key()
    return compare(store, [one for one in read_file(own) if signature_holds(one, key)], None)


def proof_of(store: Store, seq: int, checkpoint: Checkpoint) -> dict[str, object]:
    """One event with what shows that it is under a checkpoint: `docs/check_proof.py` checks it.

    Raises StoreError when the checkpoint does not reach so far.
    """
    if not 1 <= seq <= checkpoint.size:
        raise StoreError(f"Event {seq} is not under this checkpoint.", "Take a later one.")
    leaves = _leaves(store)[: checkpoint.size]
    with store.snapshot() as session:
        plain = event_plain(session.get_one(EventRow, seq))
    steps = [[side, beside.hex()] for side, beside in merkle.proof(leaves, seq - 1)]
    shown: dict[str, object] = {
        "event": plain,
        "proof": steps,
        "checkpoint": checkpoint.plain(False),
    }
    if checkpoint.timestamp:
        shown["timestamp"] = checkpoint.timestamp
    return shown


def read_file(path: Path) -> tuple[Checkpoint, ...]:
    """Checkpoints kept in a file, one a line. Raises StoreError when it holds something else."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return tuple(Checkpoint(**json.loads(line)) for line in lines if line.strip())
    except (OSError, ValueError, TypeError) as error:
        raise StoreError(f"{path} holds no checkpoints.", "Name the file they are kept in.") from (
            error
        )


def send(checkpoint: Checkpoint) -> tuple[str, ...]:
    """Send a checkpoint to every place of `ECG_CHECKPOINT_TO` (separated by commas).

    Gives what went wrong, in words: a place out of reach must not stop the reading of ECGs.
    """
    failed = []
    line = canonical_json(checkpoint.plain())
    for place in filter(None, (one.strip() for one in os.environ.get(SENT_TO, "").split(","))):
        kind, _, rest = place.partition(":")
        try:
            _PLACES[kind](rest, line)
        except KeyError:
            failed.append(f"{SENT_TO} names no known kind of place: {kind}.")
        except (OSError, StoreError) as error:
            failed.append(f"The checkpoint did not reach {place}: {error}")
    return tuple(failed)


def _to_folder(folder: str, line: str) -> None:
    """A file that is only appended to, in a folder on another machine or a write-once share."""
    handle = os.open(Path(folder) / OWN, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(handle, "ab") as file:
        file.write(line.encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _to_syslog(facility: str, line: str) -> None:
    """A line of the system's log, which usually goes to another machine."""
    number = getattr(syslog, f"LOG_{(facility or 'user').upper()}", syslog.LOG_USER)
    syslog.openlog("ecg-triage", 0, number)
    syslog.syslog(syslog.LOG_NOTICE, f"checkpoint {line}")


_PLACES: dict[str, Callable[[str, str], None]] = {"folder": _to_folder, "syslog": _to_syslog}
"""Kinds of places that checkpoints are sent to. `folder:/path` and `syslog:` or `syslog:local0`."""


def hashes(store: Store) -> Sequence[str]:
    """The hash kept of every event, in order."""
    with store.snapshot() as session:
        query = select(EventRow.hash).order_by(EventRow.seq).execution_options(yield_per=10_000)
        return [str(one) for one in session.scalars(query)]


def _leaves(store: Store) -> Sequence[bytes]:
    return [merkle.leaf(one) for one in hashes(store)]


def signature_holds(checkpoint: Checkpoint, key: Ed25519PublicKey | None) -> bool:
    """Whether a checkpoint was signed by this key; any passes without one."""
    if key is None:
        return True
    try:
        key.verify(base64.b64decode(checkpoint.signature), checkpoint.signed_bytes())
    except (InvalidSignature, ValueError):
        return False
    return True
