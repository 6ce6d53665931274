"""A table of labels: how it is read, and which column says what."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd

from ecg_core.network.statements import (
    STATEMENTS,
    SUPERCLASS_NAMES,
    SUPERCLASSES,
    TRIAGE_CLASSES,
    TRIAGE_NAMES,
)

MAX_ROWS, MAX_COLUMNS = 200_000, 400


class ColumnRole(StrEnum):
    """What a column may be."""

    IGNORE = "not used"
    FILE = "file"
    PATIENT = "patient"
    AGE = "age"
    SEX = "sex"
    DEVICE = "device"
    SITE = "site"
    TRIAGE = "triage class"
    CODES = "list of codes"
    YES_NO = "yes or no"


@dataclass(frozen=True)
class Column:
    """One column of the table and its role; code: what a yes/no column answers."""

    name: str
    role: ColumnRole
    code: str = ""


class TableError(Exception):
    """The table as a whole cannot be used; the message says why."""


GUESSES: tuple[tuple[ColumnRole, tuple[str, ...]], ...] = (
    (ColumnRole.FILE, ("file", "filename", "file_name", "path", "image", "record", "ecg", "name")),
    (ColumnRole.PATIENT, ("patient", "patient_id", "subject", "subject_id", "person", "mrn")),
    (ColumnRole.AGE, ("age",)),
    (ColumnRole.SEX, ("sex", "gender")),
    (ColumnRole.DEVICE, ("device", "recorder", "cart", "machine")),
    (ColumnRole.SITE, ("site", "hospital", "ward", "centre", "center")),
    (ColumnRole.TRIAGE, ("triage", "triage_class", "class", "label", "diagnosis")),
    (ColumnRole.CODES, ("codes", "scp_codes", "statements", "findings")),
)
"""Header names by role, lower case; the first column that fits takes the role."""

TRIAGE_WORDS: dict[str, int] = {
    **{str(name): k for k, name in enumerate(TRIAGE_CLASSES)},
    **{TRIAGE_NAMES[name].lower(): k for k, name in enumerate(TRIAGE_CLASSES)},
    "norm": 0,
    "acute": 1,
    "acute mi": 1,
    "stemi": 1,
    "mi": 1,
    "prior": 2,
    "prior mi": 2,
    "old mi": 2,
    "history_of_mi": 2,
    "history of mi": 2,
    "other": 3,
    "abnormal": 3,
    "abnormal_heartbeat": 3,
}
"""Words for a triage class, lower case."""
YES = frozenset({"1", "1.0", "true", "yes", "y", "+", "x", "positive"})
NO = frozenset({"0", "0.0", "false", "no", "n", "-", "negative"})
UNKNOWN = frozenset({"", "nan", "na", "n/a", "?", "unknown", "none"})

EXAMPLE = (
    "file,patient,age,sex,triage class,MI,AFIB\n"
    "ecg_0001.dcm,p1,63,m,normal,no,no\n"
    "ecg_0002.png,p2,71,f,acute mi,yes,no\n"
    "ward/ecg_0003.hea,p3,58,f,other,no,yes\n"
    "ecg_0004,p3,58,f,prior mi,yes,unknown\n"
)
"""A table that needs no mapping, to begin one's own with."""


def read_table(data: bytes) -> pd.DataFrame:
    """A CSV as text cells: comma, semicolon or tab; UTF-8 or Latin-1. Raises TableError."""
    if not data.strip():
        raise TableError("The table is empty.")
    for encoding in ("utf-8-sig", "latin-1"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    if "\0" in text:
        raise TableError("This is no text table. Save it as CSV.")
    first = text.splitlines()[0]
    separator = max(",;\t", key=first.count)
    try:
        table = pd.read_csv(
            io.StringIO(text),
            sep=separator,
            dtype=str,
            keep_default_na=False,
            nrows=MAX_ROWS + 1,
            skipinitialspace=True,
        )
    except (ValueError, pd.errors.ParserError) as error:
        raise TableError(f"The table cannot be read as CSV: {error}.") from error
    if len(table) > MAX_ROWS or len(table.columns) > MAX_COLUMNS:
        raise TableError(f"At most {MAX_ROWS} rows and {MAX_COLUMNS} columns are read.")
    if table.empty:
        raise TableError("The table has a header but no rows.")
    table.columns = [str(name).strip() for name in table.columns]
    # pandas numbers repeated names; the header itself tells.
    header = [name.strip() for name in next(csv.reader([first], delimiter=separator))]
    if len(set(header)) < len(header):
        raise TableError("Two columns of the table have the same name.")
    return table.apply(lambda column: column.str.strip())


def guess(table: pd.DataFrame) -> tuple[Column, ...]:
    """A first mapping from the header's names; the reader corrects it."""
    taken: set[ColumnRole] = set()
    columns = []
    for name in table.columns:
        plain = name.strip().lower().replace(" ", "_")
        code = _code(name)
        role = next((role for role, words in GUESSES if plain in words and role not in taken), None)
        if role is not None:
            taken.add(role)
            columns.append(Column(name, role))
        elif code:
            columns.append(Column(name, ColumnRole.YES_NO, code))
        else:
            columns.append(Column(name, ColumnRole.IGNORE))
    return tuple(columns)


def _code(name: str) -> str:
    plain = name.strip().lower()
    for code in answerable():
        if plain in (code.lower(), code_name(code).lower(), f"label_{code.lower()}"):
            return code
    return ""


def answerable() -> tuple[str, ...]:
    """Codes that a yes/no column may answer."""
    return (*SUPERCLASSES, *(code for code in STATEMENTS if code not in SUPERCLASSES))


def code_name(code: str) -> str:
    """Plain name of a code."""
    return SUPERCLASS_NAMES.get(code) or STATEMENTS[code].name
