"""Two processes of the app on one data directory, started at once, as behind a proxy."""

from __future__ import annotations

import http.client
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest

from benchmarks.service.sessions import Session, healthy
from ecg_core.store.cases.store import Store
from ecg_core.store.people.accounts import Accounts
from ecg_core.store.people.roles import Role

# Two start at once, on a machine that tests beside them.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

ROOT = Path(__file__).parents[2]
NAME, PASSWORD = "Dr Ada", "correct horse battery"


@dataclass(frozen=True)
class App:
    """One process: where it answers, and what it prints."""

    port: int
    log: Path

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(
        self,
        method: str,
        path: str,
        cookie: str = "",
        form: Mapping[str, str] | None = None,
    ) -> tuple[int, str, str]:
        """Status of an answer, the cookie that it sets ("" for none), and its text."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)) as asking:
            kind = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
            sent = {"Origin": self.address, "Cookie": cookie, **kind}
            asking.request(method, path, urlencode(form) if form else None, sent)
            answer = asking.getresponse()
            text = answer.read().decode("utf-8", "replace")
            return answer.status, (answer.getheader("set-cookie") or "").split(";")[0], text

    def knows(self, cookie: str) -> bool:
        """Whether this browser is signed in here."""
        return self.ask("GET", "/_stcore/host-config", cookie)[0] == 200


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("two")


@pytest.fixture(scope="module")
def apps(folder: Path) -> Iterator[list[App]]:
    environment = {**os.environ, "ECG_DATA_DIR": str(folder / "data"), "ECG_DATABASE_URL": ""}
    environment |= {"ECG_WORKER": "elsewhere", "ECG_COOKIE_KEY": ""}
    found = [App(free_port(), folder / f"log{k}") for k in range(2)]
    running = []
    try:
        for one in found:
            command = [sys.executable, "-m", "streamlit", "run", "app.py"]
            command.append(f"--server.port={one.port}")
            with one.log.open("wb") as log:
                running.append(
                    subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
                )
        for one in found:
            healthy(one.address, 300)
        yield found
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(30)


@pytest.fixture(scope="module")
def ada(apps: list[App]) -> str:
    """The cookie of the first person, set up by the link that one of the two printed."""
    links = [found for one in apps for found in re.findall(r"/account/\S+", one.log.read_text())]
    # A second link would have voided the first.
    assert len(links) == 1
    assert [one.ask("GET", links[0])[0] for one in apps] == [200, 200]
    form = {"name": NAME, "password": PASSWORD, "again": PASSWORD}
    status, cookie, _ = apps[1].ask("POST", links[0], form=form)
    assert (status, bool(cookie)) == (303, True)
    assert apps[0].ask("GET", links[0])[0] == 410
    return cookie


@pytest.fixture
def people(folder: Path, ada: str) -> Iterator[Accounts]:
    """The accounts, as a third process at the same data directory has them."""
    with closing(Store.open(folder / "data")) as store:
        yield Accounts(store)


@pytest.fixture
def ben(apps: list[App], people: Accounts, request: pytest.FixtureRequest) -> tuple[str, str]:
    """Account and cookie of a reader who signed in at the first process."""
    by, name = people.named(NAME).actor, f"ben {request.node.name}"
    people.use_link(people.add(by, name, name, frozenset({Role.READER})), PASSWORD)
    status, cookie, _ = apps[0].ask("POST", "/account/sign-in", form=signs_in(name))
    assert status == 303
    return people.named(name).id, cookie


def signs_in(name: str, password: str = PASSWORD) -> dict[str, str]:
    return {"name": name, "password": password}


def test_a_worker_that_is_elsewhere_is_nobodys_turn_here(apps: list[App], folder: Path) -> None:
    # A process that may not keep it would else stand in the way of one that does.
    assert (folder / "data" / "first.lock").exists()
    assert not (folder / "data" / "worker.lock").exists()


def test_who_signed_in_at_one_is_signed_in_at_both(apps: list[App], ada: str) -> None:
    assert [one.knows(ada) for one in apps] == [True, True]
    assert [one.knows(ada + "x") for one in apps] == [False, False]


def test_who_signs_out_at_one_is_signed_out_at_both(apps: list[App], ben: tuple[str, str]) -> None:
    _, cookie = ben
    screen = Session(apps[1].address, cookie)
    assert not screen.open("worklist")[0].says("You are signed out")
    assert apps[0].ask("POST", "/account/sign-out", cookie)[0] == 303
    assert [one.knows(cookie) for one in apps] == [False, False]
    assert screen.open("worklist")[0].says("You are signed out")
    screen.close()


def test_a_role_that_is_taken_away_counts_at_both_at_once(
    apps: list[App], people: Accounts, ben: tuple[str, str]
) -> None:
    account, cookie = ben
    path, refused = "/_stcore/upload_file/session/file", "Not allowed for this role."
    # The door lets it in; nobody within knows such a session.
    assert refused not in [one.ask("PUT", path, cookie)[2] for one in apps]
    people.change(people.named(NAME).actor, account, roles=frozenset({Role.AUDITOR}))
    assert [one.ask("PUT", path, cookie)[2] for one in apps] == [refused, refused]


def test_wrong_passwords_at_one_lock_the_account_at_both(
    apps: list[App], people: Accounts, ben: tuple[str, str]
) -> None:
    (name,) = [one.name for one in people.all(people.named(NAME).actor) if one.id == ben[0]]
    for _ in range(5):
        assert apps[0].ask("POST", "/account/sign-in", form=signs_in(name, "wrong"))[0] == 401
    assert apps[1].ask("POST", "/account/sign-in", form=signs_in(name))[0] == 401
    people.unlock(people.named(NAME).actor, ben[0])
    assert apps[1].ask("POST", "/account/sign-in", form=signs_in(name))[0] == 303
