"""The desk in headless Chromium: from a click to the trace and the answer, and a pile of 31.

`python -m benchmarks.desk` (or `make bench-desk`) starts an app of its own with an empty data
directory and writes `benchmarks/results/desk.jsonl`. Each row has the load of the machine, which is
a process for each core when it is busy: other work on it makes every figure longer.

The first ECG comes as soon as its reader is signed in: the libraries are still being loaded. Trace:
the ECG is drawn. Answer: the decision can be made.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from playwright.sync_api import FilePayload, Page, sync_playwright

from benchmarks.viewer import CHROMIUM, DEMOS, FLAGS, PASSWORD, TOP, app

RESULTS = Path(__file__).parent / "results" / "desk.jsonl"
PILE = 31
AIMS_S = {
    "first ECG, trace": 1.0,
    "first ECG, answer": 3.0,
    "next ECG, trace": 0.5,
    "next ECG, answer": 1.0,
    f"pile of {PILE}, progress": 1.0,
    f"pile of {PILE}, first verdict": 3.0,
    f"pile of {PILE}, all verdicts": 25.0,
    "one record on the command line": 2.5,
}
"""What was aimed at, on a machine that does nothing else."""
FOLDER = TOP / "assets" / "demo"


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


def opened(page: Page, files: list[FilePayload]) -> tuple[float, float]:
    """Seconds from the drop to the trace, and to the answer."""
    page.locator("input[type=file]").first.wait_for(state="attached")
    began = time.perf_counter()
    page.locator("input[type=file]").first.set_input_files(files)
    page.locator("[data-drawn=paper]").first.wait_for()
    trace = time.perf_counter() - began
    page.get_by_role("button", name=re.compile("^(Agree: |Save decision)")).first.wait_for()
    return trace, time.perf_counter() - began


def leave(page: Page) -> None:
    """Back to the opening screen."""
    page.get_by_role("button", name="Open ECGs").click()


def pile(page: Page) -> dict[str, float]:
    """Seconds until a pile shows progress, its first verdict, and the last."""
    files = [
        one
        for number in range(PILE)
        for one in files_of(DEMOS[number % len(DEMOS)], 50 + number // len(DEMOS))
    ]
    page.locator("input[type=file]").first.wait_for(state="attached")
    began = time.perf_counter()
    page.locator("input[type=file]").first.set_input_files(files)
    waiting = page.get_by_text(re.compile("more ECGs? in the background"))
    waiting.first.wait_for()
    shown = time.perf_counter() - began
    page.get_by_role("button", name=re.compile(r"_5\d$")).first.wait_for()
    first = time.perf_counter() - began
    waiting.first.wait_for(state="detached")
    return {"progress": shown, "first verdict": first, "all verdicts": time.perf_counter() - began}


def agreed(page: Page) -> float:
    """Seconds from the key that agrees to the next case of the pile."""
    page.get_by_role("button", name="Read the next case").click()
    spent = []
    for number in range(2, 7):
        page.get_by_role("button", name=re.compile("^Agree: ")).first.wait_for()
        page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
        page.wait_for_timeout(600)
        began = time.perf_counter()
        page.keyboard.press("a")
        page.get_by_text(re.compile(rf"^{number} of \d+$")).wait_for()
        page.locator(".st-key-desk [data-drawn=paper]").first.wait_for()
        spent.append(time.perf_counter() - began)
    return median(spent)


def command_line() -> float:
    """Seconds of a cold process that reads one record."""
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "ecg_core", "predict", str(FOLDER / "normal.hea"), "--json"],
        cwd=TOP,
        check=True,
        capture_output=True,
    )
    return time.perf_counter() - began


def main() -> None:
    """Measure, print and keep."""
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
        for number, name in enumerate(DEMOS[1:], 1):
            leave(page)
            warm.append(opened(page, files_of(name, number)))
        found["next ECG, trace"] = median(trace for trace, _ in warm)
        found["next ECG, answer"] = median(answer for _, answer in warm)
        leave(page)
        for what, seconds in pile(page).items():
            found[f"pile of {PILE}, {what}"] = seconds
        found["agreeing by one key, next case"] = agreed(page)
        browser.close()
    found["one record on the command line"] = command_line()
    load, cores = os.getloadavg()[1], os.cpu_count() or 1
    rows = [
        {
            "what": what,
            "s": round(seconds, 2),
            "aim": AIMS_S.get(what, ""),
            "load": round(load, 1),
            "cores": cores,
        }
        for what, seconds in found.items()
    ]
    RESULTS.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    for row in rows:
        print(json.dumps(row))


if __name__ == "__main__":
    main()
