"""Tables of labels: guessed columns, row-level messages, and what counts as known."""

from __future__ import annotations

import numpy as np
import pytest

from ecg_core.evidence.own_sets.checking import Meanings, check, strange_words
from ecg_core.evidence.own_sets.columns import (
    EXAMPLE,
    Column,
    ColumnRole,
    TableError,
    guess,
    read_table,
)

UPLOADED = ("a.png", "b.png", "ward/c.jpg", "d.hea")


def checked(text: str, *columns: Column):  # type: ignore[no-untyped-def]
    table = read_table(text.encode())
    return check(table, columns or guess(table), UPLOADED)


def test_columns_are_guessed_from_their_names() -> None:
    table = read_table(b"Filename;Patient ID;Age;MI;Atrial fibrillation;note\na.png;7;60;1;0;x\n")
    assert [(c.role, c.code) for c in guess(table)] == [
        (ColumnRole.FILE, ""),
        (ColumnRole.PATIENT, ""),
        (ColumnRole.AGE, ""),
        (ColumnRole.YES_NO, "MI"),
        (ColumnRole.YES_NO, "AFIB"),
        (ColumnRole.IGNORE, ""),
    ]


def test_the_example_needs_no_correction() -> None:
    table = read_table(EXAMPLE.encode())
    files = table["file"].tolist()
    columns = guess(table)
    assert ColumnRole.IGNORE not in {column.role for column in columns}
    found = check(table, columns, files)
    assert found.problems == ()
    assert found.labels.n == len(files) == 4
    assert found.labels.codes == ("MI", "AFIB")
    assert sorted(found.labels.triage.tolist()) == [0, 1, 2, 3]


def test_yes_no_and_unknown() -> None:
    labels = checked("file,MI\na.png,1\nb,no\nc.jpg,?\nd,yes\n").labels
    assert labels.files.tolist() == ["a.png", "b.png", "d.hea"]
    assert labels.codes == ("MI",)
    assert labels.truth[:, 0].tolist() == [True, False, True]
    assert labels.known.all()


def test_every_unusable_row_is_named() -> None:
    found = checked("file,MI\na.png,1\nz.png,1\na.PNG,0\n,1\nb.png,maybe\n")
    assert [str(problem) for problem in found.problems] == [
        "Row 2: “z.png” is not among the uploaded files.",
        "Row 3: “a.PNG” is labelled in row 1 already.",
        "Row 4: names no file.",
        "Row 5: “maybe” in MI is neither yes nor no.",
        "Row 5: carries no label.",
    ]
    assert found.labels.files.tolist() == ["a.png"]
    assert found.unlabelled == ("ward/c.jpg", "d.hea")


def test_a_list_of_codes_says_no_to_what_it_does_not_name() -> None:
    labels = checked("file,scp_codes\na.png,IMI;AFIB\nb.png,NORM\nc.jpg,XYZ;LVH\n").labels
    columns = dict(zip(labels.codes, labels.truth.T.tolist(), strict=True))
    assert columns["MI"] == [True, False, False]
    assert columns["AFIB"] == [True, False, False]
    assert columns["NORM"] == [False, True, False]
    assert columns["HYP"] == [False, False, True]
    assert labels.known.all()


def test_ptbxl_codes_are_read_as_they_are_written() -> None:
    labels = checked("file;scp_codes\na.png;{'IMI': 100.0, 'SR': 0.0}\n").labels
    assert set(np.array(labels.codes)[labels.truth[0]]) == {"MI", "IMI", "SR"}


def test_triage_words() -> None:
    found = checked("file,class\na,Normal\nb,STEMI\nc,history_of_MI\nd,flu\n")
    assert found.labels.triage.tolist() == [0, 1, 2]
    assert "“flu” is no triage class." in str(found.problems[0])


def test_patients_and_facts() -> None:
    labels = checked("file,patient,sex,MI\na,p1,f,1\nb,p1,m,0\nc,,m,0\n").labels
    assert labels.patients.tolist() == ["p1", "p1", "ward/c.jpg"]
    assert labels.facts["sex"].tolist() == ["f", "m", "m"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"file,MI\n", "no rows"),
        (b"PK\x03\x04\0\0", "no text table"),
        (b"file,file\na,b\n", "same name"),
    ],
)
def test_tables_that_cannot_be_used(data: bytes, reason: str) -> None:
    with pytest.raises(TableError, match=reason):
        read_table(data)


def test_file_and_labels_must_be_named() -> None:
    with pytest.raises(TableError, match="names the file"):
        checked(
            "x,MI\na,1\n", Column("x", ColumnRole.IGNORE), Column("MI", ColumnRole.YES_NO, "MI")
        )
    with pytest.raises(TableError, match="carry labels"):
        checked("file,x\na,1\n", Column("file", ColumnRole.FILE), Column("x", ColumnRole.IGNORE))


def test_two_uploads_of_one_name_are_no_guess() -> None:
    table = read_table(b"file,MI\na,1\n")
    found = check(table, guess(table), ("one/a.png", "two/a.jpg"))
    assert found.labels.n == 0
    assert "fits 2 uploaded files" in str(found.problems[0])


FOREIGN = """Datei,Befund,Infarkt,Block
a,unauffällig,nein,ja
b,STEMI,ja,fraglich
c,frisch,ja,nein
d,Schrott,nein,nein
"""
MAPPED = (
    Column("Datei", ColumnRole.FILE),
    Column("Befund", ColumnRole.TRIAGE),
    Column("Infarkt", ColumnRole.YES_NO, "MI"),
    Column("Block", ColumnRole.YES_NO, "CD"),
)


def test_words_in_no_list_are_asked_for_the_most_frequent_first() -> None:
    triage, answers = strange_words(read_table(FOREIGN.encode()), MAPPED)
    assert sorted(triage) == ["frisch", "schrott", "unauffällig"]
    assert answers == ("nein", "ja", "fraglich")
    assert strange_words(read_table(b"file,MI\na,1\n"), (Column("file", ColumnRole.FILE),)) == (
        (),
        (),
    )


def test_what_the_reader_says_of_words_is_taken_and_nothing_else() -> None:
    meanings = Meanings(
        {"unauffällig": 0, "frisch": 1, "schrott": -1},
        {"ja": True, "nein": False, "fraglich": None},
    )
    found = check(read_table(FOREIGN.encode()), MAPPED, UPLOADED, meanings)
    assert found.problems == ()
    labels = found.labels
    assert labels.triage.tolist() == [0, 1, 1, -1]
    assert dict(zip(labels.codes, labels.truth.T.tolist(), strict=True)) == {
        "MI": [False, True, True, False],
        "CD": [True, False, False, False],
    }
    assert labels.known.tolist() == [[True, True], [True, False], [True, True], [True, True]]
    silent = check(read_table(FOREIGN.encode()), MAPPED, UPLOADED)
    # Three classes and eight answers that are no words of ours; three rows are left with nothing.
    assert len(silent.problems) == 3 + 8 + 3
