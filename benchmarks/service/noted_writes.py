"""Calls that change files, as strace notes them, and the disk that they leave after a cut."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_CALL = re.compile(r"^(\w+)\((.*)\)\s+= (-?\d+)")
_BLOCK = 4096


@dataclass(frozen=True)
class Call:
    """One call that succeeded. at: where its bytes go; name, other: paths below the folder."""

    kind: str
    file: int = -1
    name: str = ""
    other: str = ""
    data: bytes = b""
    at: int = 0


def read_notes(notes: Path, folder: Path) -> Iterator[Call]:
    """The calls of a trace that concern a folder, and what was said on standard output.

    Files are numbered as they are opened; a descriptor's place is followed through reads, writes
    and seeks.
    """
    opened: dict[int, tuple[int, int]] = {}
    begun: dict[str, str] = {}
    count = 0
    for line in notes.read_text(encoding="ascii").splitlines():
        pid, _, text = line.partition(" ")
        text = text.lstrip()
        if text.endswith("<unfinished ...>"):
            begun[pid] = text.removesuffix("<unfinished ...>")
            continue
        if "resumed>" in text:
            text = begun.pop(pid, "") + text.partition("resumed>")[2]
        found = _CALL.match(text)
        if found is None or int(found[3]) < 0:
            continue
        kind, given, result = found[1], found[2], int(found[3])
        texts = [bytes.fromhex(one.replace("\\x", "")) for one in re.findall(r'"([^"]*)"', given)]
        names = [_below(one, folder) for one in texts]
        first = re.match(r"(-?\d+)", given)
        fd = int(first[1]) if first else -1
        if kind in ("open", "openat", "creat"):
            opened.pop(result, None)
            if names and names[0] is not None:
                count += 1
                opened[result] = (count, 0)
                yield Call("open", count, names[0], "trunc" if "O_TRUNC" in given else "")
        elif kind == "close":
            opened.pop(fd, None)
        elif kind == "write" and fd == 1:
            yield Call("said", data=texts[0])
        elif kind in ("rename", "unlink", "mkdir") and names and names[0] is not None:
            yield Call(kind, name=names[0], other=(names[1] or "") if len(names) > 1 else "")
        elif fd in opened:
            number, at = opened[fd]
            if kind == "read":
                opened[fd] = (number, at + result)
            elif kind == "lseek":
                opened[fd] = (number, result)
            elif kind == "write":
                opened[fd] = (number, at + result)
                yield Call("write", number, data=texts[0][:result], at=at)
            elif kind == "pwrite64":
                place = int(given.rpartition(", ")[2], 0)
                yield Call("write", number, data=texts[0][:result], at=place)
            elif kind == "ftruncate":
                yield Call("cut", number, at=int(given.rpartition(", ")[2], 0))
            elif kind in ("fsync", "fdatasync"):
                yield Call("sync", number)


def _below(path: bytes, folder: Path) -> str | None:
    """A path below the folder, the folder itself as "."; None elsewhere."""
    whole = Path(path.decode(errors="replace"))
    return str(whole.relative_to(folder)) if whole.is_relative_to(folder) else None


class _File:
    """Bytes as programs see them, as they lie on the disk, and what is on its way there."""

    def __init__(self, data: bytes = b"") -> None:
        self.seen, self.kept = bytearray(data), bytes(data)
        self.waiting: list[tuple[int, bytes] | int] = []

    def write(self, at: int, data: bytes) -> None:
        _put(self.seen, at, data)
        self.waiting.append((at, data))

    def cut(self, size: int) -> None:
        _cut(self.seen, size)
        self.waiting.append(size)

    def sync(self) -> None:
        self.kept, self.waiting = bytes(self.seen), []

    def after_cut(self, draw: random.Random | None) -> bytes:
        """What lies there after a cut: of what waited nothing, or blocks drawn by chance."""
        if draw is None:
            return self.kept
        found = bytearray(self.kept)
        for one in self.waiting:
            if isinstance(one, int):
                if draw.random() < 0.5:
                    _cut(found, one)
                continue
            at, data = one
            for start in range(0, len(data), _BLOCK):
                if draw.random() < 0.5:
                    _put(found, at + start, data[start : start + _BLOCK])
        return bytes(found)


class Disk:
    """A folder as programs see it, and as it lies after a cut.

    A name reaches the disk with its folder's sync; one that was removed or replaced comes back as
    long as that was not synced.
    """

    def __init__(self, base: Path) -> None:
        self.seen: dict[str, _File | None] = {
            str(path.relative_to(base)): _File(path.read_bytes()) if path.is_file() else None
            for path in base.rglob("*")
        }
        self.kept = dict(self.seen)
        self.said: list[str] = []
        self._opened: dict[int, tuple[str, _File | None]] = {}
        self._line = b""

    def apply(self, call: Call) -> None:
        """Let one more call happen."""
        if call.kind == "said":
            *whole, self._line = (self._line + call.data).split(b"\n")
            self.said += [line.decode() for line in whole if line.startswith(b"{")]
        elif call.kind == "open":
            if call.name != "." and call.name not in self.seen:
                self.seen[call.name] = _File()
            file = None if call.name == "." else self.seen[call.name]
            if call.other and file is not None:
                file.cut(0)
            self._opened[call.file] = (call.name, file)
        elif call.kind == "mkdir":
            self.seen.setdefault(call.name, None)
        elif call.kind == "unlink":
            self.seen.pop(call.name, None)
        elif call.kind == "rename":
            self.seen[call.other] = self.seen.pop(call.name)
        else:
            self._on_file(call, *self._opened[call.file])

    def _on_file(self, call: Call, name: str, file: _File | None) -> None:
        if file is None:
            # A folder: its own names reach the disk.
            for known in {*self.seen, *self.kept}:
                if str(Path(known).parent) == name:
                    if known in self.seen:
                        self.kept[known] = self.seen[known]
                    else:
                        self.kept.pop(known)
        elif call.kind == "write":
            file.write(call.at, call.data)
        elif call.kind == "cut":
            file.cut(call.at)
        else:
            file.sync()

    def lay_out(self, folder: Path, draw: random.Random | None) -> None:
        """Write the disk down as it lies after a cut."""
        folder.mkdir()
        for name, file in sorted(self.kept.items()):
            path = folder / name
            # A file in a folder whose own name never reached the disk is lost with it.
            if name.endswith("-shm") or not path.parent.is_dir():
                continue
            if file is None:
                path.mkdir()
            else:
                path.write_bytes(file.after_cut(draw))


def _put(whole: bytearray, at: int, data: bytes) -> None:
    whole.extend(bytes(max(at + len(data) - len(whole), 0)))
    whole[at : at + len(data)] = data


def _cut(whole: bytearray, size: int) -> None:
    whole.extend(bytes(max(size - len(whole), 0)))
    del whole[size:]
