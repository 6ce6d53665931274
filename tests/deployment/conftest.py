"""What the tests of a service that runs share: it is started once, and they follow one another."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import CHROMIUM, FLAGS, PATIENCE_MS
from tests.deployment import proxy
from tests.deployment.deployed import APP, OWNER, SECRETS, Deployment, roles, sql
from tests.deployment.unit import Unit
from tests.store.postgresql_server import Server, account, programs


def needed() -> None:
    """Skip, with the reason, where something is missing."""
    if os.geteuid() != 0:
        pytest.skip("only root can start the unit under an account of its own")
    for program in ("nginx", "unshare", "setpriv", "pg_dump", "pg_restore", "psql"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    if not CHROMIUM.exists():
        pytest.skip(f"no browser at {CHROMIUM} (ECG_CHROMIUM names another)")
    tried = subprocess.run(["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"])
    if tried.returncode:
        pytest.skip("this machine lets nobody mount anything: no read-only file system")


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    needed()
    made = Path(tempfile.mkdtemp(prefix="ecgdep"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def database(folder: Path) -> Iterator[tuple[Server, int]]:
    """PostgreSQL with passwords, on a port of this machine."""
    data = folder / "pg"
    data.mkdir()
    made, port = Server(programs(), data, account()), proxy.free_port()
    shutil.chown(data, made.account)
    made.run("initdb", "-D", "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
    for connection, method in (("local", "trust"), ("host", "scram-sha-256")):
        rule = "local all all" if connection == "local" else "host all all 127.0.0.1/32"
        mode = "w" if connection == "local" else "a"
        with (data / "data/pg_hba.conf").open(mode) as file:
            file.write(f"{rule} {method}\n")
    options = f"-k {data} -c listen_addresses=127.0.0.1 -c port={port}"
    made.run("pg_ctl", "-D", "data", "-w", "-l", "log", "-o", options, "start")
    yield made, port
    made.stop()


@pytest.fixture(scope="module")
def deployment(folder: Path, database: tuple[Server, int]) -> Iterator[Deployment]:
    """Everything by the words of docs/DEPLOY.md and of the file of roles."""
    server, port = database
    sql(server, port, "postgres", "-c", "CREATE DATABASE ecg")
    roles(server, port, "ecg")
    for role, secret in SECRETS.items():
        sql(server, port, "ecg", "-c", f"ALTER ROLE {role} PASSWORD '{secret}'")
    variables = {
        "ECG_HOSTS": proxy.NAME,
        "ECG_PROXY": "1",
        "ECG_SCORING_PRIORITY": "normal",
    }
    units = (
        Unit(folder / "state", proxy.free_port(), variables),
        Unit(folder / "state", proxy.free_port(), variables),
    )
    front = proxy.start(folder, [one.port for one in units])
    variables["ECG_PUBLIC_URL"] = front.address
    made = Deployment(folder, server, port, units, front)
    unit = made.unit
    # Tables by their owner; then what the program may do with them.
    tables = unit.program("serve-check", ECG_DATABASE_URL=made.url(OWNER))
    assert tables.returncode == 0, tables.stdout + tables.stderr
    roles(server, port, "ecg")
    variables["ECG_DATABASE_URL"] = made.url(APP)
    checked = unit.check()
    assert checked.returncode == 0, checked.stdout + checked.stderr
    try:
        made.start()
        yield made
    finally:
        for process in (*made.servers, front.process):
            process.terminate()
        for process in (*made.servers, front.process):
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()


@pytest.fixture(scope="module")
def page(deployment: Deployment) -> Iterator[Page]:
    """A browser that knows the proxy by its name."""
    with sync_playwright() as play:
        rules = f"--host-resolver-rules=MAP {proxy.NAME} 127.0.0.1"
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=[*FLAGS, rules])
        # The certificate is checked by `Proxy.ask`; this browser's store does not know it.
        context = browser.new_context(
            ignore_https_errors=True, viewport={"width": 1440, "height": 900}
        )
        opened = context.new_page()
        opened.set_default_timeout(PATIENCE_MS)
        yield opened
        browser.close()
