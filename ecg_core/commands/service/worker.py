"""`worker`: read waiting ECGs in the background, and watch the inbox."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from threading import Event, Thread
from typing import Any

from ecg_core.commands.files import ALL_READ, SOME_REJECTED, complain
from ecg_core.store.background import tasks
from ecg_core.store.background.reading_processes import ReadingProcesses
from ecg_core.store.cases.store import Store, StoreError
from ecg_core.store.upkeep.health import memory_bytes


def register(subparsers: Any) -> None:
    """Add the subcommand."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "worker", help="read waiting ECGs; watch the inbox (ECG_INBOX)"
    )
    parser.add_argument(
        "--data-dir", type=Path, default=Path(os.environ.get("ECG_DATA_DIR") or "var")
    )
    parser.add_argument("--inbox", type=Path, default=os.environ.get("ECG_INBOX") or None)
    parser.add_argument("--parent", type=int, help="end when this process is gone")
    parser.add_argument("--until-done", action="store_true", help="end when nothing waits")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Work until stopped by a signal."""
    redis = os.environ.get("ECG_REDIS_URL") or None
    stop = Event()
    tasks.stop_on_signals(stop)
    if arguments.parent:
        Thread(target=tasks.watch_parent, args=(arguments.parent, stop), daemon=True).start()
    if hasattr(os, "nice"):
        # Readers at their screens come first.
        os.nice(5)
    try:
        store = Store.open(arguments.data_dir, os.environ.get("ECG_DATABASE_URL") or None)
        huey = tasks.queue(arguments.data_dir, redis)
        inbox = Path(arguments.inbox) if arguments.inbox else None
        # The program that started this one has let go of orphans, and may be reading itself.
        alone = redis is None and not arguments.parent
        roomy = memory_bytes() >= tasks.ROOMY_BYTES
        at_once = min(tasks.AT_ONCE, os.cpu_count() or 1) if roomy else 1
        url = os.environ.get("ECG_DATABASE_URL") or None
        processes = ReadingProcesses(arguments.data_dir, url, at_once)
        processes.warm_up()
        try:
            tasks.work(
                store,
                huey,
                inbox,
                stop,
                alone,
                until_done=arguments.until_done,
                at_once=at_once,
                processes=processes,
            )
        finally:
            processes.close()
    except StoreError as error:
        complain(str(error))
        return SOME_REJECTED
    except KeyboardInterrupt:
        return ALL_READ
    print("The worker has stopped.", file=sys.stderr)
    return ALL_READ
