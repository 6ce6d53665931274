"""Hostile and clumsy uploads in the running app: one bad file costs itself, and nothing is lost."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

from playwright.sync_api import FilePayload, Page, expect

from tests.browser.conftest import ROOT, at_rest
from tests.intake.vendor_files import NUMBER, TWELVE, aecg, scp, twelve

DEMO = ROOT / "assets" / "demo"
SHEET = ".sheet"


def payload(name: str, data: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}


def demo(name: str, called: str = "") -> list[FilePayload]:
    """A demo record, under another name if one is given."""
    called = called or name
    header = (DEMO / f"{name}.hea").read_bytes().replace(name.encode(), called.encode())
    signal = (DEMO / f"{name}.dat").read_bytes()
    return [payload(f"{called}.hea", header), payload(f"{called}.dat", signal)]


def drop(page: Page, *files: FilePayload) -> None:
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(list(files))


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members.items():
            packed.writestr(name, data)
    return buffer.getvalue()


def back(page: Page) -> None:
    expect(page.locator(SHEET).first).to_be_visible()
    page.get_by_role("button", name="Open ECGs").click()
    expect(page.get_by_text("Opened in this session")).to_be_visible()


def test_one_ecg_among_many_files_is_found(visit: Callable[..., Page]) -> None:
    page = visit()
    junk = [payload(f"note {n}.txt", f"nothing {n}".encode()) for n in range(120)]
    drop(page, *junk, *demo("normal"))
    expect(page.get_by_role("button", name="normal", exact=True)).to_be_visible()
    expect(page.get_by_text(re.compile(r"^\d+ not read"))).to_be_visible()


def test_mixed_archives_and_files_of_two_kinds_at_once(visit: Callable[..., Page]) -> None:
    page = visit()
    members = {
        f"ward/{bed}/{file['name']}": file["buffer"]
        for bed, name in (("one", "normal"), ("two", "fibrillation"))
        for file in demo(name)
    }
    archive = zipped(members | {"__MACOSX/._x": b"junk"})
    picture = (DEMO / "stemi_export.png").read_bytes()
    drop(
        page,
        payload("ward.zip", archive),
        # A picture with an archive behind it is a picture; a document that is none is refused.
        payload("both.png", picture + archive),
        payload("both.pdf", b"%PDF-1.7\n" + archive),
    )
    for name in ("normal", "fibrillation", "both.png"):
        expect(page.get_by_role("button", name=name, exact=True).first).to_be_visible()
    expect(page.get_by_text(re.compile(r"^\d+ not read"))).to_be_visible()


def test_the_same_drop_twice_is_one_ecg(visit: Callable[..., Page]) -> None:
    page = visit()
    for _ in range(2):
        drop(page, *demo("normal"), *demo("normal"))
        back(page)
        expect(page.get_by_role("button", name="normal", exact=True)).to_have_count(1)


def test_two_people_who_drop_other_ecgs_of_one_name_see_their_own(
    visit: Callable[..., Page],
) -> None:
    first, second = visit(), visit()
    drop(first, *demo("normal", "ecg"))
    drop(second, *demo("fibrillation", "ecg"))
    for page in (first, second):
        expect(page.locator(SHEET)).to_be_visible()
    expect(first.locator(".draft")).to_contain_text("Ventricular rate 68/min")
    expect(second.locator(".draft")).to_contain_text("Ventricular rate 115/min")


def test_the_patients_earlier_ecg_is_offered_and_the_number_never_shown(
    visit: Callable[..., Page],
) -> None:
    page, signals = visit(), twelve(5000)
    drop(page, payload("last year.scp", scp(signals, TWELVE)))
    back(page)
    drop(page, payload("today.xml", aecg(-signals, TWELVE)))
    expect(page.locator(SHEET)).to_be_visible()
    # The panes are laid once more when the answer comes, and what was opened before is shut then.
    expect(page.locator(".draft .sentence").first).to_be_attached()
    at_rest(page)
    page.get_by_role("button", name="More tools").click()
    page.get_by_label("Compare with", exact=True).select_option(
        label="Same patient · last year.scp · opened now"
    )
    expect(page.locator(SHEET)).to_have_count(2)
    expect(page.get_by_text("Both files carry the same patient number.")).to_be_visible()
    assert NUMBER not in page.content()
