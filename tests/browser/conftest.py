"""A real server and a real browser.

With `ECG_SCREENSHOTS=1` what the windows show is kept in `screenshots/` beside this file, to be
looked at.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Literal, cast

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    StorageState,
    expect,
    sync_playwright,
)

from ecg_core import network

ROOT = Path(__file__).parents[2]
# The browser without windows of its own first: it needs a fifth less of the processor.
BROWSERS = ("/usr/bin/chromium-headless-shell", "/usr/bin/chromium")
CHROMIUM = Path(
    os.environ.get("ECG_CHROMIUM")
    or next((path for path in BROWSERS if Path(path).exists()), BROWSERS[-1])
)
SHOTS = Path(__file__).parent / "screenshots"
KEPT = bool(os.environ.get("ECG_SCREENSHOTS"))
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    # Without a graphics card its work would be played by the processor, at a third of all time.
    "--disable-gpu-rasterization",
    "--disable-software-rasterizer",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Letters as wide as a browser with windows draws them.
    "--font-render-hinting=none",
]
# The first answer waits for torch, which a busy machine takes a minute to import.
PATIENCE_MS = 120_000
expect.set_options(timeout=PATIENCE_MS)
WIDE, NARROW = (1440, 900), (390, 844)
READER, PASSWORD = "Dr. Browser", "correct horse battery"


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of an app of its own, with an empty data directory."""
    if not CHROMIUM.exists():
        pytest.skip(f"no browser at {CHROMIUM} (ECG_CHROMIUM names another)")
    if network.default_model() not in network.list_models():
        pytest.skip("no model is shipped in models/")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tmp_path_factory.mktemp("app")
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"],
            cwd=ROOT,
            env={
                **os.environ,
                "ECG_DATA_DIR": str(folder / "data"),
                "ECG_DATABASE_URL": "",
                # The machine of a test is busy with the test.
                "ECG_SCORING_PRIORITY": "normal",
                "ECG_WORKER": "when-needed",
            },
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}/_stcore/health")
            LOGS[f"http://127.0.0.1:{port}"] = folder / "server.log"
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                # Browser tabs that are still open keep it waiting.
                server.kill()


LOGS: dict[str, Path] = {}
"""Where each server of the tests prints, by its address."""


def _wait_for(url: str, patience_s: float = 120.0) -> None:
    end = time.monotonic() + patience_s
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise TimeoutError(f"nothing answers at {url}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The one browser of all browser tests: Playwright runs once in a process."""
    if not CHROMIUM.exists():
        pytest.skip(f"needs {CHROMIUM}, Debian's browser")
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield chromium
        chromium.close()


def set_up(page: Page, link: str, name: str = "") -> None:
    """Choose a password by a one-time link (and a name, for the very first person)."""
    page.goto(link)
    if name:
        page.get_by_label("Your name").fill(name)
    page.get_by_label(re.compile("^Password, at least")).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_test_id("stApp")).to_be_visible()


@pytest.fixture(scope="session")
def signed_in(browser: Browser, address: str) -> StorageState:
    """The cookie of `READER`, who set the server up by the link that it printed."""
    printed = re.search(r"/account/set-up\?token=\S+", LOGS[address].read_text())
    assert printed is not None, "the server printed no set-up link"
    context = browser.new_context()
    set_up(context.new_page(), address + printed.group(0), READER)
    state = context.storage_state()
    context.close()
    return state


class Contexts:
    """Contexts of the browser that outlive a test, one a person: what the browser has loaded and
    compiled stays, which is most of what a first page costs. Cookies and choices do not stay.
    """

    def __init__(self, browser: Browser, address: str) -> None:
        self._browser = browser
        self._address = address
        self._free: defaultdict[str, list[BrowserContext]] = defaultdict(list)

    def take(self, cookies: StorageState) -> BrowserContext:
        """A person's context, as if new; a second one at the same time shares nothing with it."""
        free = self._free[_person(cookies)]
        if not free:
            return self._browser.new_context(storage_state=cookies, reduced_motion="reduce")
        context = free.pop()
        context.clear_cookies()
        context.add_cookies(cast(Any, cookies["cookies"]))
        page = context.new_page()
        page.goto(f"{self._address}/_stcore/health")
        page.evaluate("localStorage.clear()")
        page.close()
        return context

    def give_back(self, context: BrowserContext, cookies: StorageState) -> None:
        """Close its windows; the next test of this person finds it."""
        for page in context.pages:
            page.close()
        self._free[_person(cookies)].append(context)


