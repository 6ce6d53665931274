"""Warnings of the libraries that parse files, as remarks in our own words: none is silenced.

The libraries' own words quote the file, which may name a person.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from ecg_core.intake.told import Told

SAID: tuple[tuple[str, str], ...] = (
    (r"Section 12 .*not loaded", "A long-term rhythm in the file is left out."),
    (r"number of data records is -1", "The recorder did not close the file; it may go on."),
    (r"after the last data record", "Bytes after the end of the recording are left out."),
    (r"length is \d+ in its header", "The file gives two lengths of one part; the lesser is read."),
    (r"header size field", "The size of the header is stated wrongly in the file."),
    (r"subtraction zones are truncated", "The list of beats in the file is cut off and not used."),
    (
        r"EXIF|Metadata Warning|had too many entries|[Tt]runcated EXIF|MPO",
        "What the camera wrote beside the picture is damaged; the picture is not.",
    ),
    (r"wrong tag length", "The patient's part of the file is damaged; the ECG is not."),
)
"""What a warning says, by a part of it."""
_TOLD_OTHERWISE = re.compile(
    r"multiplier is 0|left uncalibrated|raw ADC counts|truncated|Updating header"
    r"|gaps between data records|repbeat|[Mm]edian|reference beat|not an integer; rounded"
)
"""Warnings about what is refused here, kept exactly here, or never looked at."""
_ARITHMETIC = re.compile(r"encountered in|All-NaN|Mean of empty|Degrees of freedom|divide by zero")
UNEXAMINED = "The file departs from its format in a way that was not examined further."


@contextmanager
def heard(told: Told) -> Iterator[None]:
    """What libraries warn of within becomes a note or a doubt."""
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        yield
    for warning in warned:
        if issubclass(warning.category, DeprecationWarning | ResourceWarning):
            # Between libraries; says nothing of the file.
            continue
        message = str(warning.message)
        if issubclass(warning.category, RuntimeWarning) and _ARITHMETIC.search(message):
            # Of arrays with gaps: what is missing in them is told where it is found.
            continue
        _pass_on(message, warning.category.__name__, told)


def _pass_on(message: str, kind: str, told: Told) -> None:
    if kind == "ChecksumWarning":
        told.doubt("checksum", what="the file as a whole or a part of it")
        return
    for pattern, said in SAID:
        if re.search(pattern, message):
            told.note(said)
            return
    if not _TOLD_OTHERWISE.search(message):
        told.note(UNEXAMINED)
