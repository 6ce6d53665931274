"""Curation of a folder with one of everything that goes wrong."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest

from ecg_core.cli import main
from ecg_core.evidence.probes import leakage, printed
from ecg_core.page.drawn.printed import PrintStyle, print_record
from ecg_core.studies.curation import curate as curating
from ecg_core.studies.curation import identities
from ecg_core.studies.curation.hashes import distance, near_pairs
from ecg_core.studies.curation.likeness import likeness, picture_ink
from ecg_core.studies.curation.readings import ReadingStore, list_pages, read_page
from tests.page.sample_records import beating

IDENTITY = "4711093"


def sheet(seed: int, header: str = "ID: 100200") -> np.ndarray:
    """A printed page as BGR pixels, with clear header text."""
    rate = 60.0 + 7 * seed
    style = PrintStyle(header=("",), footer="")
    pixels = print_record(beating(seed, rate), px_per_mm=5.0, style=style).pixels[:, :, ::-1].copy()
    cv2.putText(pixels, header, (60, 55), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (0, 0, 0), 2, cv2.LINE_AA)
    return pixels


@dataclass(frozen=True)
class Result:
    """A curated folder: exit code, manifest by file, summary, output folder."""

    code: int
    manifest: pd.DataFrame
    summary: dict
    out: Path


@pytest.fixture(scope="module")
def curated(tmp_path_factory: pytest.TempPathFactory) -> Result:
    top = tmp_path_factory.mktemp("curation")
    root, out = top / "pages", top / "out"
    (root / "well").mkdir(parents=True)
    (root / "ill").mkdir()
    one, two = sheet(1, f"ID: {IDENTITY}"), sheet(2, f"ID: {IDENTITY}")
    cv2.imwrite(str(root / "well/1.png"), one)
    (root / "well/2.png").write_bytes((root / "well/1.png").read_bytes())
    cv2.imwrite(str(root / "well/10.bmp"), one)
    cropped = one[70:-30, 20:-20]
    small = cv2.resize(cropped, None, fx=0.8, fy=0.8, interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(root / "well/11.jpg"), small, [cv2.IMWRITE_JPEG_QUALITY, 60])
    cv2.imwrite(str(root / "well/12.png"), two)
    three = sheet(3)
    cv2.imwrite(str(root / "well/13.png"), three)
    cv2.imwrite(str(root / "ill/1.jpg"), three, [cv2.IMWRITE_JPEG_QUALITY, 70])
    (root / "ill/2.png").write_bytes(b"\x89PNG\r\n\x1a\n cut off")
    cv2.imwrite(str(root / "ill/3.png"), np.full((400, 600, 3), 255, np.uint8))
    code = main(["curate", str(root), "--out", str(out), "--processes", "1"])
    manifest = pd.read_csv(out / "manifest.csv", keep_default_na=False).set_index("file")
    return Result(code, manifest, json.loads((out / "summary.json").read_text()), out)


@pytest.mark.parametrize(
    ("file", "reason", "stands"),
    [
        ("well/1.png", "kept", ""),
        ("well/2.png", "exact duplicate", "well/1.png"),
        ("well/10.bmp", "same pixels", "well/1.png"),
        ("well/11.jpg", "near-duplicate", "well/1.png"),
        ("well/12.png", "kept", ""),
        ("well/13.png", "label conflict", "ill/1.jpg"),
        ("ill/1.jpg", "label conflict", ""),
        ("ill/3.png", "kept", ""),
    ],
)
def test_every_file_has_its_fate(curated: Result, file: str, reason: str, stands: str) -> None:
    row = curated.manifest.loc[file]
    assert (row["reason"], row["copy_of"]) == (reason, stands)
    assert row["kept"] == (reason == "kept")


def test_what_is_no_image_is_dropped_with_intakes_reason(curated: Result) -> None:
    assert curated.code == 3
    assert curated.manifest.loc["ill/2.png", "reason"].startswith("unreadable file: 2.png")
    assert curated.manifest.loc["ill/3.png", "quality"].startswith("not read: ")


def test_summary_counts_the_manifest(curated: Result) -> None:
    assert curated.summary["files"] == 9
    assert curated.summary["kept"] == 3
    assert curated.summary["reasons"]["label conflict"] == 2
    assert {c["label"]: c["kept"] for c in curated.summary["classes"]} == {"ill": 1, "well": 2}


@pytest.mark.skipif(not printed.available(), reason="rapidocr is not installed")
def test_pages_of_one_printed_identity_form_a_group(curated: Result) -> None:
    rows = curated.manifest
    assert rows.loc["well/1.png", "identifier"] != ""
    assert rows.loc["well/1.png", "identifier"] == rows.loc["well/12.png", "identifier"]
    assert rows.loc["well/1.png", "group"] == rows.loc["well/12.png", "group"]
    assert rows.loc["well/1.png", "group"] != rows.loc["well/13.png", "group"]


def test_no_identity_is_left_in_what_is_written(curated: Result) -> None:
    for path in curated.out.rglob("*"):
        if path.is_file():
            assert IDENTITY.encode() not in path.read_bytes(), path


def test_report_shows_pairs_side_by_side_and_loads_nothing(curated: Result) -> None:
    page = (curated.out / "report.html").read_text(encoding="utf-8")
    assert page.count("<figure>") == 4
    assert page.count('src="data:image/png;base64,') == 8
    assert "http" not in page


def test_files_are_listed_in_natural_order(tmp_path: Path) -> None:
    for name in ("b/10.png", "b/9.png", "a/x.txt", "c.PNG"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    assert [(f.path, f.label) for f in list_pages(tmp_path)] == [
        ("b/9.png", "b"),
        ("b/10.png", "b"),
        ("c.PNG", ""),
    ]


def test_index_finds_exactly_the_pairs_that_comparing_all_finds() -> None:
    rng = np.random.default_rng(1)
    hashes = rng.integers(0, 256, (200, 32), dtype=np.uint8)
    bits = np.unpackbits(hashes, axis=1)
    for row in range(100, 150):
        bits[row] = bits[row - 100]
        bits[row, rng.choice(256, row - 100, replace=False)] ^= 1
    hashes = np.packbits(bits, axis=1)
    hashes[150] = hashes[0]
    radius = 31
    every = {
        (a, b) for a, b in combinations(range(200), 2) if distance(hashes[a], hashes[b]) <= radius
    }
    # Of equal hashes (0, 100 and 150) only the first is paired with the others.
    every -= {(a, b) for a, b in every if a in (100, 150) or (b == 0)}
    found = near_pairs(hashes, radius)
    assert set(map(tuple, found.pairs.tolist())) == every
    assert len(every) >= 32
    assert found.compared < 200 * 199 / 2


def test_equal_hashes_do_not_grow_quadratically() -> None:
    found = near_pairs(np.zeros((5000, 32), np.uint8), 31)
    assert found.compared == 4999
    assert found.pairs[:, 0].max() == 0


def test_likeness_is_f1_of_ink_at_the_best_shift() -> None:
    one = np.zeros((264, 500), np.uint8)
    cv2.line(one, (50, 20), (50, 119), 255, 1)
    cv2.line(one, (300, 150), (300, 249), 255, 1)
    half = one.copy()
    half[:, 200:] = 0
    assert likeness(one, np.roll(one, (3, -5), axis=(0, 1))) == pytest.approx(1.0)
    # All ink of the half is common, half the ink of the whole: F1 = 2 * 0.5 / 1.5.
    assert likeness(one, half) == pytest.approx(2 / 3)
    assert likeness(one, np.zeros_like(one)) == 0.0


def test_other_recordings_share_less_ink_than_copies() -> None:
    inks = [picture_ink(sheet(seed)) for seed in (1, 2, 3)]
    for one, two in combinations(inks, 2):
        assert likeness(one, two) < curating.SAME_RECORDING
    worse = cv2.imdecode(cv2.imencode(".jpg", sheet(1), [cv2.IMWRITE_JPEG_QUALITY, 40])[1], 1)
    assert likeness(inks[0], picture_ink(worse)) > curating.SAME_RECORDING


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("ID : 168590\n2020-08-05 11:02:38 PM", True),
        ("Patient ID: 16859O", True),
        ("id:168590", True),
        ("ID : 168591", False),
        ("ID:\nYears", False),
        ("VALID 168590", False),
    ],
)
def test_identities_are_read_from_text(text: str, same: bool) -> None:
    wanted = identities.understand("MRN 168590", b"k").identifier
    assert wanted
    assert (identities.understand(text, b"k").identifier == wanted) is same


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2020-08-05 11:02", True),
        ("05.08.2020", True),
        ("5-Aug-2020", True),
        ("25mm/s 10mm/mV", False),
        ("0.67~25Hz 4*2.5s+1r", False),
    ],
)
def test_dates_are_read_from_text(text: str, found: bool) -> None:
    assert bool(identities.understand(text, b"k").day) is found


def test_hashes_of_other_keys_cannot_be_compared() -> None:
    one, two = (identities.understand("ID 168590", key).identifier for key in (b"a", b"b"))
    assert one != two
    assert "168590" not in one + two


def bands(written: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Noisy header bands of two classes, one of which has a stroke where written."""
    rng = np.random.default_rng(0)
    pictures = rng.integers(200, 256, (80, 24, 192), dtype=np.uint8)
    labels = np.array(["ill", "well"] * 40)
    if written:
        pictures[::2, 10:12, 20:40] = 0
    return pictures, labels, np.arange(80) // 2 * 2 + np.arange(80) % 2


