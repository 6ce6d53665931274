"""A throw-away PostgreSQL server, where its programs are installed."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Server:
    """A throw-away server: its programs, folder, and the account that it runs under."""

    programs: Path
    folder: Path
    account: str

    def run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self.programs / program, *arguments],
            check=True,
            cwd=self.folder,
            user=self.account if os.geteuid() == 0 else None,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=60,
        )

    def start(self) -> None:
        options = f"-k {self.folder} -c listen_addresses='' -c fsync=off"
        self.run("pg_ctl", "-D", "data", "-w", "-l", "log", "-o", options, "start")

    def stop(self) -> None:
        self.run("pg_ctl", "-D", "data", "-w", "-m", "immediate", "stop")

    @property
    def url(self) -> str:
        return self.database("postgres")

    def database(self, name: str, role: str = "ecg") -> str:
        """The URL of one of its databases."""
        return f"postgresql://{role}@/{name}?host={self.folder}"


def programs() -> Path:
    """Where initdb lies; skips the test when there is none."""
    on_path = shutil.which("initdb")
    found = [Path(on_path).resolve()] if on_path else []
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("no PostgreSQL server is installed")
    return found[0].parent


def account() -> str:
    """Whom the server runs under: it refuses root."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid()).pw_name
    names = {entry.pw_name for entry in pwd.getpwall()}
    known = [name for name in ("postgres", "nobody") if name in names]
    if not known:
        pytest.skip("PostgreSQL refuses to run as root and there is no other account")
    return known[0]
