"""Memory of the app while many readers open large pages: `python -m benchmarks.service.memory`.

Demonstration scans are enlarged to as many megapixels as are read at most, each a file of its own;
readers open them at once, and the memory that is the processes' own (not files held by the system;
what a child shares with its parent counts once) is watched: of the app, and of the app with the
processes that read files. One JSON line, which goes to `benchmarks/results/memory.jsonl`.
"""

from __future__ import annotations

import argparse
import io
import json
import logging
import os
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks" / "results" / "memory.jsonl"
SCAN = ROOT / "assets" / "demo" / "old_inferior_scan.jpg"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=50)
    parser.add_argument("--readers", type=int, default=20)
    parser.add_argument("--megapixels", type=float, default=62.0)
    arguments = parser.parse_args()
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ECG_DATA_DIR"] = folder
        page = enlarged(arguments.megapixels)
        watch = Watch()
        with ThreadPoolExecutor(arguments.readers) as pool:
            list(pool.map(opened, [page] * arguments.pages, range(arguments.pages)))
        row = {"load": round(os.getloadavg()[0], 1)} | vars(arguments) | watch.stop()
    print(json.dumps(row))
    RESULTS.write_text(json.dumps(row) + "\n", encoding="utf-8")


def enlarged(megapixels: float) -> bytes:
    """The scan as a JPEG of so many megapixels."""
    scan = Image.open(SCAN).convert("RGB")
    times = (megapixels * 1e6 / (scan.width * scan.height)) ** 0.5
    out = io.BytesIO()
    scan.resize((int(scan.width * times), int(scan.height * times))).save(out, "JPEG", quality=60)
    return out.getvalue()


def opened(page: bytes, number: int) -> None:
    """Read one page and answer it, as a screen does. A byte after its end makes it another."""
    from ecg_core.intake.values import Bundle, Upload
    from ecg_core.read_as import ReadAs
    from widgets.session import engine, materials

    name = f"page{number}.jpg"
    key = materials.shelf().put(Bundle(name, (Upload(name, page + bytes([number % 256])),)))
    engine.shown(key, ReadAs(), lambda _words: None)


class Watch:
    """Looks five times a second what this process, and all of its group, hold in memory."""

    def __init__(self) -> None:
        self._most = {"app_mb": 0.0, "with_readers_mb": 0.0, "readers_mb": 0.0}
        self._lately = 0.0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def begin(self) -> None:
        """What follows is told by `lately_mb`."""
        self._lately = 0.0

    def lately_mb(self) -> float:
        """The most that the processes that read files held since `begin`."""
        return self._lately

    def stop(self) -> dict[str, float]:
        """The most that was seen, and what the app holds now."""
        self._end.set()
        self._thread.join()
        return self._most | {"app_afterwards_mb": _own_mb(os.getpid())}

    def _look(self) -> None:
        while not self._end.wait(0.2):
            group = [int(p.name) for p in Path("/proc").iterdir() if p.name.isdigit()]
            ours = [pid for pid in group if _group_of(pid) == os.getpgrp()]
            app, all_mb = _own_mb(os.getpid()), sum(map(_own_mb, ours))
            now = {
                "app_mb": app,
                "with_readers_mb": round(all_mb, 1),
                "readers_mb": round(all_mb - app, 1),
            }
            self._lately = max(self._lately, now["readers_mb"])
            self._most = {name: max(now[name], most) for name, most in self._most.items()}


def _group_of(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return -1


def _own_mb(pid: int) -> float:
    """Anonymous memory: what the system cannot drop and read from a file again.

    What a process shares with those it forked counts in equal parts for each.
    """
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0.0
    found = next((line for line in lines if line.startswith("Pss_Anon")), "Pss_Anon: 0 kB")
    return round(int(found.split()[1]) / 1024, 1)


if __name__ == "__main__":
    main()
