"""Named sets of labelled cases on disk: files, labels, progress, answers.

A set is a folder. What is decided once lies in `set.json` and `labels.parquet`; answers are
appended to `answers.jsonl`, one line a case, so that scoring goes on where it was stopped.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import threading
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import numpy as np
import pandas as pd

from ecg_core.evidence.own_sets.answering import CaseAnswer, CaseFiles
from ecg_core.evidence.own_sets.checking import Labels
from ecg_core.intake.values import Bundle

FOLDER, ANSWERS = "labelled", "answers.jsonl"
PREFIXES = ("truth_", "known_", "fact_")


class State(StrEnum):
    """Where the scoring of a set stands."""

    WAITING = "waiting"
    RUNNING = "running"
    CHECKING = "checking"
    STOPPED = "stopped"
    DONE = "done"


@dataclass(frozen=True)
class SetInfo:
    """What a set is: who brought it in, which model is asked, and by which weights.

    owner: id of the account that brought it in; "" for sets from before that was kept.
    """

    id: str
    name: str
    created_utc: str
    model: str
    version: str
    weights_sha256: str
    cases: int
    cancelled: bool = False
    owner: str = ""


class _Count:
    """Names answered in a file that only grows: screens ask every other second."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._read_bytes = 0
        self._names: set[str] = set()

    def so_far(self, path: Path) -> int:
        """How many names the file holds by now."""
        with self._lock:
            size = path.stat().st_size if path.exists() else 0
            if size < self._read_bytes:
                self._read_bytes, self._names = 0, set()
            if size > self._read_bytes:
                with path.open("rb") as file:
                    file.seek(self._read_bytes)
                    # The last line may still be being written.
                    whole = file.read().rpartition(b"\n")
                self._read_bytes += len(whole[0]) + len(whole[1])
                answers = map(_answer, whole[0].decode("utf-8", "replace").split("\n"))
                self._names |= {one.name for one in answers if one is not None}
            return len(self._names)


_counts: dict[Path, _Count] = {}


def _answer(line: str) -> CaseAnswer | None:
    """The answer of a line, or None where a kill cut it short."""
    try:
        plain = json.loads(line)
        plain["triage"] = tuple(plain["triage"])
        plain["findings"] = tuple((code, p) for code, p in plain["findings"])
        plain["trace_area_px"] = tuple(plain.get("trace_area_px") or ()) or None
        return CaseAnswer(**plain)
    except (ValueError, KeyError, TypeError):
        return None


@dataclass(frozen=True)
class LabelledSet:
    """One set on disk."""

    folder: Path

    @property
    def info(self) -> SetInfo:
        """What was decided when the set was made."""
        return SetInfo(**json.loads((self.folder / "set.json").read_text(encoding="utf-8")))

    def labels(self) -> Labels:
        """The labels, in the order of the cases."""
        table = pd.read_parquet(self.folder / "labels.parquet")
        codes = tuple(c.removeprefix("truth_") for c in table if c.startswith("truth_"))
        return Labels(
            table["file"].to_numpy(dtype=str),
            table["patient"].to_numpy(dtype=str),
            table["triage"].to_numpy(dtype=int),
            codes,
            table[[f"truth_{c}" for c in codes]].to_numpy(dtype=bool),
            table[[f"known_{c}" for c in codes]].to_numpy(dtype=bool),
            {
                c.removeprefix("fact_"): table[c].to_numpy(dtype=str)
                for c in table
                if c.startswith("fact_")
            },
        )

    def cases(self) -> tuple[CaseFiles, ...]:
        """The files of every case, in the order of the labels."""
        plain = json.loads((self.folder / "cases.json").read_text(encoding="utf-8"))
        return tuple(
            CaseFiles(
                row["name"],
                tuple((name, str(self.folder / "files" / key)) for name, key in row["files"]),
                row["part"],
            )
            for row in plain
        )

    def answers(self) -> dict[str, CaseAnswer]:
        """Answers so far, by case name. A line that a kill cut short is not one."""
        found: dict[str, CaseAnswer] = {}
        for line in self._lines():
            if (one := _answer(line)) is not None:
                found[one.name] = one
        return found

    def _lines(self) -> Iterator[str]:
        path = self.folder / ANSWERS
        if path.exists():
            # Only the line feed parts answers: names of files may hold other separators.
            yield from path.read_text(encoding="utf-8", errors="replace").split("\n")

    def append(self, answers: Sequence[CaseAnswer]) -> None:
        """Keep answers. Each batch begins on a fresh line, whatever a kill left behind."""
        path = self.folder / ANSWERS
        text = "".join(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in answers)
        with path.open("ab+") as file:
            file.seek(0, os.SEEK_END)
            if file.tell():
                file.seek(-1, os.SEEK_END)
                if file.read(1) != b"\n":
                    text = "\n" + text
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())

    def done(self) -> int:
        """How many cases have an answer. Whoever asks again pays only for what is new."""
        return _counts.setdefault(self.folder, _Count()).so_far(self.folder / ANSWERS)

    def cancel(self, cancelled: bool = True) -> None:
        """Ask the scoring to stop after what it is doing, or allow it to go on."""
        write_json(self.folder / "set.json", asdict(replace(self.info, cancelled=cancelled)))

    def delete(self) -> None:
        """Remove the set with its files."""
        shutil.rmtree(self.folder)


