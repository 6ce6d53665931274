"""The desk in headless Chromium: from a click to trace and answer, keys, and a pile of 31.

`python -m benchmarks.screen.desk` (or `make bench-desk`) starts an app of its own with an empty
data directory and writes `benchmarks/results/desk.jsonl`. Each row has the load of the machine,
which is a process for each core when it is busy: other work on it makes every figure longer.

The first ECG comes as soon as its reader is signed in: the libraries are still being loaded. Trace:
the ECG is drawn. Answer: the decision can be made. Both are asked in every frame: Playwright's own
waiting asks every half second at last, and would tell of a trace with the answer that came after
it. The pile is every demonstration and, where the shared data lies (ECG_SHARED_DATA), pages that
others printed and photographs; without it, demonstrations with one sample changed. Keys are counted
while cases are decided by keyboard alone; a scroll is counted for a case whose save button had to
be brought into sight.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from playwright.sync_api import FilePayload, Page, expect, sync_playwright

from benchmarks.screen.viewer import CHROMIUM, DEMOS, FLAGS, PASSWORD, TOP, app

RESULTS = Path(__file__).parents[1] / "results" / "desk.jsonl"
PILE = 31
PATIENCE_MS = 1_800_000
"""On a machine that is busy with other work a folder takes many times as long."""
WORKER_STANDS_MS = 15_000
"""The worker starts eight seconds after the app, and takes some four: a folder that comes before
waits for it, which is told in BENCHMARKS.md."""
MUST = {
    "first ECG, trace": 1.0,
    "first ECG, answer": 3.0,
    "next ECG, trace": 0.5,
    "next ECG, answer": 1.0,
    "folder of 31, progress shown": 1.0,
    "folder of 31, first verdict": 3.0,
    "folder of 31, all verdicts": 25.0,
    "one record on the command line": 2.5,
    "keys a case of the pile, agreeing": 1,
    "scrolls a case of the pile": 0,
    "keys of an override, besides its reason": 3,
}
"""What was aimed at, on a machine that does nothing else: seconds, keys and scrolls."""
FOLDER = TOP / "assets" / "demo"
SHARED = Path(os.environ.get("ECG_SHARED_DATA", TOP.parent / "shared" / "data"))
OTHERS = (("kit-pages", 7), ("real-pages", 8), ("photos", 5))
"""Folders of pages that others printed or photographed, and how many of each are in the pile."""
REASON = "ST depression was missed"
DRAWN = """() => [...document.querySelectorAll("[data-drawn=paper]")].some(
  (one) => one.checkVisibility({ visibilityProperty: true }) && one.offsetHeight > 0)"""
ANSWERED = """() => [...document.querySelectorAll(".st-key-desk button")].some(
  (one) => /Agree: |Save decision/.test(one.textContent)
    && one.checkVisibility({ visibilityProperty: true }))"""
WAITS = """(how) => {
  const said = document.querySelector("[data-testid=stProgress]")?.textContent ?? "";
  const many = Number(/(\\d+) more ECGs? in the background/.exec(said)?.[1] ?? 0);
  return { some: many > 0, fewer: many > 0 && many < how.of, none: many === 0 }[how.wait];
}"""


def files_of(name: str, number: int) -> list[FilePayload]:
    """A demonstration with one sample changed, so that it is an ECG of its own."""
    called = f"{name}_{number:02d}"
    header = (FOLDER / f"{name}.hea").read_text(encoding="utf-8").replace(name, called)
    samples = bytearray((FOLDER / f"{name}.dat").read_bytes())
    samples[0] ^= number + 1
    kind = "application/octet-stream"
    return [
        {"name": f"{called}.hea", "mimeType": kind, "buffer": header.encode()},
        {"name": f"{called}.dat", "mimeType": kind, "buffer": bytes(samples)},
    ]


def folder_of(number: int) -> list[FilePayload]:
    """The files of a folder of ECGs: demonstrations, then pages of others as far as they are here,
    then demonstrations again, each an ECG of its own."""
    files: list[FilePayload] = []
    catalogue = json.loads((FOLDER / "catalogue.json").read_text(encoding="utf-8"))[:number]
    for row in catalogue:
        files += [_payload(FOLDER / name) for name in row["files"]]
    held = len(catalogue)
    for name, most in OTHERS:
        pages = sorted((SHARED / name).glob("*.[pj][np]g"))[: max(0, min(most, number - held))]
        files += [_payload(path) for path in pages]
        held += len(pages)
    for more in range(number - held):
        files += files_of(DEMOS[more % len(DEMOS)], 50 + more // len(DEMOS))
    return files


def _payload(path: Path) -> FilePayload:
    kind = "application/octet-stream"
    return {"name": path.name, "mimeType": kind, "buffer": path.read_bytes()}


def opened(page: Page, files: list[FilePayload]) -> tuple[float, float]:
    """Seconds from the drop to the trace, and to the answer."""
    page.locator("input[type=file]").first.wait_for(state="attached")
    began = time.perf_counter()
    page.locator("input[type=file]").first.set_input_files(files)
    page.wait_for_function(DRAWN)
    trace = time.perf_counter() - began
    page.wait_for_function(ANSWERED)
    return trace, time.perf_counter() - began


def leave(page: Page) -> None:
    """Back to the opening screen."""
    page.get_by_role("button", name="Open ECGs").click()


def pile(page: Page, number: int) -> dict[str, float]:
    """Seconds until a folder shows progress on the worklist, its first verdict, and the last."""
    page.locator("input[type=file]").first.wait_for(state="attached")
    told = {"progress shown": "some", "first verdict": "fewer", "all verdicts": "none"}
    with TemporaryDirectory() as folder:
        # From the disk, as a browser takes what is dropped on it.
        files = [Path(folder, file["name"]) for file in folder_of(number)]
        for path, file in zip(files, folder_of(number), strict=True):
            path.write_bytes(file["buffer"])
        began, found = time.perf_counter(), {}
        page.locator("input[type=file]").first.set_input_files(files)
        for what, wait in told.items():
            # ECGs opened before are on the list: one fewer waits once the first has its row.
            page.wait_for_function(WAITS, arg={"wait": wait, "of": number}, timeout=PATIENCE_MS)
            found[what] = time.perf_counter() - began
    return found


def ready(page: Page) -> None:
    """Wait until a case can be decided: drawn, at rest, and its keys awake."""
    page.get_by_role("button", name=re.compile("^(Agree: |Save decision)")).first.wait_for()
    page.locator(".st-key-desk [data-drawn=paper]").first.wait_for()
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    page.wait_for_timeout(600)


def saved(page: Page, before: str) -> None:
    """Wait until another case than `before` is on the desk."""
    expect(page.locator(".st-key-case_bar strong").first).not_to_have_text(before, timeout=300_000)


def name_of(page: Page) -> str:
    """The case on the desk."""
    return page.locator(".st-key-case_bar strong").first.inner_text()


def out_of_sight(page: Page) -> bool:
    """Whether what saves has to be scrolled for."""
    place = page.get_by_role("button", name=re.compile("^(Agree: |Save decision)")).first
    box, size = place.bounding_box(), page.viewport_size
    return not box or not size or box["y"] < 0 or box["y"] + box["height"] > size["height"]


def decided(page: Page, most: int = 6) -> dict[str, float]:
    """Cases of the pile by keyboard alone: what it takes to agree, and one override with reason."""
    page.get_by_role("button", name="Read the next case").click()
    spent: list[float] = []
    keys: list[int] = []
    scrolls = overridden = 0
    while len(spent) < most or not overridden:
        ready(page)
        scrolls += out_of_sight(page)
        name, agrees = name_of(page), page.get_by_role("button", name=re.compile("^Agree: "))
        began = time.perf_counter()
        if agrees.count() and len(spent) < most:
            page.keyboard.press("a")
            saved(page, name)
            ready(page)
            spent.append(time.perf_counter() - began)
            keys.append(1)
            continue
        # A class by its number, the reason, Enter to end it, Enter to save.
        page.keyboard.press("4" if "Other" not in agrees.first.inner_text() else "3")
        reason = page.locator("[class*=st-key-reason_] input")
        reason.wait_for()
        expect(reason).to_be_focused()
        page.keyboard.type(REASON)
        page.keyboard.press("Enter")
        page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
        page.wait_for_timeout(600)
        page.keyboard.press("Enter")
        saved(page, name)
        overridden = 3
    return {
        "agreeing by one key, until the next case can be decided": median(spent),
        "keys a case of the pile, agreeing": max(keys),
        "scrolls a case of the pile": scrolls,
        "keys of an override, besides its reason": overridden,
    }


def command_line() -> float:
    """Seconds of a cold process that reads one record: the median of five, once the app is gone."""
    command = [sys.executable, "-m", "ecg_core", "predict", str(FOLDER / "normal.hea"), "--json"]
    spent = []
    for _ in range(5):
        time.sleep(2.0)
        began = time.perf_counter()
        subprocess.run(command, cwd=TOP, check=True, capture_output=True)
        spent.append(time.perf_counter() - began)
    return median(spent)


def main() -> None:
    """Measure, print and keep; a smaller folder is only to try it with, and not kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pile", type=int, default=PILE, help="ECGs in the folder")
    number = parser.parse_args().pile
    found: dict[str, float] = {}
    with app() as (_, link), sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(300_000)
        page.goto(link)
        page.get_by_label("Your name").fill("Benchmark")
        page.get_by_label(re.compile("^Password, at least")).fill(PASSWORD)
        page.get_by_label("Password again").fill(PASSWORD)
        page.get_by_role("button", name="Start").click()
        cold = opened(page, files_of("normal", 0))
        found["first ECG, trace"], found["first ECG, answer"] = cold
        warm = []
        for turn, name in enumerate(DEMOS[1:], 1):
            leave(page)
            warm.append(opened(page, files_of(name, turn)))
        found["next ECG, trace"] = median(trace for trace, _ in warm)
        found["next ECG, answer"] = median(answer for _, answer in warm)
        leave(page)
        page.wait_for_timeout(WORKER_STANDS_MS)
        for what, seconds in pile(page, number).items():
            found[f"folder of {number}, {what}"] = seconds
        found |= decided(page)
        browser.close()
    found["one record on the command line"] = command_line()
    load, cores = os.getloadavg()[1], os.cpu_count() or 1
    rows = [
        {
            "what": what,
            **(
                {"n": int(value)}
                if what.startswith(("keys", "scrolls"))
                else {"s": round(value, 2)}
            ),
            "must": MUST.get(what, ""),
            "load": round(load, 1),
            "cores": cores,
        }
        for what, value in found.items()
    ]
    if number == PILE:
        RESULTS.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    for row in rows:
        print(json.dumps(row))


if __name__ == "__main__":
    main()