def test_probe_exposes_a_label_written_in_the_header() -> None:
    pictures, labels, groups = bands(written=True)
    probe = leakage.picture_probe("header", pictures, labels, groups)
    assert probe is not None and probe.leaks
    assert probe.accuracy[0] == 1.0
    assert probe.majority == probe.chance == 0.5


def test_probe_finds_nothing_in_noise() -> None:
    probe = leakage.picture_probe("header", *bands(written=False))
    assert probe is not None and not probe.leaks
    assert probe.balanced_accuracy[1] < 0.5 < probe.balanced_accuracy[2]


def test_probe_is_not_fooled_by_groups() -> None:
    """Every group has a picture of its own: its class is known to who saw the group, only."""
    rng = np.random.default_rng(2)
    groups = np.repeat(np.arange(20), 4)
    pictures = rng.integers(0, 200, (20, 24, 192))[groups]
    pictures = (pictures + rng.integers(0, 20, pictures.shape)).astype(np.uint8)
    labels = rng.permutation(["ill", "well"] * 10)[groups]
    honest = leakage.picture_probe("header", pictures, labels, groups)
    fooled = leakage.picture_probe("header", pictures, labels, np.arange(80))
    assert honest is not None and fooled is not None
    assert fooled.accuracy[0] == 1.0
    assert not honest.leaks


