"""Files kept as they were written once, of every format that `ecgdatakit` reads for us.

The other tests make their files anew, by code that may change along with what reads them. These
bytes do not change, nor do the twelve known leads that they hold: whatever a new version of the
library makes of them is compared sample by sample.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from ecg_core.intake import Bundle, EcgRecord, Upload, read_here
from ecg_core.leads import STANDARD_LEADS
from tests.intake.vendor_files import NUMBER, PATIENT

GOLDEN = Path(__file__).parent / "golden"
FS_HZ, SAMPLES = 500, 1000
FILES: dict[str, tuple[str, float]] = {
    "plain.scp": ("41ee02c318d74e6c4abe7068f87045821ecf48b82fdc5a190bad85a9533300d3", 5.0),
    "huffman.scp": ("79d92552f62e39b5d394ba588d0ca643c9a2f7acf2872abda67b7db9e450b98a", 5.0),
    "sierra.xml": ("d147397637f5c9be1480d0773b8ffe6b1c54ffdddac01daff3941afd6f664042", 5.0),
    "plain.edf": ("6220f93ce818ad80be794305c9dceda5e6f4e9f78be49dc58b80cc5d4b6c5459", 0.5),
    "plus.edf": ("56b3fad3efdc9d1db3b10928a57e5891c3f13de2a88c7901012a6b5849e928b0", 0.5),
}
"""File → SHA-256 of its bytes, and µV of one level."""


def known() -> np.ndarray:
    """Levels of the twelve leads: ramps and steps that differ in every lead and at every turn."""
    t = np.arange(SAMPLES)
    first = np.round(60 * np.sin(t / 9) + 20 * ((t // 125) % 3)).astype(int)
    second = np.round(80 * np.cos(t / 11) - 15 * ((t // 100) % 4)).astype(int)
    limb = [first, second, second - first]
    # Half of a sum may be half a level: Goldberger's leads are rounded as recorders round them.
    limb += [-((first + second) // 2), first - second // 2, second - first // 2]
    chest = [np.round((30 + 10 * n) * np.sin(t / (5 + n)) - 3 * n).astype(int) for n in range(6)]
    return np.array([*limb, *chest])


@pytest.mark.parametrize("name", FILES)
def test_the_same_microvolts_as_ever(name: str) -> None:
    digest, uv = FILES[name]
    data = (GOLDEN / name).read_bytes()
    assert hashlib.sha256(data).hexdigest() == digest, "a golden file is never written again"
    found = read_here(Bundle("golden", (Upload(name, data),)))
    assert isinstance(found, EcgRecord)
    assert (found.leads, found.fs_hz) == (STANDARD_LEADS, FS_HZ)
    assert found.signals_mv.shape == (12, SAMPLES)
    np.testing.assert_allclose(1000 * found.signals_mv, known() * uv, rtol=0, atol=1e-3)
    assert PATIENT not in repr(found) and NUMBER not in repr(found)
