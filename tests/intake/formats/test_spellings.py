"""Other spellings of the same file: encodings, codes, units, gains beside units, names of leads."""

from __future__ import annotations

import io
import json
import zipfile

import numpy as np
import pytest

from ecg_core.intake import Bundle, EcgRecord, IntakeError, Upload, read_here, split
from ecg_core.leads import STANDARD_LEADS
from tests.intake.dicom_files import group, waveform
from tests.intake.formats.test_dicom import SOURCES
from tests.intake.records import by_hand
from tests.intake.vendor_files import TWELVE, aecg, edf, muse, twelve

LEVELS = twelve(5000)
MV = LEVELS * 5e-3
NUMBERS = {"I": 1, "II": 2, "III": 61, "aVR": 62, "aVL": 63, "aVF": 64} | {
    f"V{n}": n + 2 for n in range(1, 7)
}


def record(data: bytes, name: str = "e") -> EcgRecord:
    found = read_here(Bundle("case", (Upload(name, data),)))
    assert isinstance(found, EcgRecord)
    return found


def holds(found: EcgRecord, mv: np.ndarray = MV) -> bool:
    """Whether these are the twelve leads, sample by sample."""
    same = np.allclose(found.signals_mv, mv, atol=1e-5)
    return same and found.leads == STANDARD_LEADS and found.doubts == ()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
@pytest.mark.parametrize("declared", ["UTF-16", "UTF-8"])
def test_xml_in_any_encoding(encoding: str, declared: str) -> None:
    if declared == "UTF-16" and encoding == "utf-8-sig":
        declared = "UTF-8"
    text = aecg(LEVELS, TWELVE).decode().replace("UTF-8", declared)
    assert holds(record(text.encode(encoding)))
    text = muse(LEVELS, TWELVE).decode("latin-1").replace("ISO-8859-1", declared)
    assert holds(record(text.encode(encoding)), LEVELS * 4.88e-3)


def test_a_comma_for_the_point() -> None:
    assert holds(record(muse(LEVELS, TWELVE, per_bit="4,88")), LEVELS * 4.88e-3)
    comma = aecg(LEVELS, TWELVE).replace(b'scale value="5.0"', b'scale value="5,0"')
    assert holds(record(comma))


def test_leads_of_an_aecg_by_their_numbers() -> None:
    text = aecg(LEVELS, TWELVE).decode()
    for lead, number in NUMBERS.items():
        text = text.replace(f'"MDC_ECG_LEAD_{lead}"', f'"{131328 + number}"')
    assert holds(record(text.encode()))


@pytest.mark.parametrize(
    ("unit", "scale"),
    [("uV", 5.0), ("\u00b5V", 5.0), ("\u03bcV", 5.0), ("nV", 5000.0), ("mVolt", 5e-3), ("V", 5e-6)],
)
def test_units_by_any_name(unit: str, scale: float) -> None:
    assert holds(record(aecg(LEVELS, TWELVE, unit=unit, scale=scale)))
    gain = np.format_float_positional(1 / scale)
    lines = "\n".join(f"rec.dat 16 {gain}/{unit} 16 0 0 0 0 {lead}" for lead in TWELVE)
    files = by_hand(f"rec 12 500 5000\n{lines}\n", LEVELS.T)
    found = read_here(Bundle("case", tuple(files)))
    assert isinstance(found, EcgRecord) and holds(found)


def test_big_endian_samples_of_dicom() -> None:
    import pydicom
    from pydicom.filewriter import dcmwrite
    from pydicom.uid import ExplicitVRBigEndian

    item = group(LEVELS, SOURCES)
    item[0x54001010].value = LEVELS.T.astype(">i2").tobytes()
    dataset = pydicom.dcmread(io.BytesIO(waveform(item)))
    # Elements that are still raw bytes would be written as they are.
    dataset.walk(lambda _dataset, _element: None)
    dataset.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    buffer = io.BytesIO()
    dcmwrite(buffer, dataset, implicit_vr=False, little_endian=False, overwrite=True)
    data = bytearray(buffer.getvalue())
    assert holds(record(bytes(data)))


# Names


def test_c3_and_c4_of_a_sleep_recording_are_no_chest_leads() -> None:
    found = record(edf(list(LEVELS[:4]), ("C3", "C4", "ECG II", "EOG"), [500] * 4))
    assert found.leads == ("II",)
    assert "left out: C3, C4, EOG" in found.notes[0]
    all_six = edf(list(LEVELS[6:]), tuple(f"C{n}" for n in range(1, 7)), [500] * 6)
    assert record(all_six).leads == STANDARD_LEADS[6:]


