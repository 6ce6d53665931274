"""Files of recorders and archives, written for the tests from the formats' descriptions.

Nothing here uses the library that reads them. Samples are whole levels (leads × samples).
"""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Sequence

import numpy as np

TWELVE = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")
PATIENT = "Doe"
NUMBER = "4711-0815"
DIAGNOSIS = "ACUTE INFARCTION"


def levels(leads: int, samples: int, seed: int = 0) -> np.ndarray:
    """Waves with sharp peaks, in levels, another for every lead."""
    time = np.arange(samples)
    rng = np.random.default_rng(seed)
    rows = []
    for lead in range(leads):
        wave = 60 * np.sin(time / (20 + lead)) + rng.integers(-3, 4, samples)
        wave[samples // 3 :: 100] += 300 + 20 * lead
        rows.append(np.round(wave))
    return np.array(rows, dtype=np.int64)


def twelve(samples: int) -> np.ndarray:
    """Levels of twelve leads that obey Einthoven and Goldberger up to rounding."""
    one, two, *chest = levels(8, samples)
    limbs = [one, two, two - one, -(one + two) // 2, (2 * one - two) // 2, (2 * two - one) // 2]
    return np.array([*limbs, *chest])


# SCP-ECG, EN 1064


def _crc(data: bytes) -> int:
    return binascii.crc_hqx(data, 0xFFFF)


def _section(number: int, body: bytes) -> bytes:
    body += b"\0" * (len(body) % 2)
    name = b"SCPECG" if number == 0 else b"\0" * 6
    head = struct.pack("<HIBB", number, 16 + len(body), 20, 20) + name
    return struct.pack("<H", _crc(head + body)) + head + body


_SCP_LEADS = {"I": 1, "II": 2, "III": 61, "aVR": 62, "aVL": 63, "aVF": 64} | {
    f"V{n}": n + 2 for n in range(1, 7)
}
_SCP_LEADS["-aVR"] = 65


def _huffman(values: Sequence[int]) -> bytes:
    """The default table: m ones, a zero, a sign; longer values escaped by ten bits."""
    bits = []
    for value in map(int, values):
        if value == 0:
            bits.append("0")
        elif abs(value) <= 8:
            bits.append("1" * abs(value) + "0" + ("1" if value < 0 else "0"))
        elif -128 <= value < 128:
            bits.append("1111111110" + format(value & 0xFF, "08b"))
        else:
            bits.append("1111111111" + format(value & 0xFFFF, "016b"))
    text = "".join(bits)
    text += "0" * (-len(text) % 8)
    return bytes(int(text[i : i + 8], 2) for i in range(0, len(text), 8))


def scp(
    signals: np.ndarray,
    leads: Sequence[str],
    fs_hz: float = 500.0,
    nv_per_level: int = 5000,
    packed: bool = False,
    announced: int | None = None,
    number: str = NUMBER,
    age: tuple[int, int] | None = None,
    beat: np.ndarray | None = None,
    taken_at: Sequence[int] = (),
) -> bytes:
    """An SCP-ECG record: 16-bit amplitudes, or second differences under the default table.

    age: number and unit (1 years, 2 months). beat: a reference beat (section 5), leads × samples;
    taken_at: samples from which on it is subtracted from the rhythm (section 4).
    """
    count, samples = signals.shape
    told_of_patient = {0: PATIENT, 2: number}
    patient = b"".join(
        struct.pack("<BH", tag, len(text) + 1) + text.encode() + b"\0"
        for tag, text in told_of_patient.items()
        if text
    )
    if age is not None:
        patient += struct.pack("<BHHB", 4, 3, *age)
    patient += b"\xff\0\0"
    definitions = struct.pack("<BB", count, 0b100 | (count << 3 & 0xFF)) + b"".join(
        struct.pack("<IIB", 1, announced or samples, _SCP_LEADS[lead]) for lead in leads
    )
    rows = signals.copy()
    for start in taken_at if beat is not None else ():
        rows[:, start : start + beat.shape[1]] -= beat
    if taken_at:
        definitions = definitions[:1] + bytes([definitions[1] | 1]) + definitions[2:]
    chunks = []
    for row in rows:
        if packed:
            second = np.concatenate([row[:2], np.diff(row, 2)])
            chunk = _huffman(second)
            chunk += b"\0" * (len(chunk) % 2)
        else:
            chunk = row.astype("<i2").tobytes()
        chunks.append(chunk)
    rhythm = struct.pack("<HHBB", nv_per_level, round(1e6 / fs_hz), 2 if packed else 0, 0)
    rhythm += b"".join(struct.pack("<H", len(chunk)) for chunk in chunks) + b"".join(chunks)
    statement = DIAGNOSIS.encode() + b"\0"
    told = bytes(8) + b"\1" + struct.pack("<BH", 1, len(statement)) + statement
    bodies = {1: patient, 3: definitions, 6: rhythm, 8: told}
    if beat is not None:
        plain = [row.astype("<i2").tobytes() for row in beat]
        head = struct.pack("<HHBB", nv_per_level, round(1e6 / fs_hz), 0, 0)
        sizes = b"".join(struct.pack("<H", len(chunk)) for chunk in plain)
        bodies[5] = head + sizes + b"".join(plain)
        length_ms, middle = round(1000 * beat.shape[1] / fs_hz), beat.shape[1] // 2
        # Samples are counted from 1, the last one included.
        zones = [(0, start + 1, start + middle, start + beat.shape[1]) for start in taken_at]
        bodies[4] = struct.pack("<HHH", length_ms, middle, len(zones))
        bodies[4] += b"".join(struct.pack("<HIII", *zone) for zone in zones)
        bodies[4] += b"".join(struct.pack("<II", zone[1], zone[3]) for zone in zones)
    if packed:
        bodies[2] = struct.pack("<H", 19999)
    sections = {number: _section(number, body) for number, body in sorted(bodies.items())}
    length = 16 + 10 * 12
    place = 7 + length
    pointers = struct.pack("<HII", 0, length, 7)
    for number in range(1, 12):
        size = len(sections.get(number, b""))
        pointers += struct.pack("<HII", number, size, place if size else 0)
        place += size
    content = _section(0, pointers) + b"".join(sections.values())
    size = struct.pack("<I", 6 + len(content))
    return struct.pack("<H", _crc(size + content)) + size + content


# HL7 annotated ECG


def aecg(
    signals: np.ndarray,
    leads: Sequence[str],
    fs_hz: float = 500.0,
    unit: str = "uV",
    scale: float = 5.0,
    origin: float = 0.0,
    number: str = NUMBER,
    root: str = "",
) -> bytes:
    """One rhythm series with a relative time base."""

    def sequence(lead: str, row: np.ndarray) -> str:
        return (
            f'<component><sequence><code code="MDC_ECG_LEAD_{lead}" '
            'codeSystem="2.16.840.1.113883.6.24"/><value xsi:type="SLIST_PQ">'
            f'<origin value="{origin}" unit="{unit}"/><scale value="{scale}" unit="{unit}"/>'
            f"<digits>{' '.join(map(str, row))}</digits></value></sequence></component>"
        )

    sequences = "".join(map(sequence, leads, signals))
    by = f'root="{root}" ' if root else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<AnnotatedECG xmlns="urn:hl7-org:v3" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><id root="x"/>'
        '<effectiveTime><low value="20200102030405"/></effectiveTime>'
        "<componentOf><timepointEvent><componentOf><subjectAssignment><subject><trialSubject>"
        f'<id {by}extension="{number}"/><subjectDemographicPerson><name>{PATIENT}</name>'
        "</subjectDemographicPerson></trialSubject></subject></subjectAssignment></componentOf>"
        "</timepointEvent></componentOf>"
        '<component><series><code code="RHYTHM"/><component><sequenceSet>'
        '<component><sequence><code code="TIME_RELATIVE"/><value xsi:type="GLIST_PQ">'
        f'<head value="0" unit="s"/><increment value="{1 / fs_hz!r}" unit="s"/></value>'
        f"</sequence></component>{sequences}</sequenceSet></component></series></component>"
        "</AnnotatedECG>"
    ).encode()


# GE MUSE


def muse(
    signals: np.ndarray,
    leads: Sequence[str],
    fs_hz: int = 500,
    per_bit: str = "4.88",
    unit: str = "MICROVOLTS",
    number: str = NUMBER,
) -> bytes:
    """A RestingECG with a median waveform before the rhythm, as archives write it."""

    def waveform(kind: str, rows: np.ndarray) -> str:
        data = "".join(
            f"<LeadData><LeadByteCountTotal>{2 * len(row)}</LeadByteCountTotal>"
            f"<LeadSampleCountTotal>{len(row)}</LeadSampleCountTotal>"
            f"<LeadAmplitudeUnitsPerBit>{per_bit}</LeadAmplitudeUnitsPerBit>"
            f"<LeadAmplitudeUnits>{unit}</LeadAmplitudeUnits><LeadID>{lead}</LeadID>"
            f"<LeadSampleSize>2</LeadSampleSize><WaveFormData>"
            f"{base64.encodebytes(row.astype('<i2').tobytes()).decode()}</WaveFormData></LeadData>"
            for lead, row in zip(leads, rows, strict=True)
        )
        return (
            f"<Waveform><WaveformType>{kind}</WaveformType><SampleBase>{fs_hz}</SampleBase>"
            f"<SampleExponent>0</SampleExponent>{data}</Waveform>"
        )

    return (
        '<?xml version="1.0" encoding="ISO-8859-1"?>\n'
        '<!DOCTYPE RestingECG SYSTEM "restecg.dtd">\n<RestingECG>'
        f"<PatientDemographics><PatientID>{number}</PatientID><PatientLastName>{PATIENT}</PatientLastName></PatientDemographics>"
        f"<Diagnosis><DiagnosisStatement><StmtText>{DIAGNOSIS}</StmtText></DiagnosisStatement>"
        f"</Diagnosis>{waveform('Median', signals[:, :300] * 0)}{waveform('Rhythm', signals)}"
        "</RestingECG>"
    ).encode("latin-1")


# Philips Sierra


def lzw(data: bytes, bits: int = 10) -> bytes:
    """LZW with codes of one width; the table is full at 2^bits - 2."""
    table = {bytes([n]): n for n in range(256)}
    codes: list[int] = []
    held = b""
    for byte in data:
        longer = held + bytes([byte])
        if longer in table:
            held = longer
            continue
        codes.append(table[held])
        if len(table) <= (1 << bits) - 2:
            table[longer] = len(table)
        held = bytes([byte])
    codes.append(table[held])
    text = "".join(format(code, f"0{bits}b") for code in codes)
    text += "1" * (-len(text) % 8)
    return bytes(int(text[i : i + 8], 2) for i in range(0, len(text), 8))


def _xli(row: np.ndarray) -> bytes:
    """One lead: two samples, then what linear extrapolation misses, high bytes before low."""
    start = 0
    deltas = [int(row[0]), int(row[1])]
    # The decoder sets x[i] = 2 x[i-1] - x[i-2] - (d[i-1] - 64), with the start value first.
    missed = [2 * int(row[i - 1]) - int(row[i - 2]) - int(row[i]) for i in range(2, len(row))]
    start = missed[0]
    deltas += [value + 64 for value in missed[1:]] + [64]
    words = np.array(deltas, dtype=">i2").view(np.uint8).reshape(-1, 2)
    chunk = lzw(words[:, 0].tobytes() + words[:, 1].tobytes())
    return struct.pack("<iHh", len(chunk), 0, start) + chunk


def sierra(
    signals: np.ndarray,
    fs_hz: int = 500,
    uv_per_level: float = 5.0,
    packed: bool = True,
    number: str = NUMBER,
) -> bytes:
    """Twelve leads in standard order; packed: XLI, with III to aVF as residuals of I and II."""
    rows = signals.copy()
    if packed:
        one, two, three = signals[:3]
        rows[2] = two - one - signals[2]
        rows[3] = -signals[3] - (one + two) // 2
        rows[4] = (one - three) // 2 - signals[4]
        rows[5] = (two + three) // 2 - signals[5]
        data = b"".join(map(_xli, rows))
        how = 'compressflag="True" compressmethod="XLI"'
    else:
        data = rows.astype("<i2").tobytes()
        how = 'compressflag="False"'
    duration = 1000 * signals.shape[1] // fs_hz
    return (
        '<?xml version="1.0" encoding="UTF-16"?>'
        '<restingecgdata xmlns="http://www3.medical.philips.com">'
        "<documentinfo><documenttype>SierraECG</documenttype>"
        "<documentversion>1.03</documentversion></documentinfo>"
        f"<patient><generalpatientdata><patientid>{number}</patientid><name><lastname>{PATIENT}</lastname></name>"
        "</generalpatientdata></patient>"
        "<dataacquisition><signalcharacteristics>"
        f"<samplingrate>{fs_hz}</samplingrate><signalresolution>{uv_per_level}</signalresolution>"
        "<numberchannelsvalid>12</numberchannelsvalid>"
        "<numberchannelsallocated>12</numberchannelsallocated><leadset>STD-12</leadset>"
        "<acquisitiontype>STD-12</acquisitiontype></signalcharacteristics></dataacquisition>"
        f'<waveforms><parsedwaveforms dataencoding="Base64" {how} numberofleads="12" '
        f'durationperchannel="{duration}" samplespersecond="{fs_hz}" resolution="{uv_per_level}" '
        f'leadlabels="{" ".join(TWELVE)}">'
        f"{base64.b64encode(data).decode()}</parsedwaveforms></waveforms></restingecgdata>"
    ).encode("utf-16")


# EDF


def edf(
    signals: Sequence[np.ndarray],
    labels: Sequence[str],
    per_record: Sequence[int],
    record_s: float = 1.0,
    unit: str = "uV",
    physical: tuple[float, float] = (-16384.0, 16383.5),
    onsets: Sequence[float] | None = None,
    number: str = "X",
    kind: str = "EDF+D",
) -> bytes:
    """EDF, or EDF+ (`kind`) with the onset of every data record and the patient's number."""
    names, counts = list(labels), list(per_record)
    if onsets is not None:
        names.append("EDF Annotations")
        counts.append(16)
    records = len(signals[0]) // per_record[0]

    def fields(width: int, values: Sequence[object]) -> bytes:
        return b"".join(str(value).ljust(width).encode()[:width] for value in values)

    few = len(names)
    patient = f"{number} F 01-JAN-1950 {PATIENT}" if onsets is not None else f"{number} {PATIENT}"
    head = fields(8, ["0"]) + fields(80, [patient]) + fields(80, ["Startdate X X X X"])
    head += b"02.01.2003.04.05"[:16] + fields(8, [256 * (1 + few)])
    head += fields(44, [kind if onsets is not None else ""])
    head += fields(8, [records, record_s]) + fields(4, [few])
    head += fields(16, names) + fields(80, [""] * few) + fields(8, [unit] * few)
    head += fields(8, [physical[0]] * few) + fields(8, [physical[1]] * few)
    head += fields(8, [-32768] * few) + fields(8, [32767] * few)
    head += fields(80, [""] * few) + fields(8, counts) + fields(32, [""] * few)
    body = b""
    for number in range(records):
        for row, count in zip(signals, per_record, strict=True):
            body += row[number * count : (number + 1) * count].astype("<i2").tobytes()
        if onsets is not None:
            body += f"+{onsets[number]}\x14\x14\0".encode().ljust(32, b"\0")
    return head + body


# BDF


def bdf(
    signals: Sequence[np.ndarray],
    labels: Sequence[str],
    per_record: int,
    unit: str = "uV",
    physical: tuple[float, float] = (-262144.0, 262143.96875),
    kind: str = "24BIT",
    number: str = "X",
) -> bytes:
    """BDF with data records of one second: 24-bit samples, 1/32 of a unit a level."""

    def fields(width: int, values: Sequence[object]) -> bytes:
        return b"".join(str(value).ljust(width).encode()[:width] for value in values)

    few, records = len(labels), len(signals[0]) // per_record
    head = b"\xffBIOSEMI" + fields(80, [f"{number} F 01-JAN-1950 {PATIENT}"])
    head += fields(80, ["Startdate X X X X"]) + b"02.01.2003.04.05"[:16]
    head += fields(8, [256 * (1 + few)]) + fields(44, [kind]) + fields(8, [records, 1])
    head += fields(4, [few]) + fields(16, labels) + fields(80, [""] * few)
    head += fields(8, [unit] * few)
    head += fields(8, [f"{physical[0]:.0f}"] * few) + fields(8, [f"{physical[1]:.0f}"] * few)
    head += fields(8, [-8388608] * few) + fields(8, [8388607] * few)
    head += fields(80, [""] * few) + fields(8, [per_record] * few) + fields(32, [""] * few)
    body = b""
    for record in range(records):
        for row in signals:
            part = row[record * per_record : (record + 1) * per_record].astype("<i4")
            # The lower three of four bytes.
            body += part.view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
    return head + body
