"""A flood of sign-ins: `make bench-flood`.

Eighty posts at once of a wrong password: for one name from one address, and for eighty names from
eighty addresses (by a proxy that is believed). Told are how long all answers took, how many
passwords were looked at (401) and how many tries were turned away before that (429), how much the
app's memory and the audit chain grew, and how long somebody who is signed in waited for a page
meanwhile. Rows go to `benchmarks/results/flood.jsonl`.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil

from benchmarks.service.room import ROOT, readers, server
from benchmarks.service.sessions import Session
from ecg_core.store.cases.store import Store

OUT = ROOT / "benchmarks" / "results" / "flood.jsonl"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=80)
    parser.add_argument("--out", type=Path, default=OUT)
    arguments = parser.parse_args()
    os.environ["ECG_PROXY"] = "1"
    rows = []
    for what, spread in (("one name, one address", False), ("as many names and addresses", True)):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name) / "var"
            store = Store.open(folder)
            ((account, cookie),) = readers(store, 1)
            before = store.verify().events
            store.close()
            with server(folder) as (address, app):
                session = Session(address, cookie)
                session.open("worklist")
                row = flooded(address, app, session, account.name, arguments.posts, spread)
                session.close()
            store = Store.open(folder)
            report = store.verify()
            store.close()
        grown = {"events": report.events - before, "chain_whole": report.ok}
        rows.append({"what": what, "load": round(os.getloadavg()[0], 1)} | row | grown)
        print(json.dumps(rows[-1]), flush=True)
    arguments.out.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def flooded(
    address: str, app: psutil.Process, session: Session, name: str, posts: int, spread: bool
) -> dict[str, object]:
    """Send all posts at once, and look at the app meanwhile."""
    at_rest = app.memory_info().rss
    most, over = [at_rest], threading.Event()

    def watch() -> None:
        while not over.wait(0.05):
            most[0] = max(most[0], app.memory_info().rss)

    def post(number: int) -> int:
        whose = f"{name} {number}" if spread else name
        sender = f"10.0.{number // 250}.{number % 250 + 1}" if spread else "10.0.0.1"
        form = urllib.parse.urlencode({"name": whose, "password": "not the password"}).encode()
        asked = urllib.request.Request(f"{address}/account/sign-in", form)
        asked.add_header("X-Forwarded-For", sender)
        try:
            return int(urllib.request.urlopen(asked, timeout=600).status)
        except urllib.error.HTTPError as refused:
            return refused.code

    threading.Thread(target=watch, daemon=True).start()
    began = time.perf_counter()
    with ThreadPoolExecutor(posts) as pool:
        waiting = [pool.submit(post, number) for number in range(posts)]
        _, page_s = session.open("worklist")
        answers = Counter(one.result() for one in waiting)
    took_s = time.perf_counter() - began
    over.set()
    return {
        "posts": posts,
        "seconds": round(took_s, 1),
        "looked_at": answers[401],
        "turned_away": answers[429],
        "let_in": answers[200] + answers[303],
        "memory_mb": round((most[0] - at_rest) / 2**20, 1),
        "page_meanwhile_s": round(page_s, 2),
    }


if __name__ == "__main__":
    main()
