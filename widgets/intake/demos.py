"""Demo ECGs that travel with the app: a catalogue of titles, captions and files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ecg_core.intake.values import Bundle, Upload
from widgets.session.words import noted

FIRST = "normal"
FAILED: dict[str, str] = {}
"""Demonstrations that the released model misreads, and how (tests/app/intake asks it)."""
KINDS = {
    ("real", True): noted("Real record"),
    ("real", False): noted("Real page image"),
    ("synthetic", True): noted("Synthetic record"),
    ("synthetic", False): noted("Synthetic page image"),
}
"""Origin and whether it is a record, in words."""
FOLDER = Path(__file__).parents[2] / "assets" / "demo"


@dataclass(frozen=True)
class Demo:
    """One demo ECG: what it is called, what it is, and its files below `FOLDER`.

    origin: "real" or "synthetic". failed: what the released model misses in it, "" where it reads
    it well.
    """

    id: str
    title: str
    caption: str
    origin: str
    files: tuple[str, ...]
    failed: str = ""

    @property
    def kind(self) -> str:
        """Origin and form in a few words."""
        record = any(name.endswith(".hea") for name in self.files)
        return KINDS[self.origin, record]

    def bundle(self) -> Bundle:
        """The demo as if its files had been dropped."""
        uploads = tuple(
            Upload(Path(name).name, (FOLDER / name).read_bytes()) for name in self.files
        )
        return Bundle(self.title, uploads)


@cache
def demos() -> tuple[Demo, ...]:
    """All demo ECGs, the first one that the model reads well; empty when none are installed."""
    catalogue = FOLDER / "catalogue.json"
    if not catalogue.exists():
        return ()
    found = [
        Demo(
            row["id"],
            row["title"],
            row["caption"],
            row["origin"],
            tuple(row["files"]),
            FAILED.get(row["id"], ""),
        )
        for row in json.loads(catalogue.read_text(encoding="utf-8"))
    ]
    return tuple(sorted(found, key=lambda demo: (demo.id != FIRST, bool(demo.failed))))
