"""Arrays come back as NumPy gives them, without its evaluating their headers."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from ecg_core.arrays import unpacked

KINDS = st.sampled_from(["u1", "<f4", "<f8", "<i2", "<i8", "?", "<U7"])


def archive(**given_arrays: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **given_arrays)
    return buffer.getvalue()


@given(st.data(), array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=5), st.booleans())
def test_they_are_those_that_numpy_reads(
    data: st.DataObject, shape: tuple[int, ...], fortran: bool
) -> None:
    made = data.draw(arrays(data.draw(KINDS), shape))
    kept = archive(one=np.asfortranarray(made) if fortran and made.ndim else made)
    with np.load(io.BytesIO(kept), allow_pickle=False) as known:
        wanted = known["one"]
    found = unpacked(kept)["one"]
    assert (found.dtype, found.shape) == (wanted.dtype, wanted.shape)
    np.testing.assert_array_equal(found, wanted)
    assert found.flags.writeable


def test_only_what_is_named_is_unpacked() -> None:
    kept = archive(ink=np.zeros((2, 3), np.uint8), other=np.ones(4))
    assert list(unpacked(kept, ["ink"])) == ["ink"]
    with pytest.raises(KeyError):
        unpacked(kept, ["picture"])


@pytest.mark.parametrize("what", [b"", b"no archive", b"PK\x03\x04 nor this"])
def test_other_bytes_are_refused(what: bytes) -> None:
    with pytest.raises(ValueError, match="no archive of arrays"):
        unpacked(what)


def test_objects_are_never_built() -> None:
    buffer = io.BytesIO()
    np.savez(buffer, evil=np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match="no array that NumPy wrote"):
        unpacked(buffer.getvalue())
