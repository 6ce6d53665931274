"""Images of every accepted kind come out as upright 8-bit RGB, or are refused."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from ecg_core.intake import LIMITS, Bundle, EcgScan, FileLimits, IntakeError, Upload, read

FILES = Path(__file__).parent / "files"

# Four quarters of different colour: any turn or mirroring is seen.
QUARTERS = np.zeros((24, 40, 3), np.uint8)
QUARTERS[:12, :20] = (200, 30, 30)
QUARTERS[:12, 20:] = (30, 200, 30)
QUARTERS[12:, :20] = (30, 30, 200)
QUARTERS[12:, 20:] = (240, 240, 240)


def encode(image: Image.Image, fmt: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, fmt, **options)
    return buffer.getvalue()


def scan(data: bytes, name: str = "page", limits: FileLimits = LIMITS) -> EcgScan:
    found = read(Bundle(name, (Upload(name, data),)), limits)
    assert isinstance(found, EcgScan)
    assert found.pixels.dtype == np.uint8 and found.pixels.shape[2] == 3
    return found


@pytest.mark.parametrize(
    ("fmt", "options", "tolerance"),
    [
        ("PNG", {}, 0),
        ("JPEG", {"quality": 95, "subsampling": 0}, 12),
        ("TIFF", {}, 0),
        ("TIFF", {"compression": "tiff_lzw"}, 0),
        ("BMP", {}, 0),
        ("WEBP", {"lossless": True}, 0),
        ("GIF", {}, 0),
        ("AVIF", {"quality": 95, "subsampling": "4:4:4"}, 12),
    ],
)
def test_every_format_gives_its_pixels(fmt: str, options: dict, tolerance: int) -> None:
    pixels = scan(encode(Image.fromarray(QUARTERS), fmt, **options)).pixels
    assert pixels.shape == QUARTERS.shape
    assert np.abs(pixels.astype(int) - QUARTERS).max() <= tolerance


# How the stored raster must be turned, from the EXIF standard's words for row 0 and column 0.
UPRIGHT = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.transpose(1, 0, 2),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: a[::-1, ::-1].transpose(1, 0, 2),
    8: lambda a: np.rot90(a, 1),
}


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("fmt", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_orientation_tag_is_honoured(fmt: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    options: dict[str, object] = {"exif": exif}
    if fmt == "JPEG":
        options |= {"quality": 95, "subsampling": 0}
    if fmt == "WEBP":
        options |= {"lossless": True}
    pixels = scan(encode(Image.fromarray(QUARTERS), fmt, **options)).pixels
    wanted = UPRIGHT[orientation](QUARTERS)
    assert pixels.shape == wanted.shape
    assert np.abs(pixels.astype(int) - wanted).max() <= 12


def test_transparency_is_laid_on_white() -> None:
    rgba = np.zeros((2, 2, 4), np.uint8)
    rgba[0, 0] = (0, 0, 0, 255)
    rgba[1, 1] = (0, 0, 0, 128)
    pixels = scan(encode(Image.fromarray(rgba, "RGBA"), "PNG")).pixels
    assert pixels[0, 0].tolist() == [0, 0, 0]
    assert pixels[0, 1].tolist() == [255, 255, 255]
    assert abs(int(pixels[1, 1, 0]) - 127) <= 1


def test_transparent_palette_colour_is_white() -> None:
    image = Image.new("P", (4, 4), 1)
    image.putpalette([10, 20, 30, 40, 50, 60])
    image.putpixel((0, 0), 0)
    pixels = scan(encode(image, "PNG", transparency=0)).pixels
    assert pixels[0, 0].tolist() == [255, 255, 255]
    assert pixels[1, 1].tolist() == [40, 50, 60]


def test_transparent_grey_is_white() -> None:
    image = Image.new("LA", (3, 3), (7, 0))
    assert scan(encode(image, "PNG")).pixels.min() == 255


@pytest.mark.parametrize("fmt", ["PNG", "TIFF"])
def test_sixteen_bit_grey_keeps_its_proportions(fmt: str) -> None:
    levels = np.array([[0, 257 * 100], [257 * 200, 65_535]], np.uint16)
    pixels = scan(encode(Image.fromarray(levels), fmt)).pixels
    assert pixels[:, :, 0].tolist() == [[0, 100], [200, 255]]


@pytest.mark.parametrize("bits", [10, 12, 14])
@pytest.mark.parametrize("fmt", ["PNG", "TIFF"])
def test_fewer_bits_in_sixteen_are_scaled_by_what_they_hold(fmt: str, bits: int) -> None:
    full = 2**bits - 1
    levels = np.array([[0, full // 3], [2 * full // 3, full]], np.uint16)
    pixels = scan(encode(Image.fromarray(levels), fmt)).pixels
    assert np.abs(pixels[:, :, 0].astype(int) - [[0, 85], [170, 255]]).max() <= 1


@pytest.mark.parametrize("suffix", [".png", ".tiff"])
def test_sixteen_bit_colour_keeps_its_colours(suffix: str) -> None:
    deep = QUARTERS[:, :, ::-1].astype(np.uint16) * 257
    _, data = cv2.imencode(suffix, deep)
    assert np.abs(scan(data.tobytes()).pixels.astype(int) - QUARTERS).max() <= 1


def test_cmyk_comes_out_as_it_is_seen() -> None:
    white_red = Image.new("CMYK", (32, 16), (0, 0, 0, 0))
    white_red.paste((0, 255, 255, 0), (16, 0, 32, 16))
    pixels = scan(encode(white_red, "JPEG", quality=95)).pixels
    assert pixels[4, 4].min() > 245
    assert pixels[4, 28, 0] > 245 and pixels[4, 28, 1:].max() < 10


def test_one_bit_fax_is_black_and_white() -> None:
    image = Image.new("1", (8, 8), 1)
    image.putpixel((3, 2), 0)
    pixels = scan(encode(image, "TIFF", compression="group4")).pixels
    assert pixels[2, 3].tolist() == [0, 0, 0] and pixels[0, 0].tolist() == [255, 255, 255]


def test_name_does_not_matter_only_content() -> None:
    assert scan(encode(Image.fromarray(QUARTERS), "PNG"), "ecg.pdf").pixels.shape == QUARTERS.shape


@pytest.mark.parametrize("fmt", ["PNG", "JPEG", "TIFF", "BMP", "WEBP", "GIF", "AVIF"])
@pytest.mark.parametrize("part", [0.2, 0.6, 0.9])
def test_cut_off_image_is_refused(fmt: str, part: float) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    data = encode(Image.fromarray(noise), fmt)
    with pytest.raises(IntakeError, match="damaged or cut off"):
        scan(data[: int(len(data) * part)])


def png_of_size(width: int, height: int) -> bytes:
    """A PNG header of any size over a few bytes of pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + pixels + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("width", "height"), [(9000, 9000), (12_000, 12_000), (60_000, 60_000), (200_000, 10)]
)
def test_decompression_bomb_is_refused_before_decoding(width: int, height: int) -> None:
    with pytest.raises(IntakeError, match="million pixels"):
        scan(png_of_size(width, height))


