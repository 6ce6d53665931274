"""Tables and lists of samples as text (Apple Health's among them), with unit, rate and leads.

Before the numbers stand lines of a word and what it says ("Sample Rate,512 hertz"), or the names of
the columns, with their units in brackets or on a line of their own. Nothing is assumed: a table
that does not state its unit, rate and leads is refused by what is missing.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, replace
from datetime import date, datetime

import numpy as np

from ecg_core.intake import age
from ecg_core.intake.assemble import MV_PER_UNIT, ChannelSamples, mv_per_unit, record_of
from ecg_core.intake.formats.recorder_file import is_no_scale, recorder_file, scaled_twice
from ecg_core.intake.isolation.limits import FileLimits
from ecg_core.intake.patients import patient_id
from ecg_core.intake.reader import Reader
from ecg_core.intake.told import Told
from ecg_core.intake.values import Bundle, EcgRecord, IntakeError, Upload
from ecg_core.leads import lead_number, signed_lead

_WHAT = "a table of samples"
SUFFIXES = (".csv", ".tsv", ".txt")
WORDS: dict[str, str] = {
    **dict.fromkeys(
        ("samplerate", "samplingrate", "samplingfrequency", "samplefrequency", "fs", "frequency",
         "abtastrate", "abtastfrequenz", "frequencedechantillonnage", "frecuenciademuestreo",
         "frequenzadicampionamento"),
        "rate",
    ),
    **dict.fromkeys(("unit", "units", "einheit", "einheiten", "unite", "unidad", "unita"), "unit"),
    **dict.fromkeys(
        ("lead", "leads", "leadname", "ableitung", "derivation", "derivacion", "derivazione"),
        "lead",
    ),
    **dict.fromkeys(("gain", "adcgain", "resolution", "scale", "scalefactor", "lsb"), "scale"),
    **dict.fromkeys(("age", "alter", "edad"), "age"),
    **dict.fromkeys(("dateofbirth", "birthdate", "geburtsdatum", "datedenaissance"), "born"),
    **dict.fromkeys(("recordeddate", "date", "aufgezeichnetam", "aufzeichnungsdatum"), "recorded"),
    **dict.fromkeys(("patientid", "patientnumber", "patient"), "patient"),
}  # fmt: skip
"""What a word before the numbers says, without spaces, marks and accents."""
TIMES: dict[str, float] = {
    "s": 1.0, "sec": 1.0, "second": 1.0, "seconds": 1.0, "ms": 1e-3, "millisecond": 1e-3,
    "milliseconds": 1e-3, "us": 1e-6, "µs": 1e-6,
}  # fmt: skip
_TIME_NAMES = ("time", "t", "zeit", "temps", "tiempo", "tempo", "elapsedtime", "timestamp")
_COUNT_NAMES = ("sample", "sampleno", "samplenumber", "index", "n", "no", "")
_COLUMN = re.compile(r"(.*?)\s*[(\[]\s*([^()\[\]]+?)\s*[)\]]")
_SUFFIXED = re.compile(r"(.+)_(mv|uv|µv|nv|v|s|ms|us)", re.IGNORECASE)
_CLOCK = re.compile(r"(?:(\d+):)?(\d+):(\d+(?:\.\d+)?)")
_UNNAMED = "Column"
_MOST_WORDS = 200
_REGULAR = 0.02
"""Times may differ from regular steps by this share of a step, and by rounding."""
_DAYS = ("%b %d, %Y", "%B %d, %Y", "%d %b %Y", "%d %B %Y", "%d.%m.%Y", "%d/%m/%Y")


@dataclass(frozen=True)
class _Table:
    """What stands before the numbers, by what it says; names of the columns; the numbers."""

    said: dict[str, str]
    names: list[str]
    units: list[str]
    rows: np.ndarray
    clock: bool


def recognises(head: bytes, name: str) -> bool:
    """Whether the file is text of this name whose lines hold numbers."""
    if not name.lower().endswith(SUFFIXES):
        return False
    lines = _text(head).splitlines()[:_MOST_WORDS]
    numeric = [
        line for line in lines[:-1] or lines if _is_numeric(_fields(line, _delimiter(lines)))
    ]
    return len(numeric) >= 3


def read(bundle: Bundle, limits: FileLimits) -> EcgRecord:
    """The leads, in mV. Raises IntakeError that names what the table does not state."""
    file = recorder_file(bundle, limits, _WHAT)
    table = _parsed(file, limits)
    fs_hz, time_column = _rate(table, file)
    gain = table.said.get("scale", "1")
    if not is_no_scale(gain) and _value(gain.split()[0]) != 1.0:
        raise scaled_twice(file, "gain")
    told = Told()
    waves = []
    for place, (name, unit) in enumerate(zip(table.names, table.units, strict=True)):
        if place == time_column or (_key(name) in _COUNT_NAMES and not name.isdigit()):
            continue
        if not bundle.leads and signed_lead(name) is None and lead_number(name) is None:
            waves.append(ChannelSamples(name, np.empty(0), fs_hz))
            continue
        unit = unit or table.said.get("unit", "")
        if not unit:
            raise _missing(file, "its unit (mV or µV)")
        scale = mv_per_unit(unit, name, file.name)
        waves.append(ChannelSamples(name, table.rows[:, place] * scale, fs_hz))
    said = table.said
    if not bundle.leads and all(_UNNAMED in wave.label for wave in waves):
        raise _missing(file, "which leads its columns are", tuple(wave.label for wave in waves))
    return replace(
        record_of(bundle, waves, limits, told),
        patient_id=patient_id(said.get("patient")),
        age_years=_age(said),
    )


def _missing(file: Upload, what: str, signals: tuple[str, ...] = ()) -> IntakeError:
    return IntakeError(
        f"{file.name} is {_WHAT} that does not state {what}: numbers alone carry no calibration.",
        "Export it with its unit, sampling rate and the leads' names, or as an image.",
        signals,
    )


def _text(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="ignore")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _delimiter(lines: list[str]) -> str:
    """What parts the fields of most lines."""
    return max("\t;,", key=lambda sign: sum(sign in line for line in lines))


def _fields(line: str, delimiter: str) -> list[str]:
    parted = next(csv.reader([line], delimiter=delimiter), [])
    return [field.strip().strip("'").strip() for field in parted]


def _is_numeric(fields: list[str]) -> bool:
    values = [_value(field) for field in fields]
    return any(value is not None for value in values) and all(
        value is not None or not field for value, field in zip(values, fields, strict=True)
    )


def _value(field: str) -> float | None:
    if match := _CLOCK.fullmatch(field):
        return 3600 * float(match[1] or 0) + 60 * float(match[2]) + float(match[3])
    try:
        return float(field.replace(",", ".")) if field else None
    except ValueError:
        return None


def _key(word: str) -> str:
    from unicodedata import combining, normalize

    plain = "".join(c for c in normalize("NFKD", word.casefold()) if not combining(c))
    return re.sub(r"[^a-z]", "", plain)


def _parsed(file: Upload, limits: FileLimits) -> _Table:
    lines = _text(file.data).splitlines()
    delimiter = _delimiter(lines[:_MOST_WORDS])
    said: dict[str, str] = {}
    headers: list[list[str]] = []
    rows: list[list[float]] = []
    clock = False
    for line in lines:
        fields = _fields(line.lstrip("#% "), delimiter)
        if not any(fields):
            continue
        if "lead" in said and not _has_times(headers):
            # One lead, a value a line; in half of Europe with a comma in it.
            fields = [line.strip()] if _is_numeric([line.strip()]) else fields
        if _is_numeric(fields):
            clock = clock or any(":" in field for field in fields)
            rows.append([np.nan if (v := _value(f)) is None else v for f in fields])
            if len(rows) * len(fields) > limits.max_samples:
                raise IntakeError(f"{file.name} holds too many samples.", "Cut out a part.")
        elif rows:
            raise IntakeError(
                f"{file.name} is {_WHAT} with words among its numbers.", "Export it again."
            )
        elif len(headers) < _MOST_WORDS:
            _note(line, fields, said)
            headers.append(fields)
    if not rows or len({len(row) for row in rows}) != 1:
        raise IntakeError(
            f"{file.name} is {_WHAT} whose lines have different numbers of columns.",
            "Export it again.",
        )
    count = len(rows[0])
    if count > 1 and len(rows) > 1 and rows[0] in ([*range(n, n + count)] for n in (0, 1)):
        # Columns that are numbered, not named.
        headers.append([f"{number:.0f}" for number in rows.pop(0)])
    names, units = _columns(headers, said, count)
    return _Table(said, names, units, np.array(rows, np.float64), clock)


def _has_times(headers: list[list[str]]) -> bool:
    return any(_key(field) in _TIME_NAMES for fields in headers for field in fields[:1])


def _note(line: str, fields: list[str], said: dict[str, str]) -> None:
    """What a line before the numbers says, if it is a word and a value."""
    parts = fields if len(fields) > 1 else re.split(r"[:=]", fields[0], maxsplit=1)
    meaning = WORDS.get(_key(parts[0]))
    if meaning and len(parts) > 1 and parts[1].strip():
        said.setdefault(meaning, parts[1].strip())


def _columns(
    headers: list[list[str]], said: dict[str, str], count: int
) -> tuple[list[str], list[str]]:
    """(names, units) of the columns: the last line of as many words, and one of units below it."""
    if count == 1 and "lead" in said:
        return [said["lead"]], [said.get("unit", "")]
    wide = [fields for fields in headers if len(fields) == count]
    below: list[str] = [""] * count
    if wide and count > 1 and all(_is_unit(field) for field in wide[-1]):
        below = wide.pop()
    if not wide:
        return [f"{_UNNAMED} {n + 1}" for n in range(count)], below
    names, units = [], []
    for field, unit in zip(wide[-1], below, strict=True):
        match = _COLUMN.fullmatch(field) or _SUFFIXED.fullmatch(field)
        is_unit = match is not None and _is_unit(match[2])
        names.append(match[1].strip() if match is not None and is_unit else field)
        units.append(match[2] if match is not None and is_unit else unit)
    return names, units


def _is_unit(text: str) -> bool:
    low = text.strip().lower()
    return bool(low) and (low in MV_PER_UNIT or low in TIMES or low.startswith(("hh:mm", "mm:ss")))


def _rate(table: _Table, file: Upload) -> tuple[float, int | None]:
    """(rate in Hz, column of times): as stated, else from the times, which must be regular."""
    column = next((n for n, name in enumerate(table.names) if _key(name) in _TIME_NAMES), None)
    stated = None
    if match := re.search(r"\d+(?:[.,]\d+)?", table.said.get("rate", "")):
        stated = float(match[0].replace(",", "."))
    if column is None or len(table.rows) < 3:
        if not stated:
            raise _missing(file, "its sampling rate")
        return stated, column
    unit = table.units[column].strip().lower()
    factor = 1.0 if table.clock else TIMES.get(unit)
    if factor is None:
        if not stated:
            raise _missing(file, "the unit of its times")
        return stated, column
    times_s = table.rows[:, column] * factor
    step_s = float(times_s[-1] - times_s[0]) / (len(times_s) - 1)
    rounding = float(np.min(np.abs(np.diff(np.unique(times_s))), initial=step_s))
    regular = times_s[0] + step_s * np.arange(len(times_s))
    if not step_s > 0 or np.abs(times_s - regular).max() > max(_REGULAR * step_s, rounding):
        raise IntakeError(
            f"{file.name} is {_WHAT} at irregular times; what lies between them is not known.",
            "Export it with a fixed sampling rate.",
        )
    if stated and abs(stated * step_s - 1) > _REGULAR:
        raise IntakeError(
            f"{file.name} states {stated:g} samples a second, but its times say {1 / step_s:.4g}.",
            "Export it again.",
        )
    return stated or round(1 / step_s, 6), column


def _age(said: dict[str, str]) -> int | None:
    if (stated := age.stated(f"age: {said.get('age', '')}")) is not None:
        return stated
    return age.between(_day(said.get("born", "")), _day(said.get("recorded", "")))


def _day(text: str) -> date | None:
    if (found := age.day(text)) is not None:
        return found
    for form in _DAYS:
        try:
            return datetime.strptime(text.strip(), form).date()
        except ValueError:
            continue
    return None


reader = Reader("csv_record", "table of samples (CSV)", recognises, read)
