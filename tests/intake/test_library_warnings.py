"""What libraries say becomes a remark; what they read otherwise than the file is not believed."""

from __future__ import annotations

import io
import warnings
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from ecg_core.intake import (
    LIMITS,
    Bundle,
    EcgScan,
    FileLimits,
    Upload,
    read_here,
)
from ecg_core.intake.isolation import jobs
from ecg_core.intake.library_warnings import UNEXAMINED
from ecg_core.leads import STANDARD_LEADS
from tests.intake.formats.known_samples import SIGNALS, record, refused
from tests.intake.vendor_files import TWELVE, edf, scp


def test_warnings_of_libraries_become_remarks() -> None:
    damaged = bytearray(scp(SIGNALS, TWELVE))
    damaged[0] ^= 1
    assert [doubt.code for doubt in record(bytes(damaged)).doubts] == ["checksum"]
    endless = edf(list(SIGNALS), TWELVE, [500] * 12)
    open_end = endless[:236] + b"-1      " + endless[244:]
    assert record(open_end).notes == ("The recorder did not close the file; it may go on.",)


def test_a_damaged_note_of_the_camera_becomes_a_remark() -> None:
    exif = Image.Exif()
    exif[271] = "camera of the ward"
    out = io.BytesIO()
    Image.fromarray(np.full((60, 90, 3), 250, np.uint8)).save(out, "JPEG", exif=exif)
    whole = out.getvalue()
    at = whole.index(b"Exif\0\0") + 6
    assert read_here(Bundle("a", (Upload("a", whole),))).notes == ()
    # The offset of the first directory leads beyond the end.
    spoilt = whole[: at + 4] + b"\xff\xff\0\0"[:: 1 if whole[at : at + 2] == b"II" else -1]
    (note,) = read_here(Bundle("a", (Upload("a", spoilt + whole[at + 8 :]),))).notes
    assert note == "What the camera wrote beside the picture is damaged; the picture is not."


def test_any_warning_of_any_reader_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def warns(bundle: Bundle, limits: FileLimits) -> EcgScan:
        warnings.warn("what a file of Jane Doe made a library say", UserWarning, stacklevel=1)
        warnings.warn("All-NaN slice encountered", RuntimeWarning, stacklevel=1)
        warnings.warn("use another function", DeprecationWarning, stacklevel=1)
        return EcgScan("a", "a", np.zeros((2, 2, 3), np.uint8))

    monkeypatch.setattr(jobs, "reader_for", lambda _bundle: SimpleNamespace(read=warns))
    found = jobs.read_case(Bundle("a", (Upload("a", b"a"),)), LIMITS)
    assert found.notes == (UNEXAMINED,)


@pytest.mark.parametrize(
    ("field", "wrong"), [("resolution", 2.44), ("sampling_rate", 499), ("samples", np.zeros(4999))]
)
def test_library_that_reads_other_numbers_than_the_file_is_not_believed(
    monkeypatch: pytest.MonkeyPatch, field: str, wrong: object
) -> None:
    from ecgdatakit.parsing.parsers.edf import EDFParser

    parse = EDFParser.parse

    def wrongly(self: object, path: object) -> object:
        parsed = parse(self, path)
        setattr(parsed.leads[3], field, wrong)
        return parsed

    data = edf(list(SIGNALS), TWELVE, [500] * 12)
    assert record(data).leads == STANDARD_LEADS
    monkeypatch.setattr(EDFParser, "parse", wrongly)
    assert "one way by one program and another way by another" in refused(data)