def test_limit_of_pixels_is_the_one_given() -> None:
    data = encode(Image.fromarray(QUARTERS), "PNG")
    with pytest.raises(IntakeError, match="pixels"):
        scan(data, limits=FileLimits(max_pixels=24 * 40 - 1))
    scan(data, limits=FileLimits(max_pixels=24 * 40))


@pytest.mark.parametrize(("fmt", "options"), [("GIF", {}), ("WEBP", {"lossless": True})])
def test_first_picture_of_an_animation_is_shown_and_the_others_are_said(
    fmt: str, options: dict
) -> None:
    frames = [Image.fromarray(QUARTERS), Image.fromarray(QUARTERS[::-1])]
    found = scan(encode(frames[0], fmt, save_all=True, append_images=frames[1:], **options))
    assert np.array_equal(found.pixels, QUARTERS)
    assert found.notes == ("The file holds 2 pictures; the first is shown.",)


@pytest.mark.parametrize(
    ("name", "turned"), [("quarters.heic", False), ("quarters_turned.heic", True)]
)
def test_phone_photo_in_heic_is_upright(name: str, turned: bool) -> None:
    pixels = scan((FILES / name).read_bytes(), name).pixels
    wanted = np.kron(QUARTERS, np.ones((4, 4, 1), np.uint8))
    # Turned: stored on its side, with the turn to the right that puts it upright.
    wanted = np.rot90(wanted, -1) if turned else wanted
    assert pixels.shape == wanted.shape
    assert np.abs(pixels.astype(int) - wanted).max() <= 16


def test_heic_and_gif_over_the_limit_are_refused_before_decoding() -> None:
    heic = (FILES / "quarters.heic").read_bytes()
    gif = bytearray(encode(Image.fromarray(QUARTERS), "GIF"))
    gif[6:10] = struct.pack("<HH", 60_000, 60_000)
    for data in (heic, bytes(gif)):
        with pytest.raises(IntakeError, match="million pixels"):
            scan(data, limits=FileLimits(max_pixels=10_000))


def test_case_hash_is_that_of_the_file() -> None:
    data = encode(Image.fromarray(QUARTERS), "PNG")
    bundle = Bundle("a.png", (Upload("a.png", data),))
    assert read(bundle).sha256 == bundle.sha256
