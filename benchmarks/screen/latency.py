"""How long a reader waits: `python -m benchmarks.screen.latency` prints JSON lines and a table.

Warm figures are medians and 95th percentiles over repeats in one process; cold figures are of a
fresh process each. Uses demonstration ECGs only, so that it runs anywhere.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ecg_core.intake import Bundle
    from ecg_core.network.classifier import Classifier

DEMO = Path(__file__).parents[2] / "assets" / "demo"
RECORD = "anterior_stemi"
EXPORT = "stemi_export"
COLD = """
import time; started = time.perf_counter()
import sys
from benchmarks.screen.latency import answer, bundle
answer(bundle(sys.argv[1]))
print(time.perf_counter() - started)
"""


def bundle(name: str) -> Bundle:
    """Demonstration ECG by file stem."""
    from ecg_core.intake import Upload, split

    files = sorted(DEMO.glob(f"{name}.*"))
    return split([Upload(f.name, f.read_bytes()) for f in files if f.suffix != ".json"])[0]


def answer(case: Bundle, classifier: Classifier | None = None) -> None:
    """The whole way of one ECG: bytes to prediction, attention and priority."""
    from ecg_core import network
    from ecg_core.answer import Answer
    from ecg_core.answer import answer as answer_to
    from ecg_core.network.who_answers import OneModel

    said = answer_to(case, OneModel(classifier or network.load()))
    assert isinstance(said, Answer)
    said.attention()
    assert said.priority


def timed(work: Callable[[], object], repeats: int) -> tuple[float, float]:
    """Median and 95th percentile in ms, after one unmeasured run."""
    work()
    spent = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        spent.append((time.perf_counter() - started) * 1e3)
    return float(np.median(spent)), float(np.percentile(spent, 95))


def cold(name: str, repeats: int) -> tuple[float, float]:
    """The same in fresh processes, imports and model loading included."""
    spent = []
    for _ in range(repeats):
        run = subprocess.run(
            [sys.executable, "-c", COLD, name], capture_output=True, text=True, check=True
        )
        spent.append(float(run.stdout) * 1e3)
    return float(np.median(spent)), float(np.max(spent))


def app_start_ms() -> float:
    """From the command to the first page served."""
    port = "8599"
    environment = os.environ | {"ECG_DATA_DIR": tempfile.mkdtemp(prefix="ecg-triage-")}
    started = time.perf_counter()
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "streamlit", "run", "app.py"),
            *(f"--server.port={port}", "--server.headless=true"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
    )
    try:
        while time.perf_counter() - started < 60:
            try:
                urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=1)
                return (time.perf_counter() - started) * 1e3
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
    finally:
        server.terminate()
        server.wait()
    raise TimeoutError("the app did not start within a minute")


def report(name: str, p50: float, p95: float) -> None:
    """One JSON line on stdout, one row on stderr."""
    print(json.dumps({"what": name, "p50_ms": round(p50, 1), "p95_ms": round(p95, 1)}), flush=True)
    print(f"{name:<44}{p50:>10.1f} ms{p95:>10.1f} ms", file=sys.stderr)


def main() -> None:
    """Measure everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=20)
    repeats = parser.parse_args().repeats
    import torch

    from ecg_core import network
    from ecg_core.intake import read, read_here
    from ecg_core.network.explain import attend
    from ecg_core.preparing import page_of

    print(f"{'':<44}{'p50':>13}{'p95':>13}", file=sys.stderr)
    classifier = network.load()
    torch.set_num_threads(2)
    record, scan = bundle(RECORD), bundle(EXPORT)
    page = page_of(read(record))
    for name, case in (("record", record), ("export page", scan)):
        report(
            f"{name} to answer with attention, warm",
            *timed(partial(answer, case, classifier), repeats),
        )
    for name, case in (("record", record), ("export page", scan)):
        report(f"{name} read in the worker process", *timed(partial(read, case), repeats))
        report(f"{name} read in this process", *timed(partial(read_here, case), repeats))
    picture = read_here(scan)
    report("export page made a page", *timed(lambda: page_of(picture), repeats))
    report("attention", *timed(lambda: attend(classifier, page, "acute_mi"), repeats))
    for threads in (2, 1):
        torch.set_num_threads(threads)
        report(
            f"network alone, {threads} thread{'s' * (threads > 1)}",
            *timed(lambda: classifier.predict(page), repeats),
        )
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"what": "peak memory of the process", "MiB": round(peak_mib)}), flush=True)
    print(f"{'peak memory of the process':<44}{peak_mib:>10.0f} MiB", file=sys.stderr)
    for name, case in (("record", RECORD), ("export page", EXPORT)):
        report(f"{name} to answer, cold process (median, worst)", *cold(case, 3))
    report("app start to first page", *(2 * (app_start_ms(),)))


if __name__ == "__main__":
    main()
