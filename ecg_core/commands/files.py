"""Paths on the command line become cases, the way an upload does."""

from __future__ import annotations

import json
import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ecg_core.intake import LIMITS, Bundle, Upload, split, with_next
from ecg_core.intake.values import folded

_PAGE = re.compile(r"(.+)#page=(\d{1,4})(?:\+(\d{1,4}))?")

_OF_A_RECORD = (".dat", ".mat", ".atr")

ALL_READ, SOME_REJECTED, WRONG_USAGE = 0, 3, 2


def bundles(paths: Sequence[str]) -> Iterator[tuple[str, Bundle]]:
    """(input, bundle) of every case among files, folders, ZIPs and WFDB record names.

    A header or record name brings the files beside it that belong to it, so those are no cases of
    their own where they are named as well (`rec.hea rec.dat`, `folder/*`); a signal file brings
    its header. Every page of a document is a case, named as in "report.pdf#page=2"; that name is
    also a path, and so is "report.pdf#page=1+2", two pages that are one ECG. An empty folder is a
    case without files. Links are not followed. Raises FileNotFoundError for a path that does not
    exist.
    """
    found = [(text, *_page_of(text)) for text in paths]
    folders = _Folders([path for _, path, _ in found])
    headers = {text: folders.header_of(path) for text, path, _ in found}
    records = {header: folders.record(header) for header in headers.values() if header is not None}
    claimed = {file for files in records.values() for file in files[1:]}
    # A case bears the name of its header where that is among the paths.
    named = {header: text for text, header in reversed(headers.items()) if header}
    named |= {path: text for text, path, _ in found if path in records}
    given: set[Path] = set()
    for text, path, page in found:
        header = headers[text]
        if header is not None:
            if header not in claimed and header not in given:
                given.add(header)
                uploads = [_upload(file) for file in records[header]]
                yield from ((named[header], bundle) for bundle in split(uploads))
        elif path.is_dir():
            yield from _folder(text, path)
        elif path.is_file():
            if path not in claimed:
                yield from _file(text, path, page)
        else:
            raise FileNotFoundError(text)


class _Folders:
    """What lies beside a header, each folder listed once; links are left out.

    given: the paths named; files of a record may be named from several folders.
    """

    def __init__(self, given: Sequence[Path]) -> None:
        self._listed: dict[Path, dict[str, Path]] = {}
        self._given: defaultdict[str, set[Path]] = defaultdict(set)
        for path in given:
            self._given[folded(path.name)].add(path)

    def find(self, folder: Path, name: str) -> Path | None:
        """The file of this name in the folder, else the only one named that is no other record's:
        beside which no header lies."""
        if (beside := self._beside(folder, name)) is not None:
            return beside
        same = {
            path
            for path in self._given.get(folded(name), ())
            if path.is_file()
            and not path.is_symlink()
            and (
                path.suffix.lower() == ".hea"
                or self._beside(path.parent, f"{path.stem}.hea") is None
            )
        }
        return same.pop() if len(same) == 1 else None

    def _beside(self, folder: Path, name: str) -> Path | None:
        """The file of this name, in any case where none is written exactly so."""
        if folder not in self._listed:
            files = sorted(folder.iterdir()) if folder.is_dir() else []
            kept = [path for path in files if path.is_file() and not path.is_symlink()]
            by_name = {folded(path.name): path for path in kept}
            self._listed[folder] = by_name | {path.name: path for path in kept}
        listed = self._listed[folder]
        return listed.get(name, listed.get(folded(name)))

    def header_of(self, path: Path) -> Path | None:
        """The header that a path names: itself, that of a record name or of a signal file."""
        if path.is_dir():
            return None
        suffix = path.suffix.lower()
        if suffix == ".hea":
            return path if path.exists() else None
        if not path.exists():
            return self._beside(path.parent, f"{path.name}.hea")
        header = self.find(path.parent, f"{path.stem}.hea") if suffix in _OF_A_RECORD else None
        return header if header is not None and path in self.record(header) else None

    def record(self, header: Path) -> list[Path]:
        """The header and the files of its folder that it names, segments' files among them."""
        wanted = [header]
        names = [f"{header.stem}.atr"]
        for file in wanted:
            if file.suffix.lower() == ".hea":
                # A record of segments names records, an ordinary one names files.
                names += [name for word in _first_words(file) for name in (word, f"{word}.hea")]
            for name in names:
                path = self.find(header.parent, name)
                if path is not None and path not in wanted:
                    wanted.append(path)
            names = []
        return wanted


@dataclass(frozen=True)
class _Page:
    """A page of a document, from 1, and whether the one after it belongs to it."""

    number: int
    with_next: bool


def _file(text: str, path: Path, page: _Page | None) -> Iterator[tuple[str, Bundle]]:
    found = split([_upload(path)])
    if page is not None:
        found = tuple(bundle for bundle in found if (bundle.part or 0) == page.number - 1)
        if not found or (page.with_next and found[0].part is None):
            raise FileNotFoundError(text)
        found = tuple(with_next(bundle) if page.with_next else bundle for bundle in found)
    yield from ((named(str(path), bundle), bundle) for bundle in found)


def _page_of(text: str) -> tuple[Path, _Page | None]:
    match = _PAGE.fullmatch(text)
    if match is None or Path(text).exists():
        return Path(text), None
    number, second = int(match[2]), int(match[3] or 0)
    if second and second != number + 1:
        raise FileNotFoundError(text)
    return Path(match[1]), _Page(number, bool(second))


def named(text: str, bundle: Bundle) -> str:
    """The path of a case: of a document with its page, or its two pages."""
    if bundle.part is None:
        return text
    second = f"+{bundle.part + 2}" if bundle.with_next else ""
    return f"{text}#page={bundle.part + 1}{second}"


def _folder(text: str, folder: Path) -> Iterator[tuple[str, Bundle]]:
    """Cases of a folder, one of its folders after the other: a data set does not fit in memory."""
    empty = True
    for place, folders, names in os.walk(folder):
        folders.sort()
        files = [Path(place) / name for name in sorted(names)]
        uploads = [_upload(p) for p in files if p.is_file() and not p.is_symlink()]
        empty = empty and not uploads
        below = Path(place).relative_to(folder)
        yield from (((Path(text) / below / b.name).as_posix(), b) for b in split(uploads))
    if empty:
        yield text, Bundle(text, ())


def _first_words(header: Path) -> list[str]:
    with header.open("rb") as file:
        text = file.read(LIMITS.max_header_bytes).decode(errors="replace")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return list(dict.fromkeys(line.split()[0] for line in lines))


def _upload(path: Path) -> Upload:
    return Upload(path.name, path.read_bytes())


def emit(line: dict[str, object]) -> None:
    """One JSON object on stdout."""
    print(json.dumps(line, ensure_ascii=False), flush=True)


def complain(message: str) -> None:
    """One message on stderr."""
    print(message, file=sys.stderr, flush=True)
