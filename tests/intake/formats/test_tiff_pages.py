"""Scans and faxes of several pages: each page is a case, previews are not pages."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from ecg_core.intake import EcgScan, FileLimits, IntakeError, Upload, read, split
from tests.intake.formats.test_raster_image import QUARTERS, encode

PAGES = [Image.fromarray(QUARTERS), Image.fromarray(QUARTERS[::-1]), Image.fromarray(QUARTERS[:9])]


def tiff(*pages: Image.Image, **options: object) -> Upload:
    data = encode(pages[0], "TIFF", save_all=True, append_images=list(pages[1:]), **options)
    return Upload("fax.tif", data)


def test_every_page_is_a_case_of_its_own() -> None:
    bundles = split([tiff(*PAGES)])
    assert [b.name for b in bundles] == [f"fax.tif, page {i} of 3" for i in (1, 2, 3)]
    for bundle, page in zip(bundles, PAGES, strict=True):
        found = read(bundle)
        assert isinstance(found, EcgScan)
        assert np.array_equal(found.pixels, np.asarray(page))


def test_fax_pages_in_black_and_white() -> None:
    pages = [Image.new("1", (64, 32), level) for level in (1, 0)]
    found = [read(bundle) for bundle in split([tiff(*pages, compression="group4")])]
    assert [int(scan.pixels[5, 5, 0]) for scan in found] == [255, 0]


def test_preview_inside_the_file_is_no_page() -> None:
    small = PAGES[1].copy()
    small.encoderinfo = {"tiffinfo": ImageFileDirectory_v2()}
    small.encoderinfo["tiffinfo"][254] = 1
    (bundle,) = split([tiff(PAGES[0], small)])
    assert bundle.part is None
    assert np.array_equal(read(bundle).pixels, QUARTERS)


def test_too_many_pages_are_refused_not_cut() -> None:
    limits = FileLimits(max_pages=2)
    (bundle,) = split([tiff(*PAGES)], limits)
    with pytest.raises(IntakeError, match="3 pages; at most 2"):
        read(bundle, limits)


def test_large_page_behind_a_small_one_is_refused_before_decoding() -> None:
    limits = FileLimits(max_pixels=500)
    small, large = split([tiff(PAGES[2], PAGES[0])], limits)
    assert read(small, limits).pixels.shape == (9, 40, 3)
    with pytest.raises(IntakeError, match="million pixels"):
        read(large, limits)


def test_directory_that_points_to_itself_ends() -> None:
    upload = tiff(PAGES[0])
    data = bytearray(upload.data)
    start = int.from_bytes(data[4:8], "little")
    entries = int.from_bytes(data[start : start + 2], "little")
    after = start + 2 + 12 * entries
    data[after : after + 4] = data[4:8]
    for bundle in split([Upload("loop.tif", bytes(data))]):
        assert np.array_equal(read(bundle).pixels, QUARTERS)
