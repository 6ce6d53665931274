"""Records of several segments become one record, with gaps where nothing was recorded."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ecg_core.intake import Bundle, EcgRecord, FileLimits, IntakeError, Upload, read, split
from tests.intake.records import by_hand, from_data


def segment(name: str, columns: dict[str, np.ndarray], per_frame: int = 1) -> list[Upload]:
    """One segment: levels of every lead, 1000 a mV."""
    rows = np.stack([c.reshape(-1, per_frame) for c in columns.values()], axis=1)
    lines = [
        f"{name}.dat 16{f'x{per_frame}' if per_frame > 1 else ''} 1000/mV 16 0 0 0 0 {lead}"
        for lead in columns
    ]
    header = "\n".join([f"{name} {len(columns)} 250 {len(rows)}", *lines, "# Patient: Doe"])
    return by_hand(header, rows.reshape(len(rows), -1), name)


def listed(*lines: str, name: str = "long", total: int | None = None) -> Upload:
    first = f"{name}/{len(lines)} 2 250" + (f" {total}" if total is not None else "")
    return Upload(f"{name}.hea", "\n".join([first, *lines]).encode())


def record(uploads: list[Upload]) -> EcgRecord:
    (bundle,) = split(uploads)
    found = read(bundle)
    assert isinstance(found, EcgRecord)
    return found


def refused(uploads: list[Upload], limits: FileLimits | None = None) -> IntakeError:
    with pytest.raises(IntakeError) as caught:
        read(split(uploads, limits or FileLimits())[0], limits or FileLimits())
    return caught.value


A, B = np.arange(1000), np.arange(1000, 1500)


def test_fixed_layout_is_joined_in_order() -> None:
    files = [
        *segment("s1", {"I": A, "II": A + 1}),
        *segment("s2", {"I": B, "II": B + 1}),
        listed("s1 1000", "s2 500", total=1500),
    ]
    found = record(files)
    assert (found.name, found.leads, found.duration_s) == ("long", ("I", "II"), 6.0)
    np.testing.assert_allclose(found.signals_mv[0], np.arange(1500) / 1000, atol=1e-6)
    np.testing.assert_allclose(found.signals_mv[1], np.arange(1, 1501) / 1000, atol=1e-6)
    assert record(files[::-1]).sha256 == found.sha256


def test_variable_layout_with_a_gap_and_a_lead_that_comes_and_goes() -> None:
    layout = Upload("long_layout.hea", b"long_layout 2 250 0\n~ 0 1000/mV 16 0 0 0 0 II\n")
    files = [
        listed("long_layout 0", "s1 1000", "~ 250", "s2 500", total=1750),
        layout,
        *segment("s1", {"II": A, "RESP": A}),
        *segment("s2", {"V1": B, "II": B}),
    ]
    found = record(files)
    assert found.leads == ("II", "V1")
    second, chest = found.signals_mv
    np.testing.assert_allclose(second[:1000], A / 1000, atol=1e-6)
    assert np.isnan(second[1000:1250]).all() and np.isnan(chest[:1250]).all()
    np.testing.assert_allclose(second[1250:], B / 1000, atol=1e-6)
    np.testing.assert_allclose(chest[1250:], B / 1000, atol=1e-6)
    without = record([file for file in files if file is not layout])
    np.testing.assert_array_equal(without.signals_mv, found.signals_mv)


def test_segment_without_ecg_is_a_gap() -> None:
    files = [listed("s1 1000", "s2 500"), *segment("s1", {"RESP": A}), *segment("s2", {"II": B})]
    found = record(files)
    assert np.isnan(found.signals_mv[0, :1000]).all()
    assert not np.isnan(found.signals_mv[0, 1000:]).any()


def test_segments_of_several_samples_a_frame() -> None:
    files = [
        listed("s1 500", "s2 500"),
        *segment("s1", {"II": A}, per_frame=2),
        *segment("s2", {"II": B}),
    ]
    found = record(files)
    assert found.fs_hz == 500 and found.duration_s == 4
    np.testing.assert_allclose(found.signals_mv[0, :1000], A / 1000, atol=1e-6)
    np.testing.assert_allclose(found.signals_mv[0, 1020:1980:2], B[10:490] / 1000, atol=1e-3)


def test_marks_of_the_whole_record_come_along(tmp_path: Path) -> None:
    import wfdb

    wfdb.wrann("long", "atr", np.array([1100]), ["V"], fs=250, write_dir=str(tmp_path))
    marks = Upload("long.atr", (tmp_path / "long.atr").read_bytes())
    files = [listed("s1 1000", "s2 500"), *segment("s1", {"II": A}), *segment("s2", {"II": B})]
    found = record([*files, marks])
    assert [(mark.time_s, mark.symbol) for mark in found.annotations] == [(4.4, "V")]


def test_missing_segment_is_named() -> None:
    files = [listed("s1 1000", "s2 500"), *segment("s1", {"II": A})]
    assert "s2.hea missing" in refused(files).reason
    files = [listed("s1 1000", "s2 500"), *segment("s1", {"II": A}), segment("s2", {"II": B})[0]]
    assert "names s2.dat, which is missing" in refused(files).reason


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (("long 1000",), "lists itself"),
        (("LONG 1000",), "lists itself"),
        (("../s1 1000",), "path or web address"),
        (("/etc/s1 1000",), "path or web address"),
        (("https://example.org/s1 1000",), "path or web address"),
        (("s1",), "segment line"),
        (("s1 x",), "number of samples"),
        (("s1 999",), "not as long.hea describes"),
        (("s1 1000",) * 201, "201 segments"),
        (("s1 1000000000",), "too long"),
        (("s1 16000000", "s1 1"), "too long"),
    ],
)
def test_list_that_must_not_be_followed(lines: tuple[str, ...], told: str) -> None:
    assert told in refused([listed(*lines), *segment("s1", {"II": A})]).reason


def test_lists_that_list_each_other_end() -> None:
    a, b = listed("b 1000", name="a"), listed("a 1000", name="b")
    bundles = split([a, b])
    assert [bundle.name for bundle in bundles] == ["a", "b"]
    for bundle in bundles:
        with pytest.raises(IntakeError, match="lists segments itself"):
            read(bundle)


def test_total_that_is_not_the_sum_is_refused() -> None:
    error = refused([listed("s1 1000", total=2000), *segment("s1", {"II": A})])
    assert "announces 2000 samples, but its segments have 1000" in error.reason


def test_header_cannot_swallow_another_case() -> None:
    thief = Upload("a.hea", b"a 1 250 1000\nb.hea 16 1000 16 0 0 0 0 II\n")
    files = [thief, *segment("b", {"II": A})]
    assert [bundle.name for bundle in split(files)] == ["a", "b"]


def test_real_recordings_listed_as_one() -> None:
    files = from_data("mitdb", "100.hea", "100.dat", "101.hea", "101.dat")
    one, two = (read(bundle) for bundle in split(files))
    master = Upload("two.hea", b"two/2 2 360 1300000\n100 650000\n101 650000\n")
    (bundle,) = split([master, *files])
    both = read(bundle)
    assert both.leads[0] == "II"
    np.testing.assert_array_equal(both.signals_mv[0, :650_000], one.signals_mv[0])
    np.testing.assert_array_equal(both.signals_mv[0, 650_000:], two.signals_mv[0])
    assert isinstance(bundle, Bundle) and len(bundle.files) == 5
