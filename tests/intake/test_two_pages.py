"""Two pages of one document as one ECG: both pictures are read, and whose they are is compared."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from ecg_core.intake import Bundle, EcgScan, IntakeError, Upload, read, read_here, split, with_next
from ecg_core.intake.isolation.transfer import TransferError, decode, encode
from tests.intake.battery import told
from tests.intake.dicom_files import envelope, picture
from tests.intake.documents import RED_BLUE, filled, pdf

SCALE = b"(25 mm/s 10 mm/mV 0.05-150 Hz)"
JANE = b"(DOE, Jane 4711-0815 12.03.2021 10:42)"


def page(*texts: bytes) -> bytes:
    lines = b" ".join(b"1 0 0 1 50 %d Tm %s Tj" % (500 - 20 * n, t) for n, t in enumerate(texts))
    return b"0.9 g 0 0 60 60 re f BT /F1 12 Tf 0 g %s ET" % lines


def document(*pages: bytes) -> bytes:
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    return pdf(*pages, page_extra=b"/Resources<</Font<</F1 3 0 R>>>>", more_objects=(font,))


def both(data: bytes, name: str = "report.pdf", part: int = 0) -> EcgScan:
    found = read_here(with_next(split([Upload(name, data)])[part]))
    assert isinstance(found, EcgScan)
    return found


def codes(scan: EcgScan) -> list[str]:
    return [doubt.code for doubt in scan.doubts]


def test_both_pages_are_below_one_another_and_the_case_is_another_one() -> None:
    one, other = split([Upload("report.pdf", RED_BLUE)])
    whole = with_next(one)
    assert len({one.sha256, other.sha256, whole.sha256}) == 3
    assert whole.name == "report.pdf, pages 1 and 2"
    found = read(whole)
    assert isinstance(found, EcgScan) and found.sha256 == whole.sha256
    assert found.second_from == len(found.pixels) // 2
    assert found.pixels[found.second_from - 10, 10].tolist() == [255, 0, 0]
    assert found.pixels[-10, 10].tolist() == [0, 0, 255]
    assert found.notes == ("Pages 1 and 2 of the document are read as one ECG.",)


def test_pages_of_two_sizes_stand_on_white() -> None:
    pictures = [
        Image.new("RGB", size, colour) for size, colour in (((90, 60), "red"), ((60, 90), "blue"))
    ]
    out = io.BytesIO()
    pictures[0].save(out, "TIFF", save_all=True, append_images=pictures[1:])
    found = both(out.getvalue(), "scan.tif")
    assert found.pixels.shape == (150, 90, 3) and found.second_from == 60
    assert found.pixels[149, 89].tolist() == [255, 255, 255]
    assert codes(found) == ["pages_unnamed"]


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        # One person and time, with what two pages differ in anyway.
        ((JANE, b"(I II III page 1/2)"), (JANE, b"(V1 V2 V3 page 2/2)"), None),
        ((JANE, b"(HR 72 bpm)"), (JANE,), None),
        # Another person, another time, another name on one day.
        ((JANE,), (b"(ROE, John 4712-9999 12.03.2021 10:42)",), "pages_unlike"),
        ((JANE,), (b"(DOE, Jane 4711-0815 12.03.2021 11:15)",), "pages_unlike"),
        ((b"(Jane 12.03.2021 10:42)",), (b"(John 12.03.2021 10:42)",), "pages_unnamed"),
        # Too little to tell.
        (
            (b"(25 mm/s 10 mm/mV 0.05-150 Hz)",),
            (b"(25 mm/s 10 mm/mV 0.05-150 Hz)",),
            "pages_unnamed",
        ),
        ((b"(12.03.2021)",), (b"(12.03.2021)",), "pages_unnamed"),
        ((JANE,), (b"(V1 V2 V3)",), "pages_unnamed"),
    ],
)
def test_whose_pages_they_are(
    first: tuple[bytes, ...], second: tuple[bytes, ...], code: str | None
) -> None:
    found = both(document(page(*first), page(*second)))
    assert codes(found) == ([code] if code else [])
    assert not any(word in told(found) for word in ("DOE", "Jane", "4711", "2021", "10:42"))


def test_pages_within_dicom() -> None:
    frames = np.full((2, 40, 60, 3), 200, np.uint8)
    assert codes(both(picture(frames, "RGB"), "a.dcm")) == []
    for second, code in ((JANE, []), (b"(V1)", ["pages_unnamed"])):
        data = envelope(document(page(JANE), page(second)))
        assert codes(both(data, "a.dcm")) == code


def test_a_last_page_a_record_and_a_picture_have_no_next_page() -> None:
    with pytest.raises(IntakeError, match="has no page 3"):
        both(RED_BLUE, part=1)
    out = io.BytesIO()
    Image.new("RGB", (60, 60)).save(out, "PNG")
    with pytest.raises(IntakeError, match="no second page"):
        both(out.getvalue(), "one.png")


def test_twelve_pages_are_twelve_cases_and_never_one() -> None:
    cases = split([Upload("report.pdf", pdf(*[filled(1, 0, 0)] * 12))])
    assert [case.part for case in cases] == list(range(12))
    assert not any(case.with_next for case in cases)
    assert len({case.sha256 for case in cases}) == 12


def test_the_place_of_the_second_page_is_checked_when_it_comes_from_a_worker() -> None:
    scan = EcgScan("a", "b", np.zeros((10, 4, 3), np.uint8), second_from=6)
    head, blobs = encode(scan)
    again = decode(head, [bytes(blob) for blob in blobs])
    assert isinstance(again, EcgScan) and again.second_from == 6
    for wrong in (b"0", b"10", b"true", b'"6"'):
        with pytest.raises(TransferError):
            decode(head.replace(b'"second_from": 6', b'"second_from": ' + wrong), [bytes(blobs[0])])


def test_a_bundle_of_two_pages_is_the_same_wherever_it_is_named() -> None:
    one = Bundle("a.pdf", (Upload("a.pdf", RED_BLUE),), 0, with_next=True)
    assert one.sha256 == with_next(split([Upload("b.pdf", RED_BLUE)])[0]).sha256
