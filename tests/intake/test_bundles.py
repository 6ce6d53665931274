"""Dropped files are sorted into cases."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from ecg_core.intake import FileLimits, IntakeError, Upload, read, split
from ecg_core.intake.isolation import sandbox
from tests.intake.formats.test_raster_image import encode
from tests.intake.records import by_hand
from tests.intake.test_archive import packed


def files(name: str, level: int = 1) -> list[Upload]:
    header = f"{name} 1 500 1000\n{name}.dat 16 1000 16 0 0 0 0 II\n"
    return by_hand(header, np.full((1000, 1), level), name)


def names(uploads: list[Upload]) -> list[tuple[str, list[str]]]:
    return [(b.name, [file.name for file in b.files]) for b in split(uploads)]


def test_nothing_gives_nothing() -> None:
    assert split([]) == ()


def test_records_and_images_mixed_in_any_order() -> None:
    a_hea, a_dat = files("a")
    b_hea, b_dat = files("b")
    image = Upload("page.png", b"\x89PNG\r\n\x1a\n")
    dropped = [b_dat, image, a_hea, Upload("a.atr", b"x"), a_dat, b_hea]
    assert names(dropped) == [
        ("page.png", ["page.png"]),
        ("a", ["a.hea", "a.dat", "a.atr"]),
        ("b", ["b.hea", "b.dat"]),
    ]


def test_header_takes_the_file_it_names_whatever_its_own_name() -> None:
    header, signal = files("original")
    renamed = Upload("copy.hea", header.data)
    assert names([signal, renamed]) == [("copy", ["copy.hea", "original.dat"])]


def test_case_of_file_names_does_not_part_a_record() -> None:
    header, signal = files("rec")
    shouted = [Upload("REC.HEA", header.data), Upload("REC.DAT", signal.data)]
    (bundle,) = split(shouted)
    assert read(bundle).name == "REC"


def test_header_and_signals_in_two_zips_find_each_other() -> None:
    header, signal = files("rec")
    zips = [packed({"h/rec.hea": header.data}, "1.zip"), packed({"d/rec.dat": signal.data})]
    (bundle,) = split(zips)
    assert read(bundle).name == "rec"


def test_same_record_name_in_two_folders_stays_two_records() -> None:
    members = {}
    for folder, level in (("p1", 100), ("p2", 200)):
        members |= {f"{folder}/{f.name}": f.data for f in files("rec", level)}
    first, second = split([packed(members)])
    assert read(first).signals_mv[0, 0] == np.float32(0.1)
    assert read(second).signals_mv[0, 0] == np.float32(0.2)


def test_same_record_name_in_two_dropped_folders_stays_two_records() -> None:
    dropped = [
        Upload(f"{folder}/{file.name}", file.data)
        for folder, level in (("p1", 100), ("p2", 200))
        for file in files("rec", level)
    ]
    first, second = split(dropped)
    assert (first.name, second.name) == ("p1/rec", "p2/rec")
    assert read(first).signals_mv[0, 0] == np.float32(0.1)
    assert read(second).signals_mv[0, 0] == np.float32(0.2)


def test_two_candidates_elsewhere_are_no_choice() -> None:
    header, one = files("rec", 1)
    _, two = files("rec", 2)
    dropped = [header, packed({"rec.dat": one.data}), packed({"rec.dat": two.data}, "b.zip")]
    bundle = next(bundle for bundle in split(dropped) if bundle.name == "rec")
    with pytest.raises(IntakeError, match="rec.dat, which is missing"):
        read(bundle)


@pytest.mark.parametrize("name", ["lonely.dat", "lonely.mat", "lonely.atr"])
def test_file_without_header_is_refused_by_the_name_of_the_header(name: str) -> None:
    (bundle,) = split([Upload(name, b"\1\0" * 1000)])
    with pytest.raises(IntakeError, match="lonely.hea is missing") as caught:
        read(bundle)
    assert "lonely.hea" in caught.value.hint


def test_header_alone_is_refused_by_the_name_of_the_signals() -> None:
    (bundle,) = split(files("rec")[:1])
    with pytest.raises(IntakeError, match="names rec.dat, which is missing"):
        read(bundle)


def test_broken_header_keeps_its_signals_from_being_refused_once_more() -> None:
    broken = Upload("rec.hea", b"this is no header")
    assert names([files("rec")[1], broken]) == [("rec", ["rec.hea", "rec.dat"])]


def test_paths_are_cut_from_names() -> None:
    dropped = [Upload(f"C:\\ecg\\{f.name}", f.data) for f in files("rec")]
    assert names(dropped) == [("rec", ["rec.hea", "rec.dat"])]


def test_file_dropped_twice_is_one_file() -> None:
    assert names([*files("rec"), *files("rec")]) == [("rec", ["rec.hea", "rec.dat"])]


def test_hash_does_not_depend_on_the_order_of_files() -> None:
    dropped = files("rec")
    assert split(dropped)[0].sha256 == split(dropped[::-1])[0].sha256


def test_pages_of_a_file_that_is_too_large_are_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    def counted(*_: object) -> int:
        pytest.fail("its pages were counted")

    data = encode(Image.new("1", (64, 32), 1), "TIFF", compression="group4")
    limits = FileLimits(max_file_bytes=len(data) - 1)
    monkeypatch.setattr(sandbox, "run", counted)
    (bundle,) = split([Upload("fax.tif", data)], limits)
    with pytest.raises(IntakeError, match="MB are read"):
        read(bundle, limits)