@pytest.mark.parametrize("label", ["I-II", "ECG I-II", "V1-V2", "II/V5", "I_II"])
def test_what_lies_between_two_leads_is_no_third(label: str) -> None:
    found = record(edf(list(LEVELS[:2]), (label, "V5"), [500] * 2))
    assert found.leads == ("V5",) and label in found.notes[0]


def test_numbered_columns_of_a_table_are_twelve_leads_with_a_doubt() -> None:
    rows = "\n".join(",".join(f"{value:.3f}" for value in row) for row in MV.T)
    head = "Sample Rate,500\nUnit,mV\n"
    numbers = ",".join(map(str, range(1, 13)))
    found = record(f"{head}{numbers}\n{rows}".encode(), "e.csv")
    assert [doubt.code for doubt in found.doubts] == ["leads_numbered"]
    np.testing.assert_allclose(found.signals_mv, MV, atol=1e-5)
    with pytest.raises(IntakeError, match="which leads its columns are") as caught:
        record(f"{head}{rows}".encode(), "e.csv")
    assert len(caught.value.signals) == 12
    by_person = Bundle("c", (Upload("e.csv", f"{head}{rows}".encode()),), leads=STANDARD_LEADS)
    named = read_here(by_person)
    assert isinstance(named, EcgRecord)
    np.testing.assert_allclose(named.signals_mv, MV, atol=1e-5)


# Gains, offsets, ages


@pytest.mark.parametrize("key", ["gain", "resolution", "ADC_gain", "scaleFactor", "baseline"])
def test_a_gain_beside_a_unit_is_refused(key: str) -> None:
    leads = {lead: row.tolist() for lead, row in zip(TWELVE, LEVELS, strict=True)}
    file = {"samplingRate": 500, "unit": "mV", "leads": leads}
    with pytest.raises(IntakeError, match="whether that is already applied"):
        record(json.dumps(file | {key: 200}).encode())
    each = [{"name": lead, "samples": row, key: 200} for lead, row in leads.items()]
    with pytest.raises(IntakeError, match="whether that is already applied"):
        record(json.dumps(file | {"leads": each}).encode())
    assert record(json.dumps(file | {key: 1}).encode()).leads == STANDARD_LEADS


def test_a_gain_of_a_table_is_refused_and_that_of_paper_is_not() -> None:
    rows = "\n".join(",".join(map(str, row)) for row in LEVELS.T)
    head = f"Sample Rate,500\nUnit,uV\nGain,{{}}\n{','.join(TWELVE)}\n{rows}"
    with pytest.raises(IntakeError, match="whether that is already applied"):
        record(head.format(200).encode(), "e.csv")
    for said in ("10 mm/mV", "12 bit"):
        assert record(head.format(said).encode(), "e.csv").leads == STANDARD_LEADS


def test_ages_of_tables_and_json_have_their_units() -> None:
    rows = "\n".join(",".join(map(str, row)) for row in LEVELS.T)
    table = f"Age,{{}}\nSample Rate,500\nUnit,uV\n{','.join(TWELVE)}\n{rows}"
    assert record(table.format("30 months").encode(), "e.csv").age_years == 2
    assert record(table.format("8").encode(), "e.csv").age_years == 8
    leads = {lead: row.tolist() for lead, row in zip(TWELVE, LEVELS, strict=True)}
    file = {"samplingRate": 500, "unit": "uV", "leads": leads}
    for person, years in (
        ({"age": 8}, 8),
        ({"age": "35 years"}, 35),
        ({"patient": {"age": "8 months"}}, 0),
        ({"metadata": {"Age": 12}}, 12),
    ):
        assert record(json.dumps(file | person).encode()).age_years == years


def test_a_time_offset_of_a_muse_lead_is_a_doubt() -> None:
    data = muse(LEVELS, TWELVE).replace(
        b"<LeadSampleSize>",
        b"<LeadOffsetFirstSample>25</LeadOffsetFirstSample><LeadSampleSize>",
    )
    assert [doubt.code for doubt in record(data).doubts] == ["lead_offset"]


def test_what_a_data_set_packs_beside_its_records_is_no_case() -> None:
    files = by_hand("rec 1 500 5000\nrec.dat 16 200/mV 16 0 0 0 0 II\n", LEVELS[1:2].T)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for file in files:
            archive.writestr(f"set/records/{file.name}", file.data)
        for name in ("README.md", "LICENSE", "index.html", "RECORDS"):
            archive.writestr(f"set/{name}", "words")
    (case,) = split([Upload("set.zip", packed.getvalue())])
    assert [file.name for file in case.files] == ["rec.hea", "rec.dat"]