def _person(cookies: StorageState) -> str:
    return json.dumps(cookies, sort_keys=True)


@pytest.fixture(scope="session")
def contexts(browser: Browser, address: str) -> Contexts:
    """The contexts that tests of one process share, one after another."""
    return Contexts(browser, address)


@contextmanager
def visiting(
    browser: Browser, contexts: Contexts, address: str, signed_in: StorageState
) -> Iterator[Callable[..., Page]]:
    """Opens pages of the app; at the end, no request may have left this machine.

    cookies: whose browser it is: `READER`'s unless given; None for nobody's. device: of the
    browser's context, such as `has_touch`.
    """
    outside: list[str] = []
    with ExitStack() as closing:

        def go(
            path: str = "",
            size: tuple[int, int] = WIDE,
            theme: Literal["light", "dark"] = "light",
            cookies: StorageState | None = signed_in,
            **device: Any,
        ) -> Page:
            if device or cookies is None:
                context = browser.new_context(
                    storage_state=cookies,
                    # What moves while a reader waits is drawn anew sixty times a second.
                    reduced_motion="reduce",
                    **device,
                )
                closing.callback(context.close)
            else:
                context = contexts.take(cookies)
                closing.callback(contexts.give_back, context, cookies)
            page = context.new_page()
            page.set_viewport_size({"width": size[0], "height": size[1]})
            page.emulate_media(color_scheme=theme)
            page.set_default_timeout(PATIENCE_MS)
            page.on(
                "request",
                lambda request: (
                    outside.append(request.url)
                    if not request.url.startswith((address, "data:", "blob:"))
                    else None
                ),
            )
            page.goto(f"{address}/{path}")
            return page

        yield go
    assert outside == []


@pytest.fixture
def visit(
    browser: Browser, contexts: Contexts, address: str, signed_in: StorageState
) -> Iterator[Callable[..., Page]]:
    """Open a page of the app in a window of its own; see `visiting`."""
    with visiting(browser, contexts, address, signed_in) as go:
        yield go


@pytest.fixture(scope="module")
def window(
    browser: Browser, contexts: Contexts, address: str, signed_in: StorageState
) -> Iterator[Page]:
    """One window for the tests of a file that only look."""
    with visiting(browser, contexts, address, signed_in) as go:
        yield go()


_STILL = """(quiet) => new Promise((done) => {
  let timer;
  const rest = () => { watch.disconnect(); done(); };
  const again = () => { clearTimeout(timer); timer = setTimeout(rest, quiet); };
  const watch = new MutationObserver(again);
  watch.observe(document, {subtree: true, childList: true, attributes: true});
  setTimeout(rest, 1000);
  again();
})"""
RESTS_MS, MOST_RUNS = 500, 20


def still(page: Page, quiet_ms: int) -> None:
    """Wait until nothing has been drawn anew for so long; a second at most."""
    page.evaluate(_STILL, quiet_ms)


def at_rest(page: Page) -> None:
    """Wait until everything is drawn and stays where it is."""
    expect(page.get_by_text("Research use only. Not a diagnosis.").first).to_be_visible()
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
    app = page.get_by_test_id("stApp")
    for _ in range(MOST_RUNS):
        expect(app).to_have_attribute("data-test-script-state", "notRunning")
        still(page, RESTS_MS)
        # What was drawn may have asked for a run of its own.
        if app.get_attribute("data-test-script-state") == "notRunning":
            return


def shoot(page: Page, name: str) -> None:
    """Keep what the window shows, once it has come to rest, if pictures are wanted."""
    if not KEPT:
        return
    SHOTS.mkdir(exist_ok=True)
    page.wait_for_timeout(700)
    page.screenshot(path=str(SHOTS / f"{name}.png"))


def shoot_whole(page: Page, name: str) -> None:
    """Keep the whole page: the window grows to its height for the picture."""
    if not KEPT:
        return
    size = page.viewport_size
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    if size:
        page.set_viewport_size({"width": size["width"], "height": max(size["height"], height)})
    shoot(page, name)
    if size:
        page.set_viewport_size(size)
