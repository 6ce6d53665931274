"""The viewer in headless Chromium: first paint after the answer, and frames while panning.

`python -m benchmarks.screen.viewer` (or `make bench-viewer`) starts an app of its own with an empty
data directory, opens demonstration ECGs and writes `benchmarks/results/viewer.jsonl`.

First paint runs from the WebSocket message that brought the ECG to the second animation frame
after it was drawn. Panning moves a twelve-row page at 200 % a little in every animation frame.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

TOP = Path(__file__).parents[2]
RESULTS = Path(__file__).parents[1] / "results" / "viewer.jsonl"
DEMOS = ("normal", "anterior_stemi", "left_bundle", "hypertrophy", "fibrillation", "real_sinus")
SCAN = "stemi_export.png"
CHROMIUM = os.environ.get("ECG_CHROMIUM", "/usr/bin/chromium")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync")
PASSWORD = "a benchmark needs one"
PAN_S = 4.0

# Times of all messages as long as an ECG, so that the one that brought it can be found afterwards:
# shorter ones with the rest of the page come between it and the paint.
LISTEN = """
window.messages = [];
const plain = window.WebSocket;
window.WebSocket = class extends plain {
  constructor(...args) {
    super(...args);
    this.addEventListener('message', ({ data }) => {
      if ((data.byteLength ?? data.size) > 50000) window.messages.push(performance.now());
    });
  }
};
"""
PAINTED = """() => {
  const last = (name) => performance.getEntriesByName(name).at(-1)?.startTime;
  const received = last('ecg-received'), painted = last('ecg-painted');
  if (!(painted > received)) return null;
  return painted - Math.max(...window.messages.filter((t) => t <= received));
}"""
PAN = """(seconds) => new Promise((done) => {
  const find = (root) => root.querySelector('.sheet') ?? [...root.querySelectorAll('*')]
    .filter((n) => n.shadowRoot).map((n) => find(n.shadowRoot)).find(Boolean);
  const sheet = find(document), frames = [];
  const wide = sheet.scrollWidth - sheet.clientWidth;
  const tall = sheet.scrollHeight - sheet.clientHeight;
  const began = performance.now();
  const step = (now) => {
    frames.push(now);
    const t = (now - began) / 1000;
    sheet.scrollLeft = wide * (0.5 - 0.5 * Math.cos(t * 2));
    sheet.scrollTop = tall * (0.5 - 0.5 * Math.cos(t * 1.3));
    if (t < seconds) requestAnimationFrame(step);
    else done(frames.slice(1).map((f, i) => f - frames[i]));
  };
  requestAnimationFrame(step);
})"""


@contextmanager
def app() -> Iterator[tuple[str, str]]:
    """Address of a fresh app, and the link by which its first person signs in."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "server.log"
        with log.open("wb") as out:
            server = subprocess.Popen(
                [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"],
                cwd=TOP,
                env={**os.environ, "ECG_DATA_DIR": f"{folder}/data", "ECG_DATABASE_URL": ""},
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        try:
            for _ in range(600):
                try:
                    urllib.request.urlopen(f"{address}/_stcore/health", timeout=2).close()
                    break
                except OSError:
                    time.sleep(0.2)
            link = re.search(r"/account/set-up\?token=\S+", log.read_text())
            yield address, address + (link.group(0) if link else "")
        finally:
            server.kill()
            server.wait()


def signed_in(browser: Browser, link: str) -> Page:
    """A page of the app, its first person set up."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_init_script(LISTEN)
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.goto(link)
    page.get_by_label("Your name").fill("Benchmark")
    page.get_by_label(re.compile("^Password, at least")).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    page.get_by_role("button", name="Start").click()
    return page


def first_paint_ms(page: Page, *names: str) -> float:
    """Open one demonstration ECG; from its message to its paint."""
    files = [str(TOP / "assets" / "demo" / name) for name in names]
    page.locator("input[type=file]").first.set_input_files(files)
    page.locator(".sheet svg").first.wait_for()
    page.wait_for_timeout(1500)
    found = page.evaluate(PAINTED)
    page.get_by_role("button", name="Open ECGs").click()
    page.locator("input[type=file]").first.wait_for(state="attached")
    return float(found)


def main() -> None:
    """Measure, print and keep."""
    with app() as (_, link), sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        page = signed_in(browser, link)
        # The first ECG waits for the network to load, which is another benchmark.
        records = [first_paint_ms(page, f"{name}.hea", f"{name}.dat") for name in DEMOS][1:]
        scan = first_paint_ms(page, SCAN)
        page.get_by_role("button", name=re.compile("^normal")).first.click()
        page.locator(".sheet svg").first.wait_for()
        page.get_by_label("Layout").select_option("12x1")
        page.get_by_label("Size on this screen").select_option("2")
        page.wait_for_timeout(1500)
        frames = np.array(page.evaluate(PAN, PAN_S))
        browser.close()
    rows = [
        {"what": "first paint of a record, worst of five", "ms": max(records)},
        {"what": "first paint of a record, median", "ms": median(records)},
        {"what": "first paint of an exported page", "ms": scan},
        {
            "what": "panning 12 × 10 s at 200 %",
            "frames_per_s": len(frames) / frames.sum() * 1000,
            "ms": float(np.percentile(frames, 95)),
            "late": float((frames > 25).mean()),
            "n": len(frames),
        },
    ]
    RESULTS.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    for row in rows:
        print(json.dumps(row))


if __name__ == "__main__":
    main()
