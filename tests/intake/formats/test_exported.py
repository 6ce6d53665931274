"""Tables, JSON, FHIR Observations and ISHNE are read where they state unit, rate and leads."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest

from ecg_core.intake import Bundle, EcgRecord, IntakeError, Upload, read_here
from ecg_core.leads import STANDARD_LEADS
from tests.intake.vendor_files import TWELVE, twelve

FS_HZ = 500
LEVELS = twelve(1500)
UV = LEVELS * 5


def record(name: str, data: bytes | str) -> EcgRecord:
    content = data.encode() if isinstance(data, str) else data
    found = read_here(Bundle(name, (Upload(name, content),)))
    assert isinstance(found, EcgRecord)
    return found


def refused(name: str, data: bytes | str) -> str:
    with pytest.raises(IntakeError) as caught:
        record(name, data)
    return caught.value.reason


def table(header: str, divisor: float = 1.0, times: str = "") -> str:
    rows = [
        (times.format(n / FS_HZ, n * 1000 // FS_HZ) if times else "")
        + ",".join(f"{value / divisor:g}" for value in column)
        for n, column in enumerate(UV.T)
    ]
    return "\n".join([header, *rows, ""])


TABLES = {
    "units in brackets": table(
        "Time (s)," + ",".join(f"{lead} (uV)" for lead in TWELVE), times="{0:.3f},"
    ),
    "units in names": table("t_ms," + ",".join(f"{n}_mV" for n in TWELVE), 1000, "{1},"),
    "units on a line": table(
        "'Elapsed time'," + ",".join(f"'{lead}'" for lead in TWELVE)
        + "\n'seconds'," + ",".join("'mV'" for _ in TWELVE), 1000, "{0:.3f},"
    ),
    "said before": table(
        "# sampling rate: 500 Hz\n# unit: mV\n" + ",".join(TWELVE), 1000
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_tables_give_the_samples_they_hold(name: str) -> None:
    found = record("ecg.csv", TABLES[name])
    assert found.leads == STANDARD_LEADS and found.fs_hz == pytest.approx(FS_HZ)
    np.testing.assert_allclose(found.signals_mv, UV / 1000, atol=1e-5)


def apple(decimal: str = ".", **words: str) -> str:
    said = {
        "Name": "Jane Doe",
        "Date of Birth": '"May 3, 1980"',
        "Recorded Date": "2020-05-04 08:00:00 +0200",
        "Classification": "Sinus Rhythm",
        "Device": '"Watch6,1"',
        "Sample Rate": "512 hertz",
    } | words
    head = [f"{key},{value}" for key, value in said.items()]
    values = [f"{value:.3f}".replace(".", decimal) for value in UV[0, :1500] / 10 + 0.5]
    return "\n".join([*head, "", "", "Lead,Lead I", "Unit,µV", "", *values, ""])


@pytest.mark.parametrize("decimal", [".", ","])
def test_export_of_a_watch_is_lead_i_in_microvolts(decimal: str) -> None:
    found = record("ecg_2020-05-04.csv", apple(decimal))
    assert (found.leads, found.fs_hz, found.age_years) == (("I",), 512.0, 40)
    np.testing.assert_allclose(found.signals_mv[0], (UV[0] / 10 + 0.5) / 1000, atol=1e-6)
    assert "Doe" not in repr(found) + found.name


@pytest.mark.parametrize(
    ("header", "missing"),
    [
        ("# sampling rate: 500 Hz\n" + ",".join(TWELVE), "unit"),
        ("# unit: mV\n" + ",".join(TWELVE), "sampling rate"),
        ("# unit: mV\n# fs: 500\n" + ",".join(f"x{n}" for n in range(12)), "no standard ECG lead"),
        ("# unit: mmHg\n# fs: 500\n" + ",".join(TWELVE), "not in volts"),
    ],
)
def test_table_that_leaves_something_unsaid_is_refused_by_it(header: str, missing: str) -> None:
    assert missing in refused("ecg.csv", table(header))


def test_times_that_are_irregular_or_another_rate_are_refused() -> None:
    lines = TABLES["units in brackets"].splitlines()
    gap = "\n".join(lines[:700] + lines[900:])
    assert "irregular" in refused("ecg.csv", gap)
    assert "its times say" in refused("ecg.csv", "# fs: 250\n" + "\n".join(lines))


def as_json(**changed: object) -> str:
    whole = {
        "patient_id": "4711-0815",
        "age": 44,
        "sampling_rate": FS_HZ,
        "unit": "uV",
        "leads": {lead: row.tolist() for lead, row in zip(TWELVE, UV, strict=True)},
    }
    return json.dumps({k: v for k, v in (whole | changed).items() if v is not None})


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"leads": [{"name": n, "samples": r.tolist()} for n, r in zip(TWELVE, UV, strict=True)]},
        {"leads": None, "lead_names": list(TWELVE), "signals": UV.tolist()},
        {
            "sampling_rate": None,
            "unit": None,
            "leads": {
                n: {"samplingFrequency": 500, "unit": "mV", "data": (r / 1000).tolist()}
                for n, r in zip(TWELVE, UV, strict=True)
            },
        },
    ],
)
def test_json_gives_the_samples_it_holds(changed: dict[str, object]) -> None:
    found = record("ecg.json", as_json(**changed))
    assert (found.leads, found.fs_hz, found.age_years) == (STANDARD_LEADS, 500.0, 44)
    np.testing.assert_allclose(found.signals_mv, UV / 1000, atol=1e-5)


@pytest.mark.parametrize(
    ("changed", "missing"),
    [
        ({"unit": None}, "unit"),
        ({"sampling_rate": None}, "sampling rate"),
        ({"leads": [[1, 2], [3, 4]]}, "which leads"),
        ({"leads": {"I": ["a", "b"]}}, "no numbers"),
    ],
)
def test_json_that_leaves_something_unsaid_is_refused(
    changed: dict[str, object], missing: str
) -> None:
    assert missing in refused("ecg.json", as_json(**changed))


MDC = {"I": 1, "II": 2, "III": 61, "aVR": 62, "aVL": 63, "aVF": 64} | {
    f"V{n}": n + 2 for n in range(1, 7)
}


def observation(timing: dict[str, object], unit: str = "uV", **more: object) -> str:
    components = [
        {
            "code": {"coding": [{"system": "urn:oid:2.16.840.1.113883.6.24",
                                 "code": str(131328 + MDC[lead])}]},
            "valueSampledData": {
                "origin": {"value": 100, "code": unit, "unit": unit},
                "factor": 5,
                "dimensions": 1,
                "data": " ".join(["E", *map(str, row[1:])]),
                **timing,
            },
        }
        for lead, row in zip(TWELVE, LEVELS, strict=True)
    ]  # fmt: skip
    return json.dumps(
        {
            "resourceType": "Observation",
            "status": "final",
            "code": {"coding": [{"code": "131328", "display": "MDC_ECG_ELEC_POTL"}]},
            "subject": {"reference": "Patient/4711-0815", "display": "Jane Doe"},
            "effectiveDateTime": "2020-05-04T08:00:00Z",
            "component": components,
            **more,
        }
    )


@pytest.mark.parametrize("timing", [{"period": 2}, {"interval": 2, "intervalUnit": "ms"}])
def test_fhir_observation_gives_factor_and_origin(timing: dict[str, object]) -> None:
    found = record("ecg.json", observation(timing))
    assert found.leads == STANDARD_LEADS and found.fs_hz == pytest.approx(500)
    assert np.isnan(found.signals_mv[:, 0]).all()
    np.testing.assert_allclose(found.signals_mv[:, 1:], (UV[:, 1:] + 100) / 1000, atol=1e-5)
    assert "Doe" not in repr(found)


def test_fhir_bundle_tells_the_age_and_refuses_two_ecgs() -> None:
    ecg = json.loads(observation({"period": 2}))
    child = {"resourceType": "Patient", "birthDate": "2011-05-05", "name": [{"family": "Doe"}]}
    entries = [{"resource": child}, {"resource": ecg}]
    whole = {"resourceType": "Bundle", "entry": entries}
    assert record("b.json", json.dumps(whole)).age_years == 8
    whole["entry"] = [*entries, {"resource": ecg}]
    assert "not one ECG" in refused("b.json", json.dumps(whole))


@pytest.mark.parametrize(
    ("timing", "unit", "missing"),
    [({}, "uV", "sampling rate"), ({"period": 2}, "", "unit"), ({"period": 2}, "mm[Hg]", "volts")],
)
def test_fhir_without_time_or_unit_is_refused(
    timing: dict[str, object], unit: str, missing: str
) -> None:
    assert missing in refused("ecg.json", observation(timing, unit))


def ishne(codes: tuple[int, ...], step_nv: int = 5000, cut: int = 0) -> bytes:
    head = bytearray(522)
    head[:8] = b"ISHNE1.0"
    struct.pack_into("<iiii", head, 10, 0, LEVELS.shape[1], 522, 522)
    head[28:32], head[68:71], head[108:117] = b"Jane", b"Doe", b"4711-0815"
    struct.pack_into("<hhh", head, 132, 3, 5, 1980)
    struct.pack_into("<hhh", head, 138, 4, 5, 2020)
    struct.pack_into("<h", head, 156, len(codes))
    struct.pack_into(f"<{len(codes)}h", head, 158, *codes)
    struct.pack_into(f"<{len(codes)}h", head, 206, *[step_nv] * len(codes))
    struct.pack_into("<h", head, 272, FS_HZ)
    body = LEVELS[: len(codes)].T.astype("<i2").tobytes()
    return bytes(head) + body[: len(body) - cut]


def test_holter_of_ishne_gives_named_leads() -> None:
    found = record("holter.ecg", ishne(tuple(range(5, 17))))
    assert (found.leads, found.fs_hz, found.age_years) == (STANDARD_LEADS, 500.0, 40)
    np.testing.assert_allclose(found.signals_mv, UV / 1000, atol=1e-5)
    assert "Doe" not in repr(found)


def test_holter_of_ishne_without_names_or_resolution_is_refused() -> None:
    assert "does not say which leads" in refused("holter.ecg", ishne((0, 1, 1)))
    assert "no calibration" in refused("holter.ecg", ishne((5, 6), step_nv=0))
    assert "damaged" in refused("holter.ecg", ishne((5, 6))[:300])
