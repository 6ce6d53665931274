"""Paths on the command line become the cases that an upload of the same files would become."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from ecg_core.commands.files import bundles
from ecg_core.intake import IntakeError, Upload, read
from tests.intake.documents import RED_BLUE, filled, pdf
from tests.intake.formats.wfdb.test_wfdb_segments import A, B, listed, segment
from tests.intake.test_archive import packed


def put(folder: Path, files: Iterable[Upload]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        (folder / file.name).write_bytes(file.data)


def names(*paths: Path | str) -> list[str]:
    return [name for name, _ in bundles([str(path) for path in paths])]


def test_header_of_segments_brings_them_and_their_signals(tmp_path: Path) -> None:
    put(tmp_path, [listed("s1 1000", "s2 500"), *segment("s1", {"II": A})])
    put(tmp_path, [*segment("s2", {"II": B}), *segment("another", {"II": B})])
    for path in (tmp_path / "long.hea", tmp_path / "long"):
        ((name, bundle),) = bundles([str(path)])
        assert name == str(path) and len(bundle.files) == 5
        assert read(bundle).signals_mv.shape == (1, 1500)


def test_every_folder_below_is_read_on_its_own(tmp_path: Path) -> None:
    put(tmp_path / "b", segment("rec", {"II": A}))
    put(tmp_path / "a" / "deep", segment("rec", {"II": A + 500}))
    put(tmp_path, [Upload("report.pdf", RED_BLUE), packed({"z.png": b"\x89PNG\r\n\x1a\n"})])
    found = list(bundles([str(tmp_path)]))
    assert [name.removeprefix(tmp_path.as_posix() + "/") for name, _ in found] == [
        "z.png",
        "report.pdf, page 1 of 2",
        "report.pdf, page 2 of 2",
        "a/deep/rec",
        "b/rec",
    ]
    first, second = (read(bundle).signals_mv[0, 0] for _, bundle in found[3:])
    assert (first, second) == (np.float32(0.5), np.float32(0.0))


def test_page_of_a_document_is_a_path(tmp_path: Path) -> None:
    put(tmp_path, [Upload("report.pdf", RED_BLUE)])
    path = tmp_path / "report.pdf"
    assert names(path) == [f"{path}#page=1", f"{path}#page=2"]
    ((name, bundle),) = bundles([f"{path}#page=2"])
    assert (name, bundle.part) == (f"{path}#page=2", 1)
    with pytest.raises(FileNotFoundError):
        names(f"{path}#page=3")


def test_two_pages_of_a_document_are_a_path(tmp_path: Path) -> None:
    put(tmp_path, [Upload("report.pdf", RED_BLUE), Upload("one.pdf", pdf(filled(1, 0, 0)))])
    path = f"{tmp_path / 'report.pdf'}#page=1+2"
    ((name, bundle),) = bundles([path])
    assert (name, bundle.part, bundle.with_next) == (path, 0, True)
    for wrong in ("report.pdf#page=1+3", "report.pdf#page=2+1", "one.pdf#page=1+2"):
        with pytest.raises(FileNotFoundError):
            names(tmp_path / wrong)


def test_links_are_not_followed(tmp_path: Path) -> None:
    put(tmp_path / "outside", segment("secret", {"II": A}))
    inside = tmp_path / "inside"
    put(inside, [Upload("rec.hea", b"rec 1 250 1000\nrec.dat 16 1000/mV 16 0 0 0 0 II\n")])
    (inside / "rec.dat").symlink_to(tmp_path / "outside" / "secret.dat")
    (inside / "folder").symlink_to(tmp_path / "outside")
    for path in (inside, inside / "rec.hea"):
        ((_, bundle),) = bundles([str(path)])
        assert [file.name for file in bundle.files] == ["rec.hea"]


def test_header_cannot_reach_outside_its_folder(tmp_path: Path) -> None:
    put(tmp_path, segment("secret", {"II": A}))
    header = "rec 2 250 1000\n../secret.dat 16 1000 16 0 0 0 0 II\n/etc/passwd 16 1 16 0 0 0 0 I\n"
    put(tmp_path / "inside", [Upload("rec.hea", header.encode())])
    ((_, bundle),) = bundles([str(tmp_path / "inside" / "rec.hea")])
    assert [file.name for file in bundle.files] == ["rec.hea"]


def test_files_of_one_record_named_together_are_one_case(tmp_path: Path) -> None:
    put(tmp_path, [*segment("rec", {"II": A}), *segment("other", {"II": B})])
    put(tmp_path, [Upload("rec.atr", b"\0\0"), Upload("z.png", b"\x89PNG")])
    for given in (
        ["rec.hea", "rec.dat"],
        ["rec.dat", "rec.atr", "rec.hea"],
        ["rec.dat"],
        ["rec", "rec.dat"],
    ):
        ((name, bundle),) = bundles([str(tmp_path / name) for name in given])
        assert name == str(tmp_path / ("rec.hea" if "rec.hea" in given else given[0]))
        assert [file.name for file in bundle.files][:1] == ["rec.hea"] and len(bundle.files) == 3
        assert read(bundle).signals_mv.shape[0] == 1
    everything = sorted(str(path) for path in tmp_path.iterdir())
    assert [bundle.name for _, bundle in bundles(everything)] == ["other", "rec", "z.png"]


def test_files_of_one_record_named_from_two_folders_are_one_case(tmp_path: Path) -> None:
    header, data = segment("rec", {"II": A})
    put(tmp_path / "a", [header])
    put(tmp_path / "b", [data])
    paths = tmp_path / "a" / header.name, tmp_path / "b" / data.name
    for order in (paths, paths[::-1]):
        ((name, bundle),) = bundles([str(path) for path in order])
        assert name == str(paths[0]) and [f.name for f in bundle.files] == ["rec.hea", "rec.dat"]
    # What lies beside a header of its own is that record's, and no other's.
    put(tmp_path / "b", [header])
    assert [len(bundle.files) for _, bundle in bundles([str(path) for path in paths])] == [1, 2]


def test_every_file_of_a_record_of_segments_is_one_case(tmp_path: Path) -> None:
    put(tmp_path, [listed("s1 1000", "s2 500"), *segment("s1", {"II": A})])
    put(tmp_path, segment("s2", {"II": B}))
    everything = sorted(str(path) for path in tmp_path.iterdir())
    ((_, bundle),) = bundles(everything)
    assert len(bundle.files) == 5


def test_capitals_of_names_do_not_matter(tmp_path: Path) -> None:
    header, signals = segment("rec", {"II": A})
    put(tmp_path, [Upload("REC.HEA", header.data), Upload("REC.DAT", signals.data)])
    for given in (["REC.HEA"], ["REC.DAT"], ["REC.HEA", "REC.DAT"]):
        ((_, bundle),) = bundles([str(tmp_path / name) for name in given])
        assert read(bundle).signals_mv.shape == (1, 1000)


def test_empty_folder_is_said_to_be_empty(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    ((name, bundle),) = bundles([str(tmp_path)])
    with pytest.raises(IntakeError, match="is empty"):
        read(bundle)
    assert name == str(tmp_path)
