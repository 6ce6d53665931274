"""Every reader of the registry passes the battery."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from ecg_core.intake import READERS, Upload
from tests.intake.battery import Sample, owes
from tests.intake.dicom_files import group, picture, waveform
from tests.intake.documents import SCRIPTED
from tests.intake.formats.test_dicom import SOURCES
from tests.intake.formats.test_exported import FS_HZ, UV, as_json, ishne, observation, table
from tests.intake.formats.test_raster_image import QUARTERS, encode
from tests.intake.formats.test_tiff_pages import tiff
from tests.intake.vendor_files import (
    DIAGNOSIS,
    NUMBER,
    PATIENT,
    TWELVE,
    aecg,
    bdf,
    edf,
    muse,
    scp,
    sierra,
    twelve,
)

LEVELS = twelve(1500)
PLANTED = (PATIENT, NUMBER, DIAGNOSIS)
CABRERA = ("V6", "V5", "V4", "V3", "V2", "V1", "aVF", "III", "II", "aVR", "I", "aVL")


def rows(leads: tuple[str, ...]) -> np.ndarray:
    return LEVELS[[TWELVE.index(lead) for lead in leads]]


def one(reader: str, name: str, data: bytes, leads: tuple[str, ...], step_mv: float) -> Sample:
    return Sample(reader, (Upload(name, data),), leads, rows(leads) * step_mv, planted=PLANTED)


def wfdb() -> Sample:
    lines = "\n".join(f"rec.dat 16 200(10)/mV 16 0 0 0 0 {lead}" for lead in CABRERA)
    header = f"rec 12 500 1500\n{lines}\n# Patient ID: {NUMBER}\n# {PATIENT}, {DIAGNOSIS}\n"
    data = (rows(CABRERA).T + 10).astype("<i2").tobytes()
    files = (Upload("rec.hea", header.encode()), Upload("rec.dat", data))
    return Sample("wfdb_record", files, CABRERA, rows(CABRERA) / 200, planted=PLANTED)


def sources(leads: tuple[str, ...]) -> list[tuple[str, str]]:
    return [SOURCES[TWELVE.index(lead)] for lead in leads]


SAMPLES: dict[str, Sample] = {
    "wfdb": wfdb(),
    "dicom": one(
        "dicom", "e", waveform(group(rows(CABRERA), sources(CABRERA))), CABRERA, 5e-3
    ),
    "scp": one("scp_ecg", "e", scp(rows(CABRERA), CABRERA), CABRERA, 5e-3),
    "scp packed": one("scp_ecg", "e", scp(rows(CABRERA), CABRERA, packed=True), CABRERA, 5e-3),
    "aecg": one("hl7_aecg", "e", aecg(rows(CABRERA), CABRERA), CABRERA, 5e-3),
    "muse": one("ge_muse", "e", muse(rows(CABRERA), CABRERA), CABRERA, 4.88e-3),
    "sierra": one("philips_sierra", "e", sierra(LEVELS), TWELVE, 5e-3),
    "edf": one(
        "edf", "e", edf(list(rows(CABRERA)), [f"ECG {n}" for n in CABRERA], [500] * 12),
        CABRERA, 0.5e-3,
    ),
    "edf+": one(
        "edf", "e",
        edf(list(rows(CABRERA)), CABRERA, [500] * 12, onsets=(0, 1, 2), number=NUMBER),
        CABRERA, 0.5e-3,
    ),
    "bdf": Sample(
        "bdf",
        (Upload("e", bdf(list(rows(CABRERA)), CABRERA, 500, number=NUMBER)),),
        CABRERA,
        # The header has eight signs for the highest value, which is rounded to 262144 µV.
        ((rows(CABRERA) + 2**23) * (2**19 / (2**24 - 1)) - 2**18) / 1000,
        planted=PLANTED,
    ),
    "ishne": Sample(
        "ishne", (Upload("e", ishne(tuple(range(5, 17)))),), mv=UV / 1000, fs_hz=FS_HZ,
        planted=PLANTED, cut=(0.01, 0.015),
    ),
    "json": Sample(
        "json_record", (Upload("e", as_json(name=PATIENT).encode()),), mv=UV / 1000,
        planted=PLANTED,
    ),
    "fhir": Sample(
        "json_record", (Upload("e", observation({"period": 2}).replace("E ", "0 ").encode()),),
        mv=np.concatenate([np.full((12, 1), 0.1), (UV[:, 1:] + 100) / 1000], axis=1),
        planted=PLANTED,
    ),
    "csv": Sample(
        "csv_record",
        (Upload("e.csv", (f"# Name: {PATIENT}\n# fs: 500\n# Patient ID: {NUMBER}\n"
                          + table(",".join(f"{n} (uV)" for n in TWELVE))).encode()),),
        mv=UV / 1000, planted=PLANTED, cut=(0.0,),
    ),
    "pdf": Sample("pdf", (Upload("e", SCRIPTED),), cut=(0.2,)),
    "tiff": Sample("tiff_pages", (tiff(Image.fromarray(QUARTERS)),), cut=(0.3,)),
    "png": Sample("raster_image", (Upload("e", encode(Image.fromarray(QUARTERS), "PNG")),)),
    "dicom picture": Sample(
        "dicom", (Upload("e", picture(QUARTERS, "RGB")),), planted=("Doe", "12345")
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SAMPLES)
def test_every_reader_passes_the_battery(name: str, caplog: pytest.LogCaptureFixture) -> None:
    owes(SAMPLES[name], caplog)


def test_no_reader_is_left_out() -> None:
    assert {sample.reader for sample in SAMPLES.values()} == {reader.name for reader in READERS}
