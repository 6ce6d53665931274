"""Readers over damaged files: an ECG or an IntakeError, soon, whatever the bytes.

`make fuzz` runs the mutations for minutes. What they found once is kept in `files/fuzzed` and in
the tests below; each was a hang, or an error that said nothing to the reader of the ECG.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from ecg_core.intake import LIMITS, Bundle, EcgRecord, FileLimits, IntakeError, Upload
from ecg_core.intake.isolation.jobs import count_parts, read_case
from tests.intake.dicom_files import envelope, group, picture, waveform
from tests.intake.documents import RED_BLUE, SCRIPTED
from tests.intake.formats.test_dicom import SOURCES
from tests.intake.formats.test_exported import apple, as_json, ishne, observation
from tests.intake.formats.test_raster_image import QUARTERS, encode
from tests.intake.formats.test_tiff_pages import PAGES, tiff
from tests.intake.vendor_files import TWELVE, aecg, edf, muse, scp, sierra, twelve

FILES = Path(__file__).parent / "files"
EXAMPLES = int(os.environ.get("ECG_FUZZ_EXAMPLES", "250"))
COARSE = FileLimits(document_dpi=30.0)
SIGNALS = twelve(600)
HEADER = "r 2 250 300\nr.dat {0} 200(3)/mV 12 0 5 0 0 I\nr.dat {0}:3 200/mV 12 0 5 0 0 II\n"
NOISE = np.random.default_rng(5).integers(0, 256, 4000, np.uint8).tobytes()

Files = tuple[tuple[str, bytes], ...]

SEEDS: dict[str, Files] = {
    "scp": (("e", scp(SIGNALS, TWELVE)),),
    "scp packed": (("e", scp(SIGNALS, TWELVE, packed=True)),),
    "aecg": (("e", aecg(SIGNALS, TWELVE)),),
    "muse": (("e", muse(SIGNALS, TWELVE)),),
    "sierra": (("e", sierra(SIGNALS)),),
    "edf": (("e", edf(list(SIGNALS), [f"ECG {n}" for n in TWELVE], [200] * 12)),),
    "ishne": (("e", ishne(tuple(range(5, 17)))),),
    "json": (("e", as_json().encode()),),
    "fhir": (("e", observation({"period": 2}).encode()),),
    "csv": (("e.csv", apple().encode()),),
    "dicom waveform": (("e", waveform(group(SIGNALS, SOURCES))),),
    "dicom picture": (("e", picture(QUARTERS, "RGB")),),
    "dicom document": (("e", envelope(RED_BLUE)),),
    "pdf": (("e", SCRIPTED),),
    "tiff": (("e", tiff(*PAGES).data),),
    "fax": (("e", encode(Image.new("1", (64, 32), 1), "TIFF", compression="group4")),),
    "heic": (("e", (FILES / "quarters_turned.heic").read_bytes()),),
    **{
        fmt: (("e", encode(Image.fromarray(QUARTERS), fmt)),)
        for fmt in ("PNG", "JPEG", "BMP", "WEBP", "GIF", "AVIF")
    },
    **{
        f"wfdb {fmt}": (("r.hea", HEADER.format(fmt).encode()), ("r.dat", NOISE))
        for fmt in (8, 16, 24, 32, 61, 80, 160, 212, 310, 311, 516)
    },
    "segments": (
        ("m.hea", b"m/3 1 250 700\nr 300\n~ 100\nr 300\n"),
        ("r.hea", b"r 1 250 300\nr.dat 16 200 12 0 0 0 0 I\n"),
        ("r.dat", NOISE),
    ),
    "marks": (
        ("r.hea", b"r 1 250 300\nr.dat 16 200 12 0 0 0 0 I\n"),
        ("r.dat", NOISE),
        ("r.atr", b"\x0a\x04\x0a\x14\x0a\x70\x05\xfc(AFIB\0\0\xec\1\0\0\0\x05\x04\0\0"),
    ),
}
# What decoders say of damage; in the app it stays in the worker.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

NUMBERS = (b"0", b"-1", b"999999999999", b"1e308", b"nan", b"", b"2147483648", b"1e-300")


@contextmanager
def within(seconds: int) -> Iterator[None]:
    """Fails what takes longer: a reader must end by itself, though the worker would end it."""

    def late(_: int, __: FrameType | None) -> None:
        pytest.fail(f"a reader took more than {seconds} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def bundle(files: Files, part: int | None = None) -> Bundle:
    return Bundle("x", tuple(Upload(name, data) for name, data in files), part)


def read_or_refuse(case: Bundle) -> None:
    """Nothing but IntakeError, and MemoryError, which the worker tells of, may come."""
    try:
        if len(case.files) == 1:
            count_parts(case.files[0], COARSE)
        read_case(case, COARSE)
    except IntakeError as error:
        assert error.reason and error.hint
    except MemoryError:
        pass


@st.composite
def mutated(draw: st.DrawFn, data: bytes) -> bytes:
    raw = bytearray(data)
    for _ in range(draw(st.integers(1, 4))):
        # Headers stand first and are worth more than pixels.
        place = draw(st.one_of(st.integers(0, 600), st.integers(0, 10**6))) % max(len(raw), 1)
        length = draw(st.integers(1, 24))
        kind = draw(st.sampled_from(("byte", "word", "cut", "double", "end", "number")))
        if kind == "byte":
            raw[place : place + 1] = draw(st.binary(min_size=1, max_size=1))
        elif kind == "word":
            raw[place : place + 4] = draw(st.sampled_from((b"\xff" * 4, b"\0" * 4, b"\xff" * 2)))
        elif kind == "cut":
            del raw[place : place + length]
        elif kind == "double":
            raw[place:place] = raw[place : place + length]
        elif kind == "end":
            del raw[place:]
        else:
            digits = bytes(raw[place : place + length])
            end = place + len(digits) - len(digits.lstrip(b"0123456789.-"))
            raw[place:end] = draw(st.sampled_from(NUMBERS))
    return bytes(raw)


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize="ECG_FUZZ_EXAMPLES" not in os.environ,
    suppress_health_check=list(HealthCheck),
    database=None,
)
@given(st.data())
def test_mutated_files(data: st.DataObject) -> None:
    files = list(SEEDS[data.draw(st.sampled_from(sorted(SEEDS)))])
    which = data.draw(st.integers(0, len(files) - 1))
    files[which] = (files[which][0], data.draw(mutated(files[which][1])))
    part = data.draw(st.sampled_from((None, 0, 1))) if len(files) == 1 else None
    with within(20):
        read_or_refuse(bundle(tuple(files), part))


@pytest.mark.parametrize("name", ["planes.avif", "unopened.avif", "seek.gif", "setup.tif"])
def test_pictures_that_broke_their_decoders(name: str) -> None:
    data = (FILES / "fuzzed" / name).read_bytes()
    with pytest.raises(IntakeError, match="damaged or cut off"):
        read_case(bundle(((name, data),), 0), LIMITS)


def test_marks_whose_definitions_never_end_cost_nothing() -> None:
    marks = (FILES / "fuzzed" / "endless.atr").read_bytes()
    with within(5):
        found = read_case(bundle((*SEEDS["marks"][:2], ("r.atr", marks))), LIMITS)
    assert isinstance(found, EcgRecord) and found.duration_s == pytest.approx(1.2)


def test_unknown_encoding_of_an_xml_file() -> None:
    data = muse(SIGNALS, TWELVE).replace(b"ISO-8859-1", b"ISO-8859inf")
    with pytest.raises(IntakeError, match="damaged or incomplete"):
        read_case(bundle((("e", data),)), LIMITS)


def test_unknown_type_of_a_dicom_element() -> None:
    # (003A,0005), the number of channels, has the type US.
    data = waveform(group(SIGNALS, SOURCES)).replace(b"\x3a\0\5\0US", b"\x3a\0\5\0Ja")
    with pytest.raises(IntakeError, match="damaged or cut off"):
        read_case(bundle((("e", data),)), LIMITS)


def test_flac_of_another_number_of_channels(tmp_path: Path) -> None:
    import wfdb

    wfdb.wrsamp(
        "r",
        fs=250,
        units=["mV"] * 2,
        sig_name=["I", "II"],
        p_signal=SIGNALS[:2].T / 1000,
        fmt=["516"] * 2,
        adc_gain=[1000.0] * 2,
        baseline=[0] * 2,
        write_dir=str(tmp_path),
    )
    data = (tmp_path / "r.dat").read_bytes()
    header = b"r 1 250 600\nr.dat 516 1000/mV 16 0 0 0 0 I\n"
    with pytest.raises(IntakeError, match="cannot be decoded"):
        read_case(bundle((("r.hea", header), ("r.dat", data))), LIMITS)
