"""Files of every registered format, damaged: changed, cut, swollen, misnamed, absurd numbers."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ecg_core.intake import LIMITS, Upload
from tests.intake.battery import Sample
from tests.intake.test_battery import SAMPLES

BROKEN, NUMBERS_OF_A_FILE = 24, 10
CUTS = (0.0, 0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99)
ABSURD = (b"nan", b"inf", b"-inf", b"1e308", b"-1", b"0", b"99999999999999999999", b"1e-320")
"""What stands in the place of a number of a file that is written in letters."""
_LETTERED = {
    "wfdb": 0, "csv": 0, "json": 0, "fhir": 0, "aecg": 0, "muse": 0, "edf": 0, "edf+": 0, "bdf": 0,
    "dicom": 0, "sierra": 0,
}  # fmt: skip
"""Samples whose first file says its scales in letters."""
_NUMBER = re.compile(rb"(?<![\w.])-?\d+(?:\.\d+)?(?![\w])")
_WIDE = re.compile(b"(?<![0-9.\0])-?\0?(?:[0-9.]\0)+")
SUFFIXES = (
    ".png", ".jpg", ".pdf", ".dcm", ".hea", ".csv", ".xml", ".zip", ".edf", ".mat", ".exe", "",
)  # fmt: skip
NAMES = (
    "../../etc/cron.d/ecg",
    "/etc/passwd",
    "C:\\Windows\\system32\\ecg.dll",
    "ecg\0.png",
    "ecg\u202egnp.exe",
    "<script>alert(1)</script>.png",
    "=HYPERLINK(1).csv",
    "a" * 5000 + ".dcm",
    "\ud800.png",
    "CON.png",
    ".",
)
"""Names that a browser or an archive may give a file."""


@dataclass(frozen=True)
class Hostile:
    """Files that are dropped together. kind: what is wrong with them. of: which format."""

    kind: str
    of: str
    files: tuple[Upload, ...]


def broken() -> Iterator[Hostile]:
    """A few bytes changed, most of them at the beginning, where headers are."""
    for of, sample in SAMPLES.items():
        draw = random.Random(of)
        for _ in range(BROKEN):
            which = draw.randrange(len(sample.files))
            data = bytearray(sample.files[which].data)
            for _ in range(draw.randint(1, 6)):
                place = draw.randrange(min(len(data), draw.choice((64, 600, 10**9))))
                data[place] = draw.choice((0, 255, 128, draw.randrange(256)))
            yield Hostile("broken", of, _with(sample, which, bytes(data)))


def truncated() -> Iterator[Hostile]:
    """Cut off: at shares of the file, and by one byte."""
    for of, sample in SAMPLES.items():
        for which, file in enumerate(sample.files):
            sizes = {int(len(file.data) * share) for share in CUTS} | {len(file.data) - 1}
            for size in sorted(sizes):
                yield Hostile("truncated", of, _with(sample, which, file.data[:size]))


def oversized() -> Iterator[Hostile]:
    """More than is read of one file: zeros behind a whole one, and behind its first bytes."""
    for of, sample in SAMPLES.items():
        file = sample.files[-1]
        beyond = LIMITS.max_file_bytes + 1 - len(file.data)
        yield Hostile("oversized", of, _with(sample, -1, file.data + bytes(beyond)))
        much = file.data[: len(file.data) // 2] + bytes(60_000_000)
        yield Hostile("oversized", of, _with(sample, -1, much))


def numbers() -> Iterator[Hostile]:
    """NaN, infinity and other absurd numbers, one at a time, where a file says a number."""
    for of, which in _LETTERED.items():
        sample = SAMPLES[of]
        data = sample.files[which].data
        wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
        head = data[:40_000]
        found = [one for one in (_WIDE if wide else _NUMBER).finditer(head) if one.group()]
        # All of a header, and some of the samples behind it.
        step = max(1, len(found) // NUMBERS_OF_A_FILE)
        for one in [*found[:NUMBERS_OF_A_FILE], *found[NUMBERS_OF_A_FILE::step]]:
            for absurd in ABSURD:
                value = absurd.decode().encode("utf-16-le") if wide else absurd
                if of in ("edf", "edf+", "bdf"):
                    # Fields have their width.
                    value = value[: len(one.group())].ljust(len(one.group()))
                changed = data[: one.start()] + value + data[one.end() :]
                yield Hostile("NaN, infinite and absurd numbers", of, _with(sample, which, changed))


def misnamed() -> Iterator[Hostile]:
    """Every format under the names of the others, and under names that mean harm."""
    for of, sample in SAMPLES.items():
        if len(sample.files) > 1:
            # Files of a record find one another by name: see `paths`.
            continue
        (file,) = sample.files
        for name in (*(f"ecg{suffix}" for suffix in SUFFIXES), *NAMES):
            yield Hostile("deceptive name", of, (Upload(name, file.data),))


def _with(sample: Sample, which: int, data: bytes) -> tuple[Upload, ...]:
    files = list(sample.files)
    files[which] = Upload(files[which].name, data)
    return tuple(files)
