"""Back-up and restore: database, originals, labelled sets and the chain's witness in one archive.

The archive is a tar with a manifest of hashes. A restore goes into an empty place, takes nothing
that the manifest does not name, compares every byte with it, and verifies the chain and all stored
bytes before it says that it is done.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sqlalchemy import make_url

from ecg_core.store.audit.canonical import sha256_bytes, utc_now
from ecg_core.store.cases.store import Store, anchor_path
from ecg_core.store.upkeep.database import REVISION
from ecg_core.store.upkeep.errors import StoreError, in_words
from ecg_core.store.upkeep.files import keep_private

DATABASE, DUMP, MANIFEST, ANCHOR = "ecg-triage.db", "database.dump", "manifest.json", "chain.anchor"
SETS, BESIDE = "labelled", ("error_tags.jsonl", "checkpoints.jsonl")
"""Beside the store: the folder of labelled sets, and files that are only appended to."""
_WITHIN = ("blobs", SETS)
_SINGLE = (DATABASE, DUMP, ANCHOR, *BESIDE)


@dataclass(frozen=True)
class Saved:
    """What a back-up or a restore moved."""

    path: Path
    files: int
    events: int


def backup(data_dir: Path, url: str | None, target: Path) -> Saved:
    """Write everything to one tar; the program may go on working meanwhile. Raises StoreError."""
    with in_words(), tempfile.TemporaryDirectory(dir=target.parent) as name:
        store = Store.open(data_dir, url)
        scratch = Path(name)
        # The witness first, then the database, then bytes: each may only be ahead of the former.
        witness = anchor_path(data_dir, url)
        if witness.exists():
            shutil.copyfile(witness, scratch / ANCHOR)
        database = _dump(data_dir, url, scratch)
        events = store.verify().events
        store.close()
        blobs = sorted(path for path in (data_dir / "blobs").glob("??/*") if path.is_file())
        beside = [*_of_sets(data_dir), *(data_dir / name for name in BESIDE)]
        hashes: dict[str, str] = {}
        unfinished = target.with_name(f".{target.name}.unfinished")
        with tarfile.open(unfinished, "w") as archive:
            for path in [database, scratch / ANCHOR, *blobs, *beside]:
                if not path.exists():
                    continue
                inside = path.relative_to(scratch if scratch in path.parents else data_dir)
                # Some of them grow meanwhile: what was hashed is what is written.
                data = path.read_bytes()
                hashes[inside.as_posix()] = sha256_bytes(data)
                _write(archive, inside.as_posix(), data)
            manifest = {"made_utc": utc_now(), "revision": REVISION, "files": hashes}
            _write(archive, MANIFEST, json.dumps(manifest, indent=1).encode())
        os.chmod(unfinished, 0o600)
        os.replace(unfinished, target)
        return Saved(target, len(hashes), events)


def restore(archive: Path, data_dir: Path, url: str | None) -> Saved:
    """Bring a back-up back into an empty place, and verify it. Raises StoreError."""
    if data_dir.exists() and any(data_dir.iterdir()):
        raise StoreError(
            f"{data_dir} is not empty.", "Restore into an empty directory, then point to it."
        )
    with in_words():
        keep_private(data_dir)
        try:
            with tarfile.open(archive) as tar:
                files = _manifest(tar)
                _refuse_extras(tar, files)
                tar.extractall(data_dir, filter="data")
        except (tarfile.TarError, OSError, KeyError, TypeError, ValueError) as error:
            raise StoreError(f"{archive} is no whole back-up: {error}.", "Use another.") from error
        for name, sha256 in files.items():
            path = data_dir / name
            if not path.is_file() or sha256_bytes(path.read_bytes()) != sha256:
                raise StoreError(f"The back-up is damaged: {name}.", "Use another back-up.")
        (data_dir / MANIFEST).unlink()
        if (data_dir / DUMP).exists():
            _load(data_dir / DUMP, url)
            (data_dir / DUMP).unlink()
        if (data_dir / ANCHOR).exists():
            (data_dir / ANCHOR).replace(anchor_path(data_dir, url))
        store = Store.open(data_dir, url)
        try:
            report = store.verify(blobs=True)
        finally:
            store.close()
        if not report.ok:
            raise StoreError(f"The restored data do not verify: {report.what}", "Use another.")
        return Saved(data_dir, len(files), report.events)


def _of_sets(data_dir: Path) -> Iterator[Path]:
    """Files of all whole labelled sets; of one that is made or removed just now, none."""
    for whole in sorted((data_dir / SETS).glob("*/set.json")):
        yield from sorted(
            path
            for path in whole.parent.rglob("*")
            if path.is_file() and path.suffix not in (".partial", ".lock")
        )


def _write(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = len(data), 0o600, int(time.time())
    archive.addfile(info, io.BytesIO(data))


def _manifest(archive: tarfile.TarFile) -> dict[str, str]:
    """The hashes that a back-up says its files have. Raises KeyError, ValueError."""
    member = next((one for one in archive.getmembers() if _inside(one) == MANIFEST), None)
    file = None if member is None else archive.extractfile(member)
    if file is None:
        raise ValueError("it holds no manifest")
    files: dict[str, str] = json.loads(file.read())["files"]
    return files


def _refuse_extras(archive: tarfile.TarFile, files: Mapping[str, str]) -> None:
    """Raises StoreError for what no back-up holds, such as a key that somebody else knows."""
    for member in archive.getmembers():
        name = _inside(member)
        if member.isdir() or name == MANIFEST:
            continue
        parts = PurePosixPath(name).parts
        # A manifest is as easily written as the rest: ".." leads to the keys beside the blobs.
        known = name in _SINGLE or (parts[0] in _WITHIN and ".." not in parts)
        if not member.isreg() or not known or name not in files:
            raise StoreError(
                f"The back-up holds something that does not belong in it: {name}.",
                "Use another back-up.",
            )


def _inside(member: tarfile.TarInfo) -> str:
    return PurePosixPath(member.name).as_posix()


def _dump(data_dir: Path, url: str | None, scratch: Path) -> Path:
    """A consistent copy of the database while others write."""
    if url is None or make_url(url).get_backend_name() == "sqlite":
        source = data_dir / DATABASE if url is None else Path(str(make_url(url).database))
        target = scratch / DATABASE
        with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
            old.backup(new)
        return target
    target = scratch / DUMP
    _run(url, "pg_dump", "--format=custom", f"--file={target}")
    return target


def _load(dump: Path, url: str | None) -> None:
    if url is None:
        raise StoreError(
            "This back-up is of a PostgreSQL database.", "Set ECG_DATABASE_URL to an empty one."
        )
    _run(url, "pg_restore", "--no-owner", "--exit-on-error", str(dump))


def _run(url: str, program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's own programs on the database of a URL. Raises StoreError."""
    found = shutil.which(program)
    if found is None:
        raise StoreError(f"{program} is not installed.", "Install PostgreSQL's client programs.")
    target = make_url(url)
    # Not as an argument: everybody on the machine can read those.
    environment = {**os.environ, "PGPASSWORD": target.password} if target.password else None
    plain = target._replace(drivername="postgresql", password=None).render_as_string(
        hide_password=False
    )
    command = [found, f"--dbname={plain}", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode:
        raise StoreError(f"{program} failed: {done.stderr.strip()[-300:]}", "See its message.")
