"""Checkpoints stamped by an authority outside (RFC 3161), checked by the program and by openssl."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ecg_core.cli import main
from ecg_core.store.audit import checkpoints, timestamps
from ecg_core.store.audit.canonical import utc_text
from ecg_core.store.audit.checkpoints import Checkpoint
from ecg_core.store.cases.store import Store, StoreError
from tests.store.audit.time_authority import Authority, authority

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="needs openssl")


@pytest.fixture(scope="module")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with authority(tmp_path_factory.mktemp("tsa") / "keys") as made:
        yield made


@pytest.fixture(autouse=True)
def _asked(tsa: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    tsa.again = None
    tsa.queries.clear()
    monkeypatch.setenv(timestamps.URL, tsa.url)
    monkeypatch.setenv(timestamps.CERTIFICATES, str(tsa.certificates))


def signed(size: int, at: datetime | None = None) -> Checkpoint:
    """A checkpoint of so many events, whatever they were."""
    bare = Checkpoint("here", size, "ab" * 32, utc_text(at or datetime.now(UTC)))
    return checkpoints.signed(bare, KEY)


def test_openssl_finds_the_stamp_of_a_checkpoint_in_order(tsa: Authority) -> None:
    made, failed = checkpoints.stamped(signed(5))
    assert failed == ()
    answer = base64.b64decode(made.timestamp)
    # The statement is the checkpoint with its signature, as canonical JSON.
    statement = json.dumps(
        {
            name: getattr(made, name)
            for name in ("created_utc", "origin", "root", "signature", "size")
        },
        separators=(",", ":"),
    ).encode()
    assert tsa.verifies(statement, answer)
    assert not tsa.verifies(statement + b" ", answer)
    # Nothing but the hash was sent.
    (query,) = tsa.queries
    assert hashlib.sha256(statement).digest() in query and b"here" not in query
    at = timestamps.check(statement, made.timestamp, timestamps.trusted())
    assert abs(at - datetime.now(UTC)) < timedelta(minutes=1)


def test_stamps_that_are_of_something_else_damaged_late_or_of_others_are_told(
    tsa: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusted = timestamps.trusted()
    made, _ = checkpoints.stamped(signed(5))
    assert checkpoints.wrong_stamps([made, signed(6)], trusted) == ()
    moved = replace(signed(7), timestamp=made.timestamp)
    late, _ = checkpoints.stamped(signed(8, datetime.now(UTC) - timedelta(days=3)))
    broken = bytearray(base64.b64decode(made.timestamp))
    broken[-20] ^= 1
    nonsense = replace(made, timestamp="bm8gc3RhbXA=")
    told = checkpoints.wrong_stamps([moved, late, nonsense], trusted)
    assert [words.split(". ")[-1] for words in told] == [
        "The time stamp is of something else.",
        f"The time stamp of the checkpoint of 8 events is of {datetime.now(UTC):%Y-%m-%d}, the "
        f"checkpoint of {late.created_utc[:10]}.",
        "This is no time stamp.",
    ]
    # One bit of the signature: seen with the certificates, not without.
    forged = replace(made, timestamp=base64.b64encode(broken).decode())
    assert checkpoints.wrong_stamps([forged], ()) == ()
    assert "not signed by the authority" in checkpoints.wrong_stamps([forged], trusted)[0]
    with authority(tmp_path / "other") as other:
        monkeypatch.setenv(timestamps.URL, other.url)
        monkeypatch.delenv(timestamps.CERTIFICATES)
        elsewhere, _ = checkpoints.stamped(signed(5))
    assert "not signed by the authority" in checkpoints.wrong_stamps([elsewhere], trusted)[0]


def test_an_answer_to_another_request_or_none_costs_the_stamp_alone(
    tsa: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = signed(5)
    timestamps.ask(first.statement())
    tsa.again = (tsa.folder / "reply").read_bytes()
    # The same bytes, asked for a second time: the number of the request is another.
    with pytest.raises(StoreError, match="answered another request"):
        timestamps.ask(first.statement())
    bare, failed = checkpoints.stamped(signed(6))
    assert bare.timestamp == "" and "is of something else" in failed[0]
    tsa.again = b"<html>Log in first</html>"
    assert "is no time stamp" in checkpoints.stamped(first)[1][0]
    for url, told in (
        ("http://127.0.0.1:9/", "did not answer"),
        ("file:///etc/passwd", "of the web"),
    ):
        monkeypatch.setenv(timestamps.URL, url)
        assert told in checkpoints.stamped(first)[1][0]
    monkeypatch.setenv(timestamps.URL, "")
    assert checkpoints.stamped(first) == (first, ())


def test_the_app_keeps_and_sends_stamped_checkpoints_and_verify_checks_them(
    store: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = store.data_dir
    monkeypatch.setenv(checkpoints.KEY, base64.b64encode(KEY.private_bytes_raw()).decode())
    monkeypatch.setenv(checkpoints.SENT_TO, f"folder:{tmp_path}")
    store.record_failure("an event")
    assert checkpoints.keep_up(store, folder) == ()
    assert checkpoints.compare_own(store) == ()
    kept = tmp_path / checkpoints.OWN
    (made,) = checkpoints.read_file(kept)
    assert made.timestamp and checkpoints.read_file(folder / checkpoints.OWN) == (made,)
    shown = checkpoints.proof_of(store, made.size, made)
    assert shown["timestamp"] == made.timestamp
    assert "timestamp" not in shown["checkpoint"]  # type: ignore[operator]
    store.close()

    def verify() -> tuple[int, dict[str, object]]:
        command = ["audit", "verify", "--data-dir", str(folder), "--checkpoints", str(kept)]
        code = main(command)
        return code, json.loads(capsys.readouterr().out.splitlines()[-1])

    code, told = verify()
    assert (code, told["ok"], told["stamped"]) == (0, True, 1)
    assert timestamps.CERTIFICATES not in str(told["not_covered"])
    monkeypatch.delenv(timestamps.CERTIFICATES)
    assert timestamps.CERTIFICATES in str(verify()[1]["not_covered"])
    # A chain rewritten and signed anew with the stolen key, as if that had been long ago.
    old = utc_text(datetime.now(UTC) - timedelta(days=30))
    bare = checkpoints.signed(replace(made, created_utc=old, signature="", timestamp=""), KEY)
    forged, _ = checkpoints.stamped(bare)
    kept.write_text(json.dumps(forged.plain()) + "\n")
    code, told = verify()
    assert code == 3 and "is of" in str(told["what"])
    kept.write_text(json.dumps(made.plain()) + "\n")
    monkeypatch.setenv(timestamps.CERTIFICATES, str(tmp_path / "nowhere.pem"))
    assert main(["audit", "verify", "--data-dir", str(folder), "--checkpoints", str(kept)]) == 3
