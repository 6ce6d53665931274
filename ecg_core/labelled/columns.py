"""A table of labels: which column says what, and what is wrong in which row."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from ecg_core.network.statements import (
    STATEMENTS,
    SUPERCLASS_NAMES,
    SUPERCLASSES,
    TRIAGE_CLASSES,
    TRIAGE_NAMES,
)

MAX_ROWS, MAX_COLUMNS = 200_000, 400
MAX_MESSAGES = 200
"""So many problems are listed; the rest is counted."""


class Role(StrEnum):
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
    role: Role
    code: str = ""


@dataclass(frozen=True)
class Problem:
    """What is wrong in one row (1 is the first below the header; 0 is the table itself)."""

    row: int
    text: str

    def __str__(self) -> str:
        return f"Row {self.row}: {self.text}" if self.row else self.text


@dataclass(frozen=True, eq=False)
class Labels:
    """The table, understood: one row a case, only rows whose file is there.

    files, patients: str, n. triage: int, n, −1 without one. codes: what is answered yes or no.
    truth: bool, n × len(codes). known: bool, n × len(codes). facts: other columns by role.
    """

    files: np.ndarray
    patients: np.ndarray
    triage: np.ndarray
    codes: tuple[str, ...]
    truth: np.ndarray
    known: np.ndarray
    facts: dict[str, np.ndarray]

    @property
    def n(self) -> int:
        """Number of cases."""
        return len(self.files)


@dataclass(frozen=True, eq=False)
class Checked:
    """Labels that can be used, and everything that was wrong on the way.

    unlabelled: uploaded names that no row mentions.
    """

    labels: Labels
    problems: tuple[Problem, ...]
    more_problems: int
    unlabelled: tuple[str, ...]


class TableError(Exception):
    """The table as a whole cannot be used; the message says why."""


GUESSES: tuple[tuple[Role, tuple[str, ...]], ...] = (
    (Role.FILE, ("file", "filename", "file_name", "path", "image", "record", "ecg", "name")),
    (Role.PATIENT, ("patient", "patient_id", "subject", "subject_id", "person", "mrn")),
    (Role.AGE, ("age",)),
    (Role.SEX, ("sex", "gender")),
    (Role.DEVICE, ("device", "recorder", "cart", "machine")),
    (Role.SITE, ("site", "hospital", "ward", "centre", "center")),
    (Role.TRIAGE, ("triage", "triage_class", "class", "label", "diagnosis")),
    (Role.CODES, ("codes", "scp_codes", "statements", "findings")),
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
    taken: set[Role] = set()
    columns = []
    for name in table.columns:
        plain = name.strip().lower().replace(" ", "_")
        code = _code(name)
        role = next((role for role, words in GUESSES if plain in words and role not in taken), None)
        if role is not None:
            taken.add(role)
            columns.append(Column(name, role))
        elif code:
            columns.append(Column(name, Role.YES_NO, code))
        else:
            columns.append(Column(name, Role.IGNORE))
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


def check(table: pd.DataFrame, columns: Sequence[Column], uploaded: Sequence[str]) -> Checked:
    """Understand every row; a row that cannot be used is named and left out.

    uploaded: names of the cases that were uploaded; a row's file matches one by its whole name, by
    its last part, or without its suffix. Raises TableError when the mapping lacks file or labels.
    """
    files = _only(columns, Role.FILE)
    if files is None:
        raise TableError("Say which column names the file.")
    if not any(column.role in (Role.TRIAGE, Role.CODES, Role.YES_NO) for column in columns):
        raise TableError("Say which columns carry labels.")
    problems: list[Problem] = []
    places = _places(uploaded)
    seen: dict[str, int] = {}
    rows, names = [], []
    for row, cell in enumerate(table[files.name], start=1):
        match = places.get(_stem(cell)) or places.get(cell.lower())
        if not cell:
            problems.append(Problem(row, "names no file."))
        elif match is None:
            problems.append(Problem(row, f"“{cell}” is not among the uploaded files."))
        elif len(match) > 1:
            problems.append(Problem(row, f"“{cell}” fits {len(match)} uploaded files."))
        elif match[0] in seen:
            problems.append(Problem(row, f"“{cell}” is labelled in row {seen[match[0]]} already."))
        else:
            seen[match[0]] = row
            rows.append(row - 1)
            names.append(match[0])
    kept = table.iloc[rows]
    triage = _triage(kept, columns, rows, problems)
    codes, truth, known = _answers(kept, columns, rows, problems)
    patient = _only(columns, Role.PATIENT)
    patients = np.array(names, dtype=str)
    if patient is not None:
        given = kept[patient.name].to_numpy(dtype=str)
        patients = np.where(given != "", given, patients)
    labelled = (triage >= 0) | known.any(axis=1)
    for row, has in zip(rows, labelled, strict=True):
        if not has:
            problems.append(Problem(row + 1, "carries no label."))
    facts = {
        str(role): kept[column.name].to_numpy(dtype=str)[labelled]
        for role in (Role.AGE, Role.SEX, Role.DEVICE, Role.SITE)
        if (column := _only(columns, role)) is not None
    }
    problems.sort(key=lambda problem: problem.row)
    return Checked(
        Labels(
            np.array(names, dtype=str)[labelled],
            patients[labelled],
            triage[labelled],
            codes,
            truth[labelled],
            known[labelled],
            facts,
        ),
        tuple(problems[:MAX_MESSAGES]),
        max(len(problems) - MAX_MESSAGES, 0),
        tuple(name for name in uploaded if name not in seen),
    )


def _only(columns: Sequence[Column], role: Role) -> Column | None:
    found = [column for column in columns if column.role is role]
    if len(found) > 1:
        raise TableError(f"Two columns are marked as {role}: {found[0].name} and {found[1].name}.")
    return found[0] if found else None


def _stem(name: str) -> str:
    last = name.replace("\\", "/").rsplit("/", 1)[-1].lower()
    return last.rsplit(".", 1)[0] if "." in last else last


def _places(uploaded: Sequence[str]) -> dict[str, list[str]]:
    places: dict[str, list[str]] = {}
    for name in uploaded:
        for key in {name.lower(), _stem(name)}:
            places.setdefault(key, []).append(name)
    return places


def _triage(
    table: pd.DataFrame, columns: Sequence[Column], rows: Sequence[int], problems: list[Problem]
) -> np.ndarray:
    found = np.full(len(table), -1)
    column = _only(columns, Role.TRIAGE)
    if column is None:
        return found
    for at, (row, cell) in enumerate(zip(rows, table[column.name], strict=True)):
        word = cell.lower()
        if word in TRIAGE_WORDS:
            found[at] = TRIAGE_WORDS[word]
        elif word not in UNKNOWN:
            problems.append(Problem(row + 1, f"“{cell}” is no triage class."))
    return found


def _answers(
    table: pd.DataFrame, columns: Sequence[Column], rows: Sequence[int], problems: list[Problem]
) -> tuple[tuple[str, ...], np.ndarray, np.ndarray]:
    """Codes answered, truth and known: yes/no columns, then what the lists of codes name."""
    truth: dict[str, np.ndarray] = {}
    known: dict[str, np.ndarray] = {}
    for column in columns:
        if column.role is Role.YES_NO:
            truth[column.code], known[column.code] = _yes_no(table, column, rows, problems)
    listed = _only(columns, Role.CODES)
    if listed is not None:
        _lists(table[listed.name], rows, problems, truth, known)
    codes = tuple(code for code in answerable() if code in truth)
    if not codes:
        return (), np.zeros((len(table), 0), bool), np.zeros((len(table), 0), bool)
    return (
        codes,
        np.stack([truth[code] for code in codes], axis=1),
        np.stack([known[code] for code in codes], axis=1),
    )


def _yes_no(
    table: pd.DataFrame, column: Column, rows: Sequence[int], problems: list[Problem]
) -> tuple[np.ndarray, np.ndarray]:
    if column.code not in answerable():
        raise TableError(f"Say what the column {column.name} answers.")
    words = table[column.name].str.lower()
    for row, cell in zip(rows, words, strict=True):
        if cell not in YES and cell not in NO and cell not in UNKNOWN:
            problems.append(Problem(row + 1, f"“{cell}” in {column.name} is neither yes nor no."))
    return words.isin(YES).to_numpy(), words.isin(YES | NO).to_numpy()


def _lists(
    cells: pd.Series,
    rows: Sequence[int],
    problems: list[Problem],
    truth: dict[str, np.ndarray],
    known: dict[str, np.ndarray],
) -> None:
    """A list names everything the case has: what it does not name is a no."""
    groups = {code: statement.group for code, statement in STATEMENTS.items()}
    named: list[set[str]] = []
    for row, cell in zip(rows, cells, strict=True):
        words = {word.strip(" '\"{}[]") for word in _split(cell)}
        words = {word.split(":", 1)[0].strip(" '\"") for word in words} - {""}
        unknown = sorted(word for word in words if word not in answerable())
        if unknown:
            problems.append(Problem(row + 1, f"Unknown codes, left out: {', '.join(unknown[:5])}."))
        words -= set(unknown)
        named.append(words | {groups[w] for w in words if groups.get(w) in SUPERCLASSES})
    given = np.array([cell != "" for cell in cells])
    for code in answerable():
        if code not in truth and any(code in words for words in named):
            truth[code] = np.array([code in words for words in named])
            known[code] = given


def _split(cell: str) -> list[str]:
    """Parts of a cell by the first of the usual separators that it holds."""
    return next((cell.split(by) for by in (";", "|", ",", " ") if by in cell), [cell])
