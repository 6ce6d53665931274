"""Whole years of age, in every format, and no date beside them."""

from __future__ import annotations

import json
import re

import pytest

from ecg_core.intake import (
    Upload,
)
from tests.intake.dicom_files import group, waveform
from tests.intake.formats.known_samples import SIGNALS, record
from tests.intake.formats.test_dicom import SOURCES
from tests.intake.records import by_hand
from tests.intake.vendor_files import TWELVE, aecg, edf, muse, scp


def born(year: str) -> bytes:
    data = edf(list(SIGNALS), TWELVE, [500] * 12, onsets=tuple(range(10)))
    return data.replace(b"01-JAN-1950", f"01-JAN-{year}".encode())


AGES: dict[str, tuple[tuple[Upload | bytes, ...], int | None]] = {
    "dicom": ((waveform(group(SIGNALS, SOURCES), PatientAge="009Y"),), 9),
    "dicom months": ((waveform(group(SIGNALS, SOURCES), PatientAge="030M"),), 2),
    "dicom dates": (
        (waveform(group(SIGNALS, SOURCES), PatientBirthDate="20100503", StudyDate="20200502"),),
        9,
    ),
    "dicom without its letter": ((waveform(group(SIGNALS, SOURCES), PatientAge="008"),), 8),
    "dicom year": (
        (waveform(group(SIGNALS, SOURCES), PatientBirthDate="2006", StudyDate="20200502"),),
        13,
    ),
    "scp years": ((scp(SIGNALS, TWELVE, age=(44, 1)),), 44),
    "scp months": ((scp(SIGNALS, TWELVE, age=(6, 2)),), 0),
    "edf": ((born("2010"),), 10),
    "aecg": (
        (
            aecg(SIGNALS, TWELVE).replace(
                b"</subjectDemographicPerson>",
                b'<birthTime value="20050101"/></subjectDemographicPerson>',
            ),
        ),
        15,
    ),
    "muse": (
        (
            muse(SIGNALS, TWELVE).replace(
                b"</PatientID>", b"</PatientID><PatientAge>8</PatientAge><AgeUnits>YEARS</AgeUnits>"
            ),
        ),
        8,
    ),
    "muse day first": (
        (
            muse(SIGNALS, TWELVE)
            .replace(b"</PatientID>", b"</PatientID><DateofBirth>25-12-2010</DateofBirth>")
            .replace(
                b"<Diagnosis>",
                b"<TestDemographics><AcquisitionDate>24-12-2020</AcquisitionDate>"
                b"</TestDemographics><Diagnosis>",
            ),
        ),
        9,
    ),
    "json": (
        (
            json.dumps(
                {
                    "fs": 500,
                    "unit": "uV",
                    "leads": {"II": SIGNALS[1].tolist()},
                    "recordedAt": "2020-05-02T10:00:00Z",
                    "patient": {"birthDate": "2010-05-03"},
                }
            ).encode(),
        ),
        9,
    ),
    "wfdb": (
        tuple(
            by_hand("rec 1 500 5000\nrec.dat 16 200/mV 16 0 0 0 0 II\n# Age: 12\n", SIGNALS[1:2].T)
        ),
        12,
    ),
    "nobody's": ((aecg(SIGNALS, TWELVE),), None),
}


@pytest.mark.parametrize("name", AGES)
def test_age_is_whole_years_and_no_date_goes_on(name: str) -> None:
    files, years = AGES[name]
    found = record(*files)
    assert found.age_years == years
    assert not re.search(r"(19|20)\d\d", repr(found.notes) + repr(found.doubts))
