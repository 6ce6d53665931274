"""The same patient's number is the same pseudonym in every format, and is itself nowhere."""

from __future__ import annotations

import logging
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import Dataset

from ecg_core.intake import Bundle, EcgRecord, EcgScan, IntakeError, Upload, read, read_here, split
from ecg_core.intake.patients import PatientId, patient_id, pseudonym, tag
from tests.intake.dicom_files import group, picture, waveform
from tests.intake.records import by_hand
from tests.intake.vendor_files import NUMBER, TWELVE, aecg, edf, levels, muse, scp, sierra, twelve

KEY = b"a key of the hospital's own"
SIGNALS = twelve(1500)
LEAD = [levels(1, 1500)[0]]


def dicom(number: str = NUMBER, **more: object) -> bytes:
    return waveform(group(LEAD[0][None], [("2:2", "Lead II")]), PatientID=number, **more)


def in_edf(number: str = NUMBER) -> bytes:
    return edf(LEAD, ["ECG II"], [500], onsets=[0, 1, 2], kind="EDF+C", number=number)


def in_wfdb(comment: str) -> Bundle:
    header = f"rec 1 500 1000\nrec.dat 16 1000 16 0 0 0 0 II\n{comment}\n"
    return split(by_hand(header, np.arange(1000)[:, None]))[0]


def bundle(data: bytes, name: str = "ecg") -> Bundle:
    return Bundle(name, (Upload(name, data),))


FORMATS = {
    "dicom": bundle(dicom()),
    "dicom picture": bundle(picture(np.zeros((90, 90), np.uint8), "MONOCHROME2", PatientID=NUMBER)),
    "scp": bundle(scp(SIGNALS, TWELVE)),
    "aecg": bundle(aecg(SIGNALS, TWELVE)),
    "muse": bundle(muse(SIGNALS, TWELVE)),
    "sierra": bundle(sierra(SIGNALS)),
    "edf": bundle(in_edf()),
    "wfdb": in_wfdb(f"# Patient ID: {NUMBER}"),
    "wfdb of MIMIC": in_wfdb(f"# <subject_id>: {NUMBER}"),
}


@pytest.mark.parametrize("name", FORMATS)
def test_one_number_is_one_patient_in_every_format(name: str) -> None:
    found = read(FORMATS[name], key=KEY)
    # Computed apart: HMAC-SHA-256 of an empty issuer, NUL and the number, by OpenSSL.
    assert found.patient == EXPECTED
    assert read(FORMATS[name], key=b"another key of 27 characters").patient not in ("", EXPECTED)


EXPECTED = "45e9389f51ea64b9ca4cc797cb42b1a0"


@pytest.mark.parametrize("name", FORMATS)
def test_the_number_itself_gets_nowhere(name: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        for found in (read(FORMATS[name], key=KEY), read_here(FORMATS[name])):
            assert found.patient_id is None
            assert NUMBER not in repr(found) + str(asdict(found))
    assert NUMBER not in caplog.text
    assert read(FORMATS[name]).patient == read_here(FORMATS[name]).patient == ""


def test_a_refusal_and_a_broken_reader_do_not_quote_it(caplog: pytest.LogCaptureFixture) -> None:
    cut = dicom()[:-900]
    with caplog.at_level(logging.DEBUG), pytest.raises(IntakeError) as caught:
        read(bundle(cut), key=KEY)
    assert NUMBER not in f"{caught.value!r} {caught.value.__cause__!r} {caplog.text}"
    assert NUMBER not in repr(patient_id(NUMBER)) + str(patient_id(NUMBER))


@pytest.mark.parametrize("written", ["", "X", "0000000", "--", "Unknown", "ANONYMOUS", "n/a"])
def test_files_that_name_nobody_are_of_nobody(written: str) -> None:
    # Two anonymised ECGs would otherwise be offered as the same patient's.
    for data in (
        dicom(written),
        scp(SIGNALS, TWELVE, number=written),
        aecg(SIGNALS, TWELVE, number=written),
        muse(SIGNALS, TWELVE, number=written),
        sierra(SIGNALS, number=written),
        in_edf(written or "X"),
    ):
        assert read_patient(data) == ""


def test_numbers_of_different_issuers_are_different_patients() -> None:
    by_root = read_patient(aecg(SIGNALS, TWELVE, root="1.2.3.4"))
    qualifier = Dataset()
    qualifier.UniversalEntityID = "1.2.3.4"
    by_oid = read_patient(
        dicom(IssuerOfPatientID="CITY", IssuerOfPatientIDQualifiersSequence=[qualifier])
    )
    by_name = read_patient(dicom(IssuerOfPatientID="CITY"))
    assert by_root == by_oid
    assert len({by_root, by_name, EXPECTED}) == 3


def test_a_plain_edf_or_two_numbers_name_nobody() -> None:
    # Plain EDF has one text for everything; a header with two numbers is a merged one.
    assert read_patient(edf(LEAD, ["ECG II"], [500], number=NUMBER)) == ""
    two = in_wfdb("# Patient ID: 11\n# Patient ID: 22")
    assert read(two, key=KEY).patient == ""
    assert read(in_wfdb("# Diagnosis: patient id unknown"), key=KEY).patient == ""


def test_spelling_does_not_make_another_patient() -> None:
    assert read_patient(in_edf("ab_4711")) == read_patient(dicom("AB 4711 "))


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
PATIENTS = st.builds(PatientId, WORDS, WORDS)


@given(PATIENTS, PATIENTS)
def test_different_patients_never_share_a_pseudonym(one: PatientId, other: PatientId) -> None:
    assert (pseudonym(one, KEY) == pseudonym(other, KEY)) == (one == other)


def test_the_tag_is_short_and_of_signs_that_cannot_be_mistaken() -> None:
    # 10 hex digits are 40 bits: eight signs of five bits each.
    assert tag("00000" + "00001" + "f" * 22) == "0000-0001"
    assert tag("f" * 32) == "ZZZZ-ZZZZ"
    assert not set("ILOU") & set("".join(tag(f"{n:032x}") for n in range(0, 2**128, 2**123)))


def test_without_a_key_there_are_no_pseudonyms() -> None:
    with pytest.raises(ValueError, match="need a key"):
        pseudonym(patient_id(NUMBER), b"")


def read_patient(data: bytes) -> str:
    found = read(bundle(data), key=KEY)
    assert isinstance(found, EcgRecord | EcgScan)
    return found.patient
