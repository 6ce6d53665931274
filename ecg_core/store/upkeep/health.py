"""Is everything as it should be: what is asked at the start, and by `serve-check`."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
from sqlalchemy import select

from ecg_core import intake, network
from ecg_core.intake.isolation import jail
from ecg_core.network import manifest
from ecg_core.network.registry import models_folder
from ecg_core.store.audit import chain
from ecg_core.store.audit.canonical import utc_now
from ecg_core.store.cases.schema import HeadRow
from ecg_core.store.cases.store import Store
from ecg_core.store.upkeep.errors import StoreError

LEAST_FREE_BYTES = 500_000_000
LEAST_MEMORY_BYTES = 2_300_000_000
"""Twenty readers with pages of 62 megapixels took 2,115 MiB (`benchmarks/results/memory.jsonl`)."""
RECENT_EVENTS = 1000
CGROUPS, OWN_CGROUP = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")


@dataclass(frozen=True)
class HealthLine:
    """One thing that was looked at, and what was found. refuses: the server must not start."""

    name: str
    ok: bool
    what: str
    refuses: bool = False


def check(data_dir: Path, url: str | None) -> list[HealthLine]:
    """Look at everything; the first line that is not ok says what to do."""
    found = [*weights(), disk(data_dir), memory(), configuration(), locks()]
    try:
        store = Store.open(data_dir, url)
    except StoreError as error:
        return [*found, HealthLine("database", False, str(error))]
    try:
        found.append(HealthLine("database", True, "It is up to date and can be read."))
        found.append(clock(store))
        report = store.verify(since=store.link_before_end(RECENT_EVENTS))
        found.append(HealthLine("chain", report.ok, report.what))
    except StoreError as error:
        found.append(HealthLine("database", False, str(error)))
    finally:
        store.close()
    return found


def weights() -> list[HealthLine]:
    """Whether the models that answer are those that were released, by card and manifest."""
    found = []
    for name in network.answering_models():
        path = models_folder() / name / "weights.safetensors"
        try:
            # The card as it lies there: reading it whole would import torch.
            card = json.loads(path.with_name("card.json").read_text(encoding="utf-8"))
            expected = card["weights_sha256"]
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
        except (OSError, KeyError, TypeError, ValueError) as error:
            found.append(HealthLine(f"model {name}", False, f"It cannot be read: {error}."))
            continue
        words = f"Weights {digest}."
        if digest != expected:
            words = f"Weights {digest}, its card says {expected}."
        elif other := manifest.differs(path.parent):
            words = other
        ok = words == f"Weights {digest}."
        found.append(HealthLine(f"model {name}", ok, words, refuses=not ok))
    return found


def disk(data_dir: Path) -> HealthLine:
    """Whether there is room for more."""
    place = next(p for p in (data_dir.resolve(), *data_dir.resolve().parents) if p.exists())
    free = shutil.disk_usage(place).free
    writable = os.access(place, os.W_OK)
    words = f"{free / 1e9:.1f} GB free" + ("" if writable else ", but it cannot be written to")
    return HealthLine("disk", free >= LEAST_FREE_BYTES and writable, f"{words}.")


def memory(groups: Path = CGROUPS, own: Path = OWN_CGROUP) -> HealthLine:
    """How much memory the program may take, by the limit of its service or container.

    groups, own: where Linux tells limits (cgroup v2), and which of them are this process's.
    """
    whole = psutil.virtual_memory().total
    limit = memory_bytes(groups, own)
    if limit >= whole:
        return HealthLine(
            "memory",
            whole >= LEAST_MEMORY_BYTES,
            f"No limit is known: all {whole / 1e9:.1f} GB of this machine may be used.",
        )
    words = f"{limit / 1e9:.1f} GB of {whole / 1e9:.1f} may be used."
    if limit < LEAST_MEMORY_BYTES:
        words += f" Large pages of several readers need {LEAST_MEMORY_BYTES / 1e9:.1f}."
    return HealthLine("memory", limit >= LEAST_MEMORY_BYTES, words)


def memory_bytes(groups: Path = CGROUPS, own: Path = OWN_CGROUP) -> int:
    """How much memory the program may take: the limit of its service or container, or all."""
    whole = psutil.virtual_memory().total
    return min(whole, min(_limits(groups, own), default=whole))


def _limits(groups: Path, own: Path) -> Iterator[int]:
    """Limits in bytes of this process's group and those that it lies in."""
    try:
        line = next(one for one in own.read_text().splitlines() if one.startswith("0::"))
    except (OSError, StopIteration):
        return
    group = groups / line.removeprefix("0::").strip("/")
    for folder in (group, *group.parents):
        try:
            said = (folder / "memory.max").read_text().strip()
        except OSError:
            continue
        if said.isdigit():
            yield int(said)


def clock(store: Store) -> HealthLine:
    """Whether the clock lies before the last event."""
    with store.snapshot() as session:
        head = session.scalars(select(HeadRow)).one_or_none()
        behind_s = 0.0 if head is None else chain.clock_behind_s(session, head, utc_now())
    if behind_s > chain.CLOCK_TOLERANCE_S:
        return HealthLine(
            "clock",
            False,
            f"The clock lies {behind_s:.0f} s before the last event: set it right. "
            "Events written meanwhile carry a mark.",
        )
    return HealthLine("clock", True, "It runs on from the last event.")


def locks() -> HealthLine:
    """Whether files are read behind every lock of the kernel; a fault only where that is asked."""
    try:
        lacking = intake.lacking_locks()
    except intake.IntakeError as error:
        return HealthLine("reading", False, error.reason)
    if not lacking:
        return HealthLine("reading", True, "Files are read behind every lock.")
    words = f"This machine refuses a lock on {' and '.join(lacking)}."
    return HealthLine("reading", not jail.is_required(), words)


def configuration() -> HealthLine:
    """Whether the environment names what can be used."""
    inbox = os.environ.get("ECG_INBOX")
    if inbox and Path(inbox).exists() and not os.access(inbox, os.W_OK):
        return HealthLine("configuration", False, f"ECG_INBOX={inbox} cannot be written to.")
    redis = os.environ.get("ECG_REDIS_URL")
    if redis and not redis.startswith(("redis://", "rediss://", "unix://")):
        return HealthLine("configuration", False, "ECG_REDIS_URL is no redis:// URL.")
    return HealthLine("configuration", True, "Nothing contradicts itself.")
