"""A service that runs: two processes of the app by its unit, PostgreSQL, nginx with TLS."""

from __future__ import annotations

import json
import signal
import subprocess
import time
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.deployment import proxy
from tests.deployment.unit import ROOT, Unit
from tests.store.postgresql_server import Server

ROLES = ROOT / "deploy" / "postgresql-roles.sql"
OWNER, APP = "ecg_owner", "ecg_app"
SECRETS = {OWNER: "owner of the tables", APP: "works with them"}


@dataclass
class Deployment:
    """What runs: database, two instances of the unit, and proxy. servers: of each, its process."""

    folder: Path
    database: Server
    database_port: int
    units: tuple[Unit, Unit]
    front: proxy.Proxy
    servers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def unit(self) -> Unit:
        """Either: they see the same machine."""
        return self.units[0]

    def url(self, role: str, name: str = "ecg") -> str:
        """The database as one of its roles reaches it: over TCP, by password."""
        password = SECRETS[role].replace(" ", "%20")
        return f"postgresql://{role}:{password}@127.0.0.1:{self.database_port}/{name}"

    @property
    def log(self) -> str:
        """What the unit printed."""
        return (self.folder / "journal").read_text(errors="replace")

    def start(self) -> None:
        """Start both instances at once."""
        self.servers = [one.start(self.folder / "journal") for one in self.units]
        for number in range(len(self.units)):
            wait_for(self, number)

    def end(self, how: signal.Signals, number: int) -> None:
        """End one instance."""
        self.servers[number].send_signal(how)
        self.servers[number].wait(60)

    def restart(self, how: signal.Signals) -> None:
        """End both instances and start them again."""
        for number in range(len(self.units)):
            self.end(how, number)
        self.start()

    def workers(self) -> dict[int, int]:
        """How many workers each instance that runs keeps, by its number."""
        running = [(k, one) for k, one in enumerate(self.servers) if one.poll() is None]
        found = dict.fromkeys((k for k, _ in running), 0)
        for k, one in running:
            for child in psutil.Process(one.pid).children():
                # Readers of files come and go.
                with suppress(psutil.NoSuchProcess):
                    found[k] += "worker" in child.cmdline()
        return found


def wait_for(deployment: Deployment, number: int, patience_s: float = 180.0) -> None:
    end = time.monotonic() + patience_s
    health = f"http://127.0.0.1:{deployment.units[number].port}/_stcore/health"
    while time.monotonic() < end and deployment.servers[number].poll() is None:
        try:
            urllib.request.urlopen(health, timeout=2).close()
        except OSError:
            time.sleep(0.3)
        else:
            return
    raise TimeoutError(f"the unit does not answer: {deployment.log[-2000:]}")


def sql(server: Server, port: int, name: str, *arguments: str) -> None:
    """psql as the superuser."""
    where = ["-h", str(server.folder), "-p", str(port), "-U", "postgres", "-d", name]
    done = subprocess.run(
        ["psql", "-v", "ON_ERROR_STOP=1", "-q", *where, *arguments], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def roles(server: Server, port: int, name: str) -> None:
    """deploy/postgresql-roles.sql on a database."""
    sql(server, port, name, "-f", str(ROLES))


def renamed(demo: str, name: str) -> dict[str, bytes]:
    """The files of a demonstration under another name: as they are, they leave no trace."""
    files = {kind: (ROOT / f"assets/demo/{demo}.{kind}").read_bytes() for kind in ("hea", "dat")}
    return {
        f"{name}.{kind}": data.replace(demo.encode(), name.encode()) for kind, data in files.items()
    }


def one_worker(deployment: Deployment, patience_s: float = 120.0) -> int:
    """Wait until one instance keeps a worker; gives how many there are a while later."""
    end = time.monotonic() + patience_s
    while time.monotonic() < end and not sum(deployment.workers().values()):
        time.sleep(0.3)
    time.sleep(12)
    return sum(deployment.workers().values())


def verified(deployment: Deployment) -> int:
    """How many events `audit verify` finds in order, as the program's role."""
    done = deployment.unit.program("audit", "verify", "--data-dir", "/var/lib/ecg-triage")
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert report["ok"]
    return int(report["events"])
