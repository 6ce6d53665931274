"""A child that only saves: a case with its files and a decision on it, again and again.

`python -m benchmarks.service.saving FOLDER NUMBER` prints one line of JSON for each decision once
the store has confirmed it. Cases are copies of one answer that the shipped model gave (`prepared`).
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import sys
from dataclasses import replace
from pathlib import Path

from benchmarks.service.filled import DEMO
from ecg_core import network
from ecg_core.answer import answer
from ecg_core.intake import Bundle, Upload
from ecg_core.prepared import Refusal
from ecg_core.store.cases.adding import NewCase
from ecg_core.store.cases.readings import Reading
from ecg_core.store.cases.store import Store

ROOT = Path(__file__).parents[2]
PYTHON_PATH = {**os.environ, "PYTHONPATH": str(ROOT), "ECG_DATABASE_URL": ""}


def prepared(folder: Path, number: int, url: str | None = None) -> None:
    """An empty store, and beside it an answer of which a child makes this many cases."""
    uploads = tuple(
        Upload(name, (DEMO / name).read_bytes()) for name in ("normal.hea", "normal.dat")
    )
    said = answer(Bundle("normal", uploads), network.Answering())
    assert not isinstance(said, Refusal), said
    attention, whole = said.attention(), said.priority
    new = NewCase(
        Bundle("normal", uploads), said.page, said.prediction, attention, whole, {}, "benchmark"
    )
    Store.open(folder, url).close()
    made = [another(new, one) for one in range(number)]
    _answers(folder).write_bytes(pickle.dumps(made))


def another(new: NewCase, number: int) -> NewCase:
    """The same answer to another file: its header differs by a remark."""
    header, signals = new.bundle.files
    changed = Upload(header.name, header.data + f"# {number}\n".encode())
    bundle = Bundle(f"ECG {number}", (changed, signals))
    return replace(new, bundle=bundle, page=replace(new.page, source_sha256=bundle.sha256))


def save(store: Store, new: NewCase, token: str) -> dict[str, object]:
    """Save a case and a decision; gives what is then confirmed. Raises StoreError."""
    case_id = store.add_case(new)
    differs = next(
        one for one in new.prediction.triage_classes if one is not new.prediction.triage_class
    )
    priority = new.priority.priority
    reading = Reading("Saver", False, differs, priority, "Noise", findings=("SR",))
    return {"case": case_id, "event": store.record_reading(case_id, reading, token)}


def answers(folder: Path) -> list[NewCase]:
    """What `prepared` laid beside a store."""
    made: list[NewCase] = pickle.loads(_answers(folder).read_bytes())
    return made


def _answers(folder: Path) -> Path:
    # A copy of the folder finds it as well.
    return folder.parent / "answers.pickle"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("number", type=int)
    arguments = parser.parse_args()
    store = Store.open(arguments.folder, os.environ.get("ECG_DATABASE_URL") or None)
    for number, new in enumerate(answers(arguments.folder)[: arguments.number]):
        said = json.dumps(save(store, new, f"saved {os.getpid()} {number}"))
        # In one piece: it is whole or not at all where the program is killed.
        sys.stdout.write(said + "\n")
        sys.stdout.flush()
    store.close()


if __name__ == "__main__":
    main()
