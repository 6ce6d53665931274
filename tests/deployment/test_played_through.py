"""A service from its first start to a restore: two processes of the app by its unit, PostgreSQL,
nginx with TLS, a browser.

Run by `make test-deployment`, as root (the unit runs under an account of its own); it takes some
minutes. What is missing on a machine is named and skipped.
"""

from __future__ import annotations

import json
import os
import re
import signal
import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, PATIENCE_MS, set_up
from tests.deployment.deployed import (
    APP,
    OWNER,
    Deployment,
    one_worker,
    renamed,
    roles,
    sql,
    verified,
    wait_for,
)
from tests.deployment.unit import UID

psycopg = pytest.importorskip("psycopg", reason="the PostgreSQL driver psycopg is not installed")

pytestmark = pytest.mark.timeout(1200)
if os.environ.get("ECG_TEST_DEPLOYMENT") != "1":
    pytest.skip("it takes minutes: make test-deployment", allow_module_level=True)

HTML = {"Accept": "text/html"}


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
