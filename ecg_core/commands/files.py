"""Paths on the command line become cases, the way an upload does."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from ecg_core.intake import Bundle, Upload, split

ALL_READ, SOME_REJECTED, WRONG_USAGE = 0, 3, 2


def bundles(paths: Sequence[str]) -> Iterator[tuple[str, Bundle]]:
    """(input, bundle) of every case among files, folders, ZIPs and WFDB record names.

    A header or record name brings the files beside it that share its name or that it lists.
    Raises FileNotFoundError for a path that does not exist.
    """
    for text in paths:
        path = Path(text)
        if path.is_dir():
            files = sorted(p for p in path.rglob("*") if p.is_file() and not p.is_symlink())
            yield from ((f"{text}/{b.name}", b) for b in split([_upload(p) for p in files]))
        elif path.suffix.lower() == ".hea" or (
            not path.exists() and path.with_name(path.name + ".hea").exists()
        ):
            header = path if path.suffix.lower() == ".hea" else path.with_name(path.name + ".hea")
            yield from ((text, bundle) for bundle in split(_record_files(header)))
        elif path.is_file():
            yield from ((text, bundle) for bundle in split([_upload(path)]))
        else:
            raise FileNotFoundError(text)


def _record_files(header: Path) -> list[Upload]:
    """The header, the signal files it lists in its own folder, and annotations of its name."""
    listed = {
        word
        for line in header.read_text(errors="replace").splitlines()
        if line and not line.startswith("#")
        for word in line.split()[:1]
    }
    beside = [p for p in header.parent.iterdir() if p.is_file() and p.name in listed]
    annotations = header.with_suffix(".atr")
    if annotations.is_file():
        beside.append(annotations)
    return [_upload(header), *(_upload(p) for p in sorted(beside) if p != header)]


def _upload(path: Path) -> Upload:
    return Upload(path.name, path.read_bytes())


def emit(line: dict[str, object]) -> None:
    """One JSON object on stdout."""
    print(json.dumps(line, ensure_ascii=False), flush=True)


def complain(message: str) -> None:
    """One message on stderr."""
    print(message, file=sys.stderr, flush=True)