def test_text_probe_reads_words() -> None:
    texts = ["ECG REPORT Dept: cardiology ward", "ECG REPORT Dept: health check"] * 20
    labels = np.array(["ill", "well"] * 20)
    probe = leakage.text_probe("text", texts, labels, np.arange(40))
    assert probe is not None and probe.accuracy[0] == 1.0


def test_too_few_groups_give_no_probe() -> None:
    pictures, labels, _ = bands(written=True)
    assert leakage.picture_probe("header", pictures, labels, np.arange(80) % 4) is None


def test_store_gives_back_what_was_read(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "page.png"), sheet(1))
    reading = read_page(tmp_path / "page.png")
    store = ReadingStore(tmp_path / "store")
    assert store.get(reading.sha256) is None
    store.put(reading)
    again = store.get(reading.sha256)
    assert again is not None and again.page is not None and reading.page is not None
    assert again.page.sha256 == reading.page.sha256
    assert again.pixels_sha256 == reading.pixels_sha256
    assert again.trace_rows == reading.trace_rows


def test_curating_nothing_is_wrong_usage(tmp_path: Path) -> None:
    assert main(["curate", str(tmp_path / "none"), "--out", str(tmp_path / "out")]) == 2
    assert main(["curate", str(tmp_path), "--out", str(tmp_path / "out"), "--no-print"]) == 2
