"""Paths on the command line become cases, the way an upload does."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from ecg_core.intake import Bundle, Upload, split

_PAGE = re.compile(r"(.+)#page=(\d{1,4})")

ALL_READ, SOME_REJECTED, WRONG_USAGE = 0, 3, 2


def bundles(paths: Sequence[str]) -> Iterator[tuple[str, Bundle]]:
    """(input, bundle) of every case among files, folders, ZIPs and WFDB record names.

    A header or record name brings the files beside it that belong to it. Every page of a
    document is a case, named as in "report.pdf#page=2"; that name is also a path. Links are
    not followed. Raises FileNotFoundError for a path that does not exist.
    """
    for text in paths:
        path, page = _page(text)
        if path.is_dir():
            yield from _folder(text, path)
        elif path.suffix.lower() == ".hea" or (
            not path.exists() and path.with_name(path.name + ".hea").exists()
        ):
            header = path if path.suffix.lower() == ".hea" else path.with_name(path.name + ".hea")
            yield from ((text, bundle) for bundle in split(_record_files(header)))
        elif path.is_file():
            found = split([_upload(path)])
            if page is not None:
                found = tuple(bundle for bundle in found if (bundle.part or 0) == page - 1)
                if not found:
                    raise FileNotFoundError(text)
            yield from ((_named(str(path), bundle), bundle) for bundle in found)
        else:
            raise FileNotFoundError(text)


def _page(text: str) -> tuple[Path, int | None]:
    match = _PAGE.fullmatch(text)
    if match is None or Path(text).exists():
        return Path(text), None
    return Path(match[1]), int(match[2])


def _named(text: str, bundle: Bundle) -> str:
    return text if bundle.part is None else f"{text}#page={bundle.part + 1}"


def _folder(text: str, folder: Path) -> Iterator[tuple[str, Bundle]]:
    """Cases of a folder, one of its folders after the other: a data set does not fit in memory."""
    for place, folders, names in os.walk(folder):
        folders.sort()
        files = [Path(place) / name for name in sorted(names)]
        uploads = [_upload(p) for p in files if p.is_file() and not p.is_symlink()]
        below = Path(place).relative_to(folder)
        yield from (((Path(text) / below / b.name).as_posix(), b) for b in split(uploads))


def _record_files(header: Path) -> list[Upload]:
    """The header and the files of its own folder that it names, segments' files among them."""
    beside = {p.name: p for p in header.parent.iterdir() if p.is_file() and not p.is_symlink()}
    wanted = [header.name, header.with_suffix(".atr").name]
    for name in wanted:
        if name.lower().endswith(".hea") and (name in beside or name == header.name):
            words = _first_words(header.parent / name)
            # A record of segments names records, an ordinary one names files.
            new = dict.fromkeys(w for word in words for w in (word, f"{word}.hea"))
            wanted += [word for word in new if word in beside and word not in wanted]
    return [_upload(header), *(_upload(beside[n]) for n in wanted[1:] if n in beside)]


def _first_words(header: Path) -> list[str]:
    lines = header.read_text(errors="replace").splitlines()
    return [line.split()[0] for line in lines if line.strip() and not line.startswith("#")]


def _upload(path: Path) -> Upload:
    return Upload(path.name, path.read_bytes())


def emit(line: dict[str, object]) -> None:
    """One JSON object on stdout."""
    print(json.dumps(line, ensure_ascii=False), flush=True)


def complain(message: str) -> None:
    """One message on stderr."""
    print(message, file=sys.stderr, flush=True)
