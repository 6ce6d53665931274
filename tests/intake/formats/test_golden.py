"""Files kept as they were written once, of every format of signals.

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
from ecg_core.intake.registry import HEAD_BYTES, READERS
from ecg_core.leads import STANDARD_LEADS
from tests.intake.vendor_files import NUMBER, PATIENT

GOLDEN = Path(__file__).parent / "golden"
FS_HZ, SAMPLES = 500, 1000
PICTURES = {"pdf", "tiff_pages", "raster_image"}
"""Readers that hold no samples."""
FILES: dict[str, tuple[str, float]] = {
    "plain.scp": ("41ee02c318d74e6c4abe7068f87045821ecf48b82fdc5a190bad85a9533300d3", 5.0),
    "huffman.scp": ("79d92552f62e39b5d394ba588d0ca643c9a2f7acf2872abda67b7db9e450b98a", 5.0),
    "beat.scp": ("48a40f1ae3f5dfa7cbb56ad2b51c2e961f44c0fa73b78973f06ecd3070d0ba34", 5.0),
    "sierra.xml": ("d147397637f5c9be1480d0773b8ffe6b1c54ffdddac01daff3941afd6f664042", 5.0),
    "plain.edf": ("6220f93ce818ad80be794305c9dceda5e6f4e9f78be49dc58b80cc5d4b6c5459", 0.5),
    "plus.edf": ("56b3fad3efdc9d1db3b10928a57e5891c3f13de2a88c7901012a6b5849e928b0", 0.5),
    "plain.bdf": ("efe8288c29c79470b0c6f0eeff526f352a8b86647ee3fa92f463be9c79791921", 5.0),
    "plain.aecg.xml": ("bd04b3ba973ae1d51ec83287be0d6120d8edff4fe2b8a7e69767d7658bcaf557", 5.0),
    "plain.muse.xml": ("0ada77d02f108d90280e61b4525b4e51fc1ee407a1cded88ab7096ac3daf1fd3", 4.88),
    "plain.dcm": ("98716eced54e53ecc8bf453cf22d4a43da0f7c72bf7aee620296a8a0b6df6364", 5.0),
    "plain.ishne": ("cf5d48c74c4ba66a8c4d809c0b94a0914d65eac1434e9d428da3d42c523abb77", 5.0),
    "plain.csv": ("3c36506f47721c634f6a7c5aa4a4ea648ed43ba600dca24fcd459a5a662a2808", 5.0),
    "plain.json": ("a84d0ca00697b8a0a0f07e99cd3870e49822c773eea9fa45f5d630c6c85a6697", 5.0),
    "plain.fhir.json": ("49b4b5a201d0a8da67d758c2b7cdd356772a267f761c5f3ddc2157e6464f416b", 5.0),
    "plain_16.hea": ("5bfed2bdf97c89ca361e6a3b2a04671120dd504c64bf0358986b7e41b81475a3", 5.0),
    "plain_212.hea": ("17c7c0d19c6f24d85198c35a2e00d771f6155fadd6a4dc0d789bbfaf1edb8e03", 5.0),
}
"""File → SHA-256 of its bytes, and µV of one level."""
BESIDE: dict[str, tuple[str, str]] = {
    "plain_16.hea": (
        "plain_16.dat",
        "7b96430b3d2af5d31ebd5ec0f7613524d90a1b1b4c75b109672b62028f9e3aab",
    ),
    "plain_212.hea": (
        "plain_212.dat",
        "2133218a7b178e1ff67844a09cae799b7d2ad50c81292b6fbc0637f6aee1037f",
    ),
}
"""Header → the file of its samples, and its SHA-256."""


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
    files = {name: digest} | dict([BESIDE[name]] if name in BESIDE else [])
    uploads = []
    for one, expected in files.items():
        data = (GOLDEN / one).read_bytes()
        assert hashlib.sha256(data).hexdigest() == expected, "a golden file is never written again"
        uploads.append(Upload(one, data))
    found = read_here(Bundle("golden", tuple(uploads)))
    assert isinstance(found, EcgRecord)
    assert found.leads == STANDARD_LEADS
    assert found.fs_hz == pytest.approx(FS_HZ, abs=1e-6)
    assert found.signals_mv.shape == (12, SAMPLES)
    np.testing.assert_allclose(1000 * found.signals_mv, known() * uv, rtol=0, atol=1e-3)
    assert found.doubts == ()
    assert PATIENT not in repr(found) and NUMBER not in repr(found)


def test_every_file_is_looked_at_and_every_reader_of_signals_has_one() -> None:
    kept = {path.name for path in GOLDEN.iterdir()}
    assert kept == {*FILES, *(name for name, _ in BESIDE.values())}
    heads = [(name, (GOLDEN / name).read_bytes()[:HEAD_BYTES]) for name in FILES]
    met = {next(r.name for r in READERS if r.recognises(head, name)) for name, head in heads}
    assert {reader.name for reader in READERS} - met == PICTURES
