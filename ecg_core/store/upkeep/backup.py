"""Back-up and restore: database, originals and the chain's witness in one archive.

The archive is a tar with a manifest of hashes. A restore goes into an empty place, compares every
byte with the manifest, and verifies the chain and all stored bytes before it says that it is done.
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
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url

from ecg_core.store.audit.canonical import sha256_bytes, utc_now
from ecg_core.store.cases.store import Store
from ecg_core.store.upkeep.database import REVISION
from ecg_core.store.upkeep.errors import StoreError, in_words

DATABASE, DUMP, MANIFEST, ANCHOR = "ecg-triage.db", "database.dump", "manifest.json", "chain.anchor"


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
        witness = data_dir / ANCHOR
        if url is None and witness.exists():
            shutil.copyfile(witness, scratch / ANCHOR)
        database = _dump(data_dir, url, scratch)
        events = store.verify().events
        store.close()
        blobs = sorted(path for path in (data_dir / "blobs").glob("??/*") if path.is_file())
        hashes: dict[str, str] = {}
        unfinished = target.with_name(f".{target.name}.unfinished")
        with tarfile.open(unfinished, "w") as archive:
            for path in [database, scratch / ANCHOR, *blobs]:
                if not path.exists():
                    continue
                inside = path.relative_to(scratch if scratch in path.parents else data_dir)
                hashes[inside.as_posix()] = sha256_bytes(path.read_bytes())
                archive.add(path, inside.as_posix(), recursive=False)
            manifest = {"made_utc": utc_now(), "revision": REVISION, "files": hashes}
            text = json.dumps(manifest, indent=1).encode()
            info = tarfile.TarInfo(MANIFEST)
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text))
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
        data_dir.mkdir(parents=True, exist_ok=True)
        try:
            with tarfile.open(archive) as tar:
                tar.extractall(data_dir, filter="data")
            manifest = json.loads((data_dir / MANIFEST).read_text())
            files: dict[str, str] = manifest["files"]
        except (tarfile.TarError, OSError, KeyError, ValueError) as error:
            raise StoreError(f"{archive} is no whole back-up: {error}.", "Use another.") from error
        for name, sha256 in files.items():
            path = data_dir / name
            if not path.is_file() or sha256_bytes(path.read_bytes()) != sha256:
                raise StoreError(f"The back-up is damaged: {name}.", "Use another back-up.")
        (data_dir / MANIFEST).unlink()
        if (data_dir / DUMP).exists():
            _load(data_dir / DUMP, url)
            (data_dir / DUMP).unlink()
        store = Store.open(data_dir, url)
        try:
            report = store.verify(blobs=True)
        finally:
            store.close()
        if not report.ok:
            raise StoreError(f"The restored data do not verify: {report.what}", "Use another.")
        return Saved(data_dir, len(files), report.events)


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
