"""Two readers and a lead, each in a browser of their own: from the list to the adjudicated case."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect

from tests.browser.accessible import sound
from tests.browser.conftest import LOGS, ROOT, WIDE, at_rest, set_up, shoot
from widgets.intake.demos import FOLDER

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
LANDSCAPE, PORTRAIT = (1024, 768), (820, 1180)
ADA, BEN, LEE = "Dr. Ada", "Dr. Ben", "Dr. Lee"
OPENED_WITHIN = 6
READ_WITHIN = 60
"""Looks at the list, about a second apart, until the machine has read what was put on it."""
SAVED = re.compile("saved: ")

People = dict[str, StorageState]


@pytest.fixture(scope="module")
def people(browser: Browser, address: str, signed_in: StorageState) -> People:
    """Two readers and a lead, whom the administrator gave accounts; Ada reads blind."""
    context = browser.new_context(storage_state=signed_in)
    admin = context.new_page()
    admin.goto(f"{address}/accounts")
    found = {
        name: invited(browser, address, admin, name, role)
        for name, role in ((ADA, "Reader"), (BEN, "Reader"), (LEE, "Lead"))
    }
    # The newest name is not the last row: rows are sorted by name.
    admin.get_by_role("button", name="Change").first.click()
    popover = admin.get_by_test_id("stPopoverBody")
    popover.get_by_role("radio", name="Always").click()
    popover.get_by_role("button", name="Save", exact=True).click()
    expect(admin.get_by_text("Reads blind: always")).to_be_visible()
    shoot(admin, "accounts_wide_light")
    context.close()
    return found


def invited(browser: Browser, address: str, admin: Page, name: str, role: str) -> StorageState:
    """Let the administrator add a person; gives the cookies of the browser that used the link."""
    admin.get_by_role("button", name="Add a person").click()
    admin.get_by_label("User name").fill(name)
    admin.get_by_label("Full name, shown with decisions").fill(name)
    popover = admin.get_by_test_id("stPopoverBody")
    popover.get_by_role("button", name=role, exact=True).click()
    popover.get_by_role("button", name="Add", exact=True).click()
    link = admin.get_by_text(re.compile("/account/set-up"))
    expect(link).to_be_visible()
    token = re.search(r"token=(\S+)", link.inner_text())
    assert token is not None
    admin.get_by_role("button", name="Done").click()
    expect(link).to_be_hidden()
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{address}/account/set-up?token={token.group(1)}")
    sound(page, "setting up an account")
    set_up(page, f"{address}/account/set-up?token={token.group(1)}")
    state = context.storage_state()
    context.close()
    return state


@pytest.mark.parametrize(
    ("ecg", "first_size", "second_size", "lead_size"),
    [("fibrillation", WIDE, WIDE, WIDE), ("hypertrophy", LANDSCAPE, PORTRAIT, LANDSCAPE)],
    ids=["desktop", "tablet"],
)
def test_two_readers_differ_and_a_lead_settles_it(
    address: str,
    visit: Callable[..., Page],
    people: People,
    ecg: str,
    first_size: tuple[int, int],
    second_size: tuple[int, int],
    lead_size: tuple[int, int],
    tmp_path: Path,
) -> None:
    # Other tests opened the demonstration itself, and may still have it in hand.
    ecg = of_its_own(ecg, tmp_path)
    ada = visit("worklist", size=first_size, cookies=people[ADA])
    put_on_list(ada, ecg, tmp_path)
    # The list is there once the machine has read this one.
    for _ in range(READ_WITHIN):
        ada.goto(f"{address}/worklist?list={ecg}")
        at_rest(ada)
        if ada.locator("td", has_text="After reading").count() == 1:
            break
        ada.wait_for_timeout(1000)
    expect(ada.locator("td", has_text="After reading")).to_have_count(1)
    ada.get_by_role("button", name="Read the next case").click()

    # Blind: nothing of the machine until the first reading is in.
    expect(ada.get_by_text("Your first reading")).to_be_visible()
    expect(ada.get_by_text("Where the model looked")).to_have_count(0)
    expect(ada.get_by_text("Draft report")).to_have_count(0)
    shoot(ada, f"blind_{ecg}")
    sound(ada, "a blind reading")
    ada.locator("label", has_text=re.compile("^Normal$")).click()
    ada.get_by_role("radio", name="High").click()
    ada.get_by_role("button", name="Save first reading").click()
    expect(ada.get_by_text("Your decision")).to_be_visible()
    expect(ada.get_by_text("Where the model looked", exact=True)).to_be_visible()
    found = re.search(r"case=(\w+)", ada.url)
    assert found is not None
    case = found.group(1)

    # Meanwhile it is taken at the others, in the list and when it is opened by its address.
    ben = visit(f"worklist?list={ecg}", size=second_size, cookies=people[BEN])
    expect(ben.locator("td", has_text=f"Taken by {ADA}")).to_be_attached()
    expect(ben.get_by_role("button", name="Read the next case")).to_be_disabled()
    ben.goto(f"{address}/worklist?case={case}")
    expect(ben.get_by_text(f"{ADA} has this case open.")).to_be_visible()
    # What she read first stands until she lets go of it.
    ada.get_by_role("radio", name="Override").click()
    ada.get_by_text("Ask a second reader").click()
    ada.get_by_role("button", name=re.compile("^Agree: ")).click()
    expect(ada.get_by_text(SAVED)).to_be_visible()
    expect(ada.get_by_text("Nothing to do here.")).to_be_visible()

    # The second reader sees nothing of the first, and differs.
    ben.goto(f"{address}/worklist?list={ecg}")
    expect(ben.locator("td", has_text="Second read wanted")).to_be_attached()
    ben.get_by_role("button", name="Read the next case").click()
    expect(ben.get_by_text("Your decision")).to_be_visible()
    expect(ben.get_by_text(ADA)).to_have_count(0)
    ben.get_by_role("radio", name="Override").click()
    choose_class(ben, "Acute or recent infarction")
    reason = ben.get_by_label("Reason (required)")
    reason.fill("ST segments in V2")
    reason.press("Enter")
    at_rest(ben)
    shoot(ben, f"second_reader_{ecg}")
    ben.get_by_role("button", name="Save decision").click()
    expect(ben.get_by_text(SAVED)).to_be_visible()

    # The lead sees both and settles it.
    lead = visit(f"worklist?list={ecg}", size=lead_size, theme="dark", cookies=people[LEE])
    expect(lead.locator("td", has_text="Disagreement")).to_be_attached()
    lead.get_by_role("button", name="Read the next case").click()
    expect(lead.get_by_text("Your adjudication")).to_be_visible()
    expect(lead.get_by_text("Reason: ST segments in V2")).to_be_visible()
    choose_class(lead, "Other abnormality")
    shoot(lead, f"adjudication_{ecg}_dark")
    sound(lead, "an adjudication")
    lead.get_by_role("button", name="Save decision").click()
    expect(lead.get_by_text(SAVED)).to_be_visible()

    lead.goto(f"{address}/audit?case={case}")
    expect(lead.get_by_text("Timeline", exact=True)).to_be_visible()
    timeline = lead.get_by_role("region", name="Timeline of this case")
    timeline.scroll_into_view_if_needed()
    for what in (
        "Case added",
        "Machine answer",
        "First reading",
        "Answer shown",
        "Reading",
        "Adjudication",
    ):
        expect(timeline.locator("td", has_text=re.compile(f"^{what}$")).first).to_be_attached()
    shoot(lead, f"timeline_{ecg}_dark")
    lead.goto(f"{address}/performance?origin=adjudicated+decisions")
    expect(lead.get_by_text(re.compile(r"^\d+ ECGs? of \d+ patients?"))).to_be_visible()
    verified = audit_verify(address)
    assert verified["ok"], verified
    # Nobody's page is wider than the window.
    for page, size in ((ada, first_size), (ben, second_size), (lead, lead_size)):
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


def of_its_own(name: str, folder: Path) -> str:
    """A demonstration ECG with one sample changed, so that it is a case of its own; its name."""
    renamed = f"ward_{name[:5]}"
    header = (FOLDER / f"{name}.hea").read_text()
    (folder / f"{renamed}.hea").write_text(header.replace(name, renamed))
    samples = bytearray((FOLDER / f"{name}.dat").read_bytes())
    samples[0] ^= 1
    (folder / f"{renamed}.dat").write_bytes(samples)
    return renamed


def put_on_list(page: Page, name: str, folder: Path = FOLDER) -> None:
    """Add a demo ECG to a list of its own name."""
    page.get_by_role("button", name="Add ECGs").click()
    page.get_by_label("List", exact=True).last.fill(name)
    files = [str(folder / f"{name}.{ending}") for ending in ("hea", "dat")]
    page.locator("input[type=file]").set_input_files(files)
    dropped = page.get_by_text(f"{name}.hea")
    expect(dropped.first).to_be_visible()
    page.get_by_role("button", name="Put on the list").click()
    # The form is empty again once the server has them; a case of that name may have been there.
    expect(dropped).to_have_count(0)
    expect(page.locator("td").get_by_role("button", name=name, exact=True)).to_be_attached()


def choose_class(page: Page, name: str) -> None:
    """Open the list of classes and click on one, once the ECG above has its height."""
    at_rest(page)
    chosen = page.get_by_role("combobox", name="Class")
    # The viewer's own lists, which are closed, name the same classes.
    option = page.get_by_role("listbox").get_by_role("option", name=name, exact=True)
    for _ in range(OPENED_WITHIN):
        chosen.click()
        page.wait_for_timeout(1500)
        if option.count():
            break
        # It opened and closed again, or the form moved under the pointer.
        page.keyboard.press("Escape")
        at_rest(page)
    option.click()


def audit_verify(address: str) -> dict[str, object]:
    """What `python -m ecg_core audit verify` says of the server's data."""
    command = [sys.executable, "-m", "ecg_core", "audit", "verify", "--data-dir"]
    data = Path(LOGS[address]).parent / "data"
    done = subprocess.run([*command, str(data)], cwd=ROOT, capture_output=True, text=True)
    found: dict[str, object] = json.loads(done.stdout)
    return found
