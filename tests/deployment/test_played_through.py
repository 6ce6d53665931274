"""A service from its first start to a restore: two processes of the app by its unit, PostgreSQL,
nginx with TLS, a browser.

Run by `make test-deployment`, as root (the unit runs under an account of its own); it takes some
minutes. What is missing on a machine is named and skipped.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.browser.conftest import CHROMIUM, FLAGS, PASSWORD, PATIENCE_MS, set_up
from tests.deployment import proxy
from tests.deployment.unit import ROOT, UID, Unit
from tests.store.postgresql_server import Server, account, programs

psycopg = pytest.importorskip("psycopg", reason="the PostgreSQL driver psycopg is not installed")

pytestmark = pytest.mark.timeout(1200)
if os.environ.get("ECG_TEST_DEPLOYMENT") != "1":
    pytest.skip("it takes minutes: make test-deployment", allow_module_level=True)

ROLES = ROOT / "deploy" / "postgresql-roles.sql"
OWNER, APP = "ecg_owner", "ecg_app"
SECRETS = {OWNER: "owner of the tables", APP: "works with them"}
HTML = {"Accept": "text/html"}


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


def renamed(demo: str, name: str) -> dict[str, bytes]:
    """The files of a demonstration under another name: as they are, they leave no trace."""
    files = {kind: (ROOT / f"assets/demo/{demo}.{kind}").read_bytes() for kind in ("hea", "dat")}
    return {
        f"{name}.{kind}": data.replace(demo.encode(), name.encode()) for kind, data in files.items()
    }


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


def test_the_unit_can_write_its_state_and_nothing_else(deployment: Deployment) -> None:
    places = ("/", "/etc", "/usr", "/root", "/home", "/opt/ecg-triage", "/var/lib")
    script = "; ".join(f"touch {place}/x 2>/dev/null && echo {place}" for place in places)
    written = deployment.unit.run("sh", "-c", f"{script}; touch /var/lib/ecg-triage/x && echo own")
    assert written.stdout.split() == ["own"]
    (deployment.unit.state / "x").unlink()
    told = deployment.unit.run("sh", "-c", "id -u; id -G; grep -h NoNewPrivs /proc/self/status")
    assert told.stdout.split() == [str(UID), str(UID), "NoNewPrivs:", "1"]


def test_what_the_unit_wrote_is_readable_by_its_account_alone(deployment: Deployment) -> None:
    state = deployment.unit.state
    found = [(path, path.stat()) for path in (state, *state.rglob("*"))]
    assert len(found) > 1
    assert [path for path, told in found if told.st_uid != UID or told.st_mode & 0o077] == []


def test_tls_headers_and_the_locked_door(deployment: Deployment) -> None:
    status, told, _ = deployment.front.ask("/worklist", headers=HTML)
    assert (status, told["location"]) == (303, "/account/sign-in?next=/worklist")
    assert told["strict-transport-security"].startswith("max-age=")
    for path in ("/_stcore/host-config", "/media/0123.png", "/_stcore/upload_file/a/b"):
        assert deployment.front.ask(path)[0] == 401
    status, _, _ = deployment.front.ask("/", headers={"Host": "other.example"})
    assert status == 421
    given = {"name": "nobody", "password": "x"}
    foreign = {"Origin": "https://evil.example"}
    assert deployment.front.ask("/account/sign-in", given, foreign)[0] == 403


def test_from_the_first_link_to_a_decision(deployment: Deployment, page: Page) -> None:
    # Of two processes that started at once one printed it: another would have voided it.
    (link,) = re.findall(r"https://\S+/account/set-up\?token=\S+", deployment.log)
    assert link.startswith(deployment.front.address)
    set_up(page, link, "Dr Ada")
    (cookie,) = [one for one in page.context.cookies() if one["name"] == "ecg_sign_in"]
    assert (cookie["secure"], cookie["httpOnly"]) == (True, True)
    record = [
        {"name": name, "mimeType": "application/octet-stream", "buffer": data}
        for name, data in renamed("normal", "first").items()
    ]
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(record)  # type: ignore[arg-type]
    expect(page.locator(".sheet > svg").first).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("button", name=re.compile("^Agree: ")).click()
    expect(page.get_by_text(re.compile(r"[Ss]aved: ")).first).to_be_visible(timeout=PATIENCE_MS)
    # Nobody at the database can change what was decided.
    with psycopg.connect(deployment.url(APP)) as raw:
        assert raw.execute("SELECT count(*) FROM readings").fetchone() == (1,)


@pytest.mark.parametrize(
    "command",
    [
        "UPDATE readings SET note = 'x'",
        "DELETE FROM events",
        "TRUNCATE events CASCADE",
        "ALTER TABLE events DISABLE TRIGGER ALL",
        "ALTER TABLE readings ADD COLUMN x text",
        "DROP TRIGGER events_only_grows ON events",
        "CREATE OR REPLACE FUNCTION ecg_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RETURN NEW; END $$",
        "SET session_replication_role = replica",
        "CREATE TABLE mine (x int)",
        "UPDATE chain_head SET seq = 1",
        "UPDATE alembic_version SET version_num = '0001'",
    ],
)
def test_the_programs_role_is_refused(deployment: Deployment, command: str) -> None:
    with (
        psycopg.connect(deployment.url(APP)) as raw,
        pytest.raises(psycopg.Error),
    ):
        raw.execute(command)


def test_each_session_has_its_process_and_tries_to_sign_in_have_one(
    deployment: Deployment, page: Page
) -> None:
    (signed_in,) = [one for one in page.context.cookies() if one["name"] == "ecg_sign_in"]
    for number in range(40):
        jar = {"Cookie": f"ecg_sign_in=browser{number % 20}"}
        deployment.front.ask("/worklist", headers=jar)
        deployment.front.ask("/account/sign-in", headers=jar)
    at, counted = dict[str, set[str]](), set[str]()
    for path, cookie, process in deployment.front.came_to():
        if path.startswith("/account/"):
            counted.add(process)
        # Who has no cookie yet has no session either, and may come to any.
        elif cookie != "-":
            at.setdefault(cookie, set()).add(process)
    # The upload and the websocket of the browser above came to the same one.
    assert signed_in["value"] in at
    assert {len(found) for found in at.values()} == {1}
    assert len(set.union(*at.values())) == 2
    assert len(counted) == 1


def test_a_kill_loses_no_decision_and_nobodys_sign_in(deployment: Deployment, page: Page) -> None:
    before = verified(deployment)
    deployment.restart(signal.SIGKILL)
    assert verified(deployment) == before
    page.goto(f"{deployment.front.address}/worklist")
    expect(page.get_by_role("button", name="Dr Ada")).to_be_visible(timeout=PATIENCE_MS)


def test_one_process_that_ends_is_stood_in_for(deployment: Deployment, page: Page) -> None:
    """Whichever it is: where tries to sign in come, or the session, or the one with the worker."""
    for number in (0, 1):
        deployment.end(signal.SIGKILL, number)
        page.goto(f"{deployment.front.address}/worklist")
        expect(page.get_by_role("button", name="Dr Ada")).to_be_visible(timeout=PATIENCE_MS)
        assert deployment.front.ask("/account/sign-in", headers=HTML)[0] == 200
        deployment.servers[number] = deployment.units[number].start(deployment.folder / "journal")
        wait_for(deployment, number)
    page.goto(f"{deployment.front.address}/worklist")
    expect(page.get_by_role("button", name="Dr Ada")).to_be_visible(timeout=PATIENCE_MS)


def test_an_ecg_from_the_worker_of_the_unit(deployment: Deployment) -> None:
    inbox = deployment.unit.state / "inbox"
    (inbox / "ward").mkdir(parents=True)
    for path in (inbox, inbox / "ward"):
        os.chown(path, UID, UID)
    deployment.unit.variables["ECG_INBOX"] = "/var/lib/ecg-triage/inbox"
    deployment.restart(signal.SIGTERM)
    assert one_worker(deployment) == 1
    for name, data in renamed("hypertrophy", "second").items():
        (inbox / "ward" / name).write_bytes(data)
        os.chown(inbox / "ward" / name, UID, UID)
    end = time.monotonic() + 400
    found = 0
    with psycopg.connect(deployment.url(APP), autocommit=True) as raw:
        while time.monotonic() < end and not found:
            time.sleep(2)
            row = raw.execute("SELECT count(*) FROM case_states WHERE list_name = 'Inbox: ward'")
            found = row.fetchone()[0]
    assert found == 1, deployment.log[-2000:]
    # The worker of the one that ends goes with it, and the other starts one.
    (having,) = [number for number, workers in deployment.workers().items() if workers]
    deployment.end(signal.SIGKILL, having)
    assert one_worker(deployment) == 1
    deployment.servers[having] = deployment.units[having].start(deployment.folder / "journal")
    wait_for(deployment, having)
    assert one_worker(deployment) == 1


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


def test_back_up_restore_and_verify_elsewhere(deployment: Deployment) -> None:
    events = verified(deployment)
    saved = deployment.unit.program("backup", "/var/lib/ecg-triage/backup.tar")
    assert saved.returncode == 0, saved.stdout + saved.stderr
    archive = deployment.unit.state / "backup.tar"
    assert archive.stat().st_mode & 0o777 == 0o600
    # An empty database elsewhere, restored by the owner of its tables, then used as the program.
    sql(deployment.database, deployment.database_port, "postgres", "-c", "CREATE DATABASE again")
    roles(deployment.database, deployment.database_port, "again")
    place = "/var/lib/ecg-triage/again"
    restored = deployment.unit.program(
        "restore",
        "/var/lib/ecg-triage/backup.tar",
        "--data-dir",
        place,
        ECG_DATABASE_URL=deployment.url(OWNER, "again"),
    )
    assert restored.returncode == 0, restored.stdout + restored.stderr
    roles(deployment.database, deployment.database_port, "again")
    again = deployment.unit.program(
        "audit", "verify", "--data-dir", place, ECG_DATABASE_URL=deployment.url(APP, "again")
    )
    assert again.returncode == 0, again.stdout + again.stderr
    assert json.loads(again.stdout)["events"] == events
    with psycopg.connect(deployment.url(APP, "again")) as raw:
        assert raw.execute("SELECT count(*) FROM readings").fetchone() == (1,)
        with pytest.raises(psycopg.Error):
            raw.execute("DELETE FROM events")


def test_signing_in_anew_by_the_form(deployment: Deployment) -> None:
    wrong = deployment.front.ask("/account/sign-in", {"name": "Dr Ada", "password": "wrong"})
    assert wrong[0] == 401
    right = deployment.front.ask("/account/sign-in", {"name": "Dr Ada", "password": PASSWORD})
    assert (right[0], right[1]["location"]) == (303, "/")
    cookie = right[1]["set-cookie"]
    assert "Secure" in cookie and "HttpOnly" in cookie and "SameSite=lax" in cookie
    jar = {"Cookie": cookie.split(";")[0]}
    assert deployment.front.ask("/_stcore/host-config", headers=jar)[0] == 200
    # Tries are counted by the address that the proxy tells, not by one that a client invents.
    tries = [
        deployment.front.ask(
            "/account/sign-in",
            {"name": f"nobody {k}", "password": "x"},
            # Another cookie each time would bring the next try to another process.
            {"X-Forwarded-For": f"10.0.0.{k}", "Cookie": f"ecg_sign_in={k}"},
        )[0]
        for k in range(25)
    ]
    assert tries.count(429) >= 5
