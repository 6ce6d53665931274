"""Beat and rhythm marks of a WFDB record (.atr), in the MIT format of annot(5).

Read here and not by the library, which never returns from some damaged files.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from ecg_core.intake.isolation.limits import FileLimits
from ecg_core.intake.told import Told
from ecg_core.intake.values import Annotation, Bundle

SYMBOLS: dict[int, str] = {
    **dict(enumerate("NLRaVFJASEj/Q~", 1)),
    16: "|",
    **dict(enumerate('sT*D"=pB^t+u?![]en@xf()r', 18)),
}
"""What each code of annot(5) marks, as rdann prints it."""

_SKIP, _AUX = 59, 63
_MODIFIERS = (60, 61, 62)
_NOTE = 22
_RESOLUTION = re.compile(rb"## time resolution: ?(\d{1,6}(?:\.\d{1,6})?)")
_DEFINITIONS, _END = b"## annotation type definitions", b"## end of definitions"


@dataclass(frozen=True)
class _Mark:
    time: int
    code: int
    text: bytes


def read_annotations(
    bundle: Bundle, fs_hz: float, frames: int, limits: FileLimits, told: Told
) -> tuple[Annotation, ...]:
    """Marks of the bundle's .atr file that lie within the record.

    Free text is dropped: it may hold a name or a diagnosis; only rhythm names such as "(AFIB"
    are kept. Marks that cannot be read cost a note, not the record.
    """
    files = [file for file in bundle.files if file.name.lower().endswith(".atr")]
    if not files:
        return ()
    rate, found = fs_hz, []
    try:
        for mark in _beats(_marks(files[0].data)):
            if (match := _RESOLUTION.match(mark.text)) and mark.code == _NOTE:
                rate = float(match[1]) or fs_hz
            elif mark.code in SYMBOLS and 0 <= mark.time / rate <= frames / fs_hz:
                text = mark.text.decode("latin-1").strip("\0 ")
                note = text if text.startswith("(") else ""
                found.append(Annotation(mark.time / rate, SYMBOLS[mark.code], note))
                if len(found) > limits.max_annotations:
                    told.note(f"Only the first {limits.max_annotations} annotations are kept.")
                    return tuple(found[:-1])
    except (struct.error, IndexError):
        told.note(f"{files[0].name} cannot be read; the record is shown without annotations.")
        return ()
    return tuple(found)


def _beats(marks: Iterator[_Mark]) -> Iterator[_Mark]:
    """Marks without the definitions that some files put before them."""
    defining = False
    for mark in marks:
        if mark.text.startswith(_DEFINITIONS):
            defining = True
        elif mark.text.startswith(_END):
            defining = False
        elif not defining:
            yield mark


def _marks(data: bytes) -> Iterator[_Mark]:
    """Every mark; raises struct.error or IndexError where the file breaks off within one."""
    place, time = 0, 0
    pending: _Mark | None = None
    while True:
        (word,) = struct.unpack_from("<H", data, place)
        place += 2
        code, interval = word >> 10, word & 0x3FF
        if code == _AUX:
            text = data[place : place + interval]
            if len(text) < interval or pending is None:
                raise IndexError
            pending = _Mark(pending.time, pending.code, text)
            place += interval + interval % 2
            continue
        if code in _MODIFIERS:
            continue
        if pending is not None:
            yield pending
            pending = None
        if word == 0:
            return
        if code == _SKIP:
            # A PDP-11 long: the high half comes first.
            high, low = struct.unpack_from("<hH", data, place)
            time += (high << 16) + low
            place += 4
            continue
        time += interval
        pending = _Mark(time, code, b"")
