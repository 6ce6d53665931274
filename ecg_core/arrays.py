"""Named arrays in one archive of bytes, read back by as many threads as there are readers.

NumPy writes such archives; its own reader evaluates each header as Python (`ast.literal_eval`),
which CPython 3.11 counts wrongly when several threads are at it: "AST constructor recursion depth
mismatch" was seen with fifty readers. Headers are a dictionary of one form, which is read as such.
"""

from __future__ import annotations

import io
import re
from collections.abc import Collection
from zipfile import BadZipFile, ZipFile

import numpy as np

_MAGIC = b"\x93NUMPY"
_HEADER = re.compile(
    rb"\{'descr': '([<>|=][biufUS]\d+)', 'fortran_order': (False|True), "
    rb"'shape': \((\d*,?(?: \d+)?(?:, \d+)*)\), \}\s*"
)


def unpacked(data: bytes, only: Collection[str] = ()) -> dict[str, np.ndarray]:
    """The arrays of a NumPy archive, or those of them that are named.

    Raises ValueError when it is none, KeyError for a name that it does not hold.

    >>> buffer = io.BytesIO()
    >>> np.savez_compressed(buffer, one=np.arange(6).reshape(2, 3), two=np.array("text"))
    >>> unpacked(buffer.getvalue())["one"].tolist(), str(unpacked(buffer.getvalue())["two"])
    ([[0, 1, 2], [3, 4, 5]], 'text')
    """
    try:
        with ZipFile(io.BytesIO(data)) as archive:
            names = only or [name.removesuffix(".npy") for name in archive.namelist()]
            return {name: _array(archive.read(f"{name}.npy")) for name in names}
    except BadZipFile as error:
        raise ValueError(f"This is no archive of arrays: {error}") from error


def _array(data: bytes) -> np.ndarray:
    """One array as NumPy writes it (its format 1.0 to 3.0)."""
    width = 2 if data[6:7] == b"\x01" else 4
    begin = 8 + width
    end = begin + int.from_bytes(data[8:begin], "little")
    found = _HEADER.fullmatch(data[begin:end])
    if data[:6] != _MAGIC or found is None:
        raise ValueError("This is no array that NumPy wrote.")
    shape = tuple(int(size) for size in found[3].split(b",") if size.strip())
    flat = np.frombuffer(data, np.dtype(found[1].decode()), offset=end)
    return flat.reshape(shape, order="F" if found[2] == b"True" else "C").copy(order="K")