def root(data_dir: Path) -> Path:
    """Where sets live."""
    return data_dir / FOLDER


def list_sets(data_dir: Path) -> tuple[LabelledSet, ...]:
    """All whole sets, the newest first."""
    found = [LabelledSet(path.parent) for path in root(data_dir).glob("*/set.json")]
    return tuple(sorted(found, key=lambda one: one.info.created_utc, reverse=True))


def create(
    data_dir: Path,
    name: str,
    bundles: Sequence[Bundle],
    labels: Labels,
    model: SetInfo,
    owner: str = "",
) -> LabelledSet:
    """Store a set: files by hash, labels, and last what makes it a set.

    bundles: cases by name; those without a label are not kept. model: identity of the model asked
    (`identity`). owner: id of the account that brings it in.
    Raises ValueError for an empty name or no case, OSError when the disk is full.
    """
    if not name.strip():
        raise ValueError("Give the set a name.")
    if not labels.n:
        raise ValueError("No case has both a file and a label.")
    by_name = {bundle.name: bundle for bundle in bundles}
    home = root(data_dir) / secrets.token_hex(8)
    (home / "files").mkdir(parents=True)
    try:
        cases = [_keep(home, by_name[str(file)]) for file in labels.files]
        write_json(home / "cases.json", cases)
        _table(labels).to_parquet(home / "labels.parquet")
        made = replace(
            model,
            id=home.name,
            name=_new_name(name.strip(), {one.info.name for one in list_sets(data_dir)}),
            created_utc=datetime.now(UTC).isoformat(timespec="seconds"),
            cases=labels.n,
            owner=owner,
        )
        write_json(home / "set.json", asdict(made))
    except OSError:
        shutil.rmtree(home, ignore_errors=True)
        raise
    return LabelledSet(home)


def _new_name(name: str, taken: set[str]) -> str:
    """The name, with a number where a set has it already: tags are kept by name."""
    numbered = (f"{name} ({k})" for k in range(2, len(taken) + 3))
    return name if name not in taken else next(one for one in numbered if one not in taken)


def identity(name: str, version: str, weights_sha256: str) -> SetInfo:
    """A set's description with nothing but the model in it."""
    return SetInfo("", "", "", name, version, weights_sha256, 0)


def _keep(home: Path, bundle: Bundle) -> dict[str, object]:
    files = []
    for upload in bundle.files:
        key = hashlib.sha256(upload.data).hexdigest()
        path = home / "files" / key
        if not path.exists():
            path.write_bytes(upload.data)
        files.append([upload.name, key])
    return {"name": bundle.name, "files": files, "part": bundle.part}


def _table(labels: Labels) -> pd.DataFrame:
    columns: dict[str, np.ndarray] = {
        "file": labels.files,
        "patient": labels.patients,
        "triage": labels.triage,
    }
    for k, code in enumerate(labels.codes):
        columns[f"truth_{code}"] = labels.truth[:, k]
        columns[f"known_{code}"] = labels.known[:, k]
    for role, values in labels.facts.items():
        columns[f"fact_{role}"] = values
    return pd.DataFrame(columns)


def write_json(path: Path, value: object) -> None:
    """Replace a JSON file in one step: a kill leaves the old one or the new one."""
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    partial.replace(path)
