"""Sorting what was dropped into cases: a record is a header and the files it names."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from ecg_core.intake.archive import Member, is_zip
from ecg_core.intake.formats.wfdb.header import parse
from ecg_core.intake.formats.wfdb.segments import parse_master
from ecg_core.intake.isolation import sandbox
from ecg_core.intake.isolation.limits import LIMITS, FileLimits
from ecg_core.intake.registry import reader_for
from ecg_core.intake.values import Bundle, IntakeError, Upload, folded

_SIGNAL_SUFFIXES = (".dat", ".mat")
_ANNOTATION_SUFFIX = ".atr"


@dataclass(frozen=True)
class _Placed:
    """A file and where it came from: files of one place belong together before all others.

    place: the archive and folder, or the folder. folder: what of that a reader would recognise.
    """

    place: str
    folder: str
    upload: Upload

    @property
    def stem(self) -> str:
        return PurePosixPath(self.upload.name).stem

    @property
    def suffix(self) -> str:
        return PurePosixPath(self.upload.name).suffix.lower()


class _Pile:
    """All files, found by name: a data set's folder holds thousands."""

    def __init__(self, files: list[_Placed]) -> None:
        self.files = files
        self._by_name: defaultdict[str, list[int]] = defaultdict(list)
        for index, file in enumerate(files):
            self._by_name[folded(file.upload.name)].append(index)

    def find(self, name: str, header: _Placed) -> list[int]:
        """Place of the file of this name: beside the header, else of the only one anywhere."""
        same = self._by_name.get(folded(name), [])
        beside = [i for i in same if self.files[i].place == header.place]
        exact = [i for i in beside if self.files[i].upload.name == name]
        if beside:
            return (exact or beside)[:1]
        # Two different files of the same name elsewhere: taking either would be a guess.
        return same[:1] if len({self.files[i].upload.data for i in same}) == 1 else []


def split(uploads: Sequence[Upload], limits: FileLimits = LIMITS) -> tuple[Bundle, ...]:
    """Group dropped files into cases, in the order in which they came; ZIPs are unpacked.

    A header takes the files that it names and the annotations of its name: those from its own
    folder, else the one file of that name among all uploads. Every other file is a case of its
    own, and so is every page of a document. Nothing is raised: what cannot be read (a ZIP that
    must not be unpacked, signals without a header) becomes a bundle that `read` refuses with the
    reason.
    """
    placed: list[_Placed] = []
    refused: list[Bundle] = []
    left = limits.max_unpacked_bytes
    for index, raw in enumerate(uploads):
        folder, name = _parted(raw.name)
        upload = Upload(name, raw.data)
        if not is_zip(upload.data[:4]):
            placed.append(_Placed(folder, folder, upload))
            continue
        try:
            members = _unpacked(upload, replace(limits, max_unpacked_bytes=left))
        except IntakeError:
            refused.append(Bundle(upload.name, (upload,)))
            continue
        left -= sum(len(member.upload.data) for member in members)
        placed += [_Placed(f"{index}:{m.folder}", m.folder, m.upload) for m in members]
    # The same file dropped twice is one file.
    return (*_group(list(dict.fromkeys(placed)), limits), *refused)


def with_next(page: Bundle) -> Bundle:
    """A page and the one after it as one ECG, limb leads on one and chest leads on the other."""
    part = page.part or 0
    name = f"{page.files[0].name}, pages {part + 1} and {part + 2}"
    return replace(page, name=name, part=part, with_next=True)


def _unpacked(upload: Upload, limits: FileLimits) -> tuple[Member, ...]:
    if len(upload.data) > limits.max_file_bytes:
        raise IntakeError(f"{upload.name} is too large.", "Upload fewer records at once.")
    members = sandbox.run("unpack", upload, upload.name, limits)
    if not isinstance(members, tuple):
        raise IntakeError(f"{upload.name} could not be unpacked.", "Pack it again.")
    return members


def _parted(name: str) -> tuple[str, str]:
    """(folder, bare name) of a name as a browser sends it: with a path for files of a folder."""
    folder, _, bare = name.replace("\\", "/").rpartition("/")
    return folder, bare or "unnamed"


def _group(placed: list[_Placed], limits: FileLimits) -> list[Bundle]:
    pile = _Pile(placed)
    claimed: set[int] = set()
    segments: set[int] = set()
    bundles: dict[int, Bundle] = {}
    for index, header in enumerate(placed):
        if header.suffix != ".hea":
            continue
        members = [i for i in _members(header, pile, limits) if i != index]
        claimed.update(members)
        if _is_master(header, limits):
            segments.update(members)
        files = (header.upload, *(placed[i].upload for i in members))
        bundles[index] = Bundle(header.stem, files)
    # Segments belong to the record that lists them; lists that list each other stay apart.
    for index in [i for i in bundles if i in segments and not _is_master(placed[i], limits)]:
        del bundles[index]
    for index, file in enumerate(placed):
        if index not in bundles and index not in claimed:
            bundles[index] = Bundle(file.upload.name, (file.upload,))
    _tell_apart(bundles, placed)
    return [part for index in sorted(bundles) for part in _parts(bundles[index], limits)]


def _tell_apart(bundles: dict[int, Bundle], placed: list[_Placed]) -> None:
    """Put the folder before names that several cases share: every patient's may be "ecg"."""
    often = Counter(bundle.name for bundle in bundles.values())
    for index, bundle in bundles.items():
        folder = placed[index].folder.strip("./")
        if often[bundle.name] > 1 and folder:
            bundles[index] = replace(bundle, name=f"{folder}/{bundle.name}")


def _parts(bundle: Bundle, limits: FileLimits) -> list[Bundle]:
    """The case itself, or one case for every page of it."""
    reader = reader_for(bundle)
    if reader is None or reader.parts is None or len(bundle.files) > 1:
        return [bundle]
    if len(bundle.files[0].data) > limits.max_file_bytes:
        # It is refused when it is read: its pages need not be counted, which may take long.
        return [bundle]
    try:
        count = sandbox.run("parts", bundle.files[0], bundle.name, limits)
    except IntakeError:
        return [bundle]
    if not isinstance(count, int) or not 1 < count <= limits.max_pages:
        return [bundle]
    return [
        Bundle(f"{bundle.name}, page {part + 1} of {count}", bundle.files, part)
        for part in range(count)
    ]


def _is_master(header: _Placed, limits: FileLimits) -> bool:
    try:
        return parse_master(header.upload, limits) is not None
    except IntakeError:
        return True


def _members(header: _Placed, pile: _Pile, limits: FileLimits) -> list[int]:
    """The files that make up a record with its header; of segments, their headers and files."""
    names = [header.stem + _ANNOTATION_SUFFIX]
    try:
        master = parse_master(header.upload, limits)
        if master is None:
            listed = parse(header.upload, limits).files
            names[:0] = [name for name in listed if not name.lower().endswith(".hea")]
    except IntakeError:
        # The header will be refused; its signals should be refused with it, not once more.
        master = None
        names[:0] = (header.stem + suffix for suffix in _SIGNAL_SUFFIXES)
    found = [i for name in names for i in pile.find(name, header)]
    for record in master.records if master is not None else ():
        for index in pile.find(f"{record}.hea", header):
            found += [index, *_signal_files(pile.files[index], pile, limits)]
    return list(dict.fromkeys(found))


def _signal_files(header: _Placed, pile: _Pile, limits: FileLimits) -> list[int]:
    """What a segment's header names; nothing of a header that cannot be read or has no files."""
    try:
        listed = parse(header.upload, limits).files
    except IntakeError:
        return []
    return [i for name in listed for i in pile.find(name, header)]
