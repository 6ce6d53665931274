"""A table of labels against the uploaded ECGs: every row understood, or named with its cause."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ecg_core.evidence.own_sets.columns import (
    NO,
    TRIAGE_WORDS,
    UNKNOWN,
    YES,
    Column,
    ColumnRole,
    TableError,
    answerable,
)
from ecg_core.network.statements import STATEMENTS, SUPERCLASSES

MAX_MESSAGES = 200
"""So many problems are listed; the rest is counted."""


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


@dataclass(frozen=True)
class Meanings:
    """What words of this one table mean that are in no list of ours, lower case.

    triage: place in `TRIAGE_CLASSES`, −1 for none of them. answers: yes, no, or None for unknown.
    """

    triage: Mapping[str, int] = field(default_factory=dict)
    answers: Mapping[str, bool | None] = field(default_factory=dict)


def strange_words(
    table: pd.DataFrame, columns: Sequence[Column]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Words for triage classes, and for yes and no, that are in no list: the most frequent first.

    Lower case, as `Meanings` takes them.
    """
    triage = [table[c.name] for c in columns if c.role is ColumnRole.TRIAGE]
    answers = [table[c.name] for c in columns if c.role is ColumnRole.YES_NO]
    return _strange(triage, TRIAGE_WORDS), _strange(answers, YES | NO)


def _strange(cells: Sequence[pd.Series], known: Iterable[str]) -> tuple[str, ...]:
    if not cells:
        return ()
    counted = pd.concat(list(cells)).str.lower().value_counts()
    listed = {*known, *UNKNOWN}
    return tuple(str(word) for word in counted.index if word not in listed)


def check(
    table: pd.DataFrame,
    columns: Sequence[Column],
    uploaded: Sequence[str],
    meanings: Meanings | None = None,
) -> Checked:
    """Understand every row; a row that cannot be used is named and left out.

    uploaded: names of the cases that were uploaded; a row's file matches one by its whole name, by
    its last part, or without its suffix. meanings: of words that are in no list.
    Raises TableError when the mapping lacks file or labels.
    """
    meanings = meanings or Meanings()
    files = _only(columns, ColumnRole.FILE)
    if files is None:
        raise TableError("Say which column names the file.")
    if not any(
        column.role in (ColumnRole.TRIAGE, ColumnRole.CODES, ColumnRole.YES_NO)
        for column in columns
    ):
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
    triage = _triage(kept, columns, rows, problems, meanings.triage)
    codes, truth, known = _answers(kept, columns, rows, problems, meanings.answers)
    patient = _only(columns, ColumnRole.PATIENT)
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
        for role in (ColumnRole.AGE, ColumnRole.SEX, ColumnRole.DEVICE, ColumnRole.SITE)
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


def _only(columns: Sequence[Column], role: ColumnRole) -> Column | None:
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
    table: pd.DataFrame,
    columns: Sequence[Column],
    rows: Sequence[int],
    problems: list[Problem],
    meant: Mapping[str, int],
) -> np.ndarray:
    found = np.full(len(table), -1)
    column = _only(columns, ColumnRole.TRIAGE)
    if column is None:
        return found
    for at, (row, cell) in enumerate(zip(rows, table[column.name], strict=True)):
        word = cell.lower()
        if word in TRIAGE_WORDS or word in meant:
            found[at] = TRIAGE_WORDS[word] if word in TRIAGE_WORDS else meant[word]
        elif word not in UNKNOWN:
            problems.append(Problem(row + 1, f"“{cell}” is no triage class."))
    return found


def _answers(
    table: pd.DataFrame,
    columns: Sequence[Column],
    rows: Sequence[int],
    problems: list[Problem],
    meant: Mapping[str, bool | None],
) -> tuple[tuple[str, ...], np.ndarray, np.ndarray]:
    """Codes answered, truth and known: yes/no columns, then what the lists of codes name."""
    truth: dict[str, np.ndarray] = {}
    known: dict[str, np.ndarray] = {}
    for column in columns:
        if column.role is ColumnRole.YES_NO:
            truth[column.code], known[column.code] = _yes_no(table, column, rows, problems, meant)
    listed = _only(columns, ColumnRole.CODES)
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
    table: pd.DataFrame,
    column: Column,
    rows: Sequence[int],
    problems: list[Problem],
    meant: Mapping[str, bool | None],
) -> tuple[np.ndarray, np.ndarray]:
    if column.code not in answerable():
        raise TableError(f"Say what the column {column.name} answers.")
    yes = YES | {word for word, answer in meant.items() if answer}
    no = NO | {word for word, answer in meant.items() if answer is False}
    words = table[column.name].str.lower()
    for row, cell in zip(rows, words, strict=True):
        if cell not in yes and cell not in no and cell not in UNKNOWN and cell not in meant:
            problems.append(Problem(row + 1, f"“{cell}” in {column.name} is neither yes nor no."))
    return words.isin(yes).to_numpy(), words.isin(yes | no).to_numpy()


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
